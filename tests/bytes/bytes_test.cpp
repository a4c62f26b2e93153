// What must be told of damage, and by whom:
//
// - `check` without a way in tells of every file that is not what its name says, stands where
//   nobody looks for it, or stands in one of archive and mirror alone, and of numbers that a series
//   of changes leaves out. It cannot tell of what nothing here names: a missing object, a missing
//   key file, the last changes of a device, and a plain file that is the same in both places.
// - `check` with one tells of everything, but for the last changes of a device that no other device
//   and not this computer has seen, and for an object that nothing refers to any more.
// - `list` and `get` tell of what is missing from what they say, and of what they read from the
//   mirror. Where they are silent, what they say is whole.
// - `get` gives whole originals, or names those that it cannot.
// - Nothing of it changes a file of the archive. A key file that was ended is erased again, and a
//   computer of which it is not to be seen any more that it belongs here says so in a new change.

#include "base/bytes.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bytes/damage.h"
#include "bytes/observer.h"
#include "bytes/small_archive.h"

namespace keepsake::testing {
namespace {

constexpr unsigned kLongestCaseSeconds = 60;
constexpr std::uint64_t kSample = 397;  // where not every byte is flipped, one in so many

std::string environment_variable(const char* name) {
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    return value == nullptr ? "" : value;
}

// A case that crashes or does not end says which one it was.
std::array<char, 512> case_under_way{};

extern "C" void tell_case(int signal) {
    const auto length = std::strlen(case_under_way.data());
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, case_under_way.data(), length);
    ::signal(signal, SIG_DFL);
    ::raise(signal);
}

void watch(const std::string& repeat) {
    case_under_way = {};
    std::copy_n(repeat.begin(), std::min(repeat.size(), case_under_way.size() - 2),
                case_under_way.begin());
    for (const int signal : {SIGALRM, SIGSEGV, SIGBUS, SIGFPE, SIGABRT})
        ::signal(signal, tell_case);
    ::alarm(kLongestCaseSeconds);
}

const Observed& undamaged() {
    static const Observed seen =
        observe(small_archive(), small_archive().now, SmallArchive::kHomeState);
    return seen;
}

class Bytes : public ::testing::Test {
  protected:
    static const SmallArchive& archive() { return small_archive(); }

    // Which of the commands must not be silent.
    struct Must {
        bool check_without_key = true;
        bool check = true;
        bool list = false;
    };
    static Must must_tell(const Damage& damage) {
        Must must;
        const bool both = damage.place == DamagePlace::both;
        const bool main = damage.place != DamagePlace::mirror;
        const bool gone = damage.kind == DamageKind::remove;
        const bool changed = !gone && damage.kind != DamageKind::twin;
        if (damage.is_plain()) {
            must.check_without_key = !both || gone;
            // Without its last byte, a line's end, it still says the same.
            must.list =
                main && changed && damage.path == "keepsake.json" && damage.kind != DamageKind::cut;
        } else if (damage.is_in("keys/")) {
            must.check_without_key = !both || !gone;
            must.list = main && changed;
        } else if (damage.is_in("journal/")) {
            must.check_without_key = !both || !gone || !is_last(damage.path);
            must.list = damage.kind == DamageKind::twin ? main : main || both;
        } else if (damage.is_in("objects/")) {
            const auto& holds = archive().objects.at(damage.path);
            must.check_without_key = !gone;
            must.check = !gone || holds != "let go";
        }
        return must;
    }
    static bool is_last(const std::string& path) {
        const auto folder = path.substr(0, path.rfind('/'));
        const auto number = [](const std::string& file) {
            return std::stoul(file.substr(file.rfind('/') + 1));
        };
        return std::ranges::none_of(archive().files(), [&](const std::string& file) {
            return file.starts_with(folder + "/") && number(file) > number(path);
        });
    }

