// docs/api/openapi.yaml held to the program: every path and method is answered, every answer is of
// the described form.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/serve.h"
#include "server/served_archive.h"

namespace keepsake::server::testing {
namespace {

using Json = nlohmann::json;

class Described {
  public:
    Described() : page_(YAML::LoadFile(KEEPSAKE_SOURCE_DIR "/docs/api/openapi.yaml")) {}

    /// What is wrong with a value, "" for nothing.
    std::string wrong_with(const Json& value, const YAML::Node& given,
                           const std::string& at) const {
        const auto schema = resolved(given);
        if (schema["oneOf"]) {
            std::string all;
            for (const auto& one : schema["oneOf"]) {
                const auto wrong = wrong_with(value, one, at);
                if (wrong.empty()) return {};
                all += wrong + "; ";
            }
            return all;
        }
        if (schema["type"] && !is_of_type(value, schema["type"]))
            return at + ": is of another type";
        if (schema["enum"] && value.is_string()) {
            bool known = false;
            for (const auto& one : schema["enum"])
                known = known || one.as<std::string>() == value.get<std::string>();
            if (!known) return at + ": is no value of its list";
        }
        if (schema["pattern"] && value.is_string() &&
            !std::regex_search(value.get<std::string>(),
                               std::regex(schema["pattern"].as<std::string>())))
            return at + ": has another pattern";
        if (value.is_array() && schema["items"])
            for (const auto& each : value)
                if (auto wrong = wrong_with(each, schema["items"], at + "[]"); !wrong.empty())
                    return wrong;
        if (value.is_object()) return wrong_members(value, schema, at);
        return {};
    }

    YAML::Node operation(const std::string& path, const std::string& method) const {
        return page_["paths"][path][method];
    }
    YAML::Node resolved(const YAML::Node& node) const {
        if (!node["$ref"]) return node;
        YAML::Node at = YAML::Clone(page_);
        std::string rest = node["$ref"].as<std::string>().substr(2);
        while (!rest.empty()) {
            const auto end = std::min(rest.find('/'), rest.size());
            at.reset(at[rest.substr(0, end)]);
            rest = rest.substr(std::min(end + 1, rest.size()));
        }
        return at;
    }
    std::set<std::string> all() const {
        std::set<std::string> operations;
        for (const auto& path : page_["paths"])
            for (const auto& method : path.second)
                if (method.first.as<std::string>() != "parameters")
                    operations.insert(method.first.as<std::string>() + " " +
                                      path.first.as<std::string>());
        return operations;
    }

