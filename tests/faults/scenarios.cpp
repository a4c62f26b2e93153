#include "faults/scenarios.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "archive/journal_store.h"
#include "base/bytes.h"
#include "faults/family_world.h"
#include "library/get.h"
#include "library/keys.h"
#include "library/library.h"
#include "library/tell.h"
#include "library/tend.h"
#include "support/family.h"

namespace keepsake::testing {
namespace {

const std::string kPhotos = "/home/photos";

std::string noise(std::size_t bytes, std::uint64_t seed) {
    std::string text(bytes, '\0');
    SeededRandom random(seed);
    random.fill({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    return text;
}

void put_photos(FamilyWorld& world) {
    world.make_folder(kPhotos);
    world.make_folder(kPhotos + "/2020");
    world.put_source(kPhotos + "/a.jpg", noise(3000, 1));
    world.put_source(kPhotos + "/a again.jpg", noise(3000, 1));
    world.put_source(kPhotos + "/2020/b.jpg", noise(70'000, 2));
    world.put_source(kPhotos + "/empty", "");
    world.put_source("/home/film.mov", noise(5000, 3));
}

void put_many(FamilyWorld& world) {
    world.make_folder("/home/many");
    for (std::uint64_t i = 0; i < 10; ++i)
        world.put_source("/home/many/" + std::to_string(i), noise(200, 100 + i));
}

void begin(FamilyWorld& world) {
    put_photos(world);
    world.make_archive();
    auto library = world.open();
    ASSERT_TRUE(library) << library.error().describe();
    world.keep(*library, "/home/film.mov");
}

void begin_with_photos(FamilyWorld& world) {
    begin(world);
    auto library = world.open();
    ASSERT_TRUE(library) << library.error().describe();
    world.keep(*library, kPhotos);
    world.set_words(*library, "photos/a.jpg", "Ana, first day of school");
}

void begin_with_friend(FamilyWorld& world) {
    begin_with_photos(world);
    auto library = world.open();
    ASSERT_TRUE(library) << library.error().describe();
    world.add_way(*library, "friend");
}

void begin_with_let_go(FamilyWorld& world) {
    begin_with_photos(world);
    auto library = world.open();
    ASSERT_TRUE(library) << library.error().describe();
    // Its bytes are those of "a again.jpg", too, which stays.
    world.let_go(*library, "photos/a.jpg");
    world.let_go(*library, "photos/2020/b.jpg");
    ASSERT_TRUE(library::tend(*library, world.heard));
    world.pass_days(60);
    world.let_go(*library, "photos/empty");
    world.pass_days(31);
    for (const auto* const name : {"photos/a.jpg", "photos/2020/b.jpg"})
        world.ledger.erasable.insert(name);
}

// Two computers, two copies, something new on each; then one copy gets what the other has.
void begin_with_two_copies(FamilyWorld& world) {
    begin(world);
    world.copy_missing(FamilyWorld::kArchive, FamilyWorld::kOtherArchive);
    world.put_source("/home/other.jpg", noise(4000, 9));
    world.archive = FamilyWorld::kOtherArchive;
    world.state_folder = "/home/other-state";
    {
        auto library = world.open();
        ASSERT_TRUE(library) << library.error().describe();
        world.keep(*library, "/home/other.jpg");
        world.keep(*library, kPhotos);  // on both: then there are two objects of each
        world.set_words(*library, "/film.mov", "from the other computer");
    }
    world.archive = FamilyWorld::kArchive;
    world.state_folder = "/home/state";
    {
        auto library = world.open();
        ASSERT_TRUE(library) << library.error().describe();
        world.set_cover(*library, "/film.mov", "The film");
        world.keep(*library, kPhotos + "/2020");
    }
    world.copy_missing(FamilyWorld::kOtherArchive, FamilyWorld::kArchive);
}

void begin_with_segments(FamilyWorld& world) {
    begin_with_photos(world);
    auto library = world.open();
    ASSERT_TRUE(library) << library.error().describe();
    for (int i = 0; i < 4; ++i)
        world.set_cover(*library, "/film.mov", "Cover " + std::to_string(i));
}

void begin_with_many_segments(FamilyWorld& world) {
    begin(world);
    auto library = world.open();
    ASSERT_TRUE(library) << library.error().describe();
    for (int i = 0; i < 255; ++i)
        world.set_cover(*library, "/film.mov", "Cover " + std::to_string(i));
}

// Each step on an archive opened anew.
template <class... Steps>
auto opened(Steps... steps) {
    return [=](FamilyWorld& world) {
        const auto step = [&](const auto& act) {
            auto library = world.open();
            if (world.heed(library)) act(world, *library);
        };
        (step(steps), ...);
    };
}

using library::Library;

void roll_up_all(FamilyWorld& world, Library& library) {
    const auto listing = archive::list_journal(world.files, world.archive);
    if (!listing) return;
    world.heed(archive::roll_up(library.staging(), listing->files, library.identity().identities(),
                                library.current_epoch().identity.recipient(), world.random));
}

void get_all(FamilyWorld& world, Library& library) {
    const auto report = library::get(library, {}, FamilyWorld::kOut, world.heard);
    const bool all = report && !report->stopped && report->problems == 0;
    EXPECT_TRUE(all || world.files.has_failed());
    world.ledger.given = all;
    world.told_of_failure = world.told_of_failure || !all;
}

void tell(FamilyWorld& world, Library& library) {
    world.set_words(library, "/film.mov", "short");
    world.set_words(library, "photos/2020/b.jpg", "A long story. " + std::string(1500, 'w'));
    world.set_words(library, "photos/a.jpg", "other words");
    world.set_cover(library, "/film.mov", "A cover");
    world.set_cover(library, "/film.mov", "");
    const auto moment = library::new_moment(library, "School");
    const auto item = world.item_of(library, "/film.mov");
    if (world.heed(moment) && item) world.heed(library::add_to_moment(library, *moment, {{*item}}));
}

void keep_photos(FamilyWorld& world, Library& library) { world.keep(library, kPhotos); }

void keep_two(FamilyWorld& world, Library& library) {
    world.keep(library, kPhotos);
    world.keep(library, "/home/late.jpg");
}

void tend(FamilyWorld& world, Library& library) { world.heed(library::tend(library, world.heard)); }

void before_keep(FamilyWorld& world) {
    begin(world);
    world.put_source("/home/late.jpg", noise(1000, 4));
}

void before_many(FamilyWorld& world) {
    begin(world);
    put_many(world);
}

}  // namespace

std::vector<Scenario> scenarios() {
    const auto keep_many =
        opened([](FamilyWorld& world, Library& library) { world.keep(library, "/home/many"); });
    const auto on_new_computer = [](const auto& run) {
        return [run](FamilyWorld& world) {
            world.state_folder = "/home/new-computer";
            run(world);
            world.state_folder = "/home/state";
        };
    };
    return {
        {"new", put_photos, [](FamilyWorld& world) { world.make_archive(); }, kPhotos},
        {"keep", before_keep, opened(keep_two), kPhotos},
        {"keep_many", before_many, keep_many, "/home/many"},
        {"keep_many_one_by_one", before_many, keep_many, "/home/many", false},
        {"keep_without_locks", before_keep, opened(keep_two), kPhotos, true, false},
        {"join", before_keep, on_new_computer(opened(keep_two)), "/home/late.jpg"},
        {"tell", begin_with_photos, opened(tell), ""},
        {"let_go", begin_with_photos, opened([](FamilyWorld& world, Library& library) {
             world.let_go(library, "photos/a.jpg");
             world.let_go(library, "/film.mov");
             world.bring_back(library, "photos/a.jpg");
         }),
         ""},
        {"erase", begin_with_let_go, opened(tend, tend), ""},
        {"key_add", begin_with_photos,
         opened([](FamilyWorld& world, Library& library) { world.add_way(library, "friend"); }),
         "/home/film.mov"},
        {"key_remove", begin_with_friend,
         opened([](FamilyWorld& world, Library& library) { world.remove_way(library, "friend"); },
                keep_photos),
         "/home/film.mov"},
        {"key_remove_and_go_on", begin_with_friend,
         opened([](FamilyWorld& world, Library& library) {
             world.remove_way(library, "friend");
             world.keep(library, kPhotos);
             world.remove_way(library, "friend");
         }),
         "/home/film.mov"},
        {"reseal", begin_with_friend, opened([](FamilyWorld& world, Library& library) {
             world.heed(
                 library::rotate(library, library::Library::Joining::none, true, world.heard));
         }),
         ""},
        {"rollup", begin_with_segments, opened(roll_up_all), ""},
        {"tend_rolls_up", begin_with_many_segments, opened(tend), "", true, true, 10},
        {"merge", begin_with_two_copies, opened([](FamilyWorld& world, Library& library) {
             world.keep(library, kPhotos);
             world.heed(library::tend(library, world.heard));
         }),
         kPhotos},
        {"get", begin_with_photos, opened(get_all), ""},
    };
}

}  // namespace keepsake::testing
