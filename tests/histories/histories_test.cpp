#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "histories/history.h"
#include "support/scratch_directory.h"

namespace keepsake::testing {
namespace {

constexpr std::uint64_t kShards = 40;
constexpr std::uint64_t kFew = 2;     // histories in each shard
constexpr std::uint64_t kMany = 250;  // where KEEPSAKE_TEST_LONG is set

std::string environment_variable(const char* name) {
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    return value == nullptr ? "" : value;
}

class Histories : public ::testing::TestWithParam<std::uint64_t> {
  protected:
    bool play_one(const History& history) {
        const ScratchDirectory scratch;
        const auto failure = play(history, scratch / "real");
        if (!failure) return true;
        const auto few = shortened(history, scratch / "real");
        const auto again = play(few, scratch / "real").value_or(*failure);
        std::string story;
        for (const auto& line : again.story) story += "\n  " + line;
        ADD_FAILURE() << again.what << story << "\nKEEPSAKE_HISTORY=\"" << few.to_text()
                      << "\" (of " << history.seed << ") repeats it";
        return false;
    }
};

TEST_P(Histories, EndAsTheyMust) {
    const auto wanted = environment_variable("KEEPSAKE_HISTORY");
    if (!wanted.empty()) {
        const auto history = History::from_text(wanted);
        ASSERT_TRUE(history) << wanted << " is no history";
        if (history->seed % kShards == GetParam()) play_one(*history);
        return;
    }
    const auto first = environment_variable("KEEPSAKE_HISTORIES_FROM");
    const auto start = first.empty() ? 0 : std::stoull(first);
    const auto count = environment_variable("KEEPSAKE_TEST_LONG").empty() ? kFew : kMany;
    for (std::uint64_t i = 0; i < count; ++i)
        if (!play_one(History::of(start + i * kShards + GetParam()))) return;
}

INSTANTIATE_TEST_SUITE_P(All, Histories, ::testing::Range<std::uint64_t>(0, kShards));

}  // namespace
}  // namespace keepsake::testing
