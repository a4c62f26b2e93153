#include "catalog/search.h"

#include <sqlite3.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "catalog/sqlite_handle.h"

namespace keepsake::catalog {
namespace {

constexpr std::size_t kMostTokens = 64;
constexpr std::size_t kLargestWordBytes = 4096;

Result<fts5_api*> find_api(Database& database) {
    fts5_api* api = nullptr;
    sqlite3_stmt* statement = nullptr;
    int code = sqlite3_prepare_v2(database.handle(), "SELECT fts5(?1)", -1, &statement, nullptr);
    if (code == SQLITE_OK)
        code =
            sqlite3_bind_pointer(statement, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
    if (code == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW) code = SQLITE_OK;
    const int finished = sqlite3_finalize(statement);
    if (code != SQLITE_OK) return database.error_of(code, "search");
    if (finished != SQLITE_OK) return database.error_of(finished, "search");
    if (api == nullptr) return Error(ErrorCode::unsupported, "catalog: built without search");
    return api;
}

/// Splits words as `found` splits what it indexes: with the same tokenizer.
class Tokenizer {
  public:
    Tokenizer() = default;
    Tokenizer(const Tokenizer&) = delete;
    Tokenizer& operator=(const Tokenizer&) = delete;
    ~Tokenizer() {
        if (instance_ != nullptr) methods_.xDelete(instance_);
    }

    Result<> open(Database& database) {
        TRY_LET(auto* const api, find_api(database));
        void* context = nullptr;
        int code = api->xFindTokenizer(api, "unicode61", &context, &methods_);
        if (code != SQLITE_OK) return database.error_of(code, "search");
        std::array<const char*, 2> options = {"remove_diacritics", "2"};
        code =
            methods_.xCreate(context, options.data(), static_cast<int>(options.size()), &instance_);
        if (code != SQLITE_OK) return database.error_of(code, "search");
        return {};
    }

    Result<std::vector<std::string>> split(Database& database, const std::string& text) {
        std::vector<std::string> tokens;
        const int code = methods_.xTokenize(instance_, &tokens, FTS5_TOKENIZE_QUERY, text.data(),
                                            static_cast<int>(text.size()), &Tokenizer::collect);
        if (code != SQLITE_OK) return database.error_of(code, "search");
        return tokens;
    }

  private:
    static int collect(void* context, int /*flags*/, const char* token, int size, int /*start*/,
                       int /*end*/) {
        try {
            static_cast<std::vector<std::string>*>(context)->emplace_back(
                token, static_cast<std::size_t>(size));
        } catch (const std::bad_alloc&) {
            return SQLITE_NOMEM;
        }
        return SQLITE_OK;
    }

    fts5_tokenizer methods_{};
    Fts5Tokenizer* instance_ = nullptr;
};

std::string quoted(std::string_view token) {
    std::string text = "\"";
    for (const char c : token) text += c == '"' ? std::string(2, c) : std::string(1, c);
    return text + '"';
}

std::string quoted_prefix(std::string_view token) { return quoted(token) + "*"; }

/// The words in the index that begin with a token, where there are few: FTS5 would gather all that
/// a prefix finds before it looks at the first of them, but goes through words as it needs them.
class Vocabulary {
  public:
    explicit Vocabulary(Database& database) : database_(database) {}

    Result<std::string> query_of(const std::string& token) {
        auto prefix = quoted_prefix(token);
        // Of these there is an index by itself.
        if (token.size() <= kIndexedPrefix) return prefix;
        if (!next_) {
            TRY(
                database_.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.found_terms USING "
                                  "fts5vocab(main, found, instance)"));
            TRY_LET(auto next, database_.prepare("SELECT term FROM temp.found_terms WHERE term >= "
                                                 "?1 LIMIT 1"));
            next_.emplace(std::move(next));
        }
        std::string query;
        std::string from = token;
        for (int count = 0; count < kFewTerms; ++count) {
            TRY_LET(const bool found, next_->bind_text(1, from).step());
            const std::string term(found ? next_->column_text(0) : std::string_view());
            next_->reset();
            if (!term.starts_with(token)) return query.empty() ? prefix : "(" + query + ")";
            query += (query.empty() ? "" : " OR ") + quoted(term);
            // Past all of the same term: its rows would be gone through one by one.
            from = term + '\x01';
        }
        return prefix;
    }

  private:
    static constexpr std::size_t kIndexedPrefix = 3;
    static constexpr int kFewTerms = 16;
    Database& database_;
    std::optional<Statement> next_;
};

/// The FTS5 query, empty where some word can be in no item.
Result<std::string> query_of(Database& database, const std::vector<std::string>& words) {
    Tokenizer tokenizer;
    TRY(tokenizer.open(database));
    std::set<std::string> tokens;
    for (const auto& word : words) {
        if (word.size() > kLargestWordBytes)
            return Error(ErrorCode::limit, "a word to search for is too long");
        TRY_LET(const auto of_word, tokenizer.split(database, to_utf8_lossy(word)));
        if (of_word.empty()) return std::string();
        tokens.insert(of_word.begin(), of_word.end());
        if (tokens.size() > kMostTokens)
            return Error(ErrorCode::limit, "too many words to search for");
    }
    std::string query;
    Vocabulary vocabulary(database);
    for (const auto& token : tokens) {
        TRY_LET(const auto part, vocabulary.query_of(token));
        query += (query.empty() ? "" : " AND ") + part;
    }
    return query;
}

}  // namespace

Result<std::vector<std::int64_t>> find_items(Database& database,
                                             const std::vector<std::string>& words,
                                             const std::vector<std::string>& any_of) {
    std::vector<std::int64_t> items;
    TRY_LET(auto query, query_of(database, words));
    if (query.empty() && !words.empty()) return items;
    std::string any;
    for (const auto& word : any_of) any += (any.empty() ? "" : " OR ") + quoted_prefix(word);
    if (!any.empty()) query += (query.empty() ? "(" : " AND (") + any + ")";
    if (query.empty()) return items;
    TRY_LET(auto found, database.prepare("SELECT rowid FROM found WHERE found MATCH ?1 ORDER BY "
                                         "rowid"));
    found.bind_text(1, query);
    for (;;) {
        TRY_LET(const bool more, found.step());
        if (!more) return items;
        items.push_back(found.column_int(0));
    }
}

}  // namespace keepsake::catalog
