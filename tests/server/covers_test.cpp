// The rules of covers and of what is quiet, on the server: by item, by moment, by person.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "base/time.h"
#include "server/served_archive.h"

namespace keepsake::server::testing {
namespace {

using Json = nlohmann::json;

/// Some photographs, placed; Ines and Joren; a moment that holds the first two.
class Family {
  public:
    Family() {
        archive.make_archive();
        ines = person("Ines");
        joren = person("Joren");
        const auto keep = archive.begin_keep();
        for (int i = 0; i < 3; ++i)
            archive.send(keep, "secret-" + std::to_string(i) + ".jpg", photograph(i));
        const auto report = archive.wait_kept(keep);
        for (const auto& file : report["files"]) items.push_back(file.value("item", ""));
        for (int i = 0; i < 400 && !all_are_read(); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(25));
        done("POST", "/just-kept/place", "{}", 200);
        moment = ask("POST", "/moments",
                     R"({"name":"Emil","items":[")" + items[0] + R"(",")" + items[1] + "\"]}")
                     .json()
                     .value("id", "");
    }
    Reply ask(const std::string& method, const std::string& path,
              const std::string& body = "") const {
        return archive.ask(method, "/api/v1" + path, body);
    }
    void done(const std::string& method, const std::string& path, const std::string& body,
              int status = 204) const {
        const auto reply = ask(method, path, body);
        EXPECT_EQ(reply.status, status) << method << " " << path << ": " << reply.body;
    }
    void i_am(const std::string& who) const {
        done("PATCH", "/session",
             who.empty() ? R"({"person":null})" : R"({"person":")" + who + "\"}", 200);
    }
    std::string person(const std::string& name) const {
        return ask("POST", "/people", R"({"name":")" + name + "\"}").json().value("id", "");
    }
    std::string item(int number) const {
        return "/items/" + items.at(static_cast<std::size_t>(number));
    }
    /// The line that covers it; "open" where none does. However it is asked for, it is the same.
    std::string line_of(int number, const std::string& look = "") const {
        const auto query = look.empty() ? "" : "?look=" + look;
        const auto one = ask("GET", item(number) + query).json();
        const bool covered = one.contains("covered");
        EXPECT_EQ(ask("GET", item(number) + "/thumbnail" + query).status, covered ? 403 : 200);
        EXPECT_EQ(ask("GET", item(number) + "/thumbnail?v=" + one.value("v", "0") +
                                 (look.empty() ? "" : "&look=" + look))
                      .status,
                  covered ? 403 : 200)
            << "also one that is in memory";
        EXPECT_EQ(ask("GET", item(number) + "/files/0" + query).status, covered ? 403 : 200);
        for (const auto& listed : the_timeline())
            if (listed["id"] == one["id"] && look.empty()) {
                EXPECT_EQ(listed.contains("covered"), covered);
            }
        return covered ? one["covered"].value("line", "?") : "open";
    }
    Json the_timeline() const { return ask("GET", "/timeline/items").json()["items"]; }
    std::string look_at(const std::string& what) const {
        return ask("POST", what + "/look", "{}").json().value("look", "");
    }

    ServedArchive archive;
    std::string ines;
    std::string joren;
    std::string moment;
    std::vector<std::string> items;

  private:
    bool all_are_read() const {
        for (const auto& id : items)
            if (ask("GET", "/items/" + id).json().value("kind", "") != "photograph") return false;
        return true;
    }
};

