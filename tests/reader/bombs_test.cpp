// Files that ask for much, through the real readers: each answered within its limits, nothing
// followed, and no memory of the parent.

#include "support/bombs.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "media/facts.h"
#include "media/preview_check.h"
#include "media/reader_pool.h"
#include "os/descriptor.h"
#include "pool.h"
#include "support/scratch_directory.h"

namespace keepsake::testing {
namespace {

using media::Outcome;
using std::chrono::steady_clock;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::chrono::milliseconds kDeadline{10'000};
#else
constexpr std::chrono::milliseconds kDeadline{2'000};
#endif
constexpr std::int64_t kMostParentKilobytes = 65'536;

/// The most memory that this process had.
std::int64_t most_kilobytes() {
    struct rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

std::string whole_drawing() {
    return R"(<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"></svg>)";
}

class Bombs : public PoolTest {
  protected:
    void SetUp() override {
        start(KEEPSAKE_READER, {.program = {}, .readers = 1, .deadline = kDeadline});
    }

    /// It is drawn, has no picture, or costs its own preview: within its time, and nothing else.
    void expect_costs_one_preview(const Bomb& bomb) {
        SCOPED_TRACE(bomb.name + ", " + std::to_string(bomb.bytes.size()) + " bytes");
        const auto begin = steady_clock::now();
        const auto answer = look(bomb.bytes, {.name = bomb.name});
        EXPECT_LT(steady_clock::now() - begin, 3 * kDeadline);
        if (answer.outcome == Outcome::whole) {
            EXPECT_TRUE(media::plain_jpeg_size(answer.preview));
        } else {
            EXPECT_TRUE(answer.preview.empty() && answer.thumbnail.empty());
        }
        EXPECT_LE(media::to_json(answer.facts).size(), media::kLargestFactsBytes);
        // A cage that kills for a system call is a cage that a plain library ran into.
        EXPECT_EQ(answer.why.find("signal 31"), std::string::npos) << answer.why;
        EXPECT_EQ(look(whole_drawing(), {.name = "next.svg"}).outcome, Outcome::whole);
        RecordProperty(bomb.name, answer.why.empty() ? "drawn" : answer.why);
    }

    void expect_each_costs_one_preview(const std::vector<Bomb>& bombs) {
        if (!started()) return;
        std::size_t largest = 0;
        for (const auto& bomb : bombs) largest = std::max(largest, bomb.bytes.size());
        const auto before = most_kilobytes();
        for (const auto& bomb : bombs) expect_costs_one_preview(bomb);
        const auto grown = most_kilobytes() - before;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        EXPECT_LT(grown, kMostParentKilobytes + static_cast<std::int64_t>(largest / 1024));
#else
        static_cast<void>(grown);
#endif
    }
};

TEST_F(Bombs, PicturesThatClaimTooMuch) { expect_each_costs_one_preview(picture_bombs()); }

TEST_F(Bombs, DocumentsThatNestLoopAndLie) { expect_each_costs_one_preview(document_bombs()); }

/// Who listens on this machine, and says whether anybody came.
class Listener {
  public:
    Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
        struct sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* const any = reinterpret_cast<struct sockaddr*>(&address);
        socklen_t size = sizeof address;
        if (::bind(socket_.get(), any, size) == 0 && ::listen(socket_.get(), 8) == 0 &&
            ::getsockname(socket_.get(), any, &size) == 0)
            port_ = ntohs(address.sin_port);
    }
    std::uint16_t port() const { return port_; }
    bool somebody_came() const {
        const os::Descriptor caller(::accept(socket_.get(), nullptr, nullptr));
        return caller.is_open();
    }

  private:
    os::Descriptor socket_;
    std::uint16_t port_ = 0;
};

class References : public Bombs {
  protected:
    /// Nothing is drawn but what a drawing without the reference shows.
    void expect_not_followed(const std::string& target) {
        const auto plain = look(whole_drawing(), {.name = "plain.svg"});
        ASSERT_EQ(plain.outcome, Outcome::whole);
        for (const auto& drawing : drawings_that_refer_to(target)) {
            SCOPED_TRACE(drawing.name + " to " + target);
            const auto answer = look(drawing.bytes, {.name = drawing.name});
            EXPECT_EQ(answer.why.find("killed"), std::string::npos) << answer.why;
            if (answer.outcome == Outcome::whole) {
                EXPECT_EQ(answer.preview, plain.preview);
            }
            EXPECT_EQ(media::to_json(answer.facts).find("secret"), std::string::npos);
        }
    }
};

TEST_F(References, ToFilesAreNotFollowed) {
    if (!started()) return;
    const ScratchDirectory scratch;
    const auto target = scratch / "red.svg";
    std::ofstream(target) << R"(<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64">)"
                          << R"(<rect id="a" width="64" height="64" fill="red"/>)"
                          << "<text>secret</text></svg>";
    expect_not_followed("file://" + target);
    expect_not_followed("file:///etc/passwd");
    expect_not_followed("file:///dev/zero");
}

TEST_F(References, ToTheNetworkAreNotFollowed) {
    if (!started()) return;
    const Listener listener;
    ASSERT_NE(listener.port(), 0);
    expect_not_followed("http://127.0.0.1:" + std::to_string(listener.port()) + "/red.svg");
    EXPECT_FALSE(listener.somebody_came());
}

}  // namespace
}  // namespace keepsake::testing
