#include "library/told.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "library/library.h"
#include "model/entry.h"
#include "model/ids.h"
#include "support/family.h"

namespace keepsake::library {
namespace {

using model::Subject;
using testing::write_text;

/// Four items, a moment that holds two of them, and two people.
class ToldTest : public testing::Family {
  protected:
    void SetUp() override {
        Family::SetUp();
        library.emplace(open());
        for (const char* name : {"a", "b", "c", "d"})
            write_text(scratch / ("src/" + std::string(name) + ".txt"), name);
        keep(*library, {scratch / "src"});
        for (const auto& record : items(*library)) all.push_back(record.item);
        ASSERT_EQ(all.size(), 4U);
        for (const auto& item : {all[0], all[1]})
            commit({model::Link{Subject::of(moment), Subject::of(item), "holds", R"({"at":1})"}});
    }
    void commit(std::vector<model::EntryBody> entries) {
        const auto done = library->commit(std::move(entries));
        ASSERT_TRUE(done) << done.error().describe();
    }
    /// `value`: JSON.
    void say(const Subject& of, const char* field, const char* value, const Viewer& whose = {}) {
        commit({model::Set{of, field, whose, value}});
    }
    Told told() { return Told::read(library->catalog()).value(); }
    static std::optional<std::string> line_of(const std::optional<Cover>& cover) {
        return cover ? std::optional(cover->line) : std::nullopt;
    }
    std::optional<std::string> seen(std::size_t number, const Viewer& viewer,
                                    const Opened& opened = {}) {
        return line_of(told().cover_of(all.at(number), viewer, opened));
    }
    Subject item(std::size_t number) const { return Subject::of(all.at(number)); }

