#include <gtest/gtest.h>

#include <cerrno>
#include <cstdint>
#include <set>
#include <string>

#include "catalog/catalog.h"
#include "faults/family_world.h"
#include "library/library.h"
#include "support/fault_plan.h"

// A listing that fails is never taken for a shorter one: whoever opens sees everything, or an
// error.
namespace keepsake::testing {
namespace {

TEST(Listings, OneThatFailsIsNotTakenForAShorterOne) {
    FamilyWorld world(1);
    for (const auto* const name : {"/home/a", "/home/b"}) world.put_source(name, name);
    world.make_archive();
    {
        auto library = world.open();
        ASSERT_TRUE(library) << library.error().describe();
        world.keep(*library, "/home/a");
        world.keep(*library, "/home/b");
    }
    // The mirror would help out, as it should; here it cannot.
    for (const auto& path : world.files.paths())
        if (path.starts_with("/disk/archive/mirror/journal/") && path.ends_with(".age")) {
            ASSERT_TRUE(world.files.remove_file(path));
        }
    const auto items_seen = [&](std::uint64_t fail_at) -> std::uint64_t {
        // A computer that has not been here before knows of nothing that could be missing.
        world.state_folder = "/home/state-" + std::to_string(fail_at);
        world.files.set_plan({.fail_at = fail_at, .error = EIO});
        auto library = world.open();
        return library ? library->catalog().item_count({}).value_or(0) : 2;
    };
    ASSERT_EQ(items_seen(kNever), 2U);
    const auto operations = world.files.operations();
    std::set<std::string> failed;
    for (std::uint64_t at = 0; at < operations.size(); ++at) {
        if (operations[at].name != "list") continue;
        failed.insert(operations[at].path);
        EXPECT_EQ(items_seen(at), 2U) << operations[at].path << " cannot be listed";
    }
    EXPECT_GT(failed.size(), 3U) << "the journal's folders are listed";
}

}  // namespace
}  // namespace keepsake::testing
