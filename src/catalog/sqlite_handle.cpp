#include "catalog/sqlite_handle.h"

#include <openssl/crypto.h>
#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"

namespace keepsake::catalog {
namespace {

constexpr int kBusyTimeoutMs = 30'000;
constexpr std::size_t kKeyBytes = 32;

ErrorCode code_of(int sqlite_code) {
    switch (sqlite_code & 0xFF) {
        case SQLITE_FULL:
            return ErrorCode::no_space;
        case SQLITE_READONLY:
            return ErrorCode::read_only;
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT:
        case SQLITE_FORMAT:
        case SQLITE_SCHEMA:
        case SQLITE_ERROR:  // a table that is missing: our own statements are right
            return ErrorCode::corrupt;
        case SQLITE_TOOBIG:
            return ErrorCode::limit;
        default:
            break;
    }
    return sqlite_code == SQLITE_IOERR_SHORT_READ || sqlite_code == SQLITE_IOERR_DATA ||
                   sqlite_code == SQLITE_IOERR_CORRUPTFS
               ? ErrorCode::corrupt
               : ErrorCode::io;
}

bool is_of_the_system(int sqlite_code) {
    const int primary = sqlite_code & 0xFF;
    return primary == SQLITE_CANTOPEN || primary == SQLITE_IOERR || primary == SQLITE_PERM;
}

/// "raw:" and 64 hexadecimal digits; wiped when done with.
class RawKey {
  public:
    explicit RawKey(ByteView key) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        text_.reserve(4 + 2 * key.size());
        text_ += "raw:";
        for (const auto byte : key) {
            text_ += kDigits[byte >> 4U];
            text_ += kDigits[byte & 0xFU];
        }
    }
    RawKey(const RawKey&) = delete;
    RawKey& operator=(const RawKey&) = delete;
    ~RawKey() { OPENSSL_cleanse(text_.data(), text_.size()); }
    const char* data() const { return text_.data(); }
    int size() const { return static_cast<int>(text_.size()); }

  private:
    std::string text_;
};

}  // namespace

// ---- Statement ----

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      sql_(other.sql_),
      handle_(std::exchange(other.handle_, nullptr)),
      bind_code_(other.bind_code_) {}

Statement::~Statement() {
    if (handle_ != nullptr) database_->give_back(sql_, handle_);
}

Statement& Statement::bind(int index, std::int64_t value) {
    const int code = sqlite3_bind_int64(handle_, index, value);
    if (bind_code_ == SQLITE_OK) bind_code_ = code;
    return *this;
}

Statement& Statement::bind_blob(int index, ByteView value) {
    // A null pointer would bind NULL, which is something else than no bytes.
    const void* data = value.empty() ? static_cast<const void*>("") : value.data();
    const int code = sqlite3_bind_blob64(handle_, index, data, value.size(), SQLITE_STATIC);
    if (bind_code_ == SQLITE_OK) bind_code_ = code;
    return *this;
}

Statement& Statement::bind_text(int index, std::string_view value) {
    const char* data = value.empty() ? "" : value.data();
    const int code =
        sqlite3_bind_text64(handle_, index, data, value.size(), SQLITE_STATIC, SQLITE_UTF8);
    if (bind_code_ == SQLITE_OK) bind_code_ = code;
    return *this;
}

Statement& Statement::bind_null(int index) {
    const int code = sqlite3_bind_null(handle_, index);
    if (bind_code_ == SQLITE_OK) bind_code_ = code;
    return *this;
}

Result<bool> Statement::step() {
    if (bind_code_ != SQLITE_OK) return database_->error_of(std::exchange(bind_code_, 0), "bind");
    const int code = sqlite3_step(handle_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) {
        Error error = database_->error_of(code, "read or write");
        reset();
        return error;
    }
    // Its code only repeats what the step has said.
    reset();
    return false;
}

Result<> Statement::run() {
    TRY_LET(const bool row, step());
    if (row) {
        reset();
        return Error(ErrorCode::corrupt, "the catalog answered where nothing was asked");
    }
    return {};
}

void Statement::reset() { static_cast<void>(sqlite3_reset(handle_)); }

