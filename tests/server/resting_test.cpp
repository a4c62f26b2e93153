// When nobody does anything the house locks itself, whatever its open pages go on asking.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "crypto/random.h"
#include "http/message.h"
#include "library/environment.h"
#include "os/posix_file_system.h"
#include "server/api.h"
#include "server/house.h"
#include "server/visitors.h"
#include "support/scratch_directory.h"

namespace keepsake::server::testing {
namespace {

using http::Method;

/// The API without a socket, and with a clock that a test turns.
class RestingHouse {
  public:
    RestingHouse()
        : environment_{.files = files_,
                       .random = random_,
                       .clock = clock_,
                       .state_folder = scratch_.path() + "/state",
                       .stop = {},
                       .threads = 1},
          house_(environment_, scratch_.path() + "/archive"),
          api_(house_,
               {.prefix = {}, .hosts = {"here"}, .names = {}, .clock = [this] { return now; }}) {
        const auto made = ask(Method::post, {"archive"}, R"({"passphrase":"correct horse"})");
        for (const auto& [name, value] : made.headers)
            if (name == "Set-Cookie") cookie_ = value.substr(0, value.find(';'));
    }
    ~RestingHouse() { api_.stop(); }

    /// As the server asks: first whether it may be, then for the answer.
    http::Response ask(Method method, std::vector<std::string> path, std::string body = "",
                       bool unasked = false) {
        http::Request request;
        request.head.method = method;
        request.head.path = {"api", "v1"};
        request.head.path.insert(request.head.path.end(), path.begin(), path.end());
        request.head.headers = {
            {"host", "here"}, {"cookie", cookie_}, {"content-type", "application/json"}};
        if (unasked) request.head.headers.emplace_back("keepsake-unasked", "1");
        request.head.content_length = body.size();
        request.body = std::move(body);
        auto admission = api_.admit(request.head);
        if (admission.refusal) return std::move(*admission.refusal);
        return api_.answer(std::move(request));
    }
    unsigned status_of(std::vector<std::string> path, bool unasked = false) {
        return ask(Method::get, std::move(path), "", unasked).status;
    }
    /// The usual rest is 15 minutes.
    void wait(std::chrono::minutes time) {
        now += time;
        api_.tend();
    }
    bool is_open() const { return house_.is_open(); }

    SteadyTime now{std::chrono::hours(1)};

  private:
    keepsake::testing::ScratchDirectory scratch_;
    os::PosixFileSystem files_;
    crypto::SystemRandom random_;
    SystemWallClock clock_;
    library::Environment environment_;
    House house_;
    Api api_;
    std::string cookie_;
};

using std::chrono::minutes;

TEST(Rest, LocksTheHouseThoughItsPagesGoOnAsking) {
    RestingHouse house;
    for (int i = 0; i < 14; ++i) {
        house.wait(minutes(1));
        for (const auto& path : std::vector<std::vector<std::string>>{
                 {"moments"}, {"timeline"}, {"just-kept"}, {"let-go"}, {"people"}, {"session"}})
            EXPECT_EQ(house.status_of(path, true), 200U) << path[0];
        EXPECT_EQ(house.status_of({"care", "check"}), 200U);
        EXPECT_EQ(house.status_of({"state"}), 200U);
    }
    EXPECT_TRUE(house.is_open());
    house.wait(minutes(1));
    EXPECT_FALSE(house.is_open());
    EXPECT_EQ(house.status_of({"moments"}, true), 401U);
    EXPECT_EQ(house.status_of({"moments"}), 401U);
}

TEST(Rest, BeginsAnewWithWhateverSomebodyDoes) {
    RestingHouse house;
    for (int i = 0; i < 4; ++i) {
        house.wait(minutes(14));
        EXPECT_EQ(house.status_of({"session"}), 200U) << "somebody is here";
    }
    house.wait(minutes(14));
    EXPECT_EQ(house.ask(Method::post, {"people"}, R"({"name":"Ines"})").status, 201U);
    house.wait(minutes(14));
    EXPECT_TRUE(house.is_open());
    house.wait(minutes(1));
    EXPECT_FALSE(house.is_open());
}

TEST(Rest, IsAsLongAsSomebodySet) {
    RestingHouse house;
    EXPECT_EQ(house.ask(Method::patch, {"settings"}, R"({"locks_after_minutes":60})").status, 200U);
    house.wait(minutes(59));
    EXPECT_TRUE(house.is_open());
    house.wait(minutes(1));
    EXPECT_FALSE(house.is_open());
}

}  // namespace
}  // namespace keepsake::server::testing
