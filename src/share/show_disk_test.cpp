// A share made on a disk that fails, or that loses what was not synced.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "crypto/age_keys.h"
#include "crypto/sha256.h"
#include "library/environment.h"
#include "library/keep.h"
#include "library/library.h"
#include "model/ids.h"
#include "os/file_system.h"
#include "share/record.h"
#include "share/show.h"
#include "share/show_for_test.h"
#include "support/family.h"
#include "support/fault_plan.h"
#include "support/simulated_file_system.h"

namespace keepsake::share {
namespace {

using nlohmann::json;
using ::testing::IsEmpty;

/// All of it on a disk that fails.
class World {
  public:
    explicit World(std::uint64_t seed) : files(seed), random(seed) {
        owner = std::make_unique<crypto::AgeIdentity>(crypto::AgeIdentity::generate(random));
        library::NewArchive ways;
        ways.recipient = owner->recipient();
        must(library::new_archive(environment(), "/archive", ways).has_value());
        must(os::write_file(files, "/words.md", as_bytes("He came at ten."), os::Existing::refuse,
                            false)
                 .has_value());
        library = std::make_unique<library::Library>(open());
        const std::vector<std::string> paths{"/words.md"};
        must(library::keep(*library, paths, {}, heard).has_value());
        must(library->catalog()
                 .for_each_item({},
                                [&](const catalog::ItemRecord& each) -> Result<> {
                                    item = each.item;
                                    return {};
                                })
                 .has_value());
        files.settle();
    }
    library::Environment environment() {
        return {files, random, clock, "/state", {}, 1, true, &looker};
    }
    library::Library open() {
        auto opened = library::Library::open(environment(), "/archive",
                                             library::IdentityText{owner->to_text()}, heard);
        if (!opened) throw std::runtime_error(opened.error().describe());
        return std::move(*opened);
    }
    static void must(bool held) {
        if (!held) throw std::runtime_error("the world could not be made");
    }
    bool stands(const std::string& path) { return files.info(path).has_value(); }

    keepsake::testing::SimulatedFileSystem files;
    keepsake::testing::SeededRandom random;
    keepsake::testing::SetClock clock;
    keepsake::testing::HeardListener heard;
    SeesByWords looker;
    std::unique_ptr<crypto::AgeIdentity> owner;
    std::unique_ptr<library::Library> library;
    model::ItemId item;
};

class OnADiskThatFails : public ::testing::TestWithParam<As> {
  protected:
    static Target target() {
        return {.as = GetParam(), .path = GetParam() == As::file ? "/out.html" : "/out"};
    }
    /// Gives how many operations there were.
    static std::uint64_t run(std::uint64_t at, bool crash) {
        World world(7);
        world.files.set_plan({.fail_at = at, .crash = crash});
        const auto report =
            show(*world.library, wish_for({world.item}), target(), page(), world.heard);
        const auto count = world.files.operation_count();
        const auto where = at == keepsake::testing::kNever ? "" : world.files.operation_name(at);
        if (crash) world.files.crash();
        world.files.set_plan({});
        world.library.reset();
        auto library = world.open();
        const auto records = *read_records(library.catalog());
        std::vector<std::string> left;
        const auto root = *world.files.list("/");
        for (const auto& entry : root)
            if (entry.name.starts_with('.')) left.push_back(entry.name);
        if (const auto shelf = world.files.list("/state/shares"))
            for (const auto& entry : *shelf)
                if (entry.name.starts_with('.')) left.push_back(entry.name);
        if (!crash) {
            EXPECT_THAT(left, IsEmpty()) << where;
        }
        check(world, records, report.has_value(), where);
        return count;
    }
    static void check(World& world, const std::vector<Record>& records, bool made,
                      const std::string& where) {
        auto path = target().path;
        if (GetParam() == As::guests) {
            path = "/none";
            for (const auto& record : records) path = "/state/shares/" + record.where.front().name;
        }
        const bool there = world.stands(path);
        EXPECT_TRUE(there || !made) << where;
        if (!there) return;
        // Whole, and known to every keeper.
        ASSERT_EQ(records.size(), 1U) << where;
        if (GetParam() == As::file) return;
        const auto head = os::read_file(world.files, path + "/manifest.age", 1 << 20U);
        ASSERT_TRUE(head) << where;
        const auto told = json::parse(opened_text(as_text(*head), records[0].key))["told"];
        const auto inside = os::read_file(
            world.files, path + "/" + told["inside"]["name"].get<std::string>(), 1 << 20U);
        ASSERT_TRUE(inside) << where;
        EXPECT_EQ(told["inside"]["sha256"], to_hex(crypto::sha256(*inside))) << where;
    }
};

TEST_P(OnADiskThatFails, ItIsWholeOrNotThere) {
    const auto count = run(keepsake::testing::kNever, false);
    for (std::uint64_t at = 0; at < count; ++at) run(at, false);
}

TEST_P(OnADiskThatFails, AfterACrashItIsWholeOrNotThere) {
    const auto count = run(keepsake::testing::kNever, false);
    for (std::uint64_t at = 0; at < count; ++at) run(at, true);
}

INSTANTIATE_TEST_SUITE_P(Places, OnADiskThatFails,
                         ::testing::Values(As::folder, As::file, As::guests),
                         [](const auto& each) { return std::string(to_text(each.param)); });

}  // namespace
}  // namespace keepsake::share
