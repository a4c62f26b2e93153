#include "catalog/catalog.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "catalog/ingest.h"
#include "catalog/schema.h"
#include "catalog/sqlite_handle.h"
#include "catalog/stage.h"
#include "catalog/state.h"
#include "model/entry.h"
#include "model/ids.h"

namespace keepsake::catalog {
namespace {

/// Exclusively, so that no file that SQLite of this process has open is closed here: that would
/// drop its locks.
Result<> create_private(const std::string& path) {
    constexpr mode_t kOwnerOnly = 0600;
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly);
    if (file < 0) {
        if (errno == EEXIST) return {};
        return Error::from_errno(errno, "create the catalog " + path, true);
    }
    if (::close(file) != 0) return Error::from_errno(errno, "create the catalog " + path, true);
    return {};
}

/// Rolls back unless committed; also when `work` threw.
class Transaction {
  public:
    Transaction(Database& database, Stage& stage, bool& working)
        : database_(database), stage_(stage), working_(working) {
        working_ = true;
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction() {
        stage_.clear();
        working_ = false;
        // SQLite may have rolled back by itself (a full disk); if this fails, closing does it.
        if (database_.in_transaction()) static_cast<void>(database_.execute("ROLLBACK"));
    }
    Result<> commit() {
        TRY(stage_.flush(database_));
        return database_.execute("COMMIT");
    }

  private:
    Database& database_;
    Stage& stage_;
    bool& working_;
};

}  // namespace

Catalog::Catalog(std::unique_ptr<State> state) : state_(std::move(state)) {}
Catalog::Catalog(Catalog&&) noexcept = default;
Catalog& Catalog::operator=(Catalog&&) noexcept = default;
Catalog::~Catalog() = default;

Catalog::State::~State() {
    const bool damaged = database->is_damaged() && !path.empty();
    database.reset();
    // Where it cannot be removed, the next opening meets the damage again and tells of it.
    if (damaged) static_cast<void>(remove(path));
}

bool Catalog::is_damaged() const { return state_->database->is_damaged(); }

Result<> Catalog::State::require_transaction() const {
    if (!working) return Error(ErrorCode::invalid, "catalog: taking in needs a transaction");
    return {};
}

Result<Catalog> Catalog::open(const std::string& path, ByteView key) {
    if (key.empty()) return Error(ErrorCode::invalid, "the catalog's key must be 32 bytes");
    TRY(create_private(path));
    TRY_LET(auto database, Database::open(path, key));
    if (database->is_read_only())
        return Error(ErrorCode::read_only, "the catalog " + path + " cannot be written");
    TRY(prepare_schema(*database));
    return Catalog(std::make_unique<State>(std::move(database), path));
}

Result<Catalog> Catalog::in_memory() {
    TRY_LET(auto database, Database::open(":memory:", {}));
    TRY(prepare_schema(*database));
    return Catalog(std::make_unique<State>(std::move(database), std::string()));
}

Result<> Catalog::clear() {
    if (state_->working) return Error(ErrorCode::invalid, "catalog: a transaction within another");
    return in_transaction([this] { return empty_schema(*state_->database); });
}

Result<> Catalog::remove(const std::string& path) {
    for (const auto* suffix : {"-journal", "-wal", "-shm", ""}) {
        const auto name = path + suffix;
        if (::unlink(name.c_str()) != 0 && errno != ENOENT)
            return Error::from_errno(errno, "remove " + name, true);
    }
    return {};
}

Result<> Catalog::in_transaction(const std::function<Result<>()>& work) {
    if (state_->working) return Error(ErrorCode::invalid, "catalog: a transaction within another");
    auto& database = *state_->database;
    TRY(database.execute("BEGIN IMMEDIATE"));
    Transaction transaction(database, state_->stage, state_->working);
    TRY(work());
    return transaction.commit();
}

Result<> Catalog::add_segment(const SegmentRecord& record,
                              const std::vector<model::Entry>& entries) {
    TRY(state_->require_transaction());
    return ingest_segment(*state_->database, state_->stage, record, entries);
}

Result<> Catalog::add_file(const JournalFile& file) {
    TRY(state_->require_transaction());
    TRY_LET(auto insert, state_->database->prepare(
                             "INSERT OR REPLACE INTO journal_files(file, device, first_seq, "
                             "last_seq) VALUES(?1, ?2, ?3, ?4)"));
    insert.bind_blob(1, file.file.bytes).bind_blob(2, file.device.bytes);
    insert.bind(3, static_cast<std::int64_t>(file.first_seq));
    return insert.bind(4, static_cast<std::int64_t>(file.last_seq)).run();
}

Result<> Catalog::remove_file(const model::FileHash& file) {
    TRY(state_->require_transaction());
    TRY_LET(auto remove, state_->database->prepare("DELETE FROM journal_files WHERE file = ?1"));
    return remove.bind_blob(1, file.bytes).run();
}

Result<> Catalog::set_long_text(const model::ContentId& content, std::string_view text) {
    TRY(state_->require_transaction());
    auto& database = *state_->database;
    TRY_LET(auto insert, database.prepare("INSERT OR IGNORE INTO long_texts(content, text) "
                                          "VALUES(?1, ?2)"));
    TRY(insert.bind_blob(1, content.bytes).bind_blob(2, as_bytes(text)).run());
    if (database.changes() == 0) return {};
    TRY_LET(auto told, database.prepare("SELECT DISTINCT subject FROM words WHERE content = ?1 AND "
                                        "content <> x''"));
    told.bind_blob(1, content.bytes);
    for (;;) {
        TRY_LET(const bool found, told.step());
        if (!found) return {};
        const model::Subject subject{std::string(told.column_text(0))};
        if (const auto item = subject.item()) state_->stage.touch(*item, true);
    }
}

}  // namespace keepsake::catalog