TEST(Rule8, ACoverOfOnesOwnCoversFromThatPersonAlone) {
    const Family the;
    the.i_am(the.ines);
    the.done("PUT", the.item(2) + "/cover", R"({"line":"Not today.","own":true})");
    EXPECT_EQ(the.line_of(2), "Not today.");
    EXPECT_EQ(the.ask("GET", the.item(2)).json()["covered"].value("by", ""), "Ines");
    EXPECT_EQ(the.ask("GET", "/find?words=secret-2").json().value("total", 9), 0);
    EXPECT_EQ(the.ask("GET", "/find?words=not+today").json().value("total", 9), 1);
    the.i_am(the.joren);
    EXPECT_EQ(the.line_of(2), "open");
    EXPECT_EQ(the.ask("GET", "/find?words=secret-2").json().value("total", 9), 1);
    EXPECT_EQ(the.ask("GET", "/find?words=today").json().value("total", 9), 0)
        << "what Ines wrote for herself is hers";
    EXPECT_EQ(the.ask("GET", the.item(2)).body.find("Not today"), std::string::npos);
    the.done("PUT", the.item(2) + "/cover", R"({"line":"The house burns."})");
    the.i_am(the.ines);
    EXPECT_EQ(the.line_of(2), "The house burns.");
    EXPECT_EQ(the.ask("GET", the.item(2)).json()["covered"].value("by", ""), "Joren");
    the.done("DELETE", the.item(2) + "/cover", "");
    EXPECT_EQ(the.line_of(2), "Not today.") << "her own stands as long as she wants";
    the.done("DELETE", the.item(2) + "/cover?own=true", "");
    EXPECT_EQ(the.line_of(2), "open");
}

TEST(Rule8, TheStrictestOfItemMomentAndPersonApplies) {
    const Family the;
    const auto of_moment = "/moments/" + the.moment;
    the.i_am(the.ines);
    the.done("PUT", of_moment + "/cover", R"({"line":"Our son."})");
    the.done("PUT", the.item(0) + "/cover", R"({"line":"His face."})");
    EXPECT_EQ(the.line_of(0), "His face.");
    EXPECT_EQ(the.line_of(1), "Our son.");
    EXPECT_EQ(the.line_of(2), "open");
    the.i_am(the.joren);
    the.done("PUT", of_moment + "/leave-open", "{}");
    EXPECT_EQ(the.line_of(0), "His face.") << "the moment's is open, the item's is not";
    EXPECT_EQ(the.line_of(1), "open");
    the.done("PUT", the.item(0) + "/leave-open", "{}");
    EXPECT_EQ(the.line_of(0), "open");
    the.done("DELETE", of_moment + "/leave-open", "");
    EXPECT_EQ(the.line_of(0), "Our son.") << "the item's is open, the moment's is not";
    the.done("PUT", of_moment + "/leave-open", "{}");
    the.i_am(the.ines);
    EXPECT_EQ(the.line_of(1), "Our son.") << "what Joren leaves open is his choice alone";
    the.i_am("");
    EXPECT_EQ(the.line_of(1), "Our son.");
    the.done("PUT", of_moment + "/leave-open", "{}", 400);
    // Another line is another cover: nobody has chosen to leave that one open.
    the.done("PUT", of_moment + "/cover", R"({"line":"Emil."})");
    the.i_am(the.joren);
    EXPECT_EQ(the.line_of(1), "Emil.");
    the.done("DELETE", the.item(0) + "/cover", "");
    the.done("PUT", the.item(0) + "/cover", R"({"line":"His hands."})");
    the.done("PUT", of_moment + "/leave-open", "{}");
    EXPECT_EQ(the.line_of(0), "His hands.");
}

TEST(Rule8, EveryBrowserStartsCovered) {
    Family the;
    the.done("PUT", the.item(2) + "/cover", R"({"line":"A hard one."})");
    const auto look = the.look_at(the.item(2));
    EXPECT_EQ(the.line_of(2, look), "open");
    EXPECT_EQ(the.line_of(2), "A hard one.") << "loaded anew, or by Back";
    const auto mine = the.archive.cookie;
    const auto unlocked = the.ask("POST", "/session", R"({"passphrase":"correct horse"})");
    const auto set = unlocked.headers.at("set-cookie");
    the.archive.cookie = set.substr(0, set.find(';'));
    EXPECT_EQ(the.line_of(2, look), "A hard one.") << "a look is of one session alone";
    the.archive.cookie = mine;
    EXPECT_EQ(the.line_of(2, look), "open");
    the.i_am(the.ines);
    EXPECT_EQ(the.line_of(2, look), "A hard one.") << "and of one person";
}

