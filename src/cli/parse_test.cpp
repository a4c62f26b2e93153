#include "cli/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <variant>
#include <vector>

#include "cli/exit_code.h"
#include "cli/invocation.h"

namespace keepsake::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;

std::variant<Invocation, Told> parse_words(std::initializer_list<const char*> words) {
    std::vector<const char*> arguments{"keepsake"};
    arguments.insert(arguments.end(), words);
    return parse(arguments);
}

template <class T>
T command(std::initializer_list<const char*> words) {
    auto parsed = parse_words(words);
    if (const auto* told = std::get_if<Told>(&parsed)) {
        ADD_FAILURE() << told->text;
        return {};
    }
    auto* found = std::get_if<T>(&std::get<Invocation>(parsed).command);
    if (found == nullptr) ADD_FAILURE() << "another command";
    return found == nullptr ? T{} : *found;
}

Told told(std::initializer_list<const char*> words) {
    auto parsed = parse_words(words);
    if (const auto* found = std::get_if<Told>(&parsed)) return *found;
    ADD_FAILURE() << "was understood";
    return {};
}

void expect_usage(std::initializer_list<const char*> words) {
    const auto answer = told(words);
    EXPECT_EQ(answer.code, ExitCode::usage);
    EXPECT_THAT(answer.text, ::testing::StartsWith("keepsake: "));
    EXPECT_EQ(answer.text.find('\n'), answer.text.size() - 1) << "one line: " << answer.text;
}

TEST(Parse, TakesGlobalOptionsBeforeAndAfterTheCommand) {
    for (const auto& words :
         {std::initializer_list<const char*>{"--archive", "A", "--identity", "I", "keep", "photos"},
          {"keep", "photos", "--archive", "A", "--identity=I"},
          {"keep", "--archive=A", "photos", "--identity", "I"}}) {
        auto parsed = parse_words(words);
        ASSERT_TRUE(std::holds_alternative<Invocation>(parsed));
        const auto& invocation = std::get<Invocation>(parsed);
        EXPECT_THAT(invocation.global.archive, Optional(std::string("A")));
        EXPECT_THAT(invocation.global.identity_file, Optional(std::string("I")));
        EXPECT_FALSE(invocation.global.passphrase_file);
        EXPECT_THAT(std::get<KeepCommand>(invocation.command).paths, ElementsAre("photos"));
    }
    auto nested = parse_words({"moment", "add", "M", "1234", "--archive", "A"});
    ASSERT_TRUE(std::holds_alternative<Invocation>(nested));
    EXPECT_THAT(std::get<Invocation>(nested).global.archive, Optional(std::string("A")));
}

TEST(Parse, LeavesNamesThatMeanSomethingToTheParserAsTheyAre) {
    EXPECT_THAT(
        command<KeepCommand>({"keep", "[a,b]", "{}", "++", "%%", "\x01x", "-1", "list"}).paths,
        ElementsAre("[a,b]", "{}", "++", "%%", "\x01x", "-1", "list"));
    EXPECT_THAT(command<KeepCommand>({"keep", "a", "--", "-b", "--to", "--"}).paths,
                ElementsAre("a", "-b", "--to", "--"));
    EXPECT_EQ(command<GetCommand>({"get", "--all", "--to", "[x]"}).folder, "[x]");
    EXPECT_EQ(command<GetCommand>({"get", "--all", "--to=[x]"}).folder, "[x]");
}

TEST(Parse, ReadsBackUnlessToldNotTo) {
    EXPECT_FALSE(command<KeepCommand>({"keep", "a"}).without_read_back);
    EXPECT_TRUE(command<KeepCommand>({"keep", "--without-read-back", "a"}).without_read_back);
}

TEST(Parse, PlacesWhatIsKeptByDateUnlessToldNotTo) {
    EXPECT_FALSE(command<KeepCommand>({"keep", "a"}).just_kept);
    EXPECT_TRUE(command<KeepCommand>({"keep", "a", "--just-kept"}).just_kept);
}

TEST(Parse, WordsThatAreCommandsElsewhereAreWords) {
    EXPECT_THAT(command<ListCommand>({"list", "check", "moment", "new"}).words,
                ElementsAre("check", "moment", "new"));
    EXPECT_EQ(command<MomentNewCommand>({"moment", "new", "list"}).name, "list");
    EXPECT_THAT(command<WordsCommand>({"words", "3f2a", "key"}).text, Optional(std::string("key")));
}

TEST(Parse, EmptyWordsAreGivenAndNotMissing) {
    EXPECT_THAT(command<WordsCommand>({"words", "3f2a", ""}).text, Optional(std::string()));
    EXPECT_FALSE(command<WordsCommand>({"words", "3f2a"}).text.has_value());
    EXPECT_THAT(command<WordsCommand>({"words", "3f2a", "--from", "-"}).from,
                Optional(std::string("-")));
}

TEST(Parse, List) {
    const auto list = command<ListCommand>(
        {"list", "anna", "--json", "--from", "2020-09", "--before=2021", "--let-go"});
    EXPECT_THAT(list.words, ElementsAre("anna"));
    EXPECT_EQ(list.from, "2020-09");
    EXPECT_EQ(list.before, "2021");
    EXPECT_TRUE(list.json && list.let_go);
    EXPECT_THAT(command<ListCommand>({"list"}).words, IsEmpty());
}

