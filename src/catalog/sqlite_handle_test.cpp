#include "catalog/sqlite_handle.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "catalog/journal_for_test.h"

namespace keepsake::catalog {
namespace {

const Bytes kKey(32, 7);

TEST(Database, SaysThatTheDiskIsFull) {
    const TestFolder folder;
    auto database = value_of(Database::open(folder.file("a.db"), kKey));
    value_of(database->execute("CREATE TABLE t(x BLOB)"));
    value_of(database->execute("INSERT INTO t VALUES(zeroblob(40000))"));
    auto limit = value_of(database->prepare("PRAGMA max_page_count=12"));
    value_of(limit.step());
    limit.reset();
    const auto full = database->execute("INSERT INTO t VALUES(zeroblob(400000))");
    ASSERT_FALSE(full.has_value());
    EXPECT_EQ(full.error().code(), ErrorCode::no_space) << full.error().describe();
}

TEST(Database, SaysThatNothingMayBeWritten) {
    auto database = value_of(Database::open(":memory:", {}));
    value_of(database->execute("CREATE TABLE t(x); PRAGMA query_only=1"));
    const auto refused = database->execute("INSERT INTO t VALUES(1)");
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code(), ErrorCode::read_only);
}

TEST(Statement, TellsAFailedBindAtTheNextStep) {
    auto database = value_of(Database::open(":memory:", {}));
    auto statement = value_of(database->prepare("SELECT ?1"));
    EXPECT_FALSE(statement.bind(2, 5).step().has_value());
    EXPECT_TRUE(value_of(statement.bind(1, 5).step()));
    EXPECT_EQ(statement.column_int(0), 5);
}

TEST(Statement, KeepsEmptyAndNullApart) {
    auto database = value_of(Database::open(":memory:", {}));
    auto statement = value_of(database->prepare("SELECT ?1 IS NULL, ?2 IS NULL, ?3 IS NULL"));
    statement.bind_blob(1, {}).bind_text(2, {}).bind_null(3);
    ASSERT_TRUE(value_of(statement.step()));
    EXPECT_EQ(statement.column_int(0), 0);
    EXPECT_EQ(statement.column_int(1), 0);
    EXPECT_EQ(statement.column_int(2), 1);
}

TEST(Statement, IsLentToOneAtATime) {
    auto database = value_of(Database::open(":memory:", {}));
    static constexpr const char* kSql = "WITH c(n) AS (VALUES(1),(2)) SELECT n FROM c";
    auto outer = value_of(database->prepare(kSql));
    ASSERT_TRUE(value_of(outer.step()));
    {
        auto inner = value_of(database->prepare(kSql));
        ASSERT_TRUE(value_of(inner.step()));
        EXPECT_EQ(inner.column_int(0), 1);
    }
    ASSERT_TRUE(value_of(outer.step()));
    EXPECT_EQ(outer.column_int(0), 2);
    EXPECT_FALSE(value_of(outer.step()));
    // Back with its database it begins anew.
    auto moved = std::move(outer);
    EXPECT_TRUE(value_of(moved.step()));
}

TEST(Statement, HasNoRowsToRunPast) {
    auto database = value_of(Database::open(":memory:", {}));
    auto statement = value_of(database->prepare("SELECT 1"));
    EXPECT_FALSE(statement.run().has_value());
}

}  // namespace
}  // namespace keepsake::catalog
