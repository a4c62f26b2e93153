#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

/// The one adapter to SQLite3 Multiple Ciphers: every return code is looked at here.
namespace keepsake::catalog {

class Database;

/// A prepared statement on loan from its database: back there, reset, when it goes out of scope.
/// What is bound is not copied: it must live until the statement has been stepped to its end, reset
/// or let go. A failed bind is told by the next step.
class Statement {
  public:
    Statement(Statement&&) noexcept;
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    /// Parameters count from 1.
    Statement& bind(int index, std::int64_t value);
    Statement& bind_blob(int index, ByteView value);
    Statement& bind_text(int index, std::string_view value);
    Statement& bind_null(int index);

    /// Whether there is a row. After the last one the statement is reset, ready to be bound anew.
    Result<bool> step();
    /// To its end, for what gives no rows.
    Result<> run();
    void reset();

    /// Columns count from 0; views live until the next step.
    std::int64_t column_int(int index) const;
    ByteView column_blob(int index) const;
    std::string_view column_text(int index) const;
    bool is_null(int index) const;
    int columns() const;

  private:
    friend class Database;
    Statement(Database& database, const char* sql, sqlite3_stmt* handle)
        : database_(&database), sql_(sql), handle_(handle) {}
    Database* database_;
    const char* sql_;
    sqlite3_stmt* handle_;
    int bind_code_ = 0;
};

/// A connection with its prepared statements. Thread safety: one thread at a time.
class Database {
  public:
    /// Opens the file for reading and writing, made if missing; `key` is 32 bytes, or empty for an
    /// unsealed database in memory (`path` ":memory:").
    static Result<std::unique_ptr<Database>> open(const std::string& path, ByteView key);
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();

    /// Statements without parameters or rows.
    Result<> execute(const char* sql);
    /// `sql` is kept by its address: a literal.
    Result<Statement> prepare(const char* sql);
    /// Rows changed by the last statement that changed any.
    std::int64_t changes() const;
    std::int64_t last_row() const;
    bool is_read_only() const;
    bool in_transaction() const;
    /// A statement found the file to be damaged or to be something else.
    bool is_damaged() const { return damaged_; }
    sqlite3* handle() const { return handle_; }
    Error error_of(int code, std::string_view doing) const;

  private:
    friend class Statement;
    Database() = default;
    Result<> unseal(ByteView key);
    void give_back(const char* sql, sqlite3_stmt* handle) noexcept;

    sqlite3* handle_ = nullptr;
    mutable bool damaged_ = false;
    std::unordered_map<const char*, std::vector<sqlite3_stmt*>> idle_;
};

}  // namespace keepsake::catalog
