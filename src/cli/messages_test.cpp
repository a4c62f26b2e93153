#include "cli/messages.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <string>

#include "cli/descriptor.h"
#include "cli/text_layout.h"
#include "library/environment.h"

namespace keepsake::cli {
namespace {

library::Progress halfway() {
    return {.doing = "Reading",
            .files_done = 1204,
            .files_total = 2577,
            .bytes_done = 5'000'000'000,
            .bytes_total = 10'000'000'000};
}

TEST(Messages, ProgressFitsItsLine) {
    EXPECT_EQ(progress_text(halfway(), 0), "Reading: 1,204 of 2,577 files, 5.0 GB of 10 GB");
    EXPECT_EQ(progress_text(halfway(), 100),
              "Reading  [============            ] 1,204 of 2,577 files, 5.0 GB of 10 GB");
    for (std::size_t columns = 1; columns < 100; ++columns)
        EXPECT_LE(display_width(progress_text(halfway(), columns)), columns);
}

TEST(Messages, ProgressWithoutTotals) {
    EXPECT_EQ(progress_text({.doing = "Checking", .files_done = 1}, 80), "Checking  1 file");
    EXPECT_EQ(progress_text({.doing = "Checking", .files_done = 0}, 0), "Checking: 0 files");
    // More than the total (a file grew): the bar stays in its frame.
    EXPECT_EQ(progress_text({.doing = "R", .files_done = 3, .files_total = 2}, 80),
              "R  [========================] 3 of 2 files");
}

TEST(Messages, InAPipeProblemsStandOnLinesOfTheirOwn) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const auto reading = Descriptor::owned(ends[0]);
    {
        const auto writing = Descriptor::owned(ends[1]);
        Messages messages(writing.get());
        messages.name_problems("could not keep ");
        messages.progress(halfway());  // within the first seconds: nothing
        messages.unlocking();
        messages.problem("a\nb", "it is locked");
        messages.note("A note.");
        messages.problem("a", "a: it is damaged");
    }
    std::array<char, 4096> text{};
    const auto size = ::read(reading.get(), text.data(), text.size());
    ASSERT_GT(size, 0);
    EXPECT_EQ(std::string(text.data(), static_cast<std::size_t>(size)),
              "could not keep a b: it is locked\nA note.\ncould not keep a: it is damaged\n");
}

}  // namespace
}  // namespace keepsake::cli