  private:
    static bool is_of_type(const Json& value, const YAML::Node& type) {
        if (type.IsSequence()) {
            for (const auto& one : type)
                if (is_of_type(value, one)) return true;
            return false;
        }
        const auto name = type.as<std::string>();
        return (name == "object" && value.is_object()) || (name == "array" && value.is_array()) ||
               (name == "string" && value.is_string()) || (name == "null" && value.is_null()) ||
               (name == "boolean" && value.is_boolean()) ||
               (name == "integer" && value.is_number_integer()) ||
               (name == "number" && value.is_number());
    }
    std::string wrong_members(const Json& value, const YAML::Node& schema,
                              const std::string& at) const {
        for (const auto& name : schema["required"])
            if (!value.contains(name.as<std::string>()))
                return at + ": lacks " + name.as<std::string>();
        for (const auto& [name, member] : value.items()) {
            const auto where = fmt::format("{}.{}", at, name);
            const auto known = schema["properties"] ? schema["properties"][name] : YAML::Node();
            if (known.IsDefined() && !known.IsNull()) {
                if (auto wrong = wrong_with(member, known, where); !wrong.empty()) return wrong;
            } else if (schema["additionalProperties"] &&
                       schema["additionalProperties"].IsScalar()) {
                return where + " is not described";
            }
        }
        return {};
    }
    YAML::Node page_;
};

/// Asks as it is described, and remembers what was asked.
class Asking {
  public:
    Json ask(const std::string& operation, const std::vector<std::string>& ids,
             const std::string& body = "", const std::string& query = "",
             std::vector<std::pair<std::string, std::string>> headers = {}) {
        const auto space = operation.find(' ');
        auto method = operation.substr(0, space);
        const auto path = operation.substr(space + 1);
        auto target = path;
        for (const auto& id : ids) {
            const auto open = target.find('{');
            target.replace(open, target.find('}') - open + 1, id);
        }
        for (auto& c : method) c = static_cast<char>(c - 'a' + 'A');
        const auto reply =
            archive.ask(method, "/api/v1" + target + query, body, std::move(headers));
        check(operation, reply);
        asked.insert(operation);
        last = reply;
        return reply.json();
    }
    void check(const std::string& operation, const Reply& reply) const {
        const auto space = operation.find(' ');
        const auto described =
            page.operation(operation.substr(space + 1), operation.substr(0, space));
        ASSERT_TRUE(described) << operation << " is not described";
        const auto answer = described["responses"][std::to_string(reply.status)];
        ASSERT_TRUE(answer) << operation << ": " << reply.status
                            << " is not described: " << reply.body;
        const auto content = page.resolved(answer)["content"];
        if (!content || !content["application/json"]) return;
        EXPECT_EQ(page.wrong_with(reply.json(), content["application/json"]["schema"], "answer"),
                  "")
            << operation << ": " << reply.body;
    }
    Described page;
    ServedArchive archive{
        "", false, {}, [](ServeOptions& options) { options.nearby = {"/nowhere"}; }};
    std::set<std::string> asked;
    Reply last;
};

const std::vector<std::pair<std::string, std::string>> kTus{{"Tus-Resumable", "1.0.0"}};

std::string list_of(const std::string& name, const std::string& id) {
    return "{\"" + name + "\":[\"" + id + "\"]}";
}

void ask_of_items(Asking& the, const std::string& item) {
    the.ask("get /timeline", {});
    the.ask("get /timeline/items", {}, "", "?first=0&count=10");
    the.ask("get /timeline/shapes", {});
    EXPECT_EQ(the.last.body.substr(0, 2), "\xDC\x05") << "300 by 200 is 1500 thousandths";
    the.ask("get /timeline/number/{item}", {item});
    the.ask("get /items", {}, "", "?ids=" + item);
    the.ask("get /items/{item}", {item});
    the.ask("get /items/{item}/thumbnail", {item});
    the.ask("get /items/{item}/preview", {item});
    EXPECT_EQ(the.last.status, 200);
    the.ask("get /items/{item}/pages/{page}", {item, "1"});
    the.ask("get /items/{item}/files/{file}", {item, "0"});
    EXPECT_EQ(the.last.status, 200);
    the.ask("get /items/{item}/files/{file}", {item, "0"}, "", "", {{"Range", "bytes=99999-"}});
    EXPECT_EQ(the.last.status, 416);
    the.ask("get /items/{item}/film", {item});
    EXPECT_EQ(the.last.status, 404) << "a picture does not play";
    the.ask("get /find", {}, "", "?words=a");
    the.ask("get /find", {}, "", "?words=");
    EXPECT_EQ(the.last.status, 400);
}

void tell_of_items(Asking& the, const std::string& item, const std::string& person) {
    const auto changed = the.ask(
        "patch /items/{item}", {item},
        R"({"caption":"The light.","date":{"from":"1987","about":true,"text":"that spring"},)"
        R"("place":{"name":"Urke","latitude":62.1},"rotation":90,)"
        R"("crop":{"x":0,"y":0,"width":500,"height":1000},"people":[")" +
            person + "\"]}");
    EXPECT_EQ(changed.value("date", ""), "1987");
    EXPECT_EQ(changed.value("about", false), true);
    EXPECT_EQ(changed.value("ratio", 0), 333) << "200 by 300, half as wide";
    the.ask("get /timeline/shapes", {});
    EXPECT_EQ(the.last.body.substr(0, 2), std::string("\x4D\x01")) << "as it is shown";
    EXPECT_EQ(changed["captions"], Json::array({"The light."}));
    the.ask("patch /items/{item}", {item}, R"({"date":{"from":"in spring"}})");
    EXPECT_EQ(the.last.status, 400);
    the.ask("put /items/{item}/cover", {item}, R"({"line":"Our son."})");
    the.ask("get /items/{item}", {item});
    const auto look = the.ask("post /items/{item}/look", {item}, "{}").value("look", "");
    the.ask("delete /looks/{look}", {look});
    the.ask("put /items/{item}/leave-open", {item}, "{}");
    the.ask("delete /items/{item}/leave-open", {item});
    the.ask("delete /items/{item}/cover", {item});
    the.ask("post /let-go", {}, list_of("items", item));
    the.ask("get /let-go", {});
    the.ask("post /bring-back", {}, list_of("items", item));
}

void ask_of_moments(Asking& the, const std::string& item, const std::string& person) {
    const auto moment = the.ask("post /moments", {}, R"({"name":"Emil","items":[")" + item + "\"]}")
                            .value("id", "");
    the.ask("patch /moments/{moment}", {moment},
            R"({"front":")" + item + R"(","people":[")" + person +
                R"("],"date":{"from":"2019-03-14"}})");
    EXPECT_EQ(the.last.status, 200) << the.last.body;
    the.ask("patch /moments/{moment}", {moment}, R"({"story":"He was here."})");
    EXPECT_EQ(the.last.status, 400)
        << "a story has versions, and follows those that it is meant to";
    the.ask("put /moments/{moment}/story", {moment}, R"({"text":"He was here."})");
    EXPECT_EQ(the.last.status, 200) << the.last.body;
    the.ask("get /moments", {});
    the.ask("put /moments/order", {}, list_of("moments", moment));
    the.ask("put /moments/{moment}/cover", {moment}, R"({"line":"Emil. He had died."})");
    the.ask("get /moments/{moment}", {moment});
    the.ask("get /moments", {});
    the.ask("get /moments/{moment}/items", {moment});
    EXPECT_EQ(the.last.status, 403);
    EXPECT_EQ(the.ask("get /items/{item}", {item})["covered"]["moment"], moment);
    the.ask("patch /moments/{moment}", {moment}, R"({"name":"x"})");
    EXPECT_EQ(the.last.status, 403);
    const auto look = the.ask("post /moments/{moment}/look", {moment}, "{}").value("look", "");
    the.ask("get /moments/{moment}/items", {moment}, "", "?look=" + look);
    EXPECT_EQ(the.last.json().value("total", 0), 1);
    the.ask("put /moments/{moment}/leave-open", {moment}, "{}");
    the.ask("delete /moments/{moment}/leave-open", {moment});
    the.ask("delete /moments/{moment}/cover", {moment});
    the.ask("patch /quiet", {},
            R"({"quiet":true,"dates":["03-14"],"moments":[")" + moment + R"("],"people":[")" +
                person + "\"]}");
    the.ask("get /quiet", {});
    the.ask("post /moments/{moment}/items", {moment}, list_of("remove", item));
    the.ask("get /moments/{moment}", {moment});
    the.ask("delete /moments/{moment}", {moment});
    the.ask("get /moments/{moment}", {moment});
    EXPECT_EQ(the.last.status, 404);
}

