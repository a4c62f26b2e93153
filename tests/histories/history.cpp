#include "histories/history.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "histories/deeds.h"
#include "histories/finale.h"
#include "histories/history_world.h"
#include "histories/wrong.h"
#include "support/fault_plan.h"
#include "support/simulated_disk.h"

namespace keepsake::testing {
namespace {

constexpr unsigned kFewestSteps = 8;
constexpr unsigned kMostSteps = 40;

class Player {
  public:
    Player(const History& history, const std::string& real_folder)
        : history_(&history),
          dice_(history.seed),
          // One in eight has catalogs that are files, which go on from where they were.
          world_(history.seed, 1 + static_cast<unsigned>(dice_.below(5)),
                 1 + static_cast<unsigned>(dice_.below(5)),
                 history.seed % 8 == 0 ? real_folder : "") {
        for (const auto& laptop : world_.laptops) {
            if (dice_.below(3) != 0) continue;
            laptop->clock.jump(static_cast<std::int64_t>(dice_.below(7300) - 3650) *
                               kSecondsPerDay);
        }
    }

    std::optional<Failure> run() {
        try {
            for (const auto step : history_->steps) one_step(step);
            world_.files.set_plan({});
            Finale(world_, dice_, story_).play();
            return std::nullopt;
        } catch (const Wrong& wrong) {
            return Failure{wrong.what(), story_};
        }
    }

