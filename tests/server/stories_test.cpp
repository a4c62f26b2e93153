// Stories on the server: versions side by side, what is covered in them, drafts of each person.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <string>
#include <vector>

#include "server/served_archive.h"

namespace keepsake::server::testing {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

/// Two photographs, placed; Ines and Joren; a moment that holds both. Ines is here.
class Writing : public ::testing::Test {
  protected:
    void SetUp() override {
        archive.make_archive();
        ines = named("/people", "Ines");
        joren = named("/people", "Joren");
        const auto keep = archive.begin_keep();
        for (int i = 0; i < 2; ++i)
            archive.send(keep, "secret-" + std::to_string(i) + ".jpg", photograph(i));
        const auto report = archive.wait_kept(keep);
        for (const auto& file : report["files"]) items.push_back(file.value("item", ""));
        ask("POST", "/just-kept/place", Json::object());
        moment = ask("POST", "/moments", {{"name", "Emil"}, {"items", items}}).value("id", "");
        story = "/moments/" + moment + "/story";
        i_am(ines);
    }

    Json ask(const std::string& method, const std::string& path, const Json& body = nullptr) {
        last = archive.ask(method, "/api/v1" + path, body.is_null() ? "" : body.dump());
        return last.json();
    }
    std::string named(const std::string& path, const std::string& name) {
        return ask("POST", path, {{"name", name}}).value("id", "");
    }
    void i_am(const std::string& person) { ask("PATCH", "/session", {{"person", person}}); }
    Json write(const std::string& text, const Json& follows = Json::array()) {
        return ask("PUT", story, {{"text", text}, {"follows", follows}});
    }
    Json draft() { return ask("GET", story + "/draft")["draft"]; }
    std::string save(const std::string& text, const std::vector<std::string>& marks = {}) {
        return ask("PUT", story + "/draft", {{"text", text}, {"marks", marks}}).value("mark", "");
    }
    static std::string show(const std::string& item) { return "![](item:" + item + ")"; }
    std::vector<std::string> texts() {
        std::vector<std::string> all;
        const auto now = ask("GET", story);
        for (const auto& one : now["standing"]) all.push_back(one["text"]);
        return all;
    }
    /// Everything that this computer holds of its own, as bytes.
    std::string state_bytes() const {
        std::string all;
        for (const auto& entry : fs::recursive_directory_iterator(archive.state_folder())) {
            all += entry.path().filename().string() + "\n";
            if (!entry.is_regular_file()) continue;
            std::ifstream file(entry.path(), std::ios::binary);
            all.append(std::istreambuf_iterator<char>(file), {});
        }
        return all;
    }

