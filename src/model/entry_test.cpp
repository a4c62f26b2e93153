#include "model/entry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"
#include "model/journal_page_for_test.h"

namespace keepsake::model {
namespace {

using testing::HasSubstr;

constexpr std::string_view kClock = "2026-11-23T06:14:37.123Z-0000";
const std::string kHash(64, 'a');

template <class T>
std::string failure_of(const Result<T>& result) {
    return result ? "no failure" : result.error().message();
}

std::string with_clock(const std::string& op, const std::string& fields) {
    return R"({"op":")" + op + R"(","clock":")" + std::string(kClock) + "\"" +
           (fields.empty() ? "" : "," + fields) + "}";
}

// A keep entry of one file, with a part of it replaced.
std::string keep_line(const std::string& from = "", const std::string& to = "") {
    std::string line = with_clock(
        "keep",
        R"("item":"9b1f02c4d5e6a788","kept":"2026-11-23T06:14:37Z",)"
        R"("root":"5c01aa90be773e12","files":[{"content":")" +
            kHash +
            R"(","bytes":7,"name":"a.jpg","folder":"x/y","modified":"2020-09-12T17:03:00Z"}])");
    if (!from.empty()) {
        const auto at = line.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        line.replace(at, from.size(), to);
    }
    return line;
}

TEST(Subject, ReadsEachFormAndNoOther) {
    const std::vector<std::string> good{"item:9b1f02c4d5e6a788",
                                        "moment:9b1f02c4d5e6a788",
                                        "person:9b1f02c4d5e6a788",
                                        "device:9b1f02c4d5e6a7889b1f02c4d5e6a788",
                                        "share:9b1f02c4d5e6a788",
                                        "date:02-29",
                                        "date:12-31",
                                        "archive"};
    for (const auto& text : good) {
        const auto subject = Subject::from_text(text);
        ASSERT_TRUE(subject) << text;
        EXPECT_EQ(subject->text, text);
    }
    const std::vector<std::string> bad{"",
                                       "item:",
                                       "item:9B1F02C4D5E6A788",
                                       "item:9b1f02c4d5e6a78",
                                       "archive ",
                                       "date:02-30",
                                       "date:00-10",
                                       "date:04-31",
                                       "date:13-01",
                                       "date:1-1",
                                       "date:11-00",
                                       "Item:9b1f02c4d5e6a788",
                                       "root:9b1f02c4d5e6a788"};
    for (const auto& text : bad) EXPECT_FALSE(Subject::from_text(text)) << text;
}

TEST(Subject, GivesBackTheIdItWasMadeOf) {
    const auto item = *ItemId::from_hex("9b1f02c4d5e6a788");
    const auto device = *DeviceId::from_hex("9b1f02c4d5e6a7889b1f02c4d5e6a788");
    EXPECT_EQ(Subject::of(item).item(), item);
    EXPECT_FALSE(Subject::of(item).moment());
    EXPECT_EQ(Subject::of(device).device(), device);
}

TEST(Version, TextIsClockSlashDevice) {
    const Version version{*HybridTime::from_text(kClock),
                          *DeviceId::from_hex("9b1f02c4d5e6a7889b1f02c4d5e6a788")};
    const auto text = version.to_text();
    EXPECT_EQ(text, "2026-11-23T06:14:37.123Z-0000/9b1f02c4d5e6a7889b1f02c4d5e6a788");
    EXPECT_EQ(Version::from_text(text), version);
    for (std::size_t size = 0; size < text.size(); ++size)
        EXPECT_FALSE(Version::from_text(text.substr(0, size)));
    EXPECT_FALSE(Version::from_text(text + "0"));
}

