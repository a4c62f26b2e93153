#include "model/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "model/ids.h"

namespace keepsake::model {
namespace {

const std::string kArchive(64, 'a');
const std::string kText =
    R"({"format":"keepsake","version":1,"reads":1,"archive":")" + kArchive + "\"}\n";

Manifest manifest(int version, int reads) {
    return {version, reads, *ArchiveId::from_hex(kArchive)};
}

TEST(Manifest, IsWrittenAsDocumented) {
    EXPECT_EQ(to_text(manifest(1, 1)), kText);
    const auto read = parse_manifest(kText);
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(*read, manifest(1, 1));
}

TEST(Manifest, MayBeLaidOutAndHoldMore) {
    const auto read = parse_manifest("{\n  \"made\": {\"by\": []},\n  \"archive\": \"" + kArchive +
                                     "\",\r\n\t\"reads\": 2, \"version\": \"3\",\n"
                                     "  \"format\": \"keepsake\"\n}\n\n");
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(*read, manifest(3, 2));
}

TEST(Manifest, HostileOnesAreRefused) {
    const auto replaced = [](const std::string& from, const std::string& to) {
        auto text = kText;
        return text.replace(text.find(from), from.size(), to);
    };
    const std::vector<std::pair<std::string, std::string>> cases{
        {"", "JSON"},
        {"null", "object"},
        {"{}", "\"format\""},
        {kText + kText, "JSON"},
        {replaced("\"keepsake\"", "\"keep\""), "\"format\""},
        {replaced("\"keepsake\"", "7"), "\"format\""},
        {replaced("\"version\":1", "\"version\":0"), "\"version\""},
        {replaced("\"version\":1", "\"version\":-1"), "\"version\""},
        {replaced("\"version\":1", "\"version\":1.5"), "\"version\""},
        {replaced("\"version\":1", "\"version\":4294967297"), "\"version\""},
        {replaced("\"reads\":1", "\"reads\":2"), "\"reads\""},
        {replaced("\"reads\":1", "\"reads\":0"), "\"reads\""},
        {replaced("\"reads\":1", "\"reads\":1,\"reads\":1"), "twice"},
        {replaced(kArchive, kArchive + "a"), "\"archive\""},
        {replaced(kArchive, std::string(64, 'A')), "\"archive\""},
        {replaced("keepsake", "keep\xff"), "UTF-8"},
    };
    for (const auto& [text, says] : cases) {
        const auto read = parse_manifest(text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code(), ErrorCode::corrupt) << text;
        EXPECT_THAT(read.error().message(), testing::HasSubstr(says)) << text;
    }
    const auto large = parse_manifest(kText + std::string(kLargestManifestBytes, ' '));
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().code(), ErrorCode::limit);
}

TEST(Manifest, SurvivesEachCut) {
    // All but the LF is needed.
    for (std::size_t size = 0; size + 1 < kText.size(); ++size)
        EXPECT_FALSE(parse_manifest(kText.substr(0, size))) << size;
    EXPECT_TRUE(parse_manifest(kText.substr(0, kText.size() - 1)));
}

TEST(Access, FollowsVersionAndOldestReader) {
    const auto same = access_of(manifest(1, 1));
    ASSERT_TRUE(same);
    EXPECT_EQ(*same, Access::read_write);
    const auto newer = access_of(manifest(2, 1));
    ASSERT_TRUE(newer);
    EXPECT_EQ(*newer, Access::read_only);
    const auto too_new = access_of(manifest(7, 2));
    ASSERT_FALSE(too_new);
    EXPECT_EQ(too_new.error().code(), ErrorCode::unsupported);
    EXPECT_EQ(too_new.error().message(),
              "This archive was made by a newer Keepsake (format 7). Please update Keepsake to "
              "open it.");
}

}  // namespace
}  // namespace keepsake::model
