#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <ios>
#include <ostream>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "library/environment.h"
#include "library/get.h"
#include "library/keep.h"
#include "library/library.h"
#include "support/family.h"

// Sources that change, grow, shrink or go away while they are kept.
namespace keepsake::library {
namespace {

namespace fs = std::filesystem;
using testing::Family;
using testing::HeardListener;
using testing::read_text;
using testing::write_text;

/// Does something once so many files were handed in.
class Meddler final : public Listener {
  public:
    Meddler(int after_calls, std::function<void()> act)
        : left_(after_calls), act_(std::move(act)) {}
    void progress(const Progress&) override {
        if (left_-- == 0) act_();
    }
    void problem(const std::string& name, const std::string& why) override {
        problems.push_back(name + ": " + why);
    }
    void note(const std::string&) override {}
    void unlocking() override {}

    std::vector<std::string> problems;

  private:
    int left_;
    std::function<void()> act_;
};

class KeepSources : public Family {
  protected:
    void put_many(const std::string& folder, int count) {
        for (int i = 0; i < count; ++i)
            write_text(scratch / (folder + "/" + std::to_string(1000 + i)), std::to_string(i));
    }
    void expect_all_whole(Library& library, std::uint64_t count) {
        const auto given = get(library, {}, scratch / "out", home.heard);
        ASSERT_TRUE(given) << given.error().describe();
        EXPECT_EQ(given->given, count);
        EXPECT_EQ(given->problems, 0U);
    }
};

TEST_F(KeepSources, ASourceThatGoesAwayIsToldOnceAndWhatWasReadStands) {
    put_many("card/DCIM", 2000);
    auto library = open();
    Meddler meddler(300, [&] { fs::rename(scratch / "card", scratch / "pulled out"); });
    const std::vector<std::string> paths{scratch / "card/DCIM"};
    const auto report = library::keep(library, paths, {}, meddler);
    ASSERT_TRUE(report) << report.error().describe();
    ASSERT_TRUE(report->stopped);
    EXPECT_EQ(report->stopped->code(), ErrorCode::not_found);
    EXPECT_TRUE(report->stopped->message().starts_with(paths[0] + " is not there any more."))
        << report->stopped->message();
    EXPECT_EQ(meddler.problems, std::vector<std::string>());
    EXPECT_EQ(report->problems, 0U);
    EXPECT_LT(report->kept, 2000U);
    EXPECT_EQ(items(library).size(), report->kept);
    expect_all_whole(library, report->kept);

    fs::rename(scratch / "pulled out", scratch / "card");
    const auto again = keep(library, paths);
    EXPECT_FALSE(again.stopped);
    EXPECT_EQ(again.kept + again.already, 2000U);
    EXPECT_EQ(again.already, report->kept);
}

TEST_F(KeepSources, AnotherDiskInItsPlaceIsNotTakenForIt) {
    put_many("card", 2000);
    auto library = open();
    // What is mounted there afterwards has other files, or none.
    Meddler meddler(300, [&] {
        fs::rename(scratch / "card", scratch / "pulled out");
        fs::create_directory_symlink("/dev", scratch / "card");
    });
    const std::vector<std::string> paths{scratch / "card"};
    const auto report = library::keep(library, paths, {}, meddler);
    ASSERT_TRUE(report) << report.error().describe();
    ASSERT_TRUE(report->stopped);
    EXPECT_EQ(meddler.problems, std::vector<std::string>());
}

TEST_F(KeepSources, AFileThatIsDeletedMeanwhileIsNamedByTheNameThatWasGiven) {
    put_many("card", 500);
    fs::create_directory_symlink(scratch / "card", scratch / "link");
    auto library = open();
    Meddler meddler(5, [&] { fs::remove(scratch / "card/1499"); });
    const std::vector<std::string> paths{scratch / "link"};
    const auto report = library::keep(library, paths, {}, meddler);
    ASSERT_TRUE(report) << report.error().describe();
    EXPECT_FALSE(report->stopped);
    EXPECT_EQ(report->kept, 499U);
    // It may be gone before its folder was listed.
    const std::vector<std::string> named{scratch / "link/1499" + ": it is not there any more"};
    if (report->problems > 0) {
        EXPECT_EQ(meddler.problems, named);
    }
}

TEST_F(KeepSources, SocketsPipesAndDevicesAreNamedInPlainWords) {
    write_text(scratch / "src/a", "one");
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto path = scratch / "src/socket";
    ASSERT_LT(path.size(), sizeof address.sun_path);
    std::strcpy(address.sun_path, path.c_str());
    ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::close(socket);
    auto library = open();
    const auto report = keep(library, {scratch / "src", "/dev/null", scratch / "nowhere"});
    EXPECT_EQ(report.kept, 1U);
    const std::vector<std::pair<std::string, std::string>> named{
        {"/dev/null", "it is no file or folder (a device, a pipe or a socket)"},
        {scratch / "nowhere", "it is not there"},
        {path, "it is no file or folder (a device, a pipe or a socket)"}};
    EXPECT_EQ(home.heard.problems, named);
}

/// A file whose two halves always say the same, but for the moment in between.
class HalvesWriter {
  public:
    explicit HalvesWriter(std::string path) : path_(std::move(path)) {
        write_both("0");
        thread_ = std::jthread([this](const std::stop_token& stop) {
            for (int i = 1; !stop.stop_requested(); ++i) {
                write_both(std::to_string(i));
                std::this_thread::sleep_for(std::chrono::microseconds(i % 7 * 300));
            }
        });
    }
    static bool is_consistent(const std::string& bytes) {
        const auto half = bytes.size() / 2;
        return bytes.size() == 2 * kHalf && bytes.substr(0, half) == bytes.substr(half);
    }