TEST(Names, AreThoseThatAFileCanHave) {
    for (const std::string_view name : {"a", "...", "a\\b", "\xff", " "})
        EXPECT_TRUE(is_file_name(name)) << name;
    EXPECT_TRUE(is_file_name(std::string(255, 'n')));
    for (const std::string_view name : {"", ".", "..", "a/b", "/"})
        EXPECT_FALSE(is_file_name(name)) << name;
    EXPECT_FALSE(is_file_name(std::string(256, 'n')));
    EXPECT_FALSE(is_file_name(std::string_view("a\0b", 3)));
    for (const std::string_view folder : {"", "a", "a/b", "a/..."})
        EXPECT_TRUE(is_folder(folder)) << folder;
    for (const std::string_view folder : {"/", "/a", "a/", "a//b", "a/../b", "..", "./a"})
        EXPECT_FALSE(is_folder(folder)) << folder;
    std::string deep = "n";
    while (deep.size() + 2 <= kLargestFolderBytes) deep += "/n";
    EXPECT_TRUE(is_folder(deep));
    EXPECT_FALSE(is_folder(deep + "/n"));
}

TEST(SignedTexts, AreThoseOfTheFormat) {
    const auto archive = *ArchiveId::from_hex(kHash);
    const auto device = *DeviceId::from_hex(std::string(32, '1'));
    EXPECT_EQ(enroll_text(archive, {device, "ssh-ed25519 K", "ssh-ed25519 R", "s"}),
              "keepsake-enroll-v1\narchive " + kHash + "\ndevice " + std::string(32, '1') +
                  "\nkey ssh-ed25519 K\nroot ssh-ed25519 R\n");
    const auto file = *FileHash::from_hex(std::string(64, 'f'));
    EXPECT_EQ(epoch_text(archive, {2,
                                   "ssh-ed25519 R",
                                   "ssh-ed25519 P",
                                   *HybridTime::from_text(kClock),
                                   {{device, {41, *TextHash::from_hex(kHash)}}},
                                   {file},
                                   {},
                                   "s",
                                   "a"}),
              "keepsake-epoch-v1\narchive " + kHash +
                  "\nnumber 2\nroot ssh-ed25519 R\nprevious ssh-ed25519 P\nopened " +
                  std::string(kClock) + "\ndevice " + std::string(32, '1') + " 41 " + kHash +
                  "\nrevoked " + std::string(64, 'f') + "\n");
    const Way ours{
        *WayId::from_hex(std::string(16, '2')), WayKind::recovery, "two\nlines", "age1q", {file}};
    const Way hers{*WayId::from_hex(std::string(16, '3')), WayKind::recipient, "", "age1p", {}};
    const auto opened = *HybridTime::from_text(kClock);
    EXPECT_EQ(
        epoch_text(archive,
                   {2, "ssh-ed25519 R", "ssh-ed25519 P", opened, {}, {}, {ours, hers}, "s", "a"}),
        "keepsake-epoch-v1\narchive " + kHash +
            "\nnumber 2\nroot ssh-ed25519 R\nprevious ssh-ed25519 P\nopened " +
            std::string(kClock) + "\nway " + std::string(16, '2') +
            " recovery age1q dHdvCmxpbmVz\nfile " + std::string(64, 'f') + "\nway " +
            std::string(16, '3') + " recipient age1p \n");
}

TEST(ExampleLines, AreReadAndWrittenToTheByte) {
    const auto lines = example_entries();
    ASSERT_FALSE(lines.empty());
    EntryParser parser;
    for (const auto& line : lines) {
        const auto entry = parser.parse(line);
        ASSERT_TRUE(entry) << line << "\n" << failure_of(entry);
        EXPECT_EQ(to_line(*entry), line);
    }
}

TEST(ExampleLines, ShowEachOperationOfTheTable) {
    EntryParser parser;
    std::set<std::size_t> kinds;
    std::set<std::string> shown;
    for (const auto& line : example_entries()) {
        const auto entry = parser.parse(line);
        ASSERT_TRUE(entry) << failure_of(entry);
        kinds.insert(entry->body.index());
        shown.insert(line.substr(7, line.find('"', 7) - 7));
    }
    EXPECT_EQ(kinds.size(), std::variant_size_v<EntryBody>);
    const auto documented = documented_operations();
    EXPECT_EQ(documented.size() + 1, std::variant_size_v<EntryBody>);
    for (const auto& name : documented) EXPECT_TRUE(shown.contains(name)) << name;
}

