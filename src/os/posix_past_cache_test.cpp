#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "os/file_system.h"
#include "os/posix_file_system.h"
#include "support/scratch_directory.h"

namespace keepsake::os {
namespace {

// Whole pages go past the cache where the disk can; all else, and all after it, through it.
TEST(PosixPastCache, WritesWhateverComes) {
    const testing::ScratchDirectory scratch;
    PosixFileSystem files;
    constexpr std::size_t kPage = 4096;
    Bytes memory(40 * kPage);
    for (std::size_t i = 0; i < memory.size(); ++i)
        memory[i] = static_cast<std::uint8_t>(i * 31 + i / 251);
    const auto misplaced = reinterpret_cast<std::uintptr_t>(memory.data()) % kPage;
    const auto aligned = ByteView(memory).subspan((kPage - misplaced) % kPage);
    const std::vector<std::vector<std::size_t>> all_sizes = {
        {16 * kPage, kPage, 0, 2 * kPage},
        {16 * kPage + 1, kPage, 16 * kPage},
        {4 * kPage, 100, kPage - 100, 4 * kPage},
        {1, kPage},
        {kPage - 1},
    };
    int number = 0;
    for (const auto& sizes : all_sizes)
        for (const std::size_t shift : {0UL, 7UL}) {
            const auto path = scratch / std::to_string(++number);
            auto file = *files.create(path, false);
            file->write_past_cache();
            std::string expected;
            for (const auto size : sizes) {
                const auto piece = aligned.subspan(shift, size);
                const auto written = file->append(piece);
                ASSERT_TRUE(written) << written.error().describe();
                expected += as_text(piece);
                file->start_writeback();
            }
            ASSERT_TRUE(file->append_zeros(100'000));
            ASSERT_TRUE(file->append(aligned.first(2 * kPage)));
            expected += std::string(100'000, '\0') + std::string(as_text(aligned.first(2 * kPage)));
            ASSERT_TRUE(file->sync());
            ASSERT_TRUE(file->close());
            const auto there = read_file(files, path, 1'000'000);
            ASSERT_TRUE(there) << there.error().describe();
            EXPECT_TRUE(as_text(*there) == expected) << number;
        }
}

}  // namespace
}  // namespace keepsake::os