TEST(Parse, GetNamesItemsOrAll) {
    EXPECT_THAT(command<GetCommand>({"get", "3f2a", "99aa", "--to", "out"}).items,
                ElementsAre("3f2a", "99aa"));
    EXPECT_THAT(command<GetCommand>({"get", "--all", "--to", "out"}).items, IsEmpty());
    expect_usage({"get", "--to", "out"});
    expect_usage({"get", "3f2a", "--all", "--to", "out"});
    expect_usage({"get", "3f2a"});
}

TEST(Parse, KeyAddNamesOneWay) {
    EXPECT_EQ(command<KeyAddCommand>({"key", "add", "age1x"}).recipient, "age1x");
    const auto named =
        command<KeyAddCommand>({"key", "add", "--recipient", "age1x", "--name", "Ana"});
    EXPECT_EQ(named.kind, KeyAddCommand::Kind::recipient);
    EXPECT_EQ(named.recipient, "age1x");
    EXPECT_THAT(named.name, Optional(std::string("Ana")));
    EXPECT_EQ(command<KeyAddCommand>({"key", "add", "--recovery"}).kind,
              KeyAddCommand::Kind::recovery);
    EXPECT_THAT(command<KeyAddCommand>({"key", "add", "--passphrase", "--new-passphrase-file", "f"})
                    .new_passphrase_file,
                Optional(std::string("f")));
    expect_usage({"key", "add"});
    expect_usage({"key", "add", "age1x", "--recovery"});
    expect_usage({"key", "add", "--recovery", "--new-passphrase-file", "f"});
}

TEST(Parse, DeviceNameTakesOneOrTwo) {
    const auto own = command<DeviceNameCommand>({"device", "name", "Laptop"});
    EXPECT_FALSE(own.device);
    EXPECT_EQ(own.name, "Laptop");
    const auto other = command<DeviceNameCommand>({"device", "name", "3f2a", "Laptop"});
    EXPECT_THAT(other.device, Optional(std::string("3f2a")));
    EXPECT_EQ(other.name, "Laptop");
    expect_usage({"device", "name", "a", "b", "c"});
}

TEST(Parse, NewMayNameTwoWaysAndTheOthersOne) {
    EXPECT_EQ(
        command<NewCommand>({"new", "A", "--passphrase-file", "p", "--identity", "i"}).archive,
        "A");
    expect_usage({"list", "--passphrase-file", "p", "--identity", "i"});
}

TEST(Parse, RefusesWhatItDoesNotUnderstand) {
    expect_usage({});
    expect_usage({"frobnicate"});
    expect_usage({"keep"});
    expect_usage({"keep", "--frobnicate", "a"});
    expect_usage({"moment"});
    expect_usage({"new", "a", "b"});
    expect_usage({"words", "3f2a", "text", "--from", "f"});
    expect_usage({"list", "--from"});
    expect_usage({"--archive", "a", "--archive", "b", "list"});
    EXPECT_THAT(told({"frobnicate"}).text,
                HasSubstr("There is no command 'frobnicate'. See keepsake --help."));
    EXPECT_THAT(told({"key", "add"}).text, EndsWith("See keepsake key add --help.\n"));
    EXPECT_THAT(told({"new", "a", "[b]\x1b"}).text, ::testing::Not(HasSubstr("\x1b")));
}

TEST(Parse, DatesAreWholePartsOfRealOnes) {
    for (const auto* date : {"", "2020", "2020-02", "2020-02-29", "2020-02-29T10",
                             "2020-02-29T10:59", "2020-02-29T10:59:58", "2020-02-29T10:59:58Z"})
        EXPECT_EQ(command<ListCommand>({"list", "--before", date}).before, date);
    for (const auto* date : {"yesterday", "20", "2020-", "2020-13", "2020-00", "2021-02-29",
                             "2020-2-9", "2020/02", "2020-02-29T24", "2020-02-29T10:60",
                             "2020-02-29T10:59:58+", "2020-02-29T10:59:58Z1", " 2020"}) {
        expect_usage({"list", "--from", date});
        expect_usage({"list", "--before", date});
    }
}

TEST(Parse, StandardInputIsOneThing) {
    expect_usage({"words", "3f2a", "--from", "-", "--passphrase-file", "-"});
    expect_usage({"words", "3f2a", "--from", "-", "--identity", "-"});
    expect_usage({"key", "change", "--new-passphrase-file", "-", "--passphrase-file", "-"});
    expect_usage(
        {"key", "add", "--passphrase", "--new-passphrase-file", "-", "--passphrase-file", "-"});
    EXPECT_THAT(command<WordsCommand>({"words", "3f2a", "--from", "-", "--identity", "f"}).from,
                Optional(std::string("-")));
}

TEST(Parse, HelpTellsTheExitCodes) {
    for (const auto& words : {std::initializer_list<const char*>{"--help"},
                              {"help"},
                              {"keep", "--help"},
                              {"help", "moment", "add"},
                              {"key", "rotate", "-h"},
                              {"--archive", "A", "list", "--help"}}) {
        const auto answer = told(words);
        EXPECT_EQ(answer.code, ExitCode::done);
        EXPECT_THAT(answer.text, HasSubstr(std::string(kExitCodesHelp)));
    }
    EXPECT_THAT(told({"help", "moment", "add"}).text, HasSubstr("MOMENT"));
    EXPECT_THAT(told({"--version"}).text, ::testing::MatchesRegex("keepsake [0-9.]+\n"));
}

}  // namespace
}  // namespace keepsake::cli
