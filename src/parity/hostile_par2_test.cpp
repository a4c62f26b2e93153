// PAR2 files that somebody made to do harm, or that look so.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "parity/md5.h"
#include "parity/packets.h"
#include "parity/recovery_set.h"
#include "parity/verify.h"
#include "parity/work.h"
#include "support/simulated_file_system.h"

namespace keepsake::parity {
namespace {

using testing::SimulatedFileSystem;

/// A set that protects files that need not exist.
struct Forged {
    MainBody main{.slice_bytes = 64, .files = {}, .other_files = 0};
    std::vector<FileBody> files;
    std::vector<SlicesBody> slices;

    void add(const std::string& name, std::uint64_t size_bytes) {
        FileBody file{.size_bytes = size_bytes, .name = name};
        file.id = file_id_of(file);
        main.files.push_back(file.id);
        files.push_back(file);
    }
    Bytes bytes() const {
        const auto main_bytes = main_body(main);
        const SetId set = md5(main_bytes);
        Bytes out;
        const auto put = [&](const Bytes& packet) {
            out.insert(out.end(), packet.begin(), packet.end());
        };
        put(packet(set, kMainPacket, main_bytes));
        for (const auto& file : files) put(packet(set, kFilePacket, file_body(file)));
        for (const auto& body : slices) put(packet(set, kSlicesPacket, slices_body(body)));
        return out;
    }
};

Result<RecoverySet> opened(SimulatedFileSystem& files, ByteView bytes) {
    files.put("/x.par2", bytes);
    return open_set(files, {"/x.par2"}, Work());
}

ErrorCode refusal(const Forged& forged) {
    SimulatedFileSystem files(1);
    const auto set = opened(files, forged.bytes());
    EXPECT_FALSE(set.has_value());
    return set.has_value() ? ErrorCode::io : set.error().code();
}

struct NamedPath {
    std::string name;  ///< of the case
    std::string path;
};

void PrintTo(const NamedPath& named, std::ostream* out) { *out << named.path; }

class NameLeadingElsewhere : public ::testing::TestWithParam<NamedPath> {};
TEST_P(NameLeadingElsewhere, IsNeitherReadNorWritten) {
    SimulatedFileSystem files(1);
    Forged forged;
    forged.add(GetParam().path, 10);
    const auto set = opened(files, forged.bytes());
    ASSERT_TRUE(set.has_value()) << set.error().message();
    EXPECT_EQ(set->files[0].name, "");
    EXPECT_EQ(set->files[0].given_name, GetParam().path);
    files.set_plan({});
    const auto findings = verify_set(files, "/", *set, {}, Work());
    ASSERT_TRUE(findings.has_value());
    EXPECT_EQ(files.operation_count(), 0U);
    EXPECT_EQ(findings->files[0].state, FileState::missing);
    EXPECT_EQ(findings->files[0].slices_lost, 1U);
}
INSTANTIATE_TEST_SUITE_P(
    All, NameLeadingElsewhere,
    ::testing::Values(NamedPath{"Parent", ".."}, NamedPath{"InParent", "../x"},
                      NamedPath{"ParentInside", "a/../../x"}, NamedPath{"Absolute", "/etc/passwd"},
                      NamedPath{"TwoSlashes", "a//b"}, NamedPath{"DotFirst", "./a"},
                      NamedPath{"DotLast", "a/."}, NamedPath{"SlashLast", "a/"},
                      NamedPath{"Backslash", "\\x"}, NamedPath{"BackslashParent", "..\\x"},
                      NamedPath{"BackslashParentInside", "a\\..\\b"}, NamedPath{"Drive", "C:\\x"},
                      NamedPath{"DriveAlone", "c:x"}, NamedPath{"Host", "\\\\host\\x"}),
    [](const auto& given) { return given.param.name; });

TEST(HostilePar2, TwoFilesOfOneNameAreNotBothWritten) {
    SimulatedFileSystem files(1);
    Forged forged;
    forged.add("a/b", 10);
    forged.add("a\\b", 11);
    const auto set = opened(files, forged.bytes());
    ASSERT_TRUE(set.has_value());
    EXPECT_EQ(set->files[0].name, "a/b");
    EXPECT_EQ(set->files[1].name, "");
}

TEST(HostilePar2, AbsurdNumbersAreRefused) {
    Forged huge;
    huge.add("a", UINT64_MAX);
    EXPECT_EQ(refusal(huge), ErrorCode::limit);
    Forged padded;
    padded.main.slice_bytes = 1ULL << 60U;
    padded.add("a", 10);
    EXPECT_EQ(refusal(padded), ErrorCode::limit);
    Forged odd;
    odd.main.slice_bytes = 66;
    odd.add("a", 10);
    EXPECT_EQ(refusal(odd), ErrorCode::corrupt);
    Forged empty;
    EXPECT_EQ(refusal(empty), ErrorCode::corrupt);
    Forged twice;
    twice.add("a", 10);
    twice.main.files.push_back(twice.main.files[0]);
    EXPECT_EQ(refusal(twice), ErrorCode::corrupt);
    Forged lost;
    lost.add("a", 10);
    lost.files.clear();
    EXPECT_EQ(refusal(lost), ErrorCode::corrupt);
}

TEST(HostilePar2, ChecksumsThatDoNotFitAreLeftOut) {
    SimulatedFileSystem files(1);
    Forged forged;
    forged.add("a", 100);
    forged.slices.push_back({forged.files[0].id, std::vector<SliceChecksum>(3)});
    const auto set = opened(files, forged.bytes());
    ASSERT_TRUE(set.has_value());
    EXPECT_TRUE(set->files[0].slices.empty());
}

// Packets that somebody put before the right ones do not push them aside.
TEST(HostilePar2, ForgedPacketsDoNotReplaceRightOnes) {
    SimulatedFileSystem files(1);
    Forged forged;
    forged.add("a", 10);
    const SetId set_id = md5(main_body(forged.main));
    auto other = forged.files[0];
    other.name = "b";
    Bytes bytes = packet(set_id, kFilePacket, file_body(other));
    const auto add = [&](const Bytes& more) {
        bytes.insert(bytes.end(), more.begin(), more.end());
    };
    add(packet(set_id, kRecoveryPacket, Bytes(4 + 128)));
    add(packet(set_id, kRecoveryPacket, Bytes(4 + 64)));
    add(forged.bytes());
    const auto set = opened(files, bytes);
    ASSERT_TRUE(set.has_value());
    EXPECT_EQ(set->files[0].name, "a");
    EXPECT_EQ(set->recovery.size(), 1U);
}

// Headers that each claim all the rest of the file would have it hashed over and over.
TEST(HostilePar2, HeadersWithinHeadersCostLittle) {
    SimulatedFileSystem files(1);
    Forged forged;
    forged.add("a", 10);
    constexpr std::size_t kBytes = 2U << 20U;
    Bytes bytes;
    while (bytes.size() < kBytes) {
        Bytes header(as_bytes(kPacketMagic).begin(), as_bytes(kPacketMagic).end());
        const auto length = kBytes - bytes.size();
        for (unsigned i = 0; i < 8; ++i)
            header.push_back(static_cast<std::uint8_t>(length >> 8 * i));
        header.resize(kPacketHeaderBytes);
        bytes.insert(bytes.end(), header.begin(), header.end());
    }
    const auto good = forged.bytes();
    bytes.insert(bytes.end(), good.begin(), good.end());
    const auto set = opened(files, bytes);
    ASSERT_TRUE(set.has_value());  // and in seconds
    EXPECT_EQ(set->parity_files[0].useless_bytes, kBytes);
}

// A file of zeros and a checksum whose CRC-32 is that of zeros, and whose MD5 is not.
TEST(HostilePar2, WindowsThatOnlyLookRightCostLittle) {
    SimulatedFileSystem files(1);
    Forged forged;
    constexpr std::size_t kSlice = 64U << 10U;
    forged.main.slice_bytes = kSlice;
    forged.add("a", kSlice);
    SliceChecksum checksum;
    checksum.crc32 = 0xD7978EEB;  // of 65,536 zeros
    forged.slices.push_back({forged.files[0].id, {checksum}});
    const auto set = opened(files, forged.bytes());
    ASSERT_TRUE(set.has_value());
    files.put("/a", Bytes(1U << 20U));
    const auto findings = verify_set(files, "/", *set, {}, Work());
    ASSERT_TRUE(findings.has_value());
    EXPECT_EQ(findings->slices_lost, 1U);
}

// Every byte of a set's file changed, and the file cut off anywhere: read, or refused.
TEST(HostilePar2, AnyChangeOfAByteIsSurvived) {
    SimulatedFileSystem files(1);
    Forged forged;
    forged.add("a", 100);
    forged.add("b", 10);
    forged.slices.push_back({forged.files[0].id, std::vector<SliceChecksum>(2)});
    const auto good = forged.bytes();
    const auto needed = good.size() - 120;  // the checksums' packet: 64 + 16 + 2 * 20 bytes
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto bytes = good;
        bytes[i] ^= 0x81U;
        EXPECT_TRUE(!opened(files, bytes).has_value() || i >= needed) << i;
        (void)opened(files, ByteView(good).first(i));
    }
}

}  // namespace
}  // namespace keepsake::parity