TEST(ExampleLines, SayWhatTheyAreSaidToSay) {
    EntryParser parser;
    std::size_t keeps = 0;
    for (const auto& line : example_entries()) {
        const auto entry = parser.parse(line);
        ASSERT_TRUE(entry) << failure_of(entry);
        const auto* keep = std::get_if<Keep>(&entry->body);
        if (keep == nullptr || keep->files.size() != 2) continue;
        ++keeps;
        EXPECT_EQ(keep->files[0].name, "Omas \xe4\xfcle.jpg");
        EXPECT_EQ(keep->files[0].folder, "Bilder/\xd6sterreich");
        EXPECT_EQ(keep->files[0].bytes, 9'007'199'254'740'993U);
        EXPECT_EQ(keep->files[0].modified.seconds, -14'182'940);
        EXPECT_EQ(keep->files[0].modified.nanoseconds, 500'000'000U);
        EXPECT_EQ(keep->files[1].folder, "");
    }
    EXPECT_EQ(keeps, 1U);
}

TEST(EntryParser, PassesOverFieldsItDoesNotKnow) {
    EntryParser parser;
    const auto entry = parser.parse(with_clock(
        "let-go", R"("why":{"x":[1,{"y":null}]},"item":"9b1f02c4d5e6a788","later":"\u0000")"));
    ASSERT_TRUE(entry) << failure_of(entry);
    EXPECT_EQ(std::get<LetGo>(entry->body).item.hex(), "9b1f02c4d5e6a788");
}

TEST(EntryParser, KeepsAnUnknownOperationAsItIs) {
    EntryParser parser;
    const std::string line = " { \"x\" : [ 1.50 ] , " + with_clock("dance", "").substr(1);
    const auto entry = parser.parse(line);
    ASSERT_TRUE(entry) << failure_of(entry);
    EXPECT_EQ(std::get<Unknown>(entry->body), (Unknown{"dance", line}));
    EXPECT_EQ(to_line(*entry), line);
}

TEST(EntryParser, TakesIntegersAsNumbersAndAsText) {
    EntryParser parser;
    for (const auto* form : {"7", "\"7\""}) {
        const auto entry = parser.parse(keep_line("\"bytes\":7", std::string("\"bytes\":") + form));
        ASSERT_TRUE(entry) << failure_of(entry);
        EXPECT_EQ(std::get<Keep>(entry->body).files[0].bytes, 7U);
    }
    const auto largest = parser.parse(keep_line("\"bytes\":7", R"("bytes":9223372036854775807)"));
    ASSERT_TRUE(largest) << failure_of(largest);
    EXPECT_THAT(to_line(*largest), HasSubstr(R"("bytes":"9223372036854775807")"));
}

TEST(EntryParser, KeepsValuesVerbatimLessWhiteSpace) {
    EntryParser parser;
    const auto of = std::string(R"("of":"archive","field":"order","v\u0061lue":)");
    const std::vector<std::pair<std::string, std::string>> cases{
        {"null", "null"},
        {"-0.10e+2", "-0.10e+2"},
        {R"( { "a b" : [ 1 , "}]\",\\" ] , "c":{} } )", R"({"a b":[1,"}]\",\\"],"c":{}})"},
        {R"("Gr\u00fc\u00dfe, {\"")", R"("Gr\u00fc\u00dfe, {\"")"},
        {"[ ]", "[]"},
    };
    for (const auto& [given, kept] : cases) {
        for (const std::string tail : {"", R"(,"z":"value")"}) {
            auto fields = of;
            fields.append(given).append(tail);
            const auto entry = parser.parse(with_clock("set", fields));
            ASSERT_TRUE(entry) << given << failure_of(entry);
            EXPECT_EQ(std::get<Set>(entry->body).value, kept);
        }
    }
}

struct Hostile {
    std::string line;
    ErrorCode code;
    std::string says;
};

