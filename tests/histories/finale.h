#pragma once

#include <string>
#include <vector>

#include "histories/history_world.h"
#include "support/simulated_disk.h"

namespace keepsake::testing {

/// Somebody runs the check that needs no key, and removes what it names as damaged.
void heed_check(HistoryWorld& world, Disk& disk);

/// How every history ends: all disks come together, everybody opens every copy, keepers join what
/// went two ways and accept who waits. Then all copies and all computers show the same, which is
/// all that was ever acknowledged, and check finds nothing else.
class Finale {
  public:
    Finale(HistoryWorld& world, Dice& dice, std::vector<std::string>& story)
        : world_(&world), dice_(&dice), story_(&story) {}
    void play();

  private:
    void merge_all();
    void copy_all(Disk& from, Disk& to);
    bool settle_round();
    void accept_all(Laptop& laptop, Disk& disk);
    void expect_all_counts();
    void expect_the_same_everywhere();
    void expect_originals();
    void expect_sound(Laptop& laptop, Disk& disk);
    void expect_erased_in_time();

    HistoryWorld* world_;
    Dice* dice_;
    std::vector<std::string>* story_;
};

}  // namespace keepsake::testing
