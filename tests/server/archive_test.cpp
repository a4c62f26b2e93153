// An archive that is away, comes back, is somebody else's, or is damaged.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <ios>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "server/nearby.h"
#include "server/serve.h"
#include "server/served_archive.h"
#include "support/scratch_directory.h"

namespace keepsake::server::testing {
namespace {

using Json = nlohmann::json;

TEST(Archive, IsNotMadeAnewWhereOneWasTakenAway) {
    ServedArchive archive;
    const auto make = [&] {
        return archive.ask("POST", "/api/v1/archive", R"({"passphrase":"another horse"})").status;
    };
    const auto state = [&] {
        return archive.ask("GET", "/api/v1/state").json().value("state", "");
    };
    archive.make_archive();
    archive.restart();
    const auto away = archive.folder() + ".away";
    std::filesystem::rename(archive.folder(), away);
    EXPECT_EQ(state(), "gone");
    EXPECT_EQ(make(), 503);
    std::filesystem::create_directory(archive.folder());  // where the disk was mounted
    EXPECT_EQ(state(), "gone");
    EXPECT_EQ(make(), 503);
    EXPECT_TRUE(std::filesystem::is_empty(archive.folder()));
    std::filesystem::remove(archive.folder());
    std::filesystem::rename(away, archive.folder());
    EXPECT_EQ(state(), "locked");
}

TEST(Archive, OfAKitIsFoundChosenAndOpened) {
    const keepsake::testing::ScratchDirectory disk;
    ServedArchive theirs;
    theirs.make_archive();
    const auto there = disk.path() + "/media/ana/DISK/ours";
    std::filesystem::create_directories(disk.path() + "/media/ana/DISK/.hidden");
    std::filesystem::copy(theirs.folder(), there, std::filesystem::copy_options::recursive);
    std::filesystem::copy(theirs.folder(), disk.path() + "/media/ana/DISK/.hidden/other",
                          std::filesystem::copy_options::recursive);
    std::filesystem::create_directory_symlink("..", disk.path() + "/media/ana/loop");
    std::optional<std::string> chosen;
    ServedArchive mine("", false, {}, [&](ServeOptions& options) {
        options.nearby = {disk.path() + "/media", disk.path() + "/not-there"};
        options.chosen = chosen;
    });
    const auto state = [&] { return mine.ask("GET", "/api/v1/state").json(); };
    EXPECT_EQ(state().value("state", ""), "none");
    EXPECT_TRUE(state().value("may_choose", false));
    const auto listed = mine.ask("GET", "/api/v1/nearby").json()["archives"];
    ASSERT_EQ(listed.size(), 1U) << listed;
    EXPECT_EQ(listed[0].value("folder", ""), there);
    const auto choose = [&](const std::string& folder) {
        return mine.ask("POST", "/api/v1/nearby", R"({"folder":")" + folder + "\"}").status;
    };
    EXPECT_EQ(choose(theirs.folder()), 404) << "which was not told";
    const auto choose_none = [&] {
        return mine.ask("POST", "/api/v1/nearby", R"({"folder":null})").status;
    };
    EXPECT_EQ(choose(disk.path() + "/media/ana/DISK/.hidden/other"), 404);
    EXPECT_EQ(choose(there), 204);
    EXPECT_EQ(state().value("state", ""), "locked");
    EXPECT_EQ(choose(there), 204) << "as long as nobody opened it, another may be chosen";
    EXPECT_EQ(choose_none(), 204) << "or none";
    EXPECT_EQ(state().value("state", ""), "none");
    EXPECT_EQ(choose(there), 204);
    EXPECT_EQ(server::chosen_archive(mine.environment()), std::nullopt);
    EXPECT_EQ(mine.ask("POST", "/api/v1/session", R"({"passphrase":"correct horse"})").status, 200);
    EXPECT_EQ(server::chosen_archive(mine.environment()), there);
    EXPECT_FALSE(state().value("may_choose", true));
    EXPECT_EQ(choose(there), 404);
    EXPECT_EQ(mine.ask("GET", "/api/v1/nearby").status, 404);
    EXPECT_FALSE(std::filesystem::exists(mine.folder()));
    // The next time it is served again; where its disk is away, no archive is made in its place.
    chosen = server::chosen_archive(mine.environment());
    mine.restart();
    EXPECT_EQ(state().value("state", ""), "locked");
    std::filesystem::rename(there, there + " 2");
    EXPECT_EQ(state().value("state", ""), "gone");
    mine.restart();
    EXPECT_EQ(state().value("state", ""), "gone");
    EXPECT_EQ(mine.ask("POST", "/api/v1/archive", R"({"passphrase":"another horse"})").status, 503);
    EXPECT_EQ(mine.ask("GET", "/api/v1/nearby").status, 200);
    EXPECT_EQ(choose(there + " 2"), 204);
    EXPECT_EQ(state().value("state", ""), "locked");
}

TEST(Archive, IsNotChosenWhereOthersMayAsk) {
    const keepsake::testing::ScratchDirectory disk;
    const auto nearby = [&](ServeOptions& options) { options.nearby = {disk.path()}; };
    const ServedArchive proxied("", true, {}, nearby);
    EXPECT_EQ(proxied.ask("GET", "/api/v1/nearby").status, 404);
    const ServedArchive named("", false, {"photos.example"}, nearby);
    EXPECT_EQ(named.ask("GET", "/api/v1/nearby").status, 404);
    EXPECT_FALSE(named.ask("GET", "/api/v1/state").json().value("may_choose", true));
}

TEST(Archive, VanishesAndComesBack) {
    ServedArchive archive("/photos");
    archive.make_archive();
    const auto away = archive.folder() + ".away";
    std::filesystem::rename(archive.folder(), away);
    std::this_thread::sleep_for(std::chrono::milliseconds(1'100));
    const auto reply = archive.ask("GET", "/api/v1/timeline");
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(
        reply.json()["error"].value("message", ""),
        "The disk with your archive is not there. Nothing is lost. Connect it and try again.");
    EXPECT_EQ(archive.ask("GET", "/api/v1/state").json().value("state", ""), "gone");
    std::filesystem::rename(away, archive.folder());
    std::this_thread::sleep_for(std::chrono::milliseconds(1'100));
    EXPECT_EQ(archive.ask("GET", "/api/v1/timeline").status, 200);
}

TEST(Connections, AreHeldThatAreMoreThanTheFilesAProgramMayBeginWith) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    rlimit few = before;
    few.rlim_cur = 200;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
    std::vector<int> held;
    {
        const ServedArchive archive;
        while (held.size() < 300) held.push_back(archive.connected());
        EXPECT_EQ(archive.ask("GET", "/api/v1/state").status, 200);
        for (const int socket : held) ::close(socket);
    }
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(Care, TellsWhichOriginalsAreDamagedAndNothingOfThoseThatAreCovered) {
    ServedArchive archive;
    archive.make_archive();
    const auto ask = [&](const std::string& method, const std::string& path,
                         const std::string& body = "") {
        return archive.ask(method, "/api/v1" + path, body);
    };
    const auto keep = archive.begin_keep();
    for (const int number : {1, 2, 3})
        archive.send(keep, "secret-" + std::to_string(number) + ".jpg", photograph(number));
    std::vector<std::string> items;
    const auto kept = archive.wait_kept(keep);
    for (const auto& file : kept["files"]) items.push_back(file.value("item", ""));
    ask("POST", "/just-kept/place", "{}");
    ask("PUT", "/items/" + items.at(1) + "/cover", R"({"line":"His hands."})");
    const auto checked = [&] {
        EXPECT_EQ(ask("POST", "/care/check", "{}").status, 202);
        Json state;
        for (int i = 0; i < 2'000; ++i) {
            state = ask("GET", "/care/check").json();
            if (state.value("state", "") != "running") break;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return state;
    };
    EXPECT_EQ(checked().value("state", ""), "sound");
    EXPECT_EQ(ask("GET", "/care/damaged").json().value("total", 9), 0);
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(archive.folder() + "/objects"))
        if (entry.is_regular_file()) {
            std::filesystem::permissions(entry.path(), std::filesystem::perms::owner_all);
            std::ofstream(entry.path(), std::ios::app) << "spoilt";
        }
    EXPECT_EQ(checked().value("damaged", 0), 3);
    const auto damaged = ask("GET", "/care/damaged");
    const auto listed = damaged.json();
    EXPECT_EQ(listed.value("total", 0), 3) << damaged.body;
    EXPECT_EQ(listed.value("originals", 0), 3);
    EXPECT_EQ(damaged.body.find("secret-2"), std::string::npos) << damaged.body;
    EXPECT_NE(damaged.body.find("His hands."), std::string::npos);
    EXPECT_NE(damaged.body.find("secret-3.jpg"), std::string::npos);
    const auto second = ask("GET", "/care/damaged?first=2&count=1").json();
    EXPECT_EQ(second.value("total", 0), 3);
    EXPECT_EQ(second["items"].size(), 1U);
    EXPECT_EQ(ask("POST", "/let-go", R"({"items":[")" + items.at(0) + "\"]}").status, 204);
    const auto fewer = ask("GET", "/care/damaged").json();
    EXPECT_EQ(fewer.value("total", 0), 2) << "what was let go is not listed";
    EXPECT_EQ(fewer.value("originals", 0), 3);
}

}  // namespace
}  // namespace keepsake::server::testing