std::vector<Hostile> hostile_lines() {
    const auto corrupt = ErrorCode::corrupt;
    const std::string nul("\\u0000");
    const std::string words = R"("of":"archive","field":"words",)";
    return {
        {"", corrupt, "JSON"},
        {"[]", corrupt, "object"},
        {"{}", corrupt, "\"op\""},
        {"{} {}", corrupt, "JSON"},
        {"\xef\xbb\xbf{}", corrupt, "JSON"},
        {R"({"op":"tick"})", corrupt, "\"clock\""},
        {R"({"op":"tick","clock":"2026-11-23T06:14:37.123Z"})", corrupt, "\"clock\""},
        {R"({"op":"tick","clock":"2026-11-23T06:14:37.123Z-00FF"})", corrupt, "\"clock\""},
        {R"({"op":"tick","clock":"2026-02-29T06:14:37.123Z-0000"})", corrupt, "\"clock\""},
        {R"({"op":7,"clock":"2026-11-23T06:14:37.123Z-0000"})", corrupt, "\"op\""},
        {with_clock("", ""), corrupt, "\"op\""},
        {with_clock(std::string(65, 'o'), ""), corrupt, "\"op\""},
        {with_clock("tick", "") + "\n", corrupt, "line break"},
        {with_clock("tick", "") + "\r", corrupt, "line break"},
        {with_clock("tick", R"("op":"keep")"), corrupt, "twice"},
        {with_clock("tick", R"("\u006fp":"keep")"), corrupt, "twice"},
        {with_clock("tick", R"("x":[{"a":{"b":1,"b":1}}])"), corrupt, "twice"},
        {with_clock("tick", "\"x\":\"\xc3\x28\""), corrupt, "UTF-8"},
        {with_clock("tick", R"("x":"\ud800")"), corrupt, "string"},
        {with_clock("tick", "\"x\":\"\x01\""), corrupt, "JSON"},
        {with_clock("tick", "\"x\":1e999"), corrupt, "JSON"},
        {with_clock("tick", "\"x\":NaN"), corrupt, "JSON"},
        {with_clock("tick", "\"x\":01"), corrupt, "JSON"},
        {with_clock("let-go", ""), corrupt, "\"item\" is missing"},
        {with_clock("let-go", "\"item\":null"), corrupt, "\"item\""},
        {with_clock("let-go", R"("item":"9B1F02C4D5E6A788")"), corrupt, "\"item\""},
        {with_clock("let-go", R"("item":"9b1f02c4d5e6a7880")"), corrupt, "\"item\""},
        {with_clock("set", R"("of":"nobody","field":"name","value":1)"), corrupt, "\"of\""},
        {with_clock("set", R"("of":"archive","field":"","value":1)"), corrupt, "\"field\""},
        {with_clock("set", R"("of":"archive","field":"name")"), corrupt, "\"value\""},
        {with_clock("set", R"("of":"archive","field":"name","value":1,"person":null)"), corrupt,
         "\"person\""},
        {with_clock("facts", R"("content":")" + kHash + R"(","reader":1,"facts":[])"), corrupt,
         "\"facts\""},
        {with_clock("words", words + R"("replaces":[])"), corrupt, "\"content\""},
        {with_clock("words", words + R"("text":"a","content":")" + kHash + R"(","replaces":[])"),
         corrupt, "\"content\""},
        {with_clock("words", words + R"("text":"a)" + nul + R"(","replaces":[])"), corrupt, "NUL"},
        {with_clock("words", words + R"("text":")" + std::string(257, 'a') + R"(","replaces":[])"),
         corrupt, "\"text\""},
        {with_clock("words", words + R"("text":"a","replaces":["x"])"), corrupt, "\"replaces\""},
        {with_clock("words", words + R"("text":"a","replaces":[1])"), corrupt, "\"replaces\""},
        {with_clock("words", words + R"("text":"a","replaces":[],"person":"Ines")"), corrupt,
         "\"person\""},
        {with_clock("plain", R"("files":{"../x":")" + kHash + "\"}"), corrupt, "\"files\""},
        {with_clock("plain", R"("files":{"x":"00"})"), corrupt, "\"files\""},
        {with_clock("retire", R"("device":")" + std::string(32, '0') + R"(","seq":-1)"), corrupt,
         "\"seq\""},
        {with_clock("adopt", R"("device":")" + std::string(32, '0') + R"(","seq":0)"), corrupt,
         "\"seq\""},
    };
}

