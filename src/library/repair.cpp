#include "library/repair.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "archive/parity_store.h"
#include "archive/staging.h"
#include "base/result.h"
#include "library/check_files.h"
#include "library/environment.h"
#include "library/heal.h"
#include "library/library.h"
#include "library/parity_upkeep.h"
#include "model/ids.h"
#include "parity/work.h"

namespace keepsake::library {
namespace {

class Repairing {
  public:
    Repairing(FileChecker& checker, const Environment& environment, archive::Staging& staging,
              Library* library, Listener& listener)
        : checker_(&checker),
          environment_(&environment),
          staging_(&staging),
          library_(library),
          listener_(&listener),
          hurt_(checker.take_hurt()) {
        for (const auto& each : hurt_) left_.insert(each.objects.begin(), each.objects.end());
    }

    Result<> run() {
        auto healed = heal_objects();
        for (const auto& each : hurt_)
            if (!each.set) tell(each);
        if (healed) healed = heal_sets();
        return healed;
    }

  private:
    Result<> heal_objects() {
        const OnHealed on_healed = [&](const std::string& path, const std::string& from) {
            const auto object = archive::object_of_path(path);
            if (!object) return;
            left_.erase(*object);
            healed_from_.emplace(*object, from);
        };
        if (library_ != nullptr)
            TRY(heal_headers(*library_, {left_.begin(), left_.end()}, on_healed));
        TRY(heal_from_parity(*environment_, *staging_, {left_.begin(), left_.end()}, on_healed,
                             *listener_));
        return {};
    }

    // An original is whole again if one of its objects is.
    void tell(const Hurt& hurt) {
        for (const auto& object : hurt.objects) {
            const auto at = healed_from_.find(object);
            if (at == healed_from_.end()) continue;
            checker_->healed(hurt.name, at->second);
            return;
        }
        checker_->still_hurt(hurt);
    }

    // A spoiled recovery set is made anew over the same members, unless one of them is hurt and it
    // may still be what helps.
    Result<> heal_sets() {
        std::vector<archive::ParityFileName> spoiled;
        for (const auto& each : hurt_) {
            if (!each.set) continue;
            if (may_still_help(*each.set))
                tell(each);
            else
                spoiled.push_back({*each.set, 0});
        }
        if (spoiled.empty()) return {};
        TRY(archive::remove_sets(staging_->files(), staging_->archive_path(), spoiled));
        TRY(tend_parity(*environment_, *staging_, {}, *listener_));
        for (const auto& set : spoiled) checker_->healed(set.path(), "the originals it is about");
        return {};
    }

    bool may_still_help(const model::FileHash& set) {
        parity::Work work;
        work.threads = environment_->threads;
        work.stop = environment_->stop;
        const auto members =
            archive::read_members(staging_->files(), staging_->archive_path(), {set, 0}, work);
        return members && std::ranges::any_of(members->objects, [&](const auto& member) {
                   return left_.contains(member.object);
               });
    }

    FileChecker* checker_;
    const Environment* environment_;
    archive::Staging* staging_;
    Library* library_;
    Listener* listener_;
    std::vector<Hurt> hurt_;
    std::set<model::ObjectId> left_;
    std::map<model::ObjectId, std::string> healed_from_;
};

}  // namespace

Result<> repair_found(FileChecker& checker, const Environment& environment,
                      archive::Staging& staging, Library* library, Listener& listener) {
    checker.wait();
    return Repairing(checker, environment, staging, library, listener).run();
}

}  // namespace keepsake::library