    const model::MomentId moment = model::MomentId::from_hex("00000000000000e1").value();
    const model::PersonId ines = model::PersonId::from_hex("00000000000000a1").value();
    const model::PersonId joren = model::PersonId::from_hex("00000000000000a2").value();
    std::optional<Library> library;
    std::vector<model::ItemId> all;
};

TEST_F(ToldTest, CoversHoldForEverybodyButWhoLeftThemOpen) {
    say(item(0), "cover", R"("Nils in hospital.")");
    say(item(0), "cover_more", R"("The week before he died.")");
    say(item(0), "cover_by", R"("00000000000000a1")");
    for (const auto& viewer : {Viewer(), Viewer(ines), Viewer(joren)})
        EXPECT_EQ(seen(0, viewer), "Nils in hospital.");
    EXPECT_EQ(seen(1, {}), std::nullopt);
    const auto cover = told().cover_of(all[0], joren, {}).value();
    EXPECT_EQ(cover.more, "The week before he died.");
    EXPECT_EQ(cover.by, ines);
    EXPECT_EQ(cover.moment, std::nullopt);
    say(item(0), "leave_open", "true", ines);
    EXPECT_EQ(seen(0, ines), std::nullopt);
    EXPECT_EQ(seen(0, joren), "Nils in hospital.");
    EXPECT_EQ(seen(0, {}), "Nils in hospital.") << "nobody said who is here";
    EXPECT_TRUE(told().left_open(item(0), ines));
    EXPECT_FALSE(told().left_open(item(0), {}));
    EXPECT_EQ(told().who_left_open(item(0)), std::vector{ines});
    EXPECT_TRUE(told().who_left_open(item(1)).empty());
    say(item(0), "leave_open", "null", ines);
    EXPECT_EQ(seen(0, ines), "Nils in hospital.");
    say(item(0), "cover", "null");
    EXPECT_EQ(seen(0, joren), std::nullopt);
}

TEST_F(ToldTest, OnesOwnCoverHoldsForOneselfAlone) {
    say(item(2), "cover", R"("Not today.")", ines);
    EXPECT_EQ(seen(2, ines), "Not today.");
    EXPECT_EQ(seen(2, joren), std::nullopt);
    EXPECT_EQ(seen(2, {}), std::nullopt);
    EXPECT_TRUE(told().is_ever_covered(all[2])) << "no cache may hold it";
    say(item(2), "cover", R"("The family's line.")");
    EXPECT_EQ(seen(2, ines), "The family's line.");
    const auto covers = told().covers_on(item(2));
    ASSERT_EQ(covers.size(), 2U);
    EXPECT_EQ(covers[0].whose, std::nullopt);
    EXPECT_EQ(covers[1].whose, ines);
    EXPECT_EQ(covers[1].cover.by, ines);
    EXPECT_EQ(told().line(item(2), ines), "Not today.");
    EXPECT_EQ(told().line(item(2), joren), std::nullopt);
}

TEST_F(ToldTest, WhatIsLookedAtIsOpenUntilThen) {
    say(item(0), "cover", R"("One.")");
    say(item(1), "cover", R"("Two.")");
    const Opened first{.items = {all[0]}, .moments = {}};
    EXPECT_EQ(seen(0, ines, first), std::nullopt);
    EXPECT_EQ(seen(1, ines, first), "Two.");
}

TEST_F(ToldTest, AMomentCoversWhatItHolds) {
    say(Subject::of(moment), "cover", R"("Our son.")");
    EXPECT_EQ(line_of(told().cover_of(moment, ines, {})), "Our son.");
    const auto cover = told().cover_of(all[1], ines, {}).value();
    EXPECT_EQ(cover.line, "Our son.");
    EXPECT_EQ(cover.moment, moment);
    EXPECT_EQ(seen(2, ines), std::nullopt);
    EXPECT_TRUE(told().is_ever_covered(all[0]));
    EXPECT_FALSE(told().is_ever_covered(all[2]));
    // What was let go is covered as before.
    commit({model::LetGo{all[1]}});
    EXPECT_EQ(seen(1, ines), "Our son.");
    // A look at the moment opens what it covers, but not what has a cover of its own.
    say(item(0), "cover", R"("His hands.")");
    const Opened looked{.items = {}, .moments = {moment}};
    EXPECT_EQ(seen(1, ines, looked), std::nullopt);
    EXPECT_EQ(seen(0, ines, looked), "His hands.");
    EXPECT_EQ(line_of(told().cover_of(moment, ines, looked)), std::nullopt);
    std::set<model::ItemId> covered;
    for (const auto& [id, its] : told().covered(ines, {})) covered.insert(id);
    EXPECT_EQ(covered, (std::set{all[0], all[1]}));
    EXPECT_EQ(told().covered(ines, looked).size(), 1U);
    // Whoever left the moment open sees what it holds.
    say(Subject::of(moment), "leave_open", "true", joren);
    EXPECT_EQ(seen(1, joren), std::nullopt);
    EXPECT_EQ(seen(0, joren), "His hands.");
    // What leaves it is covered no more.
    commit({model::Link{Subject::of(moment), item(1), "holds", "null"}});
    EXPECT_EQ(seen(1, ines), std::nullopt);
}

TEST_F(ToldTest, WhatNoProgramUnderstandsCoversAllTheSame) {
    for (const char* value : {"true", "17", R"({"line":"new"})", R"([])"}) {
        say(item(3), "cover", value);
        EXPECT_EQ(seen(3, joren), "") << value;
    }
    say(item(3), "leave_open", R"("yes")", joren);
    EXPECT_EQ(seen(3, joren), "");
}

TEST_F(ToldTest, QuietIsTheFamilysWordOrOnesOwn) {
    const Subject day{"date:03-14"};
    say(day, "quiet", "true");
    say(Subject::of(joren), "quiet", "true", ines);
    EXPECT_TRUE(told().is_quiet(day, {}));
    EXPECT_TRUE(told().is_quiet(day, joren));
    EXPECT_TRUE(told().is_quiet(Subject::of(joren), ines));
    EXPECT_FALSE(told().is_quiet(Subject::of(joren), joren));
    EXPECT_FALSE(told().is_quiet(Subject::of(joren), {}));
    EXPECT_EQ(told().quiet(ines).size(), 2U);
    EXPECT_EQ(told().quiet({}), std::vector{day});
    say(day, "quiet", "false");
    EXPECT_FALSE(told().is_quiet(day, {}));
}

TEST_F(ToldTest, HowItIsShownIsTakenOnlyWhereItMakesSense) {
    say(item(0), "rotation", "90");
    for (const char* value : {"91", "\"90\"", "-90", "360", "null"}) {
        say(item(1), "rotation", value);
        EXPECT_EQ(told().rotation(all[1]), 0) << value;
    }
    EXPECT_EQ(told().rotation(all[0]), 90);
    say(item(0), "crop", R"({"x":100,"y":0,"width":900,"height":1000})");
    const auto crop = told().crop(all[0]).value();
    EXPECT_EQ(crop.x, 100);
    EXPECT_EQ(crop.width, 900);
    for (const char* value :
         {R"({"x":101,"y":0,"width":900,"height":1000})", R"({"x":0,"y":0,"width":0,"height":10})",
          R"({"x":-1,"y":0,"width":10,"height":10})", R"({"x":0,"y":0,"width":10})",
          R"({"x":0.5,"y":0,"width":10,"height":10})", R"([0,0,10,10])",
          R"({"x":65536,"y":0,"width":10,"height":10})"}) {
        say(item(1), "crop", value);
        EXPECT_FALSE(told().crop(all[1])) << value;
    }
}

TEST_F(ToldTest, NamesFrontsAndWhoKeptIt) {
    say(Subject::of(ines), "name", R"("Ines")");
    say(Subject::of(joren), "name", R"("Joren")");
    say(Subject::of(joren), "name", R"("Jo")", ines);
    say(Subject{"archive"}, "name", R"("Hagen and Lund")");
    say(item(0), "kept_by", R"("00000000000000a1")");
    say(item(1), "kept_by", R"("00000000000000ff")");
    say(item(2), "just_kept", "true");
    say(item(3), "just_kept", "false");
    say(Subject::of(moment), "front", ("\"" + all[1].hex() + "\"").c_str());
    const auto now = told();
    EXPECT_EQ(now.people().size(), 2U);
    EXPECT_EQ(now.people().at(joren), "Joren") << "the family's name for him";
    EXPECT_EQ(now.archive_name(), "Hagen and Lund");
    EXPECT_EQ(now.kept_by(all[0]), "Ines");
    EXPECT_EQ(now.kept_by(all[1]), "") << "nobody knows who that is";
    EXPECT_EQ(now.kept_by(all[2]), "");
    EXPECT_EQ(now.just_kept(), std::set{all[2]});
    EXPECT_FALSE(now.is_just_kept(all[3]));
    EXPECT_EQ(now.front(moment), all[1]);
}

}  // namespace
}  // namespace keepsake::library
