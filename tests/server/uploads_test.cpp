// Files on their way from a browser: nothing half-arrived is kept, and nothing that arrived is
// lost.
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "crypto/sha256.h"
#include "server/served_archive.h"

namespace keepsake::server::testing {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

std::string checksum_of(const std::string& bytes) {
    return "sha256 " + to_base64(crypto::sha256(as_bytes(bytes)), Padding::with);
}

std::string create_upload(const ServedArchive& archive, const std::string& keep,
                          const std::string& bytes) {
    const auto reply =
        archive.ask("POST", "/api/v1/uploads", "",
                    {{"Tus-Resumable", "1.0.0"},
                     {"Upload-Length", std::to_string(bytes.size())},
                     {"Upload-Metadata", "keep " + base64(keep) + ",filename " + base64("a.jpg")}});
    return reply.headers.contains("location") ? reply.headers.at("location") : "";
}

int patch_upload(const ServedArchive& archive, const std::string& upload, std::size_t offset,
                 const std::string& body, Headers more = {}) {
    more.insert(more.end(), {{"Tus-Resumable", "1.0.0"},
                             {"Upload-Offset", std::to_string(offset)},
                             {"Content-Type", "application/offset+octet-stream"}});
    return archive.ask("PATCH", upload, body, more).status;
}

void expect_one_kept(ServedArchive& archive, const std::string& keep, const std::string& bytes) {
    const auto report = archive.wait_kept(keep);
    ASSERT_EQ(report.value("kept", 0), 1) << report;
    const std::string item = report["files"][0].value("item", "");
    EXPECT_TRUE(archive.ask("GET", "/api/v1/items/" + item + "/files/0").body == bytes);
}

TEST(Uploads, LiesAreRefusedAndWhatArrivedStays) {
    ServedArchive archive;
    archive.make_archive();
    const auto keep = archive.begin_keep();
    const auto create = [&](const std::string& length, const std::string& name,
                            const std::string& to) {
        return archive.ask(
            "POST", "/api/v1/uploads", "",
            {{"Tus-Resumable", "1.0.0"},
             {"Upload-Length", length},
             {"Upload-Metadata", "keep " + base64(to) + ",filename " + base64(name)}});
    };
    for (const char* name :
         {"../a.jpg", "/etc/passwd", "a/../../b", ".", "..", "", "a//b", "a/", "/a", "a\xff.jpg"})
        EXPECT_EQ(create("1", name, keep).status, 400) << name;
    EXPECT_EQ(create("1", std::string(300, 'a'), keep).status, 400);
    EXPECT_EQ(create("-1", "a", keep).status, 400);
    EXPECT_EQ(create("99999999999999999999", "a", keep).status, 400);
    EXPECT_EQ(create("9999999999999999", "a", keep).status, 413);
    EXPECT_EQ(create("1", "a", "0123456789abcdef").status, 404);
    EXPECT_EQ(archive.ask("POST", "/api/v1/uploads", "", {{"Upload-Length", "1"}}).status, 412);

    const auto bytes = photograph(7) + std::string(100'000, 'x');
    const auto upload =
        create(std::to_string(bytes.size()), "Fotos/a.jpg", keep).headers.at("location");
    const auto patch = [&](const std::string& offset, const std::string& body, Headers more = {}) {
        more.insert(more.end(), {{"Tus-Resumable", "1.0.0"},
                                 {"Upload-Offset", offset},
                                 {"Content-Type", "application/offset+octet-stream"}});
        return archive.ask("PATCH", upload, body, more).status;
    };
    EXPECT_EQ(patch("5", "abc"), 409);
    EXPECT_EQ(patch("-5", "abc"), 400);
    EXPECT_EQ(patch("0", bytes + "more"), 413);
    EXPECT_EQ(patch("0", "abc", {{"Upload-Checksum", "sha256 " + base64(std::string(32, 'x'))}}),
              460);
    EXPECT_EQ(patch("0", "abc", {{"Upload-Checksum", "crc32 AAAA"}}), 400);
    EXPECT_EQ(patch("0", bytes.substr(0, 50'000)), 204);
    EXPECT_EQ(patch("0", bytes.substr(0, 50'000)), 409);
    // The connection breaks in the middle.
    archive.send_and_break("PATCH " + upload + " HTTP/1.1\r\nHost: " + archive.host() +
                           "\r\nCookie: " + archive.cookie +
                           "\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 50000\r\nContent-Type: "
                           "application/offset+octet-stream\r\nContent-Length: 40000\r\n\r\n" +
                           bytes.substr(50'000, 10'000));
    archive.restart();
    archive.unlock();
    const auto stands = archive.ask("HEAD", upload, "", {{"Tus-Resumable", "1.0.0"}});
    ASSERT_EQ(stands.status, 200);
    const auto offset = std::stoul(stands.headers.at("upload-offset"));
    EXPECT_GE(offset, 50'000U);
    EXPECT_EQ(patch(std::to_string(offset), bytes.substr(offset)), 204);
    const auto report = archive.wait_kept(keep);
    EXPECT_EQ(report.value("kept", 0), 1) << report;
    const std::string item = report["files"][0].value("item", "");
    EXPECT_EQ(archive.ask("GET", "/api/v1/items/" + item + "/files/0").body, bytes);
    const auto part = archive.ask("GET", "/api/v1/items/" + item + "/files/0", "",
                                  {{"Range", "bytes=70000-70099"}});
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, bytes.substr(70'000, 100));
    // The same file again is known.
    const auto again = archive.begin_keep();
    archive.send(again, "Fotos/a.jpg", bytes);
    EXPECT_EQ(archive.wait_kept(again).value("failed", 1), 0);
}

TEST(Uploads, ChunksWithAChecksumArriveWholeOrNotAtAll) {
    ServedArchive archive;
    archive.make_archive();
    const auto keep = archive.begin_keep();
    const auto bytes = photograph(3) + std::string(100'000, 'x');
    const auto first = bytes.substr(0, 60'000);
    const auto upload = create_upload(archive, keep, bytes);
    auto damaged = first;
    damaged[40'000] = 'y';
    EXPECT_EQ(patch_upload(archive, upload, 0, damaged, {{"Upload-Checksum", checksum_of(first)}}),
              460);
    // The connection breaks in the middle.
    archive.send_and_break("PATCH " + upload + " HTTP/1.1\r\nHost: " + archive.host() +
                           "\r\nCookie: " + archive.cookie +
                           "\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: "
                           "application/offset+octet-stream\r\nUpload-Checksum: " +
                           checksum_of(first) + "\r\nContent-Length: 60000\r\n\r\n" +
                           first.substr(0, 30'000));
    int status = 0;
    for (int i = 0; i < 400; ++i) {  // while the broken one is held to be sent, others wait
        status = patch_upload(archive, upload, 0, first, {{"Upload-Checksum", checksum_of(first)}});
        if (status != 423) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(25));
    }
    EXPECT_EQ(status, 204);
    const auto rest = bytes.substr(60'000);
    EXPECT_EQ(patch_upload(archive, upload, 60'000, rest, {{"Upload-Checksum", checksum_of(rest)}}),
              204);
    expect_one_kept(archive, keep, bytes);
}

/// What lies of an upload where it arrives.
std::uint64_t bytes_arrived(const ServedArchive& archive, const std::string& upload) {
    const auto name = upload.substr(upload.rfind('/') + 1) + ".bytes";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(archive.state_folder()))
        if (entry.path().filename() == name) return entry.file_size();
    return 0;
}

class LockedUploads : public ::testing::TestWithParam<bool> {};

TEST_P(LockedUploads, LockingWhileOneArrivesHarmsNothing) {
    ServedArchive archive;
    archive.make_archive();
    const auto keep = archive.begin_keep();
    // More than a piece, which is written when it is whole.
    const auto bytes = photograph(8) + std::string(600'000, 'x');
    // With a checksum nothing stands of a chunk that did not come to its end.
    const bool checked = GetParam();
    const auto checksum = checked ? "Upload-Checksum: " + checksum_of(bytes) + "\r\n" : "";
    const auto upload = create_upload(archive, keep, bytes);
    const Headers wrong{{"Upload-Checksum", "sha256 " + base64(std::string(32, 'x'))}};
    const auto is_being_sent = [&] {
        return patch_upload(archive, upload, 0, "abc", wrong) == 423;
    };
    const auto answer = archive.raw_in_two(
        "PATCH " + upload + " HTTP/1.1\r\nHost: " + archive.host() +
            "\r\nCookie: " + archive.cookie +
            "\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: "
            "application/offset+octet-stream\r\n" +
            checksum + "Content-Length: " + std::to_string(bytes.size()) + "\r\n\r\n" +
            bytes.substr(0, 300'000),
        [&] {
            // Asking takes the file for a moment: the sender's own first piece must have come.
            for (int i = 0; i < 1200 && bytes_arrived(archive, upload) == 0; ++i)
                std::this_thread::sleep_for(std::chrono::milliseconds(25));
            EXPECT_TRUE(is_being_sent());
            EXPECT_EQ(archive.ask("DELETE", "/api/v1/session").status, 204);
            archive.unlock();
            EXPECT_TRUE(is_being_sent()) << "two write one file";
        },
        bytes.substr(300'000));
    EXPECT_EQ(answer.substr(9, 3), "401") << "its session ended";
    const auto stands = archive.ask("HEAD", upload, "", {{"Tus-Resumable", "1.0.0"}});
    ASSERT_EQ(stands.status, 200);
    const auto offset = std::stoul(stands.headers.at("upload-offset"));
    ASSERT_LT(offset, checked ? 1 : bytes.size());
    EXPECT_EQ(patch_upload(archive, upload, offset, bytes.substr(offset)), 204);
    expect_one_kept(archive, keep, bytes);
}

INSTANTIATE_TEST_SUITE_P(Uploads, LockedUploads, ::testing::Bool());

TEST(Uploads, WhatCouldNotBeNotedIsSentAgain) {
    ServedArchive archive;
    archive.make_archive();
    const auto keep = archive.begin_keep();
    const auto bytes = photograph(9) + std::string(100'000, 'x');
    const auto upload = create_upload(archive, keep, bytes);
    const auto id = upload.substr(upload.rfind('/') + 1);
    std::filesystem::path note;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(archive.state_folder()))
        if (entry.path().filename() == id + ".note") note = entry.path();
    ASSERT_FALSE(note.empty());
    std::filesystem::remove(note);
    std::filesystem::create_directories(note / "in the way");
    EXPECT_GE(patch_upload(archive, upload, 0, bytes.substr(0, 50'000)), 400);
    std::filesystem::remove_all(note);
    EXPECT_EQ(patch_upload(archive, upload, 0, bytes), 204);
    expect_one_kept(archive, keep, bytes);
}

TEST(Uploads, WithoutRoomNothingBegins) {
    constexpr std::uint64_t kLeftFree = 64UL << 20U;
    ServedArchive archive;
    archive.make_archive();
    archive.disk().leave(archive.folder(), 1'000);
    const auto begun = archive.ask("POST", "/api/v1/keeps", R"({"files":1,"bytes":2000})");
    EXPECT_EQ(begun.status, 507);
    EXPECT_EQ(begun.json()["error"].value("free", 0), 1'000);
    const auto keep = archive.begin_keep();
    archive.disk().leave(archive.state_folder(), kLeftFree + 5'000);
    const auto create = [&](const std::string& bytes) {
        return archive.ask(
            "POST", "/api/v1/uploads", "",
            {{"Tus-Resumable", "1.0.0"},
             {"Upload-Length", bytes},
             {"Upload-Metadata", "keep " + base64(keep) + ",filename " + base64("a.jpg")}});
    };
    const auto refused = create("5001");
    EXPECT_EQ(refused.status, 507);
    EXPECT_EQ(refused.json()["error"].value("free", 0), 5'000);
    EXPECT_EQ(refused.json()["error"].value("message", ""),
              "On its way into the archive this needs 5.0 KB, 5.0 KB are free on this computer.");
    archive.disk().leave(archive.state_folder(), 10);
    EXPECT_EQ(create("1").json()["error"].value("free", 1), 0);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(archive.state_folder()))
        EXPECT_NE(entry.path().extension(), ".bytes") << entry.path();
    archive.disk().leave(archive.state_folder(), kLeftFree + 5'000);
    EXPECT_EQ(create("5000").status, 201);
}

/// What is told of the files of this name, until one of them is in that state.
nlohmann::json file_once(const ServedArchive& archive, const std::string& keep,
                         const std::string& name,
                         const std::function<bool(const nlohmann::json&)>& is_it) {
    constexpr int kTries = 600;
    nlohmann::json last;
    for (int i = 0; i < kTries; ++i) {
        const auto report = archive.ask("GET", "/api/v1/keeps/" + keep).json();
        for (const auto& file : report.at("files"))
            if (file.value("name", "") == name) last = file;
        if (last.is_object() && is_it(last)) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return last;
}

TEST(Uploads, WhatFindsNoRoomWaitsForItAndTheOthersAreKept) {
    ServedArchive archive;
    archive.make_archive();
    const auto known = photograph(1) + std::string(200'000, 'k');
    const auto first = archive.begin_keep();
    archive.send(first, "known.jpg", known);
    archive.wait_kept(first);
    const auto keep = archive.begin_keep();
    const auto large = photograph(2) + std::string(100'000, 'l');
    const auto waits_for_room = [](const nlohmann::json& file) { return file.contains("free"); };
    const auto is_kept = [](const nlohmann::json& file) {
        return file.value("state", "") == "kept" || file.value("state", "") == "already";
    };
    archive.disk().leave(archive.folder(), 50'000);
    archive.send(keep, "large.jpg", large);
    archive.send(keep, "larger.jpg", large + large);
    archive.send(keep, "small.jpg", photograph(3));
    archive.send(keep, "known.jpg", known);
    EXPECT_EQ(file_once(archive, keep, "small.jpg", is_kept).value("state", ""), "kept");
    EXPECT_EQ(file_once(archive, keep, "known.jpg", is_kept).value("state", ""), "already");
    for (const char* name : {"large.jpg", "larger.jpg"}) {
        const auto file = file_once(archive, keep, name, waits_for_room);
        EXPECT_EQ(file.value("state", ""), "waiting");
        EXPECT_EQ(file.value("free", 0), 50'000) << name;
        EXPECT_TRUE(file.value("why", "").ends_with(
            " KB, 50 KB are free on the archive's disk. It is kept once there is room."))
            << file;
    }
    // Nothing of them is half-kept; and they outlive the program.
    archive.restart();
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(archive.folder() + "/tmp"))
        EXPECT_TRUE(entry.is_directory() || entry.path().filename() == "reserve" ||
                    entry.path().filename() == "lock")
            << entry.path();
    archive.unlock();
    EXPECT_EQ(file_once(archive, keep, "larger.jpg", waits_for_room).value("free", 0), 50'000);
    // Room for one of them.
    archive.disk().leave(archive.folder(), 150'000);
    EXPECT_EQ(file_once(archive, keep, "large.jpg", is_kept).value("state", ""), "kept");
    EXPECT_EQ(file_once(archive, keep, "larger.jpg", waits_for_room).value("state", ""), "waiting");
    archive.disk().leave(archive.folder(), {});
    const auto report = archive.wait_kept(keep);
    EXPECT_EQ(report.value("kept", 0), 3) << report;
    EXPECT_EQ(report.value("already", 0), 1) << report;
}

}  // namespace
}  // namespace keepsake::server::testing
