#include "server/uploads.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/time.h"
#include "library/library.h"
#include "model/ids.h"
#include "support/family.h"

namespace keepsake::server {
namespace {

namespace fs = std::filesystem;
using keepsake::testing::read_text;

class UploadsTest : public keepsake::testing::Family {
  protected:
    void SetUp() override {
        Family::SetUp();
        library.emplace(open());
        begin();
        keep = uploads->begin_keep();
    }
    /// The next run of the program.
    void begin() {
        uploads.reset();
        auto opened = Uploads::open(*library);
        ASSERT_TRUE(opened) << opened.error().describe();
        uploads = *std::move(opened);
    }
    Upload describe(const std::string& name, std::uint64_t bytes) {
        Upload upload;
        upload.keep = keep;
        upload.name = name;
        upload.bytes = bytes;
        upload.modified = from_rfc3339("2016-07-01T12:00:00.25Z").value();
        return upload;
    }
    std::string create(const std::string& name, std::uint64_t bytes) {
        const auto created = uploads->create(describe(name, bytes));
        EXPECT_TRUE(created) << created.error().describe();
        return created ? created->id : "";
    }
    void send(const std::string& id, std::uint64_t offset, std::string_view bytes) {
        const auto writer = uploads->write(id, offset);
        ASSERT_TRUE(writer) << writer.error().describe();
        ASSERT_TRUE((*writer)->append(as_bytes(bytes)));
        EXPECT_EQ((*writer)->commit().value(), offset + bytes.size());
    }
    std::string arrived(const std::string& name, const std::string& bytes) {
        auto id = create(name, bytes.size());
        send(id, 0, bytes);
        return id;
    }
    ErrorCode failure_of_writing(const std::string& id, std::uint64_t offset) {
        const auto writer = uploads->write(id, offset);
        EXPECT_FALSE(writer);
        return writer ? ErrorCode::io : writer.error().code();
    }
    std::vector<std::string> waiting(std::size_t most = 100) {
        std::vector<std::string> names;
        for (const auto& upload : uploads->waiting(most)) names.push_back(upload.name);
        return names;
    }
    std::size_t files() const {
        std::size_t count = 0;
        for (const auto& entry : fs::directory_iterator(uploads->folder()))
            count += entry.is_regular_file() ? 1U : 0U;
        return count;
    }
    using Names = std::vector<std::string>;

