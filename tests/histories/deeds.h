#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "histories/family_view.h"
#include "histories/history_world.h"
#include "library/library.h"
#include "model/ids.h"
#include "support/simulated_disk.h"

namespace keepsake::testing {

/// What a person does with one opened copy. After each deed the copy and the catalog are looked at;
/// what was acknowledged must stand there.
class Deeds {
  public:
    Deeds(HistoryWorld& world, Laptop& laptop, Disk& disk, library::Library& library, Dice& dice)
        : world_(&world),
          laptop_(&laptop),
          disk_(&disk),
          library_(&library),
          dice_(&dice),
          device_(library.device()) {}

    /// One deed; tells what it was. False: the machine stopped in it.
    bool do_something(std::string& story);
    bool tend(std::string& story);
    bool join_epochs(std::string& story);

  private:
    using Deed = bool (Deeds::*)(std::string&);

    bool keep_new(std::string& story);
    bool keep_again(std::string& story);
    bool keep_same_bytes(std::string& story);
    bool keep_path(const std::string& path);
    bool say_words(std::string& story);
    Result<> set_words(const model::Subject& of, const char* field, const std::string& text);
    bool tell_story(std::string& story);
    bool cover(std::string& story);
    bool set_field(std::string& story);
    bool set_again(std::string& story);
    bool moment(std::string& story);
    bool let_go(std::string& story);
    bool bring_back(std::string& story);
    bool change_ways(std::string& story);
    bool rotate(std::string& story);
    bool retire(std::string& story);
    bool accept(std::string& story);
    bool refresh(std::string& story);
    bool rebuild(std::string& story);
    bool check(std::string& story);

    /// What may be refused with which word, and whether it must be.
    struct Refusal {
        std::optional<ErrorCode> allowed;
        bool due = false;
    };
    /// False: the machine stopped. Throws Wrong if it failed for no reason that is known, or did
    /// not although it had to.
    bool went_well(const Result<>& result, const std::string& what, const Refusal& refusal);
    /// The same of what writes nothing.
    bool went_well(const Result<>& result, const std::string& what) {
        return went_well(result, what, {});
    }
    // Asked before the deed.
    Refusal of_writing(std::optional<ErrorCode> also = {}) const;
    Refusal of_changing_keys() const;
    Refusal of_joining() const;
    FamilyView look(const Cause& cause = {});
    std::optional<model::ItemId> an_item(bool let_go);
    std::optional<model::MomentId> a_moment();
    std::string some_text(bool is_long);

    HistoryWorld* world_;
    Laptop* laptop_;
    Disk* disk_;
    library::Library* library_;
    Dice* dice_;
    std::optional<model::DeviceId> device_;
    bool refused_ = false;  // the last call failed, and may
};

}  // namespace keepsake::testing