    // What is true of every damage: no lies, no halves, no writing.
    static void expect_honest(const Observed& seen) {
        const auto& whole = undamaged();
        for (const auto& [path, bytes] : seen.given) {
            const auto original = archive().originals.find(path);
            const auto let_go = archive().let_go.find(path);
            if (original != archive().originals.end())
                EXPECT_TRUE(bytes == original->second) << path << " was given back changed";
            else if (let_go != archive().let_go.end())
                EXPECT_TRUE(bytes == let_go->second && !seen.list.is_silent())
                    << path << " was let go, and nobody says that a change is missing";
            else
                ADD_FAILURE() << "get made " << path;
        }
        for (const auto& [path, bytes] : archive().originals) {
            if (seen.given.contains(path) || seen.get.error) continue;
            const bool listed = seen.listed.contains(path);
            EXPECT_TRUE(listed ? seen.get.mentions(path) : !seen.list.is_silent())
                << path << " was not given back, and nobody says so";
        }
        if (!seen.list.is_silent()) return;
        EXPECT_EQ(seen.listed, whole.listed) << "list says nothing";
        // Long words of which the object is lost are missing from what is said: check names them.
        for (const auto& text : seen.said_of_items)
            EXPECT_TRUE(text.empty() || whole.said_of_items.contains(text)) << text;
    }

    // A computer whose own word that it belongs here was lost says so again, as one that was away
    // while the keys changed.
    static bool may_say_who_it_is(const Damage& damage) {
        return damage.place == DamagePlace::both && damage.is_in("journal");
    }
    static void expect_unwritten(const Damage& damage, const Observed& seen, const Moment& before) {
        for (const auto& [path, bytes] : before.files) {
            if (!path.starts_with(SmallArchive::kPath)) continue;
            const auto after = seen.archive_after.find(path);
            EXPECT_TRUE(after != seen.archive_after.end() && after->second == bytes)
                << path << " was changed";
        }
        for (const auto& [path, bytes] : seen.archive_after)
            EXPECT_TRUE(before.files.contains(path) ||
                        (may_say_who_it_is(damage) && path.contains("/journal/")))
                << path << " was made";
    }

    // Originals that the damage cannot touch are given back.
    static void expect_untouched(const Damage& damage, const Observed& seen) {
        // With both copies of what is small something is lost, or nothing opens; that is told.
        if (damage.place == DamagePlace::both || damage.path == ".") return;
        for (const auto& [path, bytes] : archive().originals) {
            if (can_lose(damage, path)) continue;
            EXPECT_TRUE(seen.given.contains(path)) << path << " has nothing to do with it";
        }
    }
    static bool can_lose(const Damage& damage, const std::string& original) {
        if (!damage.is_in("objects")) return false;
        const auto found = archive().objects.find(damage.path);
        if (found == archive().objects.end()) return true;  // a folder of objects
        if (damage.kind == DamageKind::swap) return true;   // two of them
        return found->second == original && damage.kind != DamageKind::twin;
    }

    static int failures() {
        return ::testing::UnitTest::GetInstance()
            ->current_test_info()
            ->result()
            ->total_part_count();
    }

    // What was once the whole archive: a computer that was never here has to believe it.
    static bool is_older_state(const Damage& damage) {
        if (damage.kind == DamageKind::rollback)
            return damage.path == "." ||
                   (damage.path == "journal" && damage.place == DamagePlace::both);
        return damage.kind == DamageKind::remove && damage.place == DamagePlace::both &&
               damage.is_in("journal/") && damage.path.ends_with(".age") && is_last(damage.path);
    }

    static void try_case(const Damage& damage, const std::string& state) {
        const auto repeat = "KEEPSAKE_BYTES=\"" + damage.to_text() + "\"";
        SCOPED_TRACE(repeat + (state == SmallArchive::kHomeState ? "" : " (a fresh computer)"));
        watch(repeat + "\n");
        const auto moment = damage.done_to(archive());
        if (moment.files == archive().now.files && moment.folders == archive().now.folders) return;
        const auto failures_before = failures();
        const auto seen = observe(archive(), moment, state);
        if (state != SmallArchive::kFreshState || !is_older_state(damage)) expect_honest(seen);
        if (damage.kind != DamageKind::rollback) expect_unwritten(damage, seen, moment);
        expect_untouched(damage, seen);
        if (state == SmallArchive::kHomeState) expect_told(damage, seen);
        if (failures() > failures_before)
            std::cout << repeat << "\ncheck without a way in:\n"
                      << seen.check_without_key.to_text() << "list:\n"
                      << seen.list.to_text() << "get:\n"
                      << seen.get.to_text() << "check:\n"
                      << seen.check.to_text();
        ::alarm(0);
    }