void ask_of_stories(Asking& the, const std::string& item) {
    const auto moment = the.ask("post /moments", {}, R"({"name":"Emil"})").value("id", "");
    const auto shown = "![](item:" + item + ")";
    const auto draft = the.ask("put /moments/{moment}/story/draft", {moment},
                               R"({"text":"He came.\n\n)" + shown + "\"}");
    EXPECT_EQ(the.last.status, 200) << the.last.body;
    the.ask("put /moments/{moment}/story/draft", {moment}, R"({"text":"Another."})");
    EXPECT_EQ(the.last.status, 409);
    const auto again = the.ask(
        "put /moments/{moment}/story/draft", {moment},
        R"({"text":")" + shown + R"(","marks":[")" + draft.value("mark", "") + "\",\"0011\"]}");
    EXPECT_EQ(the.last.status, 200) << the.last.body;
    EXPECT_EQ(the.ask("get /moments/{moment}/story/draft", {moment})["items"].size(), 1U);
    the.ask("delete /moments/{moment}/story/draft", {moment}, "",
            "?mark=" + again.value("mark", ""));
    the.ask("get /moments/{moment}/story/draft", {moment});
    const auto first =
        the.ask("put /moments/{moment}/story", {moment}, R"({"text":")" + shown + "\"}");
    const auto version = first["standing"][0].value("version", "");
    the.ask("put /moments/{moment}/story", {moment},
            R"({"text":"He came.","follows":[")" + version + "\"]}");
    EXPECT_EQ(the.ask("get /moments/{moment}/story", {moment}).value("versions", 0), 2);
    the.ask("get /moments/{moment}/story/versions", {moment});
    the.ask("get /moments/{moment}/story/versions/{version}", {moment, version});
    EXPECT_EQ(the.last.status, 200) << the.last.body;
    the.ask("put /moments/{moment}/story", {moment}, R"({"text":7})");
    EXPECT_EQ(the.last.status, 400);
    the.ask("delete /moments/{moment}", {moment});
}

