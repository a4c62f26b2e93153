// What a reader that a file has taken over can do: end, and nothing else.

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "media/facts.h"
#include "media/reader_pool.h"
#include "pool.h"

namespace keepsake::testing {
namespace {

using media::Outcome;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsSanitized = true;
#else
constexpr bool kIsSanitized = false;
#endif

class Cage : public PoolTest {
  protected:
    void SetUp() override {
        start(KEEPSAKE_MISBEHAVING_READER,
              {.program = {}, .readers = 1, .deadline = std::chrono::milliseconds(1500)});
    }
    /// It costs its own preview: what was said before stands, and the next file is answered.
    void expect_costs_one_preview(const std::string& word) {
        const auto answer = look(word);
        EXPECT_EQ(answer.outcome, Outcome::not_opened) << word;
        EXPECT_NE(answer.why, "") << word;
        EXPECT_EQ(answer.facts.title, "before") << word;
        EXPECT_EQ(look("behave").outcome, Outcome::whole) << "after " << word;
    }
    void expect_killed(const std::string& word) {
        const auto answer = look(word);
        EXPECT_EQ(answer.outcome, Outcome::not_opened) << word;
        EXPECT_NE(answer.why.find("killed by signal 31"), std::string::npos)
            << word << ": " << answer.why;
    }
};

/// For what is to end well, on a machine with other work too.
class CageWithTime : public PoolTest {
  protected:
    void SetUp() override {
        start(KEEPSAKE_MISBEHAVING_READER,
              {.program = {}, .readers = 1, .deadline = std::chrono::minutes(1)});
    }
};

TEST_F(Cage, ASystemCallThatIsNotForDecodingEndsTheReader) {
    if (!started()) return;
    for (const char* const word :
         {"open", "create", "socket", "unix-socket", "connect", "exec", "fork", "vfork",
          "kill-parent", "unlink", "chmod", "ptrace", "io-uring", "bpf", "write-elsewhere"})
        expect_killed(word);
    EXPECT_EQ(look("behave").outcome, Outcome::whole);
}

TEST_F(Cage, CrashesHangsAndBombsCostOnePreviewEach) {
    if (!started()) return;
    for (const char* const word : {"crash", "null", "leave", "hang", "spin", "eat"})
        expect_costs_one_preview(word);
}

TEST_F(Cage, AHangCostsTheTimeOfOneFile) {
    if (!started()) return;
    // It says nothing at all, and could be asked again for the picture alone.
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(look("hang-before").outcome, Outcome::not_opened);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(2'800));
    EXPECT_EQ(look("behave").outcome, Outcome::whole);
}

TEST_F(CageWithTime, ThreadsAreAllowed) {
    if (!started()) return;
    if (kIsSanitized) GTEST_SKIP() << "sanitizers look at each thread by a file";
    EXPECT_EQ(look("thread").outcome, Outcome::whole);
}

TEST_F(CageWithTime, ThreadsGiveMemoryBack) {
    if (!started()) return;
    if (kIsSanitized) GTEST_SKIP() << "sanitizers look at each thread by a file";
    EXPECT_EQ(look("heap").outcome, Outcome::whole);
}

TEST_F(Cage, MemoryThatCanBeRunIsRefused) {
    if (!started()) return;
    EXPECT_EQ(look("code").outcome, Outcome::not_opened);
}

TEST_F(Cage, LiesCostOnePreviewEach) {
    if (!started()) return;
    for (const char* const word :
         {"no-json", "no-picture", "many-facts", "need-beyond", "ready-again", "long", "half"})
        expect_costs_one_preview(word);
}

TEST_F(Cage, StrangeFactsAreLeftOut) {
    if (!started()) return;
    const auto answer = look("strange-facts");
    EXPECT_EQ(answer.outcome, Outcome::whole);
    media::Facts expected;
    EXPECT_EQ(answer.facts, expected);
}

/// What comes of a copy that the reader lies about.
media::PlayableAnswer copy_of(media::ReaderPool& pool, const std::string& word) {
    class Counted final : public media::PlayableSink {
      public:
        Result<> body(ByteView) override { return {}; }
        void progress(double) override {}
    };
    Counted sink;
    media::MemorySource source(as_bytes(word));
    const auto answer = pool.make_playable(
        source,
        {.name = "a.mov", .deadline = std::chrono::milliseconds(1500), .most_bytes = 16UL << 20U},
        sink);
    EXPECT_TRUE(answer) << answer.error().message();
    return answer ? *answer : media::PlayableAnswer{};
}

TEST_F(Cage, LiesAboutACopyCostThatCopy) {
    if (!started()) return;
    EXPECT_EQ(copy_of(pool(), "behave").outcome, Outcome::whole);
    for (const char* const word :
         {"body-first", "photograph", "facts-again", "progress", "endless", "hang", "need-beyond",
          "preview", "too-short", "page", "more-boxes", "headless", "body-last"}) {
        const auto answer = copy_of(pool(), word);
        EXPECT_EQ(answer.outcome, Outcome::not_opened) << word;
        EXPECT_NE(answer.why, "") << word;
    }
    EXPECT_EQ(look("behave").outcome, Outcome::whole);
}

TEST(Reader, RefusesToBeRunByHand) {
    // NOLINTBEGIN(misc-include-cleaner): cstdio and sys/wait.h have them
    std::unique_ptr<FILE, int (*)(FILE*)> run(::popen(KEEPSAKE_READER " 2>&1 3<&- </dev/null", "r"),
                                              &::pclose);
    std::array<char, 256> line{};
    const auto size = std::fread(line.data(), 1, line.size(), run.get());
    EXPECT_EQ(
        std::string(line.data(), size),
        "keepsake-reader: this program is started by keepsake, and reads nothing by itself\n");
    EXPECT_EQ(WEXITSTATUS(::pclose(run.release())), 2);
    // NOLINTEND(misc-include-cleaner)
}

}  // namespace
}  // namespace keepsake::testing