    static void expect_told(const Damage& damage, const Observed& seen) {
        const bool is_file =
            archive().now.files.contains(std::string(SmallArchive::kPath) + "/" + damage.path);
        if (damage.kind == DamageKind::rollback || !is_file) {
            EXPECT_TRUE(holds_nothing_but_let_go(damage) || !seen.check.is_silent()) << "check";
            return;
        }
        const auto must = must_tell(damage);
        if (must.check_without_key) {
            EXPECT_FALSE(seen.check_without_key.is_silent()) << "check without a way in";
            // A gap is named by the series, what stands in the wrong place by its own name.
            const bool by_name = damage.kind != DamageKind::remove && !damage.is_plain();
            EXPECT_TRUE(!by_name || seen.check_without_key.mentions(file_named(damage)))
                << "check without a way in does not name it";
        }
        EXPECT_FALSE(must.check && seen.check.is_silent()) << "check";
        EXPECT_FALSE(must.list && seen.list.is_silent()) << "list";
        if (!must.check || !damage.is_in("objects/")) return;
        const auto& holds = archive().objects.at(damage.path);
        const bool is_named = holds == "words" || holds == "let go" ||
                              damage.kind == DamageKind::twin || seen.check.mentions(holds);
        EXPECT_TRUE(is_named) << "check does not say " << holds;
    }
    static bool holds_nothing_but_let_go(const Damage& damage) {
        if (!damage.is_in("objects/")) return false;
        return std::ranges::all_of(archive().objects, [&](const auto& object) {
            return !object.first.starts_with(damage.path + "/") || object.second == "let go";
        });
    }
    static std::string file_named(const Damage& damage) {
        if (damage.kind == DamageKind::twin) return damage.path.substr(0, damage.path.find('/'));
        return damage.path;
    }

    // The case that KEEPSAKE_BYTES names, if it is one of these; else all of them.
    static void sweep(const std::vector<Damage>& all,
                      const std::string& state = SmallArchive::kHomeState) {
        const auto wanted = environment_variable("KEEPSAKE_BYTES");
        for (const auto& damage : all) {
            if (!wanted.empty() && damage.to_text() != wanted) continue;
            try_case(damage, state);
        }
    }

    static bool is_long() { return !environment_variable("KEEPSAKE_TEST_LONG").empty(); }
    static std::uint64_t size_of(const std::string& path) {
        return archive().now.files.at(std::string(SmallArchive::kPath) + "/" + path).size();
    }
    static std::vector<std::string> files_in(const std::string& folder) {
        std::vector<std::string> paths;
        for (const auto& path : archive().files()) {
            const Damage damage{DamageKind::flip, DamagePlace::main, path, 0};
            if (folder.empty() ? damage.is_plain() : damage.is_in(folder)) paths.push_back(path);
        }
        return paths;
    }

    // One byte in so many of the files below a folder ("" for the plain ones), all that can be
    // said.
    static void flip_bytes(const std::string& folder, const std::vector<DamagePlace>& places) {
        const bool all =
            !environment_variable("KEEPSAKE_BYTES").empty() || (is_long() && folder == "keys/");
        std::vector<Damage> flips;
        for (const auto& path : files_in(folder))
            for (const auto place : places)
                for (std::uint64_t at = all ? 0 : (flips.size() * 31) % kSample; at < size_of(path);
                     at += all ? 1 : kSample)
                    flips.push_back({DamageKind::flip, place, path, at});
        sweep(flips);
    }