std::vector<Hostile> hostile_keeps() {
    const auto corrupt = ErrorCode::corrupt;
    const std::string bytes = "\"bytes\":7";
    const std::string name = R"("name":"a.jpg")";
    const std::string folder = R"("folder":"x/y")";
    std::vector<Hostile> cases{
        {keep_line(name, R"("name":"a\u0000.jpg")"), corrupt, "\"name\""},
        {keep_line(name, R"("name":")" + std::string(256, 'n') + "\""), corrupt, "\"name\""},
        {keep_line(name, R"("name":"a.jpg","name_bytes":"YS5qcGc=")"), corrupt, "name_bytes"},
        {keep_line(name, R"("name":"\ufffd","name_bytes":"/w")"), corrupt, "name_bytes"},
        {keep_line(name, R"("name":"x","name_bytes":"/w==")"), corrupt, "name_bytes"},
        {keep_line(name, R"("name":"\ufffd/","name_bytes":"/y8=")"), corrupt, "\"name\""},
        {keep_line(name, R"("name":7)"), corrupt, "\"name\""},
        {keep_line("T17:03:00Z", "T17:03:00+01:00"), corrupt, "\"modified\""},
        {keep_line("\"files\":[", "\"files\":[7,"), corrupt, "\"files\""},
        {with_clock("keep", R"("item":"9b1f02c4d5e6a788","kept":"2026-11-23T06:14:37Z",)"
                            R"("root":"5c01aa90be773e12","files":[])"),
         corrupt, "\"files\""},
    };
    for (const auto* bad :
         {"-1", "7.0", "7e0", "\"07\"", "\"\"", "\"+7\"", "\" 7\"", "true", "9223372036854775808",
          "\"9223372036854775808\"", "\"99999999999999999999\"", "null", "[7]"})
        cases.push_back({keep_line(bytes, std::string("\"bytes\":") + bad), corrupt, "\"bytes\""});
    for (const auto* bad : {"", ".", "..", "a/b"})
        cases.push_back(
            {keep_line(name, std::string(R"("name":")") + bad + "\""), corrupt, "\"name\""});
    for (const auto* bad : {"/", "/x", "x/", "x//y", "..", "x/../../etc", "x/."})
        cases.push_back(
            {keep_line(folder, std::string(R"("folder":")") + bad + "\""), corrupt, "\"folder\""});
    return cases;
}

TEST(EntryParser, RefusesHostileLinesAndNamesTheField) {
    EntryParser parser;
    auto cases = hostile_lines();
    std::ranges::move(hostile_keeps(), std::back_inserter(cases));
    for (const auto& hostile : cases) {
        const auto entry = parser.parse(hostile.line);
        ASSERT_FALSE(entry) << hostile.line;
        EXPECT_EQ(entry.error().code(), hostile.code) << hostile.line;
        EXPECT_THAT(failure_of(entry), HasSubstr(hostile.says)) << hostile.line;
    }
    EXPECT_TRUE(parser.parse(keep_line())) << "what they were made of is well-formed";
}

TEST(EntryParser, RefusesKeysThatCouldSayMoreInASignedText) {
    EntryParser parser;
    for (const auto& line : example_entries()) {
        if (!line.starts_with(R"({"op":"enroll")")) continue;
        for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
                 {"\",\"root\"", "\\nroot x\",\"root\""},
                 {"\",\"root\"", " a comment\",\"root\""},
                 {"ssh-ed25519 AAAA", "ssh-rsa AAAA"},
                 {"ssh-ed25519 AAAAC", "ssh-ed25519 AAAAD"},
                 {"ssh-ed25519 AAAA", "ssh-ed25519 "}}) {
            auto hostile = line;
            hostile.replace(hostile.find(from), from.size(), to);
            const auto entry = parser.parse(hostile);
            ASSERT_FALSE(entry) << hostile;
            EXPECT_THAT(failure_of(entry), HasSubstr("\"key\""));
        }
        return;
    }
    FAIL() << "no enroll line among the examples";
}

std::string nested(std::size_t depth, const std::string& innermost) {
    return std::string(depth, '[') + innermost + std::string(depth, ']');
}