TEST(Rule7, ALookOpensThatItemOrThatSetAndNoNeighbour) {
    const Family the;
    const auto of_moment = "/moments/" + the.moment;
    the.done("PUT", of_moment + "/cover", R"({"line":"Our son."})");
    the.done("PUT", the.item(1) + "/cover", R"({"line":"His face."})");
    the.done("PUT", the.item(2) + "/cover", R"({"line":"The house."})");
    const auto one = the.look_at(the.item(0));
    EXPECT_EQ(the.line_of(0, one), "open");
    EXPECT_EQ(the.line_of(1, one), "His face.");
    EXPECT_EQ(the.line_of(2, one), "The house.");
    const auto all = the.look_at(of_moment);
    EXPECT_EQ(the.line_of(0, all), "open");
    EXPECT_EQ(the.line_of(1, all), "His face.") << "it has a cover of its own";
    EXPECT_EQ(the.line_of(2, all), "The house.");
    EXPECT_EQ(the.ask("GET", of_moment + "/items").status, 403);
    const auto listed = the.ask("GET", of_moment + "/items?look=" + all).json();
    EXPECT_FALSE(listed["items"][0].contains("covered"));
    EXPECT_TRUE(listed["items"][1].contains("covered"));
    the.done("DELETE", "/looks/" + all, "");
    EXPECT_EQ(the.line_of(0, all), "Our son.");
    // Whatever is covered anew, looks at it end.
    the.done("PUT", the.item(0) + "/cover", R"({"line":"Anew."})");
    EXPECT_EQ(the.line_of(0, one), "Anew.");
}

TEST(Rule4, WhoeverAsksIsToldMoreInWords) {
    const Family the;
    the.i_am(the.ines);
    the.done("PUT", the.item(0) + "/cover", R"({"line":"A","more":"The room.\n\nIt was in May."})");
    const auto covered = the.ask("GET", the.item(0)).json()["covered"];
    EXPECT_EQ(covered.value("more", ""), "The room.\n\nIt was in May.");
    the.done("PUT", "/moments/" + the.moment + "/cover", R"({"line":"B","more":"Three of us."})");
    EXPECT_EQ(the.ask("GET", "/moments").json()["moments"][0]["covered"].value("more", ""),
              "Three of us.");
    the.done("PUT", the.item(0) + "/cover", R"({"line":"Another"})");
    EXPECT_FALSE(the.ask("GET", the.item(0)).json()["covered"].contains("more"));
    the.done("PUT", the.item(1) + "/cover", R"({"line":"C","more":"For me.","own":true})");
    EXPECT_EQ(the.ask("GET", the.item(1)).json()["covered"].value("more", ""), "For me.");
    the.i_am(the.joren);
    EXPECT_EQ(the.ask("GET", the.item(1)).body.find("For me."), std::string::npos);
    the.done("PUT", the.item(0) + "/cover",
             R"({"line":"D","more":")" + std::string(16'001, 'x') + "\"}", 400);
    the.done("PUT", the.item(0) + "/cover", R"({"line":")" + std::string(161, 'x') + "\"}", 400);
}