std::int64_t Statement::column_int(int index) const { return sqlite3_column_int64(handle_, index); }

ByteView Statement::column_blob(int index) const {
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_, index));
    if (data == nullptr) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, index))};
}

std::string_view Statement::column_text(int index) const { return as_text(column_blob(index)); }

bool Statement::is_null(int index) const {
    return sqlite3_column_type(handle_, index) == SQLITE_NULL;
}

int Statement::columns() const { return sqlite3_column_count(handle_); }

// ---- Database ----

Result<std::unique_ptr<Database>> Database::open(const std::string& path, ByteView key) {
    if (!key.empty() && key.size() != kKeyBytes)
        return Error(ErrorCode::invalid, "the catalog's key must be 32 bytes");
    std::unique_ptr<Database> database(new Database);
    const int code = sqlite3_open_v2(
        path.c_str(), &database->handle_,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
        nullptr);
    if (database->handle_ == nullptr) throw std::bad_alloc();
    if (code != SQLITE_OK) return database->error_of(code, "open " + path);
    const int busy = sqlite3_busy_timeout(database->handle_, kBusyTimeoutMs);
    if (busy != SQLITE_OK) return database->error_of(busy, "set up");
    if (!key.empty()) TRY(database->unseal(key));
    return database;
}

Result<> Database::unseal(ByteView key) {
    // Authenticated, and by the processor's own AES: a fifth of ChaCha20-Poly1305's time here.
    TRY(execute("PRAGMA cipher='aegis'"));
    TRY(execute("PRAGMA algorithm='aegis-256x2'"));
    const RawKey raw(key);
    const int code = sqlite3_key(handle_, raw.data(), raw.size());
    if (code != SQLITE_OK) return error_of(code, "unseal");
    return {};
}

Database::~Database() {
    for (const auto& [sql, handles] : idle_)
        for (auto* handle : handles) static_cast<void>(sqlite3_finalize(handle));
    // Nothing can be done about a failed close; with all statements given back there is none.
    static_cast<void>(sqlite3_close_v2(handle_));
}

Result<> Database::execute(const char* sql) {
    const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return error_of(code, "set up or write");
    return {};
}

Result<Statement> Database::prepare(const char* sql) {
    auto& idle = idle_[sql];
    if (!idle.empty()) {
        auto* handle = idle.back();
        idle.pop_back();
        return Statement(*this, sql, handle);
    }
    sqlite3_stmt* handle = nullptr;
    const int code =
        sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
    if (code != SQLITE_OK) return error_of(code, "prepare");
    return Statement(*this, sql, handle);
}

void Database::give_back(const char* sql, sqlite3_stmt* handle) noexcept {
    static_cast<void>(sqlite3_reset(handle));
    static_cast<void>(sqlite3_clear_bindings(handle));
    try {
        idle_[sql].push_back(handle);
    } catch (const std::bad_alloc&) {
        static_cast<void>(sqlite3_finalize(handle));
    }
}

std::int64_t Database::changes() const { return sqlite3_changes64(handle_); }
std::int64_t Database::last_row() const { return sqlite3_last_insert_rowid(handle_); }
bool Database::is_read_only() const { return sqlite3_db_readonly(handle_, "main") == 1; }
bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

Error Database::error_of(int code, std::string_view doing) const {
    if ((code & 0xFF) == SQLITE_NOMEM) throw std::bad_alloc();
    const std::string what = "catalog: " + std::string(doing);
    if (const int number = sqlite3_system_errno(handle_);
        is_of_the_system(code) && code_of(code) == ErrorCode::io && number != 0)
        return Error::from_errno(number, what, true);
    if ((code & 0xFF) == SQLITE_BUSY)
        return {ErrorCode::io, what + ": another program holds the catalog"};
    if (code_of(code) == ErrorCode::corrupt) {
        damaged_ = true;
        return {ErrorCode::corrupt,
                "The catalog on this computer was damaged and is made anew from the archive: run "
                "the command again (" +
                    what + ": " + sqlite3_errmsg(handle_) + ")."};
    }
    return {code_of(code), what + ": " + sqlite3_errmsg(handle_)};
}

}  // namespace keepsake::catalog