    std::optional<library::Library> library;
    std::unique_ptr<Uploads> uploads;
    std::string keep;
};

TEST_F(UploadsTest, ArriveInPiecesAndWaitOnceTheyAreWhole) {
    const auto id = create("a.jpg", 10);
    EXPECT_EQ(id.size(), 32U);
    EXPECT_FALSE(uploads->is_any_waiting());
    send(id, 0, "01234");
    EXPECT_EQ(uploads->find(id)->offset, 5U);
    EXPECT_EQ(uploads->find(id)->state, UploadState::arriving);
    for (const std::uint64_t offset : {0U, 4U, 6U, 10U})
        EXPECT_EQ(failure_of_writing(id, offset), ErrorCode::changed) << offset;
    send(id, 5, "56789");
    EXPECT_EQ(uploads->find(id)->state, UploadState::waiting);
    EXPECT_EQ(failure_of_writing(id, 10), ErrorCode::changed);
    EXPECT_EQ(read_text(uploads->bytes_path(id)), "0123456789");
    EXPECT_EQ(waiting(), Names{"a.jpg"});
    create("empty.txt", 0);
    EXPECT_EQ(waiting(), (Names{"a.jpg", "empty.txt"})) << "nothing of it is to come";
}

TEST_F(UploadsTest, WhatIsNotCommittedDoesNotStand) {
    const auto id = create("a.jpg", 10);
    send(id, 0, "01");
    {
        const auto writer = uploads->write(id, 2).value();
        ASSERT_TRUE(writer->append(as_bytes("xxx")));
        EXPECT_EQ(failure_of_writing(id, 2), ErrorCode::exists) << "one client at a time";
        EXPECT_FALSE(uploads->remove(id)) << "it is arriving";
        ASSERT_TRUE(writer->undo());
        ASSERT_TRUE(writer->append(as_bytes("yy")));
    }
    EXPECT_EQ(uploads->find(id)->offset, 2U);
    EXPECT_EQ(read_text(uploads->bytes_path(id)), "01");
    send(id, 2, "23456789");
    EXPECT_EQ(read_text(uploads->bytes_path(id)), "0123456789");
}

TEST_F(UploadsTest, NothingBeginsWithoutAKeepAndNothingIsLeftOfWhatIsTakenBack) {
    auto stray = describe("a.jpg", 1);
    stray.keep = "0123456789abcdef";
    EXPECT_EQ(uploads->create(stray).error().code(), ErrorCode::not_found);
    EXPECT_FALSE(uploads->has_keep(stray.keep));
    EXPECT_EQ(uploads->remove("0123").error().code(), ErrorCode::not_found);
    EXPECT_EQ(failure_of_writing("0123", 0), ErrorCode::not_found);
    EXPECT_EQ(files(), 0U);
    const auto id = create("a.jpg", 5);
    send(id, 0, "012");
    ASSERT_TRUE(uploads->remove(id));
    EXPECT_EQ(files(), 0U);
    EXPECT_FALSE(uploads->find(id));
    const auto whole = arrived("b.jpg", "whole");
    EXPECT_EQ(uploads->remove(whole).error().code(), ErrorCode::exists) << "it has arrived";
}

TEST_F(UploadsTest, OutliveTheProgram) {
    auto described = describe("b\xC3\xBC.jpg", 10);
    described.folder = "Fotos/2020";
    described.person = model::PersonId::from_hex("00000000000000a1");
    const auto part = uploads->create(described).value().id;
    send(part, 0, "0123");
    const auto whole = arrived("a.jpg", "whole");
    // The program was killed after it wrote, before it noted.
    std::ofstream(uploads->bytes_path(part), std::ios::app) << "unsynced";
    begin();
    EXPECT_TRUE(uploads->has_keep(keep));
    const auto again = uploads->find(part).value();
    EXPECT_EQ(again.offset, 4U);
    EXPECT_EQ(again.name, described.name);
    EXPECT_EQ(again.folder, "Fotos/2020");
    EXPECT_EQ(again.person, described.person);
    EXPECT_EQ(again.modified, described.modified);
    EXPECT_EQ(read_text(uploads->bytes_path(part)), "0123") << "what was not synced may be a hole";
    EXPECT_EQ(waiting(), Names{"a.jpg"});
    // It was being kept.
    const auto away = uploads->keeping_path(*uploads->find(whole));
    fs::create_directories(fs::path(away).parent_path());
    fs::rename(uploads->bytes_path(whole), away);
    begin();
    EXPECT_EQ(read_text(uploads->bytes_path(whole)), "whole");
    EXPECT_EQ(waiting(), Names{"a.jpg"});
}

TEST_F(UploadsTest, ThatAreDamagedArePassedOver) {
    const auto id = arrived("a.jpg", "whole");
    const auto other = arrived("b.jpg", "other");
    std::ofstream(uploads->folder() + "/" + id + ".note") << "no note";
    std::ofstream(uploads->folder() + "/0123456789abcdef0123456789abcdef.bytes") << "nobody's";
    // Somebody took of it: it goes on from there.
    fs::resize_file(uploads->bytes_path(other), 2);
    begin();
    EXPECT_FALSE(uploads->find(id));
    EXPECT_FALSE(fs::exists(uploads->bytes_path(id)));
    EXPECT_FALSE(fs::exists(uploads->folder() + "/0123456789abcdef0123456789abcdef.bytes"));
    EXPECT_EQ(uploads->find(other)->offset, 2U);
    send(other, 2, "her");
    EXPECT_EQ(waiting(), Names{"b.jpg"});
    // While the program runs, too: never a hole.
    const auto third = create("c.jpg", 6);
    send(third, 0, "0123");
    fs::resize_file(uploads->bytes_path(third), 1);
    EXPECT_EQ(failure_of_writing(third, 4), ErrorCode::changed);
    send(third, 1, "12345");
    EXPECT_EQ(read_text(uploads->bytes_path(third)), "012345");
}

TEST_F(UploadsTest, NotesTellNobodyWhatCame) {
    arrived("The name of somebody.jpg", "whole");
    for (const auto& entry : fs::directory_iterator(uploads->folder())) {
        EXPECT_EQ(entry.path().filename().string().find("somebody"), std::string::npos);
        EXPECT_EQ(read_text(entry.path()).find("somebody"), std::string::npos);
    }
    EXPECT_EQ(fs::status(uploads->folder()).permissions(), fs::perms::owner_all);
}

TEST_F(UploadsTest, AreForgottenOnceTheyAreOld) {
    const auto part = create("part.jpg", 5);
    const auto whole = arrived("whole.jpg", "whole");
    const auto settled = arrived("settled.jpg", "settled");
    const auto item = model::ItemId::from_hex("00000000000000b1");
    uploads->settle(settled, UploadState::kept, "", item);
    EXPECT_FALSE(fs::exists(uploads->bytes_path(settled)));
    home.clock.pass_days(2);
    uploads->tend();
    EXPECT_TRUE(uploads->find(part));
    home.clock.pass_days(1);
    uploads->tend();
    EXPECT_FALSE(uploads->find(part)) << "its bytes lay in the clear";
    EXPECT_FALSE(fs::exists(uploads->bytes_path(part)));
    home.clock.pass_days(26);
    uploads->tend();
    EXPECT_EQ(uploads->find(settled)->item, item);
    home.clock.pass_days(1);
    uploads->tend();
    EXPECT_FALSE(uploads->find(settled));
    EXPECT_TRUE(uploads->find(whole)) << "what arrived is kept, however late";
    begin();
    EXPECT_EQ(waiting(), Names{"whole.jpg"});
}

TEST_F(UploadsTest, ThatLackRoomLetTheOthersGoFirst) {
    const auto first = arrived("first", "1");
    arrived("second", "22");
    arrived("third", "333");
    uploads->lacks_room(first, 1'200'000);
    EXPECT_EQ(waiting(), (Names{"second", "third", "first"}));
    EXPECT_EQ(waiting(2), (Names{"second", "third"}));
    EXPECT_EQ(waiting(0), Names{});
    EXPECT_EQ(uploads->find(first)->state, UploadState::waiting);
    EXPECT_EQ(uploads->find(first)->free, 1'200'000U);
    EXPECT_EQ(uploads->find(first)->why,
              "This needs 1 byte, 1.2 MB are free on the archive's disk. It is kept once there is "
              "room.");
    uploads->settle(first, UploadState::waiting, "", {});
    EXPECT_EQ(uploads->find(first)->free, std::nullopt);
    EXPECT_EQ(waiting(), (Names{"first", "second", "third"}));
}

TEST_F(UploadsTest, AreReportedInTheOrderInWhichTheyCame) {
    std::vector<std::string> ids;
    for (const char* name : {"a", "b", "c", "d"}) ids.push_back(arrived(name, name));
    uploads->settle(ids[0], UploadState::kept, "", {});
    uploads->settle(ids[1], UploadState::already, "", {});
    uploads->settle(ids[2], UploadState::failed, "it could not be read back", {});
    const auto other = uploads->begin_keep();
    EXPECT_TRUE(uploads->report(other, 0, 10).files.empty());
    const auto report = uploads->report(keep, 1, 2);
    ASSERT_EQ(report.files.size(), 2U);
    EXPECT_EQ(report.files[0].name, "b");
    EXPECT_EQ(report.files[1].why, "it could not be read back");
    EXPECT_EQ(report.bytes, 1U);
    for (const auto state :
         {UploadState::kept, UploadState::already, UploadState::failed, UploadState::waiting})
        EXPECT_EQ(report.counts.at(state), 1U) << name_of(state);
    EXPECT_TRUE(uploads->report(keep, 4, 10).files.empty());
}

TEST_F(UploadsTest, WakeWhoWaitsForThem) {
    using std::chrono::steady_clock;
    constexpr std::chrono::minutes kLong{5};
    const auto begun = steady_clock::now();
    uploads->wake();
    uploads->wait_for_work(kLong);
    arrived("a", "a");
    uploads->wait_for_work(kLong);
    EXPECT_LT(steady_clock::now() - begun, kLong);
}

}  // namespace
}  // namespace keepsake::server