TEST(Rule1, WhatLeavesACoveredMomentStaysCovered) {
    const Family the;
    const auto of_moment = "/moments/" + the.moment;
    the.i_am(the.joren);
    the.done("PUT", of_moment + "/cover", R"({"line":"Not for me.","own":true})");
    the.i_am(the.ines);
    the.done("PUT", of_moment + "/cover", R"({"line":"Our son.","more":"He had died."})");
    const auto look = the.look_at(of_moment);
    the.done("POST", of_moment + "/items?look=" + look, R"({"remove":[")" + the.items[0] + "\"]}");
    EXPECT_EQ(the.line_of(0), "Our son.");
    EXPECT_EQ(the.ask("GET", the.item(0)).json()["covered"].value("more", ""), "He had died.");
    the.done("DELETE", of_moment, "", 403);
    the.done("DELETE", of_moment + "?look=" + look, "");
    EXPECT_EQ(the.ask("GET", of_moment).status, 404);
    EXPECT_EQ(the.line_of(1), "Our son.");
    the.done("DELETE", the.item(1) + "/cover", "");
    EXPECT_EQ(the.line_of(1), "open");
    the.i_am(the.joren);
    EXPECT_EQ(the.line_of(1), "Not for me.");
}

TEST(Rule10, OfALookNothingIsWritten) {
    const Family the;
    the.done("PUT", the.item(0) + "/cover", R"({"line":"A hard one."})");
    the.ask("GET", the.item(0));
    const auto files = [&] {
        std::vector<std::string> all;
        for (const auto& folder : {the.archive.folder(), the.archive.state_folder()})
            for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
                if (entry.is_regular_file() &&
                    entry.path().string().find(".db") == std::string::npos)
                    all.push_back(entry.path().string() + " " + std::to_string(entry.file_size()));
        std::ranges::sort(all);
        return all;
    };
    const auto before = files();
    const auto look = the.look_at(the.item(0));
    EXPECT_EQ(the.line_of(0, look), "open");
    the.done("DELETE", "/looks/" + look, "");
    EXPECT_EQ(files(), before);
}

TEST(Log, NamesNobodyAndNothing) {
    const Family the;
    the.i_am(the.ines);
    the.done("PUT", the.item(0) + "/cover", R"({"line":"A hard one."})");
    const auto look = the.look_at(the.item(0));
    EXPECT_EQ(the.line_of(0, look), "open");
    the.done("DELETE", "/looks/" + look, "");
    the.ask("GET", the.item(0) + "/thumbnail");
    the.ask("GET", "/find?words=secret-1");
    the.ask("GET", "/nothing/secret-2");
    the.archive.ask("GET", "/secret-page");
    the.archive.ask("PUT", "/api/v1/session");
    the.archive.raw("GET /secret-3 HTTP/1.1\r\nno header\r\n\r\n");
    std::ifstream file(the.archive.log_file());
    const std::string log{std::istreambuf_iterator<char>(file), {}};
    for (const char* line :
         {" GET api/v1/items/*/thumbnail 403 ", " POST api/v1/archive 201 ",
          " GET api/v1/find 200 ", " PATCH api/v1/uploads/* 204 ", " GET api/v1/? 404 ",
          " GET page 404 ", " PUT api/v1/? 405 ", " ? - 400 "})
        EXPECT_NE(log.find(line), std::string::npos) << line << "\n" << log;
    for (const auto& told : {std::string("secret"), std::string("Ines"), std::string("look"), look,
                             the.items[0], the.ines, std::string("hard"), std::string("keepsake=")})
        EXPECT_EQ(log.find(told), std::string::npos) << told;
    EXPECT_EQ(std::filesystem::status(the.archive.log_file()).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(Rule11, WhatIsQuietIsMarkedForThatPersonAndFoundAllTheSame) {
    const Family the;
    the.i_am(the.ines);
    const auto quiet = the.ask("PATCH", "/quiet",
                               R"({"quiet":true,"dates":["03-14"],"people":[")" + the.joren +
                                   R"("],"moments":[")" + the.moment + "\"]}");
    EXPECT_EQ(quiet.json()["dates"], Json::array({"03-14"}));
    const auto is_quiet = [&] {
        return the.ask("GET", "/moments").json()["moments"][0].value("quiet", false);
    };
    EXPECT_TRUE(is_quiet());
    const auto people = the.ask("GET", "/people").json();
    for (const auto& one : people["people"])
        EXPECT_EQ(one.value("quiet", false), one["id"] == the.joren) << one;
    EXPECT_EQ(the.ask("GET", "/find?words=emil").json()["moments"].size(), 1U);
    the.i_am(the.joren);
    EXPECT_FALSE(is_quiet());
    EXPECT_TRUE(the.ask("GET", "/quiet").json()["dates"].empty());
    the.i_am("");
    EXPECT_FALSE(is_quiet());
    // No moment has a front that nobody chose.
    const auto of_moment = "/moments/" + the.moment;
    const auto card = [&] { return the.ask("GET", "/moments").json()["moments"][0]; };
    EXPECT_FALSE(card().contains("front"));
    the.done("PATCH", of_moment, R"({"front":")" + the.items[0] + "\"}", 200);
    EXPECT_EQ(card()["front"].value("id", ""), the.items[0]);
    the.done("PUT", the.item(0) + "/cover", R"({"line":"A hard one."})");
    EXPECT_FALSE(card().contains("front"))
        << "a covered picture is none, and no other takes its place";
}

