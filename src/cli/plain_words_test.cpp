#include "cli/plain_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "base/error.h"

namespace keepsake::cli {
namespace {

using ::testing::HasSubstr;

std::string words(const Error& error, Stands stands = Stands::nothing) {
    return plain_words(error, "/disk/archive/", stands);
}

TEST(PlainWords, OurOwnStandAsTheyAre) {
    EXPECT_EQ(words(Error(ErrorCode::no_space, "This needs 1 GB.\nNothing was changed.")),
              "This needs 1 GB. Nothing was changed.");
    EXPECT_EQ(words(Error(ErrorCode::read_only, "update Keepsake")), "update Keepsake");
}

TEST(PlainWords, AFullDisk) {
    for (const int number : {ENOSPC, EDQUOT}) {
        const auto error = Error::from_errno(number, "write /disk/archive/tmp/x", true);
        EXPECT_EQ(
            words(error),
            "The archive's disk is full. What was kept before stands. Make room on it and try "
            "again.");
        EXPECT_EQ(words(error, Stands::something),
                  "The archive's disk is full. What was done before stands. Make room on it and go "
                  "on.");
    }
    EXPECT_EQ(words(Error::from_errno(ENOSPC, "the output", true)),
              "The disk is full: the output. What was kept before stands. Make room on it and try "
              "again.");
    EXPECT_THAT(words(Error(ErrorCode::no_space, "catalog: commit: database or disk is full")),
                HasSubstr("full: Keepsake's index of the archive, on this computer. What"));
    EXPECT_THAT(words(Error::from_errno(EFBIG, "write /disk/archive/tmp/x", true)),
                HasSubstr("larger than this disk can hold: write /disk/archive/tmp/x."));
}

TEST(PlainWords, WhatMayNotBeWritten) {
    for (const int number : {EROFS, EACCES, EPERM})
        EXPECT_EQ(
            words(Error::from_errno(number, "create /disk/archive/tmp", true)),
            "This archive cannot be written: its disk is read-only, or it belongs to somebody "
            "else. Nothing was changed.");
    EXPECT_EQ(words(Error::from_errno(EROFS, "create /disk/archive/tmp", true), Stands::something),
              "This archive cannot be written: its disk is read-only, or it belongs to somebody "
              "else.");
    EXPECT_EQ(words(Error::from_errno(EROFS, "create /disk/archive-2/tmp", true)),
              "This cannot be written: create /disk/archive-2/tmp. Its disk is read-only, or it "
              "belongs to somebody else. Nothing was changed.");
    EXPECT_THAT(words(Error::from_errno(EROFS, "create /out/disk/archive/x", true)),
                HasSubstr("/out/disk/archive/x"));
}

TEST(PlainWords, WhatMayNotBeRead) {
    EXPECT_EQ(words(Error::from_errno(EACCES, "open /disk/archive/keys").with("keys\x1b")),
              "This may not be read here: keys\xEF\xBF\xBD: open /disk/archive/keys. It belongs to "
              "somebody else.");
}

TEST(PlainWords, ANameStandsOnce) {
    EXPECT_EQ(without_name("a/b: damaged", "a/b"), "damaged");
    EXPECT_EQ(without_name("a/bc: damaged", "a/b"), "a/bc: damaged");
    EXPECT_EQ(without_name("damaged", "a/b"), "damaged");
    EXPECT_EQ(without_name(": damaged", ""), ": damaged");
}

}  // namespace
}  // namespace keepsake::cli