    // Every byte, what depends on it. A failing case is repeated with all that can be said.
    static void flip_every_byte(const std::string& folder, const std::vector<DamagePlace>& places) {
        if (!is_long() || !environment_variable("KEEPSAKE_BYTES").empty())
            GTEST_SKIP() << "KEEPSAKE_TEST_LONG=1 flips every byte";
        QuickObserver observer(archive());
        for (const auto& path : files_in(folder))
            for (const auto place : places)
                for (std::uint64_t at = 0; at < size_of(path); ++at) {
                    flip_one(observer, {DamageKind::flip, place, path, at});
                    if (HasFailure()) return;
                }
    }
    static void flip_one(QuickObserver& observer, const Damage& damage) {
        const auto repeat = "KEEPSAKE_BYTES=\"" + damage.to_text() + "\"";
        SCOPED_TRACE(repeat);
        watch(repeat + "\n");
        const auto flip = [&] {
            const auto bit = damage.offset * 8 + damage.offset % 8;
            if (damage.place != DamagePlace::mirror) observer.flip(damage.path, bit);
            if (damage.place != DamagePlace::main) observer.flip("mirror/" + damage.path, bit);
        };
        flip();
        const auto must = must_tell(damage);
        const bool is_told = !must.check_without_key || !observer.check_without_key().is_silent();
        EXPECT_TRUE(is_told) << "check without a way in";
        const bool is_listed = !must.list || !observer.open_again().is_silent();
        EXPECT_TRUE(is_listed) << "list";
        const auto held = archive().objects.find(damage.path);
        if (held != archive().objects.end() && archive().originals.contains(held->second))
            expect_given_or_named(observer, held->second);
        flip();
        ::alarm(0);
    }
    static void expect_given_or_named(QuickObserver& observer, const std::string& original) {
        std::map<std::string, keepsake::Bytes> given;
        const auto said = observer.get(original, given);
        EXPECT_FALSE(said.is_silent()) << "get";
        const auto found = given.find(original);
        EXPECT_TRUE(found == given.end() ? !said.problems.empty()
                                         : found->second == archive().originals.at(original))
            << said.to_text();
    }
};

TEST_F(Bytes, WithoutDamageNobodySaysAnything) {
    const auto& seen = undamaged();
    EXPECT_TRUE(seen.check_without_key.is_silent()) << seen.check_without_key.to_text();
    EXPECT_TRUE(seen.list.is_silent()) << seen.list.to_text();
    EXPECT_TRUE(seen.get.is_silent()) << seen.get.to_text();
    EXPECT_TRUE(seen.check.is_silent()) << seen.check.to_text();
    EXPECT_EQ(seen.given, archive().originals);
    EXPECT_EQ(seen.listed.size(), archive().originals.size());
    EXPECT_TRUE(seen.said_of_items.contains("The sea: 2"));
    EXPECT_TRUE(seen.said_of_items.contains("Not for children"));
    EXPECT_TRUE(archive().objects.size() > archive().originals.size());
    const auto fresh = observe(archive(), archive().now, SmallArchive::kFreshState);
    EXPECT_TRUE(fresh.check.is_silent()) << fresh.check.to_text();
}

const std::vector<DamagePlace> kEverywhere{DamagePlace::main, DamagePlace::mirror,
                                           DamagePlace::both};

TEST_F(Bytes, FlippedInAKeyFile) { flip_bytes("keys/", kEverywhere); }
TEST_F(Bytes, FlippedInTheJournal) { flip_bytes("journal/", {DamagePlace::main}); }
TEST_F(Bytes, FlippedInTheMirrorOfTheJournal) { flip_bytes("journal/", {DamagePlace::mirror}); }
TEST_F(Bytes, FlippedInTheJournalAndItsMirror) { flip_bytes("journal/", {DamagePlace::both}); }
TEST_F(Bytes, FlippedInAnObject) { flip_bytes("objects/", {DamagePlace::main}); }
TEST_F(Bytes, FlippedInAPlainFile) { flip_bytes("", kEverywhere); }
TEST_F(Bytes, EveryByteOfTheJournal) {
    flip_every_byte("journal/", {DamagePlace::main, DamagePlace::mirror});
}
TEST_F(Bytes, EveryByteOfTheJournalAndItsMirror) {
    flip_every_byte("journal/", {DamagePlace::both});
}
TEST_F(Bytes, EveryByteOfTheObjects) { flip_every_byte("objects/", {DamagePlace::main}); }
TEST_F(Bytes, EveryByteOfThePlainFiles) {
    flip_every_byte("", {DamagePlace::main, DamagePlace::mirror});
}
TEST_F(Bytes, FilesCutRemovedSwappedAndOlder) { sweep(damage_to_files(archive())); }
TEST_F(Bytes, FoldersRemovedAndSetBack) { sweep(damage_to_folders(archive())); }
TEST_F(Bytes, TheSameForAComputerThatWasNeverHere) {
    std::vector<Damage> some;
    for (const auto& damage : damage_to_files(archive()))
        if (damage.place == DamagePlace::both) some.push_back(damage);
    sweep(some, SmallArchive::kFreshState);
    sweep(damage_to_folders(archive()), SmallArchive::kFreshState);
}

}  // namespace
}  // namespace keepsake::testing