    ServedArchive archive;
    std::string ines;
    std::string joren;
    std::string moment;
    std::string story;
    std::vector<std::string> items;
    Reply last;
};

using Versions = std::vector<std::string>;

TEST_F(Writing, EveryVersionIsKeptAndSaysWhoWroteItAndWhen) {
    EXPECT_EQ(ask("GET", story)["versions"], 0);
    const auto first = write("He came on a Thursday.")["standing"][0];
    EXPECT_EQ(first["person"]["name"], "Ines");
    EXPECT_NE(first.value("device", ""), "");
    i_am(joren);
    const std::string long_text(5'000, 'x');
    const auto now = write(long_text, Json::array({first["version"]}));
    EXPECT_EQ(now["versions"], 2);
    ASSERT_EQ(now["standing"].size(), 1U);
    EXPECT_EQ(now["standing"][0]["text"], long_text);
    const auto all = ask("GET", story + "/versions");
    ASSERT_EQ(all["total"], 2);
    EXPECT_EQ(all["versions"][0]["person"]["name"], "Joren") << "the last one first";
    EXPECT_EQ(all["versions"][0]["stands"], true);
    EXPECT_EQ(all["versions"][1]["stands"], false);
    EXPECT_FALSE(all["versions"][0].contains("text"));
    EXPECT_EQ(ask("GET", story + "/versions?first=1&count=1")["versions"].size(), 1U);
    EXPECT_EQ(ask("GET", story + "/versions?first=18446744073709551615")["versions"].size(), 0U);
    const auto old = ask("GET", story + "/versions/" + first["version"].get<std::string>());
    EXPECT_EQ(old["text"], "He came on a Thursday.");
    ask("GET", story + "/versions/" + std::string(29, '0'));
    EXPECT_EQ(last.status, 404);
}

TEST_F(Writing, WhatTwoWroteAtOnceStandsSideBySideUntilOneJoinsThem) {
    const auto first = write("He came on a Thursday.")["standing"][0]["version"];
    write("It rained.", Json::array({first}));
    i_am(joren);
    const auto both = write("It was dark.", Json::array({first}))["standing"];
    ASSERT_EQ(both.size(), 2U);
    EXPECT_EQ(both[0]["person"]["name"], "Ines");
    EXPECT_EQ(both[1]["person"]["name"], "Joren");
    EXPECT_EQ(write("It was dark.", Json::array({first}))["versions"], 3)
        << "sent twice, it says one thing";
    EXPECT_EQ(texts(), (Versions{"It rained.", "It was dark."}));
    write("It rained, in the dark.", {both[0]["version"], both[1]["version"]});
    EXPECT_EQ(texts(), Versions{"It rained, in the dark."});
    EXPECT_EQ(ask("GET", story)["versions"], 4);
}

TEST_F(Writing, WhatIsNoStoryIsRefusedAndNothingIsWritten) {
    const auto first = write("He came.")["standing"][0]["version"];
    ask("PUT", story, {{"follows", {first}}});
    EXPECT_EQ(last.status, 400);
    for (const Json& follows : {Json{"x"}, Json("x"), Json{7}}) {
        write("x", follows);
        EXPECT_EQ(last.status, 400) << follows;
    }
    write("x", {"2020-01-01T00:00:00.000Z-0000_00000000000000000000000000000000"});
    EXPECT_EQ(last.status, 400) << "a version that never was";
    ask("PUT", story, {{"text", "x"}, {"of", "y"}});
    EXPECT_EQ(last.status, 400);
    std::string spaces;
    for (int i = 0; i < 100'001; ++i) spaces += "***\n";
    write(spaces, Json::array({first}));
    EXPECT_EQ(last.status, 413);
    ask("PUT", story + "/draft", {{"text", std::string(1'000'001, 'x')}});
    EXPECT_EQ(last.status, 400);
    EXPECT_EQ(texts(), Versions{"He came."});
    ask("GET", "/moments/00000000000000ff/story");
    EXPECT_EQ(last.status, 404);
}

TEST_F(Writing, Rule2OfWhatIsCoveredInAStoryProportionsAndItsLineAloneAreTold) {
    write("He came.\n\n" + show(items[0]) + "\n" + show(items[1]) + "\n\n" +
          show("00000000000000ff"));
    ask("PUT", "/items/" + items[0] + "/cover", {{"line", "His hands."}});
    const auto shown = ask("GET", story)["items"];
    ASSERT_EQ(shown.size(), 2U) << "what is not here is not told of";
    EXPECT_EQ(shown[0]["covered"]["line"], "His hands.");
    EXPECT_FALSE(shown[0].contains("v"));
    EXPECT_FALSE(shown[1].contains("covered"));
    EXPECT_EQ(last.body.find("secret-0"), std::string::npos);
    EXPECT_NE(last.body.find("secret-1"), std::string::npos);
    save(show(items[0]));
    EXPECT_EQ(ask("GET", story + "/draft")["items"][0]["covered"]["line"], "His hands.");
    ask("POST", "/let-go", {{"items", {items[1]}}});
    EXPECT_EQ(ask("GET", story)["items"].size(), 1U);
}

TEST_F(Writing, Rule2TheStoryOfACoveredMomentIsToldAfterALookAlone) {
    const auto first = write("He came.")["standing"][0].value("version", "");
    const auto mark = save("He came on a Thursday.");
    ask("PUT", "/moments/" + moment + "/cover", {{"line", "Our son."}});
    for (const auto* path : {"", "/versions", "/draft"}) {
        ask("GET", story + path);
        EXPECT_EQ(last.status, 403) << path;
    }
    ask("GET", story + "/versions/" + first);
    EXPECT_EQ(last.status, 403);
    write("x", Json::array({first}));
    EXPECT_EQ(last.status, 403) << "nobody writes over what they have not seen";
    EXPECT_NE(save("He came on a Thursday, early.", {mark}), "") << "but no words are lost";
    EXPECT_EQ(last.body.find("He came"), std::string::npos);
    const auto look =
        "?look=" + ask("POST", "/moments/" + moment + "/look", Json::object()).value("look", "");
    EXPECT_EQ(ask("GET", story + look)["standing"][0]["text"], "He came.");
    EXPECT_EQ(ask("GET", story + "/draft" + look)["draft"]["text"],
              "He came on a Thursday, early.");
}

TEST_F(Writing, ADraftIsSeenByItsWriterAloneAndOutlivesTheProgram) {
    save("For nobody else yet.");
    EXPECT_EQ(draft()["text"], "For nobody else yet.");
    i_am(joren);
    EXPECT_EQ(draft(), nullptr);
    EXPECT_EQ(ask("GET", story)["standing"].size(), 0U);
    save("Joren's own.");
    EXPECT_EQ(ask("GET", "/find?words=nobody")["total"], 0);
    EXPECT_EQ(state_bytes().find("nobody else"), std::string::npos) << "it is sealed";
    EXPECT_EQ(state_bytes().find(ines), std::string::npos) << "also whose it is";
    archive.restart();
    const auto reply = archive.ask("POST", "/api/v1/session", R"({"passphrase":"correct horse"})");
    const auto set = reply.headers.at("set-cookie");
    archive.cookie = set.substr(0, set.find(';'));
    EXPECT_EQ(draft(), nullptr) << "nobody said yet who is here";
    i_am(ines);
    EXPECT_EQ(draft()["text"], "For nobody else yet.");
    i_am(joren);
    EXPECT_EQ(draft()["text"], "Joren's own.");
}

TEST_F(Writing, NothingIsWrittenInTheNameOfWhoeverCameMeanwhile) {
    i_am(joren);
    for (const auto* path : {"", "/draft"}) {
        ask("PUT", story + path, {{"text", "Hers."}, {"person", ines}});
        EXPECT_EQ(last.status, 409) << path;
        ask("PUT", story + path, {{"text", "Hers."}, {"person", nullptr}});
        EXPECT_EQ(last.status, 409) << path;
    }
    EXPECT_EQ(draft(), nullptr);
    EXPECT_EQ(ask("GET", story)["versions"], 0);
    ask("PUT", story, {{"text", "His."}, {"person", joren}});
    EXPECT_EQ(last.status, 200);
}

TEST_F(Writing, ADraftOfAnotherWindowIsNotWrittenOver) {
    const auto one = save("One.");
    EXPECT_EQ(save("One."), one) << "sent twice, it says one thing";
    const auto two = save("Two.", {one});
    ASSERT_NE(two, "");
    save("Three.", {one});
    EXPECT_EQ(last.status, 409);
    ask("DELETE", story + "/draft?mark=" + one);
    EXPECT_EQ(last.status, 409);
    EXPECT_EQ(draft()["text"], "Two.");
    EXPECT_EQ(draft()["mark"], two);
    ask("DELETE", story + "/draft?mark=" + two);
    EXPECT_EQ(last.status, 204);
    EXPECT_EQ(draft(), nullptr);
    ask("DELETE", story + "/draft?mark=" + two);
    EXPECT_EQ(last.status, 204);
}

TEST_F(Writing, ADraftGoesOnWithAnyThatItNamesAndWithNoOther) {
    const auto one = save("One.");
    const auto two = save("Two.", {one});
    const auto four = save("Four.", {"0011", one, two});
    ASSERT_NE(four, "") << "whichever of them stands";
    save("Three.", {one, two});
    EXPECT_EQ(last.status, 409) << "what it overtook takes nothing back";
    EXPECT_EQ(draft()["text"], "Four.");
    for (const Json& marks : {Json(four), Json{7}, Json{std::string(17, 'a')},
                              Json(std::vector<std::string>(257, four)), Json(nullptr)}) {
        ask("PUT", story + "/draft", {{"text", "Five."}, {"marks", marks}});
        EXPECT_EQ(last.status, 400) << marks;
    }
    EXPECT_EQ(draft()["text"], "Four.");
    EXPECT_NE(save("Five.", std::vector<std::string>(256, four)), "");
}

TEST_F(Writing, AVersionEndsTheDraftThatItWasAndNoOther) {
    const auto first = write("He came.")["standing"][0]["version"];
    const auto mark =
        ask("PUT", story + "/draft", {{"text", "Early."}, {"follows", {first}}}).value("mark", "");
    EXPECT_EQ(draft()["follows"], Json::array({first}));
    ask("PUT", story, {{"text", "Early."}, {"follows", {first}}, {"ends_draft", "0011"}});
    EXPECT_EQ(draft()["text"], "Early.") << "another window's";
    ask("PUT", story, {{"text", "Early."}, {"follows", {first}}, {"ends_draft", mark}});
    EXPECT_EQ(draft(), nullptr);
    EXPECT_EQ(texts(), Versions{"Early."});
}

}  // namespace
}  // namespace keepsake::server::testing
