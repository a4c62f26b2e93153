#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/packing.h"
#include "catalog/sqlite_handle.h"
#include "catalog/state.h"

namespace keepsake::catalog {
namespace {

struct Table {
    const char* name;
    const char* rows;  // in an order that does not depend on how they came in
};

// All that segments and long texts make. Left out: journal_files (a rollup and what it replaced
// say the same), and the numbers of objects and items, which are handed out in order of arrival:
// what they stand for is dumped by content and by word.
constexpr auto kTables = std::to_array<Table>({
    {"segments", "SELECT * FROM segments ORDER BY device, seq, text"},
    {"heads", "SELECT * FROM heads ORDER BY device"},
    {"named_heads", "SELECT * FROM named_heads ORDER BY device, seq, text"},
    {"forks", "SELECT * FROM forks ORDER BY device"},
    {"authority", "SELECT * FROM authority ORDER BY clock, line, device, seq, text"},
    {"met", "SELECT * FROM met ORDER BY writer, item, stamp"},
    {"ways", "SELECT * FROM ways ORDER BY way"},
    {"revoked_ways", "SELECT * FROM revoked_ways ORDER BY way"},
    {"plain_files", "SELECT * FROM plain_files ORDER BY name, file"},
    {"fields", "SELECT * FROM fields ORDER BY subject, field, person"},
    {"words", "SELECT * FROM words ORDER BY subject, field, stamp, text, content, person"},
    {"replaced", "SELECT * FROM replaced ORDER BY subject, field, stamp"},
    {"links", "SELECT * FROM links ORDER BY subject, relation, target"},
    {"letting", "SELECT * FROM letting ORDER BY item"},
    {"moments", "SELECT * FROM moments ORDER BY moment"},
    {"facts",
     "SELECT f.content, f.rank, f.brief, r.json, r.words FROM facts f JOIN findings r ON r.no = "
     "f.no "
     "ORDER BY f.content"},
    {"belongs", "SELECT * FROM belongs ORDER BY item"},
    {"parts", "SELECT * FROM parts ORDER BY lead, item"},
    {"days", "SELECT * FROM days ORDER BY state, day"},
    {"unread", "SELECT * FROM unread ORDER BY content"},
    {"looks", "SELECT * FROM looks ORDER BY content"},
    {"objects found",
     "SELECT b.object, o.object, o.content FROM object_by_id b CROSS JOIN objects o ON o.no = b.no "
     "ORDER BY b.object, o.object, o.content"},
    {"several", "SELECT * FROM several ORDER BY content"},
    {"sizes", "SELECT * FROM sizes ORDER BY bytes"},
    {"long_texts", "SELECT * FROM long_texts ORDER BY content"},
    {"file_by_content", "SELECT * FROM file_by_content ORDER BY content, place, item"},
    {"items", "SELECT item, state, date FROM items ORDER BY item"},
    {"listed",
     "SELECT state, date, item, flags, kind, taken, keeps FROM listed ORDER BY state, date, item"},
    {"totals", "SELECT * FROM totals"},
});

class Sha256 {
  public:
    Sha256() : context_(EVP_MD_CTX_new()) {
        if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1)
            throw std::bad_alloc();
    }
    void update(std::string_view bytes) {
        if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1)
            throw std::bad_alloc();
    }
    std::string finish() {
        std::array<std::uint8_t, 32> digest{};
        if (EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) != 1) throw std::bad_alloc();
        return to_hex(digest);
    }

  private:
    struct Free {
        void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    };
    std::unique_ptr<EVP_MD_CTX, Free> context_;
};

Result<> dump(Database& database, const Table& table, Sha256& hash) {
    Packer packer;
    packer.text(table.name);
    TRY_LET(auto rows, database.prepare(table.rows));
    for (;;) {
        TRY_LET(const bool found, rows.step());
        packer.number(found ? 1 : 0);
        for (int i = 0; found && i < rows.columns(); ++i) {
            // Integers as their decimal text: no value of one column is of two kinds.
            packer.number(rows.is_null(i) ? 0 : 1);
            packer.text(rows.column_text(i));
        }
        hash.update(packer.out());
        packer.clear();
        if (!found) return {};
    }
}

/// Each word that items are found by, and those items.
Result<> dump_found(Database& database, Sha256& hash) {
    TRY(
        database.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.found_terms USING "
                         "fts5vocab(main, found, instance)"));
    TRY_LET(auto rows, database.prepare("SELECT t.term, n.item FROM temp.found_terms t LEFT JOIN "
                                        "main.numbers n ON n.no = t.doc ORDER BY t.term"));
    std::string term;
    std::vector<std::int64_t> items;
    const auto dump_term = [&] {
        std::ranges::sort(items);
        Packer packer;
        packer.text(term);
        packer.number(items.size());
        for (const auto item : items) packer.big_endian(static_cast<std::uint64_t>(item));
        hash.update(packer.out());
        items.clear();
    };
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found || rows.column_text(0) != term) dump_term();
        if (!found) return {};
        if (rows.is_null(1)) return damaged("numbers");
        term = rows.column_text(0);
        items.push_back(rows.column_int(1));
    }
}

void dump(const ContentRecord& content, bool live, Sha256& hash) {
    Packer packer;
    packer.bytes(content.content.bytes);
    packer.number(content.bytes);
    packer.number(live ? 1 : 0);
    packer.number(content.objects.size());
    for (const auto& object : content.objects) {
        packer.bytes(object.object.bytes);
        packer.number(object.object_bytes);
        packer.text(object.header);
    }
    hash.update(packer.out());
}

}  // namespace

Result<std::string> Catalog::content_hash() {
    TRY_LET(auto* const database, state_->settled());
    Sha256 hash;
    for (const auto& table : kTables) TRY(dump(*database, table, hash));
    TRY(dump_found(*database, hash));
    TRY(for_each_content([&](const ContentRecord& content, bool live) -> Result<> {
        dump(content, live, hash);
        return {};
    }));
    return hash.finish();
}

}  // namespace keepsake::catalog