TEST(EntryParser, RefusesWhatIsNestedTooDeep) {
    EntryParser parser;
    // The line's own object is the first of the 32.
    for (const std::string innermost : {"", "0"}) {
        const auto fits = parser.parse(with_clock("tick", "\"x\":" + nested(31, innermost)));
        EXPECT_TRUE(fits) << failure_of(fits);
        for (const std::size_t depth : {32UL, 33UL, 34UL, 500'000UL}) {
            const auto entry =
                parser.parse(with_clock("tick", "\"x\":" + nested(depth, innermost)));
            ASSERT_FALSE(entry) << depth;
            EXPECT_EQ(entry.error().code(), ErrorCode::limit) << depth;
        }
    }
    const auto open = parser.parse(std::string(900'000, '['));
    ASSERT_FALSE(open);
}

TEST(EntryParser, HoldsItsBounds) {
    EntryParser parser;
    const auto empty = with_clock("tick", R"("x":"")");
    const std::string room(kLargestLineBytes - empty.size(), 'x');
    EXPECT_TRUE(parser.parse(with_clock("tick", R"("x":")" + room + "\"")));
    const auto too_long = parser.parse(with_clock("tick", R"("x":"x)" + room + "\""));
    ASSERT_FALSE(too_long);
    EXPECT_EQ(too_long.error().code(), ErrorCode::limit);

    const auto version = std::string(kClock) + "/" + std::string(32, '0');
    const auto with_versions = [&](std::size_t count) {
        std::string list;
        for (std::size_t i = 0; i < count; ++i) list += (i == 0 ? "\"" : ",\"") + version + "\"";
        return parser.parse(with_clock(
            "words", R"("of":"archive","field":"f","text":"t","replaces":[)" + list + "]"));
    };
    EXPECT_TRUE(with_versions(kMostListed));
    const auto too_many = with_versions(kMostListed + 1);
    ASSERT_FALSE(too_many);
    EXPECT_EQ(too_many.error().code(), ErrorCode::limit);
    EXPECT_THAT(failure_of(too_many), HasSubstr("\"replaces\""));
}

// 100,000 names in one object: compared each with each they would take the better part of a minute.
TEST(EntryParser, IsNotSlowedByManyNames) {
    EntryParser parser;
    std::string fields;
    for (int i = 0; i < 90'000; ++i) fields += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(parser.parse(with_clock("tick", R"("x":{)" + fields + "}")));
    EXPECT_TRUE(parser.parse(with_clock("tick", fields)));
    const auto twice = parser.parse(with_clock("tick", fields + R"(,"7":0)"));
    EXPECT_FALSE(twice);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST(EntryParser, ReadsOnAfterAFailure) {
    EntryParser parser;
    ASSERT_TRUE(parser.parse(keep_line()));
    ASSERT_FALSE(parser.parse("{"));
    ASSERT_FALSE(parser.parse(std::string(kLargestLineBytes + 1, ' ')));
    const auto entry = parser.parse(keep_line());
    ASSERT_TRUE(entry) << failure_of(entry);
    EXPECT_EQ(to_line(*entry), keep_line());
    EntryParser moved = std::move(parser);
    EXPECT_TRUE(moved.parse(keep_line()));
}

TEST(EntryParser, SurvivesEachCutAndEachChangedByte) {
    EntryParser parser;
    for (const auto& line : example_entries()) {
        for (std::size_t size = 0; size < line.size(); ++size)
            EXPECT_FALSE(parser.parse(line.substr(0, size))) << size << " of " << line;
        for (std::size_t at = 0; at < line.size(); ++at) {
            for (const unsigned flip : {0x01U, 0x20U, 0x80U, 0xffU}) {
                auto changed = line;
                changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ flip);
                const auto entry = parser.parse(changed);
                if (!entry) continue;
                // What was taken can be written, and is taken for the same again.
                const auto again = parser.parse(to_line(*entry));
                ASSERT_TRUE(again) << changed << "\n" << failure_of(again);
                EXPECT_EQ(*again, *entry) << changed;
            }
        }
    }
}

TEST(ToLine, NeverWritesWhatIsNotUtf8) {
    Entry entry{*HybridTime::from_text(kClock),
                Words{Subject{"archive"}, "words", "a\xff", {}, {}}};
    EntryParser parser;
    const auto parsed = parser.parse(to_line(entry));
    ASSERT_TRUE(parsed) << failure_of(parsed);
    EXPECT_EQ(std::get<Words>(parsed->body).text, "a\xEF\xBF\xBD");
}

}  // namespace
}  // namespace keepsake::model