std::string keep_one(Asking& the) {
    the.ask("options /uploads", {});
    const auto keep = the.ask("post /keeps", {}, R"({"files":2,"bytes":60})").value("id", "");
    const auto metadata = "keep " + base64(keep) + ",filename " + base64("a.jpg");
    auto headers = kTus;
    headers.emplace_back("Upload-Length", "60");
    headers.emplace_back("Upload-Metadata", metadata);
    the.ask("post /uploads", {}, "", "", headers);
    const auto location = the.last.headers.at("location");
    const auto upload = location.substr(location.rfind('/') + 1);
    the.ask("head /uploads/{upload}", {upload}, "", "", kTus);
    EXPECT_EQ(the.last.headers.at("upload-offset"), "0");
    auto patch = kTus;
    patch.emplace_back("Upload-Offset", "0");
    patch.emplace_back("Content-Type", "application/offset+octet-stream");
    the.ask("patch /uploads/{upload}", {upload}, std::string(30, 'x'), "", patch);
    EXPECT_EQ(the.last.status, 204);
    the.ask("delete /uploads/{upload}", {upload}, "", "", kTus);
    EXPECT_EQ(the.last.status, 204) << the.last.body;
    the.archive.send(keep, "b.jpg", photograph(1));
    the.archive.wait_kept(keep);
    const auto report = the.ask("get /keeps/{keep}", {keep});
    EXPECT_EQ(report.value("kept", 0), 1) << report;
    const auto item = report["files"][0].value("item", "");
    // What it shows is read a moment later.
    for (int i = 0; i < 200; ++i) {
        if (the.archive.ask("GET", "/api/v1/items/" + item).json().value("kind", "") ==
            "photograph")
            break;
        std::this_thread::sleep_for(std::chrono::milliseconds(25));
    }
    EXPECT_EQ(the.ask("get /just-kept", {}).value("total", 0), 1);
    EXPECT_EQ(the.ask("get /timeline", {}).value("items", 1), 0);
    EXPECT_EQ(the.ask("post /just-kept/place", {}, "{}").value("placed", 0), 1);
    EXPECT_EQ(the.ask("get /timeline", {}).value("items", 0), 1);
    return item;
}