  private:
    void one_step(unsigned number) {
        // A step is what it is whatever was left out before it.
        dice_ = Dice(history_->seed * 1'000'003 + number);
        story_.push_back(std::to_string(number) + ":");
        world_.files.set_plan({});
        world_.pass(static_cast<std::int64_t>(60 + dice_.below(100'000)));
        const auto kind = dice_.below(100);
        if (kind < 50) return session();
        if (kind < 68) return merge();
        if (kind < 78) return pass_days();
        if (kind < 82) return clock_jumps();
        if (kind < 87) return go_away_or_return();
        if (kind < 90) return clone();
        if (kind < 92) return reinstall();
        if (kind < 96) return set_back();
        remember();
    }
    std::string& story() { return story_.back(); }
    Laptop& a_laptop() { return *world_.laptops[dice_.below(world_.laptops.size())]; }
    Disk& a_disk() {
        const auto here = world_.disks_here();
        if (here.empty()) {
            world_.disks[0]->away = false;
            return *world_.disks[0];
        }
        return *here[dice_.below(here.size())];
    }

    void session() {
        auto& laptop = a_laptop();
        auto& disk = a_disk();
        story() += " " + laptop.name + " at " + disk.archive + ":";
        if (dice_.below(6) == 0) {
            FaultPlan plan;
            plan.crash = true;
            plan.fail_at = dice_.below(dice_.coin() ? 60 : 500);
            world_.files.set_plan(plan);
        }
        bool went_on = false;
        try {
            went_on = deeds(laptop, disk);
        } catch (const Wrong&) {
            // Where the machine stopped nobody sees anything any more.
            if (!world_.files.has_failed()) throw;
        }
        if (!world_.files.has_failed()) {
            if (!went_on) story() += " in vain;";
            return;
        }
        story() += " the power goes";
        world_.power_cut();
        world_.look_at_all({&laptop, false});
    }

    bool deeds(Laptop& laptop, Disk& disk) {
        const auto library = world_.open(laptop, disk);
        if (!library) return false;
        Deeds deeds(world_, laptop, disk, *library, dice_);
        for (auto left = 1 + dice_.below(3); left > 0; --left) {
            if (!deeds.do_something(story())) return false;
            world_.pass(static_cast<std::int64_t>(dice_.below(300)));
        }
        if (dice_.below(3) == 0) return deeds.join_epochs(story());
        return true;
    }

    // ---- copying ----

    enum class Manner : std::uint8_t { whole, some, stopped, power_cut };

    void merge() {
        auto& from = a_disk();
        auto& to = a_disk();
        if (&from == &to) return;
        const auto roll = dice_.below(10);
        const auto manner = roll < 6    ? Manner::whole
                            : roll < 8  ? Manner::some
                            : roll == 8 ? Manner::stopped
                                        : Manner::power_cut;
        copy(from, to, manner);
        if (manner == Manner::whole && dice_.coin()) copy(to, from, manner);
        if (dice_.below(4) == 0) heed_check(world_, to);
    }

    void copy(Disk& from, Disk& to, Manner manner) {
        static const std::map<Manner, std::string> names{
            {Manner::whole, " cp -rn "},
            {Manner::some, " copies some of "},
            {Manner::stopped, " cp -rn, stopped, of "},
            {Manner::power_cut, " cp -rn until the power goes, of "}};
        story() += names.at(manner) + from.archive + " to " + to.archive + ";";
        if (manner != Manner::some) world_.copy_folders(from.archive, to.archive);
        if (manner == Manner::power_cut) {
            FaultPlan plan;
            plan.crash = true;
            plan.fail_at = dice_.below(300);
            world_.files.set_plan(plan);
        }
        std::vector<std::string> names_there;
        names_there.reserve(from.contents.files.size());
        for (const auto& [name, bytes] : from.contents.files) names_there.push_back(name);
        for (auto i = names_there.size(); i > 1; --i)
            std::swap(names_there[i - 1], names_there[dice_.below(i)]);
        const auto share = 1 + dice_.below(9);
        const auto stops_at =
            manner == Manner::stopped ? dice_.below(names_there.size() + 1) : names_there.size();
        for (std::size_t i = 0; i < names_there.size(); ++i) {
            const auto& name = names_there[i];
            if (manner == Manner::some && dice_.below(10) >= share) continue;
            if (to.contents.files.contains(name)) continue;
            const bool cut = i == stops_at;
            std::optional<std::size_t> length;
            if (cut) length = dice_.below(from.contents.files.at(name).size() + 1);
            const bool done =
                world_.copy_file(from.archive + "/" + name, to.archive + "/" + name, length);
            if (!done || cut) break;
        }
        if (world_.files.has_failed())
            world_.power_cut();
        else
            world_.files.settle();
        world_.files.set_plan({});
        world_.look_at_all({});
    }

    // ---- time and misfortune ----

    void pass_days() {
        static const std::vector<std::int64_t> spans{1, 7, 31, 31, 60, 91, 200, 400};
        const auto days = spans[dice_.below(spans.size())];
        story() += " " + std::to_string(days) + " days pass";
        world_.pass(days * kSecondsPerDay);
    }

    void clock_jumps() {
        auto& laptop = a_laptop();
        const auto days = static_cast<std::int64_t>(dice_.below(4000)) - 2000;
        story() += " the clock of " + laptop.name + " jumps by " + std::to_string(days) + " days";
        laptop.clock.jump(days * kSecondsPerDay);
        laptop.runs_true = false;
    }

    void go_away_or_return() {
        auto& disk = *world_.disks[dice_.below(world_.disks.size())];
        disk.away = !disk.away;
        story() += " " + disk.archive + (disk.away ? " is put into a drawer" : " is back");
        if (!disk.away) world_.pass(365 * kSecondsPerDay);
    }

    void clone() {
        if (world_.laptops.size() >= 6) return;
        auto& from = a_laptop();
        auto& to = world_.add_laptop();
        story() += " " + to.name + " is a clone of " + from.name;
        world_.clone_state(from, to);
        world_.files.settle();
        from.runs_true = to.runs_true = false;
    }

    void reinstall() {
        auto& laptop = a_laptop();
        story() += " " + laptop.name + " loses its state";
        world_.lose_state(laptop);
        world_.files.settle();
    }

    void remember() {
        auto& disk = a_disk();
        story() += " an image of " + disk.archive + " is taken";
        disk.remembered = world_.tree(disk.archive);
        images_of_.clear();
        for (const auto& laptop : world_.laptops)
            images_of_.emplace_back(laptop.get(), world_.tree(laptop->state));
    }

    void set_back() {
        auto& disk = a_disk();
        if (!disk.remembered) return remember();
        story() += " " + disk.archive + " is set back";
        world_.remove_tree(disk.archive);
        world_.put_tree(disk.archive, *disk.remembered);
        if (dice_.coin() && !images_of_.empty()) {
            auto& [laptop, image] = images_of_[dice_.below(images_of_.size())];
            story() += " and so is " + laptop->name;
            world_.remove_tree(laptop->state);
            world_.put_tree(laptop->state, image);
            laptop->runs_true = false;
        }
        world_.files.settle();
        world_.look(disk, {nullptr, true});
    }

    const History* history_;
    Dice dice_;
    std::vector<std::string> story_;
    HistoryWorld world_;
    std::vector<std::pair<Laptop*, std::map<std::string, Bytes>>> images_of_;
};

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

History History::of(std::uint64_t seed) {
    Dice dice(seed + 77);
    History history{seed, {}};
    const auto count = kFewestSteps + dice.below(kMostSteps - kFewestSteps + 1);
    for (unsigned step = 0; step < count; ++step) history.steps.push_back(step);
    return history;
}

std::optional<History> History::from_text(const std::string& text) {
    const auto colon = text.find(':');
    const auto seed = number(std::string_view(text).substr(0, colon));
    if (!seed) return std::nullopt;
    if (colon == std::string::npos) return of(*seed);
    History history{*seed, {}};
    std::string_view rest = std::string_view(text).substr(colon + 1);
    while (!rest.empty()) {
        const auto comma = std::min(rest.find(','), rest.size());
        const auto step = number(rest.substr(0, comma));
        if (!step) return std::nullopt;
        history.steps.push_back(static_cast<unsigned>(*step));
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return history;
}

std::string History::to_text() const {
    auto text = std::to_string(seed) + ":";
    for (std::size_t i = 0; i < steps.size(); ++i)
        text += (i == 0 ? "" : ",") + std::to_string(steps[i]);
    return text;
}

std::optional<Failure> play(const History& history, const std::string& real_folder) {
    std::filesystem::remove_all(real_folder);  // another history's catalogs
    return Player(history, real_folder).run();
}

History shortened(History history, const std::string& real_folder) {
    for (auto part = history.steps.size() / 2; part > 0; part /= 2) {
        for (std::size_t at = 0; at < history.steps.size();) {
            auto without = history;
            const auto first = without.steps.begin() + static_cast<std::ptrdiff_t>(at);
            without.steps.erase(first, first + static_cast<std::ptrdiff_t>(
                                                   std::min(part, without.steps.size() - at)));
            if (play(without, real_folder))
                history = std::move(without);
            else
                at += part;
        }
    }
    return history;
}

}  // namespace keepsake::testing