TEST(Find, KnowsMomentsByWhatMayBeReadOfThem) {
    const Family the;
    const auto of_moment = "/moments/" + the.moment;
    the.done("PATCH", of_moment, R"({"name":"Ärger am Fjord","people":[")" + the.ines + "\"]}",
             200);
    the.done("PUT", of_moment + "/story", R"({"text":"It rained."})", 200);
    const auto found = [&](const std::string& words) {
        return the.ask("GET", "/find?words=" + words).json()["moments"].size();
    };
    for (const char* words : {"%C3%84RGER", "%C3%A4rger", "fjord+ines", "rained"})
        EXPECT_EQ(found(words), 1U) << words;
    EXPECT_EQ(found("fjord+joren"), 0U);
    EXPECT_EQ(the.ask("GET", "/find?words=fjord&first=1").json().count("moments"), 0U);
    the.done("PUT", of_moment + "/cover", R"({"line":"Our son."})");
    EXPECT_EQ(found("fjord"), 1U) << "its name is told";
    EXPECT_EQ(found("our+son"), 1U);
    for (const char* words : {"rained", "ines"}) EXPECT_EQ(found(words), 0U) << words;
}

TEST(JustKept, TellsFromWhomItIsAndWhatWasLetGoUntilWhen) {
    Family the;
    the.i_am(the.joren);
    const auto keep = the.archive.begin_keep();
    the.archive.send(keep, "phone.jpg", photograph(7));
    const auto id = the.archive.wait_kept(keep)["files"][0].value("item", "");
    // Who gave it is written right after it.
    auto waiting = Json::object();
    for (int i = 0; i < 200 && waiting.value("from", "") != "Joren"; ++i) {
        const auto all = the.ask("GET", "/just-kept").json();
        if (!all["items"].empty()) waiting = all["items"][0];
        std::this_thread::sleep_for(std::chrono::milliseconds(25));
    }
    EXPECT_EQ(waiting.value("from", ""), "Joren") << waiting;
    EXPECT_EQ(the.ask("GET", "/items/" + id).json().value("kept_from", ""), "Joren");
    EXPECT_FALSE(the.ask("GET", the.item(0)).json().contains("kept_from"));
    the.done("POST", "/let-go", R"({"items":[")" + id + "\"]}");
    const auto gone = the.ask("GET", "/let-go").json()["items"][0];
    const auto until = from_rfc3339(gone.value("until", ""));
    ASSERT_TRUE(until) << gone;
    const auto now = SystemWallClock().now().seconds;
    EXPECT_NEAR(static_cast<double>(until->seconds - now), 90.0 * kSecondsPerDay, 600.0);
}

}  // namespace
}  // namespace keepsake::server::testing