/// Without a guest page in the program, and with one: both are answered as it is described.
void ask_of_shares(Asking& the, const std::string& item) {
    const auto items = "\"items\":[\"" + item + "\"]";
    the.ask("post /showing/outline", {}, "{" + items + "}");
    EXPECT_EQ(the.last.status, 200) << the.last.body;
    the.ask("post /showing/outline", {}, "{}");
    EXPECT_EQ(the.last.status, 400);
    the.ask("post /showing", {}, "{" + items + R"(,"to":"Ana","way":"by post"})");
    EXPECT_EQ(the.last.status, 400);
    const auto begun =
        the.ask("post /showing", {}, "{" + items + R"(,"to":"Ana","way":"download"})");
    const auto id = begun.value("id", std::string(32, '0'));
    const auto is_over = [&] {
        return the.ask("get /showing/{showing}", {id}).value("state", "") != "making";
    };
    for (int i = 0; i < 400 && !is_over(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(25));
    the.ask("get /showing/{showing}/file", {id});
    the.ask("get /showing/{showing}/page", {id});
    EXPECT_EQ(the.last.status, 404) << "it is a download";
    the.ask("delete /showing/{showing}", {id});
    const auto list = the.ask("get /shares", {});
    const auto share =
        list["shares"].empty() ? std::string(16, '0') : list["shares"][0].value("id", "");
    the.ask("get /shares/{share}", {share});
    the.ask("patch /shares/{share}", {share}, R"({"until":"2999-06-30"})");
    the.ask("post /shares/{share}/end", {share}, "{}");
    EXPECT_EQ(the.ask("get /shares", {}).value("total", 9), 0);
}

TEST(Description, IsHeldByTheProgram) {
    Asking the;
    the.ask("get /state", {});
    EXPECT_EQ(the.last.json().value("state", ""), "none");
    EXPECT_EQ(the.ask("get /nearby", {}), Json::parse(R"({"archives":[]})"));
    the.ask("post /nearby", {}, R"({"folder":"/etc"})");
    EXPECT_EQ(the.last.status, 404);
    the.ask("post /archive", {}, R"({"passphrase":"correct horse"})");
    EXPECT_EQ(the.last.json()["words"].size(), 12U);
    the.ask("get /session", {});
    EXPECT_EQ(the.last.status, 401);
    the.ask("post /session", {}, R"({"passphrase":"another horse"})");
    EXPECT_EQ(the.last.status, 401);
    the.ask("post /session", {}, R"({"passphrase":"correct horse"})");
    const auto set = the.last.headers.at("set-cookie");
    EXPECT_NE(set.find("HttpOnly"), std::string::npos);
    EXPECT_NE(set.find("SameSite=Strict"), std::string::npos);
    the.archive.cookie = set.substr(0, set.find(';'));
    the.ask("get /state", {});
    EXPECT_EQ(the.last.json().value("state", ""), "open");
    the.ask("patch /archive", {}, R"({"name":"Hagen and Lund"})");
    EXPECT_EQ(the.ask("get /session", {}).value("archive", ""), "Hagen and Lund");
    const auto person = the.ask("post /people", {}, R"({"name":"Ines"})").value("id", "");
    the.ask("patch /people/{person}", {person}, R"({"name":"Inés"})");
    the.ask("get /people", {});
    the.ask("patch /session", {}, R"({"person":")" + person + "\"}");
    the.ask("patch /settings", {},
            R"({"theme":"dark","locks_after_minutes":20,"shortcuts":false})");
    EXPECT_EQ(the.ask("get /settings", {}).value("theme", ""), "dark");
    const auto item = keep_one(the);
    ask_of_items(the, item);
    tell_of_items(the, item, person);
    ask_of_moments(the, item, person);
    ask_of_stories(the, item);
    ask_of_shares(the, item);
    the.ask("get /care", {});
    the.ask("get /care/check", {});
    EXPECT_EQ(the.ask("get /care/damaged", {}).value("total", 9), 0);
    the.ask("post /care/check", {}, "{}");
    the.ask("delete /care/check", {});
    const auto is_over = [&] {
        return the.ask("get /care/check", {}).value("state", "") != "running";
    };
    for (int i = 0; i < 400 && !is_over(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(25));
    the.ask("post /care/restore-test", {}, "{}");
    for (int i = 0; i < 400 && !is_over(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(25));
    EXPECT_EQ(the.last.json().value("state", ""), "sound") << the.last.body;
    const auto care = the.ask("get /care", {});
    EXPECT_EQ(care["restored"].value("originals", 0), 1) << care;
    EXPECT_EQ(care.value("bytes", 0), care.value("originals", 0) == 1 ? 25 : -1) << care;
    const auto events =
        the.archive.raw("HEAD /api/v1/events HTTP/1.1\r\nHost: " + the.archive.host() +
                        "\r\nCookie: " + the.archive.cookie + "\r\n\r\n");
    EXPECT_TRUE(events.starts_with("HTTP/1.1 200")) << events;
    the.asked.insert("get /events");
    the.ask("delete /session", {});
    EXPECT_EQ(the.last.headers.at("clear-site-data"), "\"cache\"");
    EXPECT_EQ(the.archive.ask("GET", "/api/v1/timeline").status, 401);
    for (const auto& operation : the.page.all())
        EXPECT_TRUE(the.asked.contains(operation)) << operation << " was not asked";
}

}  // namespace
}  // namespace keepsake::server::testing
