#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/journal_for_test.h"
#include "catalog/sqlite_handle.h"
#include "model/entry.h"

// The file: sealed, private, and believed only whole.
namespace keepsake::catalog {
namespace {

using testing::HasSubstr;
using testing::Not;

const Bytes kKey(32, 0x5A);
const Bytes kOtherKey(32, 0x5B);

std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}
void put_bytes(const std::string& path, std::string_view bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::vector<TestSegment> a_journal() {
    std::vector<model::Entry> entries;
    for (std::uint64_t i = 1; i <= 200; ++i) {
        const auto clock = static_cast<std::int64_t>(10 * i);
        entries.push_back(at(clock, object_of(i, i)));
        entries.push_back(at(clock + 1, keep_of(i, {kept_file(i, "grandmother.jpg", "Ostsee")})));
        entries.push_back(
            at(clock + 2, words_of(model::Subject::of(item_id(i)), "sheltering words")));
    }
    return {segment_of(1, 1, std::move(entries))};
}

void make_catalog(const std::string& path) {
    auto catalog = value_of(Catalog::open(path, kKey));
    take(catalog, a_journal());
}

// Reads all there is.
Result<> read_everything(const std::string& path, ByteView key) {
    TRY_LET(auto catalog, Catalog::open(path, key));
    TRY(catalog.content_hash());
    return {};
}

ErrorCode code_of_reading(const std::string& path, ByteView key = kKey) {
    const auto result = read_everything(path, key);
    EXPECT_FALSE(result.has_value());
    return result ? ErrorCode::io : result.error().code();
}

TEST(CatalogFile, HoldsNothingInTheOpenAndIsTheOwnersAlone) {
    const TestFolder folder;
    const auto path = folder.file("catalog.db");
    make_catalog(path);
    const auto bytes = bytes_of(path);
    ASSERT_GT(bytes.size(), 10'000U);
    for (const auto* word : {"grandmother", "Ostsee", "sheltering", "SQLite format", "CREATE TABLE",
                             "item:", "header"})
        EXPECT_THAT(bytes, Not(HasSubstr(word)));
    struct stat info{};
    ASSERT_EQ(stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST(CatalogFile, KeepsWhatWasTakenIn) {
    const TestFolder folder;
    const auto path = folder.file("catalog.db");
    make_catalog(path);
    auto catalog = value_of(Catalog::open(path, kKey));
    EXPECT_EQ(value_of(catalog.content_hash()), value_of(catalog_with(a_journal()).content_hash()));
    EXPECT_EQ(value_of(catalog.item_count(finding({"grandm", "shelter"}))), 200U);
}

TEST(CatalogFile, IsCorruptUnderAnotherKey) {
    const TestFolder folder;
    const auto path = folder.file("catalog.db");
    make_catalog(path);
    EXPECT_EQ(code_of_reading(path, kOtherKey), ErrorCode::corrupt);
    const auto short_key = Catalog::open(path, ByteView(kKey).first(31));
    ASSERT_FALSE(short_key.has_value());
    EXPECT_EQ(short_key.error().code(), ErrorCode::invalid);
    EXPECT_FALSE(Catalog::open(path, {}).has_value());
}

TEST(CatalogFile, IsCorruptWhereAnyPageWasChanged) {
    const TestFolder folder;
    const auto path = folder.file("catalog.db");
    make_catalog(path);
    const auto whole = bytes_of(path);
    constexpr std::size_t kPage = 4096;
    int told = 0;
    int pages = 0;
    for (std::size_t page = 0; page * kPage < whole.size(); ++page, ++pages) {
        auto damaged = whole;
        damaged[page * kPage + 1234] = static_cast<char>(damaged[page * kPage + 1234] ^ 0x10);
        put_bytes(path, damaged);
        const auto result = read_everything(path, kKey);
        if (result) continue;
        EXPECT_EQ(result.error().code(), ErrorCode::corrupt) << result.error().describe();
        ++told;
    }
    // Some pages are free, or are FTS5's lists for shorter beginnings of words.
    EXPECT_GT(told, pages * 3 / 4) << pages;
}

TEST(CatalogFile, IsGoneOnceDamageWasMet) {
    const TestFolder folder;
    const auto path = folder.file("catalog.db");
    make_catalog(path);
    auto damaged = bytes_of(path);
    for (std::size_t at = damaged.size() / 8192 * 4096 + 1234; at < damaged.size(); at += 4096)
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    put_bytes(path, damaged);
    {
        auto catalog = Catalog::open(path, kKey);
        ASSERT_TRUE(catalog.has_value());
        EXPECT_FALSE(catalog->is_damaged());
        EXPECT_FALSE(catalog->content_hash().has_value());
        EXPECT_TRUE(catalog->is_damaged());
    }
    auto anew = value_of(Catalog::open(path, kKey));
    EXPECT_FALSE(anew.is_damaged());
    EXPECT_EQ(value_of(anew.item_count({})), 0U);
}

TEST(CatalogFile, IsCorruptWhereItWasCutOrIsSomethingElse) {
    const TestFolder folder;
    const auto path = folder.file("catalog.db");
    make_catalog(path);
    const auto whole = bytes_of(path);
    for (const auto size : {whole.size() / 2, whole.size() - 4096, std::size_t{4096},
                            std::size_t{5000}, std::size_t{100}}) {
        put_bytes(path, std::string_view(whole).substr(0, size));
        EXPECT_EQ(code_of_reading(path), ErrorCode::corrupt) << size;
    }
    put_bytes(path, std::string(8192, 'x'));
    EXPECT_EQ(code_of_reading(path), ErrorCode::corrupt);
}

TEST(CatalogFile, IsCorruptWhereAnotherVersionOrProgramMadeIt) {
    const TestFolder folder;
    const auto path = folder.file("catalog.db");
    make_catalog(path);
    {
        auto database = value_of(Database::open(path, kKey));
        value_of(database->execute("PRAGMA user_version=999"));
    }
    EXPECT_EQ(code_of_reading(path), ErrorCode::corrupt);
    const auto other = folder.file("other.db");
    {
        auto database = value_of(Database::open(other, kKey));
        value_of(database->execute("CREATE TABLE recipes(name TEXT)"));
    }
    EXPECT_EQ(code_of_reading(other), ErrorCode::corrupt);
}

TEST(CatalogFile, BeginsAnewWhereTheFileIsEmpty) {
    const TestFolder folder;
    const auto path = folder.file("catalog.db");
    put_bytes(path, "");
    EXPECT_TRUE(read_everything(path, kKey).has_value());
}

TEST(CatalogFile, SaysWhereItCannotBeMade) {
    const TestFolder folder;
    const auto missing = Catalog::open(folder.file("no/such/folder.db"), kKey);
    ASSERT_FALSE(missing.has_value());
    EXPECT_EQ(missing.error().code(), ErrorCode::not_found);
    EXPECT_FALSE(Catalog::open(folder.file("."), kKey).has_value());
}

TEST(CatalogFile, IsRemovedWithWhatLiesBesideIt) {
    const TestFolder folder;
    const auto path = folder.file("catalog.db");
    make_catalog(path);
    put_bytes(path + "-journal", "x");
    value_of(Catalog::remove(path));
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_FALSE(std::filesystem::exists(path + "-journal"));
    EXPECT_TRUE(Catalog::remove(path).has_value());
}

TEST(CatalogFile, ShowsOneProgramWhatAnotherTookIn) {
    const TestFolder folder;
    const auto path = folder.file("catalog.db");
    auto one = value_of(Catalog::open(path, kKey));
    auto other = value_of(Catalog::open(path, kKey));
    take(one, a_journal());
    EXPECT_EQ(value_of(other.item_count({})), 200U);
    take(other, {segment_of(2, 1, {at(9'000, keep_of(999, {kept_file(999, "new.jpg")}))})});
    EXPECT_EQ(value_of(one.item_count(finding({"new"}))), 1U);
    EXPECT_EQ(value_of(one.content_hash()), value_of(other.content_hash()));
}

TEST(CatalogTransaction, KeepsNothingOfWhatFailed) {
    auto catalog = catalog_with(a_journal());
    const auto before = value_of(catalog.content_hash());
    const auto late = segment_of(1, 2, {at(9'000, keep_of(999, {kept_file(999, "new.jpg")}))});
    const auto failed = catalog.in_transaction([&]() -> Result<> {
        TRY(catalog.add_segment(late.record, late.entries));
        EXPECT_EQ(value_of(catalog.item_count(finding({"new"}))), 1U);  // seen within
        return Error(ErrorCode::cancelled, "enough");
    });
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().code(), ErrorCode::cancelled);
    EXPECT_EQ(value_of(catalog.content_hash()), before);
    take(catalog, {late});
    EXPECT_EQ(value_of(catalog.item_count(finding({"new"}))), 1U);
}

TEST(CatalogTransaction, IsNeededToTakeInAndDoesNotNest) {
    auto catalog = value_of(Catalog::in_memory());
    const auto segment = a_journal().front();
    EXPECT_FALSE(catalog.add_segment(segment.record, segment.entries).has_value());
    EXPECT_FALSE(catalog.set_long_text(content_id(1), "x").has_value());
    EXPECT_FALSE(catalog.add_file({}).has_value());
    const auto nested = catalog.in_transaction(
        [&] { return catalog.in_transaction([]() -> Result<> { return {}; }); });
    EXPECT_FALSE(nested.has_value());
}

TEST(CatalogClear, ForgetsEverything) {
    const TestFolder folder;
    auto catalog = value_of(Catalog::open(folder.file("catalog.db"), kKey));
    const auto empty = value_of(catalog.content_hash());
    take(catalog, a_journal());
    value_of(catalog.in_transaction([&] { return catalog.add_file({}); }));
    const auto full = value_of(catalog.content_hash());
    EXPECT_NE(full, empty);
    value_of(catalog.clear());
    EXPECT_EQ(value_of(catalog.content_hash()), empty);
    EXPECT_TRUE(value_of(catalog.files()).empty());
    EXPECT_EQ(value_of(catalog.item_count(finding({"grandmother"}))), 0U);
    take(catalog, a_journal());
    EXPECT_EQ(value_of(catalog.content_hash()), full);
}

}  // namespace
}  // namespace keepsake::catalog