  private:
    static constexpr std::size_t kHalf = 3'000'000;
    void write_both(const std::string& text) {
        std::fstream file(path_, fs::exists(path_) ? std::ios::in | std::ios::out | std::ios::binary
                                                   : std::ios::out | std::ios::binary);
        const auto half = text + std::string(kHalf - text.size(), 'x');
        file << half << std::flush;
        file.seekp(kHalf);
        file << half;
    }
    std::string path_;
    std::jthread thread_;
};

TEST_F(KeepSources, AFileThatChangesWhileItIsReadIsKeptConsistentlyOrNamed) {
    auto library = open();
    fs::create_directory(scratch / "src");
    std::uint64_t named = 0;
    std::uint64_t kept = 0;
    {
        const HalvesWriter writer(scratch / "src/halves");
        for (int i = 0; i < 8; ++i) {
            home.heard.problems.clear();
            const auto report = keep(library, {scratch / "src"});
            kept += report.kept;
            named += report.problems;
            EXPECT_EQ(report.kept + report.already + report.problems, 1U);
            for (const auto& [name, why] : home.heard.problems)
                EXPECT_EQ(why, "it kept changing while it was read") << name;
        }
    }
    EXPECT_EQ(kept + named, 8U);
    const auto given = get(library, {}, scratch / "out", home.heard);
    ASSERT_TRUE(given) << given.error().describe();
    if (kept == 0) return;
    for (const auto& entry : fs::directory_iterator(scratch / "out/src"))
        EXPECT_TRUE(HalvesWriter::is_consistent(read_text(entry.path().string())))
            << entry.path() << " was kept torn";
}

TEST_F(KeepSources, AFileThatGrowsOrShrinksIsKeptConsistentlyOrNamed) {
    auto library = open();
    const auto path = scratch / "src/log";
    for (const bool grows : {true, false}) {
        write_text(path, std::string(4'000'000, 'x'));
        std::jthread writer([&](const std::stop_token& stop) {
            for (std::uintmax_t i = 0; !stop.stop_requested(); ++i) {
                fs::resize_file(path, grows ? 4'000'000 + i : 4'000'000 - i % 4'000'000);
                std::this_thread::sleep_for(std::chrono::microseconds(200));
            }
        });
        const auto report = keep(library, {scratch / "src"});
        EXPECT_EQ(report.kept + report.problems, 1U);
        EXPECT_FALSE(report.stopped);
    }
}

}  // namespace
}  // namespace keepsake::library
