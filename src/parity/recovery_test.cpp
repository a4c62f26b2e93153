#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <stop_token>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "parity/create.h"
#include "parity/files_for_test.h"
#include "parity/recovery_set.h"
#include "parity/repair.h"
#include "parity/set_shape.h"
#include "parity/verify.h"
#include "parity/work.h"
#include "support/fault_plan.h"
#include "support/simulated_file_system.h"

namespace keepsake::parity {
namespace {

using testing::kNever;
using testing::SimulatedFileSystem;

constexpr const char* kSetPath = "/parity/one.par2";

void lay_down(SimulatedFileSystem& files, const Contents& contents) {
    for (const auto* const path : {"/objects", "/objects/ab", "/objects/cd", "/parity"})
        ASSERT_TRUE(files.make_directory(path, false).has_value());
    for (const auto& [name, content] : contents) files.put("/" + name, content);
    files.settle();
}

// Where it was repaired, the new file's bytes; else the file's own.
Bytes healed(const SimulatedFileSystem& files, const std::string& name) {
    const auto all = files.snapshot();
    const auto repaired = all.find("/" + name + ".new");
    if (repaired != all.end()) return repaired->second;
    const auto own = all.find("/" + name);
    return own == all.end() ? Bytes() : own->second;
}

void spoil(SimulatedFileSystem& files, const std::string& path, std::mt19937_64& random) {
    const auto all = files.snapshot();
    const auto found = all.find(path);
    if (found == all.end()) return;
    auto content = found->second;
    damage(content, random);
    if (content.empty()) {
        ASSERT_TRUE(files.remove_file(path).has_value());
    } else {
        files.put(path, content);
    }
}

RC_GTEST_PROP(RecoveryProperty, HealsWhatItSaysItCan, ()) {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    std::mt19937_64 random(seed);
    SimulatedFileSystem files(seed);
    const auto contents = some_files(1 + random() % 8, 20'000, random);
    lay_down(files, contents);
    const Work work{.threads = static_cast<unsigned>(1 + random() % 3), .stop = {}, .progress = {}};
    RC_ASSERT(create_set(files, set_of("/", contents), kSetPath, work).has_value());
    const auto names = set_of("/", contents).names;
    for (std::uint64_t i = random() % 4; i > 0; --i)
        spoil(files, "/" + names[random() % names.size()], random);
    if (random() % 3 == 0) spoil(files, kSetPath, random);
    const auto before = files.snapshot();
    const auto healing = heal(files, "/", {kSetPath}, work);
    if (!healing.has_value()) {
        // Only a set that lost all copies of a packet may end so.
        RC_ASSERT(healing.error().code() == ErrorCode::corrupt ||
                  healing.error().code() == ErrorCode::not_found);
        return;
    }
    for (const auto& [path, content] : before) RC_ASSERT(files.snapshot().at(path) == content);
    if (healing->findings.slices_lost == 0 || !healing->targets.empty()) {
        for (const auto& target : healing->targets) {
            const auto path = target.path.substr(0, target.path.size() - 4);
            const auto name = path.substr(1);
            RC_ASSERT(files.snapshot().at(target.path) == contents.at(name));
        }
    }
    std::size_t not_whole = 0;
    for (const auto& found : healing->findings.files) not_whole += found.state != FileState::whole;
    if (not_whole == healing->targets.size())
        for (const auto& [name, content] : contents) RC_ASSERT(healed(files, name) == content);
}

TEST(Recovery, BringsBackTheLargestFileAndMore) {
    std::mt19937_64 random(4);
    SimulatedFileSystem files(4);
    const auto contents = some_files(6, 50'000, random);
    lay_down(files, contents);
    const auto set = set_of("/", contents);
    ASSERT_TRUE(create_set(files, set, kSetPath, Work()).has_value());
    std::string largest = set.names[0];
    for (const auto& name : set.names)
        if (contents.at(name).size() > contents.at(largest).size()) largest = name;
    ASSERT_TRUE(files.remove_file("/" + largest).has_value());
    const auto healing = heal(files, "/", {kSetPath}, Work());
    ASSERT_TRUE(healing.has_value()) << healing.error().message();
    EXPECT_EQ(healed(files, largest), contents.at(largest));
}

// Sums that do not fit the memory allowed are computed by columns; the file is the same.
TEST(Recovery, GoesByColumnsWhereMemoryIsShort) {
    std::mt19937_64 random(5);
    SimulatedFileSystem files(5);
    const Contents contents{{"objects/ab/1.age", random_content(13'000'001, random)},
                            {"objects/ab/2.age", random_content(5'000'000, random)}};
    lay_down(files, contents);
    const auto set = set_of("/", contents);
    const Work little{.memory_bytes = 1, .stop = {}, .progress = {}};
    const auto whole = create_set(files, set, kSetPath, Work());
    const auto by_columns = create_set(files, set, "/parity/two.par2", little);
    ASSERT_TRUE(whole.has_value() && by_columns.has_value());
    EXPECT_EQ(by_columns->file_bytes, whole->file_bytes);
    const auto written = files.snapshot();
    EXPECT_TRUE(written.at(kSetPath) == written.at("/parity/two.par2"));
    EXPECT_EQ(written.size(), contents.size() + 2);  // nothing else is left
    ASSERT_TRUE(files.remove_file("/objects/ab/1.age").has_value());
    const auto healing = heal(files, "/", {kSetPath}, little);
    ASSERT_TRUE(healing.has_value()) << healing.error().message();
    EXPECT_TRUE(healed(files, "objects/ab/1.age") == contents.at("objects/ab/1.age"));
    EXPECT_FALSE(files.snapshot().contains("/objects/ab/1.age.new.part"));
}

TEST(Recovery, ShowsEveryByteToTheTap) {
    std::mt19937_64 random(6);
    SimulatedFileSystem files(6);
    const auto contents = some_files(9, 30'000, random);
    lay_down(files, contents);
    auto set = set_of("/", contents);
    std::vector<Bytes> seen(set.names.size());
    set.tap = [&](std::size_t file, ByteView bytes) {
        seen[file].insert(seen[file].end(), bytes.begin(), bytes.end());
    };
    ASSERT_TRUE(create_set(files, set, kSetPath, Work()).has_value());
    for (std::size_t i = 0; i < seen.size(); ++i)
        EXPECT_TRUE(seen[i] == contents.at(set.names[i])) << set.names[i];
}

// A slice that lost all its bytes stands, moved, in another file.
TEST(Recovery, FindsSlicesInFurtherFiles) {
    std::mt19937_64 random(7);
    SimulatedFileSystem files(7);
    const auto contents = some_files(3, 30'000, random);
    lay_down(files, contents);
    ASSERT_TRUE(create_set(files, set_of("/", contents), kSetPath, Work()).has_value());
    ASSERT_TRUE(files.rename_exclusive("/objects/ab/0.age", "/objects/ab/0.age.1").has_value());
    const auto set = open_set(files, {kSetPath}, Work());
    ASSERT_TRUE(set.has_value());
    const auto findings = verify_set(files, "/", *set, {"/objects/ab/0.age.1"}, Work());
    ASSERT_TRUE(findings.has_value());
    EXPECT_EQ(findings->slices_lost, 0U);
    EXPECT_FALSE(findings->all_whole());
}

TEST(Recovery, RefusesWhatCannotBeASet) {
    std::mt19937_64 random(8);
    SimulatedFileSystem files(8);
    const auto contents = some_files(2, 3'000, random);
    lay_down(files, contents);
    const auto good = set_of("/", contents);
    const auto code = [&](const NewSet& set) {
        const auto made = create_set(files, set, kSetPath, Work());
        EXPECT_FALSE(files.snapshot().contains(kSetPath));
        return made.has_value() ? ErrorCode::io : made.error().code();
    };
    auto set = good;
    set.names[0] = "../" + set.names[0];
    EXPECT_EQ(code(set), ErrorCode::invalid);
    set = good;
    set.names[1] = set.names[0];
    EXPECT_EQ(code(set), ErrorCode::invalid);
    set = good;
    set.shape.slices += 1;
    EXPECT_EQ(code(set), ErrorCode::invalid);
    set = good;
    set.names[0] = "objects/ab/none.age";
    EXPECT_EQ(code(set), ErrorCode::not_found);
}

TEST(Recovery, StopsWhenAsked) {
    std::mt19937_64 random(9);
    SimulatedFileSystem files(9);
    const auto contents = some_files(4, 30'000, random);
    lay_down(files, contents);
    std::stop_source stop;
    Work work{.stop = stop.get_token(), .progress = {}};
    stop.request_stop();
    const auto made = create_set(files, set_of("/", contents), kSetPath, work);
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(made.error().code(), ErrorCode::cancelled);
    EXPECT_FALSE(files.snapshot().contains(kSetPath));
}

// Whichever operation fails: no half-written file, nothing else changed; or it succeeded.
TEST(Recovery, LeavesNothingBehindWhateverFails) {
    std::mt19937_64 random(10);
    const auto contents = some_files(3, 4'000, random);
    const Work work{.threads = 1, .stop = {}, .progress = {}};
    const auto attempt = [&](std::uint64_t fail_create, std::uint64_t fail_heal, bool persistent) {
        SimulatedFileSystem files(10);
        lay_down(files, contents);
        files.set_plan({.fail_at = fail_create, .persistent = persistent});
        const auto made = create_set(files, set_of("/", contents), kSetPath, work);
        auto operations = files.operation_count();
        const bool must_be_gone = !made.has_value() && !persistent;
        files.set_plan({});
        EXPECT_TRUE(!must_be_gone || files.snapshot().size() == contents.size()) << fail_create;
        if (!made.has_value()) return operations;
        auto spoiled = contents.at("objects/ab/0.age");
        spoiled[spoiled.size() / 2] ^= 1U;
        files.put("/objects/ab/0.age", spoiled);
        const auto before = files.snapshot();
        files.set_plan({.fail_at = fail_heal, .persistent = persistent});
        const auto healing = heal(files, "/", {kSetPath}, work);
        if (fail_create == kNever) operations = files.operation_count();
        files.set_plan({});
        for (const auto& [path, content] : before)
            EXPECT_TRUE(files.snapshot().at(path) == content);
        for (const auto& [path, content] : files.snapshot()) {
            if (before.contains(path)) continue;
            const bool may_stay = healing.has_value() || persistent;
            EXPECT_TRUE(may_stay) << path << " after operation " << fail_heal;
            EXPECT_TRUE(!healing.has_value() ||
                        content == contents.at(path.substr(1, path.size() - 5)))
                << path;
        }
        return operations;
    };
    const auto to_heal = attempt(kNever, kNever, false);
    for (const bool persistent : {false, true}) {
        const auto to_create = 40U;
        for (std::uint64_t i = 0; i < to_create; ++i) attempt(i, kNever, persistent);
        for (std::uint64_t i = 0; i < to_heal; ++i) attempt(kNever, i, persistent);
    }
}

}  // namespace
}  // namespace keepsake::parity
