#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "parity/create.h"
#include "parity/files_for_test.h"
#include "parity/recovery_set.h"
#include "parity/work.h"
#include "support/simulated_file_system.h"

namespace keepsake::parity {
namespace {

class Outline : public ::testing::Test {
  protected:
    Outline() {
        std::mt19937_64 random(7);
        for (const auto* const folder : {"/objects", "/objects/ab", "/objects/cd"})
            EXPECT_TRUE(files.make_directory(folder, false));
        const auto contents = some_files(12, 40'000, random);
        for (const auto& [name, content] : contents) files.put("/" + name, content);
        EXPECT_TRUE(create_set(files, set_of("/", contents), "/set.par2", Work()));
        bytes = files.snapshot().at("/set.par2");
    }

    testing::SimulatedFileSystem files{1};
    Bytes bytes;
};

TEST_F(Outline, TellsTheSameFilesAsReadingEverything) {
    const auto outline = open_outline(files, "/set.par2", Work());
    const auto whole = open_set(files, {"/set.par2"}, Work());
    ASSERT_TRUE(outline) << outline.error().describe();
    ASSERT_TRUE(whole);
    EXPECT_EQ(outline->id, whole->id);
    ASSERT_EQ(outline->files.size(), 12U);
    for (std::size_t i = 0; i < outline->files.size(); ++i) {
        EXPECT_EQ(outline->files[i].name, whole->files[i].name);
        EXPECT_EQ(outline->files[i].size_bytes, whole->files[i].size_bytes);
        EXPECT_EQ(outline->files[i].md5, whole->files[i].md5);
    }
    EXPECT_TRUE(outline->recovery.empty());
    EXPECT_FALSE(whole->recovery.empty());
}

TEST_F(Outline, DoesNotReadRecoverySlices) {
    const auto whole = open_set(files, {"/set.par2"}, Work());
    ASSERT_TRUE(whole);
    auto spoiled = bytes;
    for (const auto& slice : whole->recovery) spoiled[slice.offset_bytes] ^= 1U;
    files.put("/set.par2", spoiled);
    EXPECT_TRUE(open_outline(files, "/set.par2", Work()));
}

TEST_F(Outline, IsNoneWhereWhatMattersIsSpoiledOrCutOff) {
    auto spoiled = bytes;
    spoiled[100] ^= 1U;
    files.put("/set.par2", spoiled);
    EXPECT_EQ(open_outline(files, "/set.par2", Work()).error().code(), ErrorCode::corrupt);
    EXPECT_TRUE(open_set(files, {"/set.par2"}, Work())) << "the second ones are whole";
    files.put("/set.par2", ByteView(bytes).first(bytes.size() - 10));
    EXPECT_EQ(open_outline(files, "/set.par2", Work()).error().code(), ErrorCode::corrupt);
}

}  // namespace
}  // namespace keepsake::parity
