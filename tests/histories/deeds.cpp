#include "histories/deeds.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "crypto/age_keys.h"
#include "crypto/sha256.h"
#include "histories/family_view.h"
#include "histories/history_world.h"
#include "histories/wrong.h"
#include "library/check.h"
#include "library/keep.h"
#include "library/keys.h"
#include "library/library.h"
#include "library/tell.h"
#include "library/tend.h"
#include "model/entry.h"
#include "model/ids.h"
#include "os/file_system.h"
#include "support/family.h"
#include "support/simulated_disk.h"

namespace keepsake::testing {
namespace {

template <class T, class Range>
std::optional<T> one_of(const Range& range, Dice& dice) {
    if (std::empty(range)) return std::nullopt;
    return *std::next(std::begin(range), static_cast<std::ptrdiff_t>(dice.below(std::size(range))));
}

std::string short_id(const auto& id) { return id.hex().substr(0, 6); }

}  // namespace

bool Deeds::do_something(std::string& story) {
    struct Weighed {
        unsigned weight;
        Deed deed;
    };
    static const std::vector<Weighed> all{
        {18, &Deeds::keep_new},   {6, &Deeds::keep_again}, {8, &Deeds::keep_same_bytes},
        {12, &Deeds::say_words},  {3, &Deeds::tell_story}, {6, &Deeds::cover},
        {5, &Deeds::set_field},   {6, &Deeds::moment},     {14, &Deeds::let_go},
        {8, &Deeds::set_again},   {7, &Deeds::bring_back}, {16, &Deeds::tend},
        {3, &Deeds::change_ways}, {2, &Deeds::rotate},     {2, &Deeds::retire},
        {1, &Deeds::accept},      {2, &Deeds::refresh},    {1, &Deeds::rebuild},
        {2, &Deeds::check},
    };
    unsigned total = 0;
    for (const auto& one : all) total += one.weight;
    auto at = dice_->below(total);
    for (const auto& one : all) {
        if (at < one.weight) return (this->*one.deed)(story);
        at -= one.weight;
    }
    return true;
}

bool Deeds::went_well(const Result<>& result, const std::string& what, const Refusal& refusal) {
    refused_ = false;
    if (world_->files.has_failed()) return false;
    if (result) {
        if (refusal.due) throw Wrong(what + " was done, and had to be refused");
        return true;
    }
    const bool is_due = refusal.due && result.error().code() == ErrorCode::read_only;
    if (!is_due && result.error().code() != refusal.allowed)
        throw Wrong(what + " failed: " + result.error().describe());
    refused_ = true;
    return true;
}

// Nobody writes who has gone by neither of two epochs, nor where the copy's keys do not open what
// the computer remembers.
Deeds::Refusal Deeds::of_writing(std::optional<ErrorCode> also) const {
    return {also, library_->authority().is_undecided() || !library_->device()};
}

FamilyView Deeds::look(const Cause& cause) {
    world_->pages.add_identities(library_->identity().identities());
    world_->look(*disk_, cause);
    // A device that began anew took up what it wrote before: that counts with the next reading.
    if (library_->device() != device_) {
        device_ = library_->device();
        must(library_->refresh(world_->heard), "reading again");
    }
    world_->compare_now(*laptop_, *disk_, *library_);
    return world_->view(*laptop_, *disk_, library_->identity());
}

std::optional<model::ItemId> Deeds::an_item(bool let_go) {
    std::set<model::ItemId> items;
    catalog::ItemFilter filter;
    filter.let_go = let_go;
    must(library_->catalog().for_each_item(filter,
                                           [&](const catalog::ItemRecord& item) -> Result<> {
                                               items.insert(item.item);
                                               return {};
                                           }),
         "the list");
    // Mostly the same few, so that several people speak of one thing without knowing of each other.
    while (items.size() > 2 && dice_->below(4) != 0) items.erase(std::prev(items.end()));
    return one_of<model::ItemId>(items, *dice_);
}

std::optional<model::MomentId> Deeds::a_moment() {
    std::set<model::MomentId> moments;
    for (const auto& moment : must(library_->catalog().moments(), "moments"))
        moments.insert(moment.moment);
    return one_of<model::MomentId>(moments, *dice_);
}

std::string Deeds::some_text(bool is_long) {
    const auto text = "words " + std::to_string(dice_->below(1'000'000));
    return is_long ? text + std::string(300 + dice_->below(300), 'x') : text;
}

// ---- keeping ----

bool Deeds::keep_path(const std::string& path) {
    const auto bytes = must(os::read_file(world_->files, path, 1U << 20U), path);
    const auto refusal = of_writing();
    const auto report = library::keep(*library_, std::vector<std::string>{path}, {}, world_->heard);
    if (!went_well(report ? (report->stopped ? Result<>(*report->stopped) : Result<>())
                          : Result<>(report.error()),
                   "keeping " + path, refusal))
        return false;
    const auto seen = look();
    if (refused_) return true;
    if (report->kept + report->already != 1 || report->problems != 0)
        throw Wrong(path + " was kept " + std::to_string(report->kept) + " times");
    // Acknowledged: it is listed, and stands in this very copy.
    const model::ContentId content{crypto::sha256(bytes)};
    const auto name = os::file_name_of(path);
    const bool listed = std::ranges::any_of(seen.items, [&](const auto& item) {
        return !seen.is_let_go(item.first) &&
               std::ranges::any_of(item.second, [&](const FamilyView::File& file) {
                   return file.content == content && file.name == name;
               });
    });
    if (!listed) throw Wrong(path + " was acknowledged and is not listed");
    const auto objects = seen.objects.find(content);
    const bool stands = objects != seen.objects.end() &&
                        std::ranges::any_of(objects->second, [&](const auto& object) {
                            return disk_->contents.objects.contains(object);
                        });
    if (!stands) throw Wrong(path + " was acknowledged and does not stand in this copy");
    return true;
}

bool Deeds::keep_new(std::string& story) {
    // Few sizes, so that many things are of one size.
    const auto path = laptop_->next_source() + ".jpg";
    auto bytes = "photograph " + std::to_string(dice_->below(1'000'000));
    bytes.resize(200 + 200 * dice_->below(4), 'p');
    world_->put_source(*laptop_, path, bytes);
    story += " keeps " + path + ";";
    return keep_path(path);
}

bool Deeds::keep_again(std::string& story) {
    const auto path = one_of<std::string>(laptop_->sources, *dice_);
    if (!path) return true;
    story += " keeps " + *path + " again;";
    return keep_path(*path);
}

bool Deeds::keep_same_bytes(std::string& story) {
    const auto& other = *world_->laptops[dice_->below(world_->laptops.size())];
    const auto from = one_of<std::string>(other.sources, *dice_);
    if (!from) return true;
    const auto bytes = must(os::read_file(world_->files, *from, 1U << 20U), *from);
    const auto path = laptop_->next_source() + " again.jpg";
    world_->put_source(*laptop_, path, as_text(bytes));
    story += " keeps " + path + ", the bytes of " + *from + ";";
    return keep_path(path);
}

// ---- telling ----

bool Deeds::say_words(std::string& story) {
    const auto item = an_item(dice_->below(8) == 0);
    if (!item) return true;
    const bool is_long = dice_->below(3) == 0;
    const auto text = dice_->below(8) == 0 ? "" : some_text(is_long);
    story += " words for " + short_id(*item) + (is_long ? " (long);" : ";");
    const auto of = model::Subject::of(*item);
    const auto refusal = of_writing();
    if (!went_well(set_words(of, "words", text), "words", refusal)) return false;
    const auto seen = look();
    if (!refused_ && seen.standing(of.text, "words").size() != 1)
        throw Wrong("words that were set do not stand alone");
    return true;
}

Result<> Deeds::set_words(const model::Subject& of, const char* field, const std::string& text) {
    TRY(library::set_words(*library_, of, field, text));
    return {};
}

bool Deeds::tell_story(std::string& story) {
    const auto moment = a_moment();
    if (!moment) return true;
    story += " a story for " + short_id(*moment) + ";";
    const auto of = model::Subject::of(*moment);
    const auto refusal = of_writing();
    if (!went_well(set_words(of, "story", some_text(dice_->coin())), "story", refusal))
        return false;
    const auto seen = look();
    if (!refused_ && seen.standing(of.text, "story").size() != 1)
        throw Wrong("a story that was told does not stand alone");
    return true;
}

bool Deeds::cover(std::string& story) {
    const auto item = an_item(false);
    if (!item) return true;
    const auto of = model::Subject::of(*item);
    const bool away = dice_->below(3) == 0;
    const auto text = some_text(false);
    story += (away ? " uncovers " : " covers ") + short_id(*item) + ";";
    const auto refusal = of_writing();
    if (!went_well(away ? library::take_cover_away(*library_, of)
                        : library::set_cover(*library_, of, text),
                   "a cover", refusal))
        return false;
    const auto seen = look();
    if (!refused_ && seen.text_field(of.text, "cover") !=
                         (away ? std::nullopt : std::optional<std::string>(text)))
        throw Wrong("a cover that was set does not stand");
    return true;
}

bool Deeds::set_field(std::string& story) {
    const auto item = an_item(dice_->coin());
    if (!item) return true;
    static const std::vector<std::string> names{"place", "rotation", "just_kept", "leave_open"};
    const auto& name = names[dice_->below(names.size())];
    model::Set set{model::Subject::of(*item), name, {}, std::to_string(dice_->below(4) * 90)};
    if (dice_->below(4) == 0) set.value = "null";
    if (name == "leave_open")
        set.person = model::PersonId{{static_cast<std::uint8_t>(dice_->below(3))}};
    story += " sets " + name + " of " + short_id(*item) + ";";
    const auto refusal = of_writing();
    if (!went_well(library_->commit({set}), "a field", refusal)) return false;
    const auto seen = look();
    const auto stands = seen.fields.find({set.of.text, set.field, set.person});
    if (!refused_ && (stands == seen.fields.end() || stands->second.second != set.value))
        throw Wrong("a field that was set does not stand");
    return true;
}

// Who knows of a value and sets another one means it to stand, whatever the two clocks say.
bool Deeds::set_again(std::string& story) {
    const auto before = world_->view(*laptop_, *disk_, library_->identity());
    std::vector<FamilyView::FieldKey> others;
    for (const auto& [key, written] : before.fields)
        if (written.first.device != device_ && std::get<1>(key) != "name") others.push_back(key);
    const auto key = one_of<FamilyView::FieldKey>(others, *dice_);
    if (!key) return set_field(story);
    const auto& [of, field, person] = *key;
    const model::Set set{
        {of}, field, person, "\"again " + std::to_string(dice_->below(1000)) + "\""};
    story += " sets " + field + " of " + of + " to something else;";
    const auto refusal = of_writing();
    if (!went_well(library_->commit({set}), "a field", refusal)) return false;
    const auto seen = look();
    if (!refused_ && seen.fields.at(*key).second != set.value)
        throw Wrong("a field that was set again does not stand");
    return true;
}

bool Deeds::moment(std::string& story) {
    auto moment = a_moment();
    if (!moment || dice_->below(3) == 0) {
        const auto refusal = of_writing();
        const auto made = library::new_moment(*library_, some_text(false));
        story += " makes a moment;";
        if (!went_well(made ? Result<>() : Result<>(made.error()), "a moment", refusal))
            return false;
        look();
        return true;
    }
    const auto item = an_item(dice_->below(4) == 0);
    if (!item) return true;
    const bool out = dice_->below(4) == 0;
    story += std::string(out ? " takes " : " puts ") + short_id(*item) +
             (out ? " out of " : " into ") + short_id(*moment) + ";";
    const model::Link link{model::Subject::of(*moment), model::Subject::of(*item), "holds",
                           out ? "null" : "{}"};
    const auto refusal = of_writing();
    const auto done = out ? library_->commit({link})
                          : library::add_to_moment(*library_, *moment, std::vector{*item});
    if (!went_well(done, "a moment's item", refusal)) return false;
    look();
    return true;
}

// ---- letting go ----

bool Deeds::let_go(std::string& story) {
    const auto item = an_item(false);
    if (!item) return true;
    story += " lets go of " + short_id(*item) + ";";
    const auto refusal = of_writing();
    if (!went_well(library::let_go(*library_, std::vector{*item}), "letting go", refusal))
        return false;
    const auto seen = look();
    if (!refused_ && !seen.is_let_go(*item)) throw Wrong("what was let go is not let go");
    return true;
}

bool Deeds::bring_back(std::string& story) {
    const auto item = an_item(true);
    if (!item) return true;
    story += " brings back " + short_id(*item) + ";";
    const auto before = world_->view(*laptop_, *disk_, library_->identity());
    const auto refusal = of_writing(ErrorCode::not_found);
    const auto done = library::bring_back(*library_, std::vector{*item});
    if (!went_well(done, "bringing back", refusal)) return false;
    const auto seen = look();
    if (!refused_ && seen.is_let_go(*item)) throw Wrong("what was brought back is let go");
    if (done || done.error().code() != ErrorCode::not_found) return true;
    // Only if one of its originals is not here.
    const auto stands = [&](const FamilyView::File& file) {
        const auto objects = before.objects.find(file.content);
        return objects != before.objects.end() &&
               std::ranges::any_of(objects->second, [&](const model::ObjectId& object) {
                   return disk_->contents.objects.contains(object);
               });
    };
    if (std::ranges::all_of(before.items.at(*item), stands))
        throw Wrong("what stands here cannot be brought back");
    return true;
}

bool Deeds::tend(std::string& story) {
    story += " tends;";
    const auto tended = library::tend(*library_, world_->heard);
    const bool well = went_well(tended ? Result<>() : Result<>(tended.error()), "tending");
    if (!well) return false;
    look({laptop_, false});
    return true;
}

// ---- keys and devices ----

// Keys are not changed where the copy does not tell how the newest were opened, or of the way in
// that opened it, or where it lacks something that may tell whose a key file is.
Deeds::Refusal Deeds::of_changing_keys() const {
    const auto view = world_->view(*laptop_, *disk_, library_->identity());
    const bool lacks = !view.missing(world_->remembered_heads(*laptop_)).empty();
    const auto known = view.known_key_files();
    const auto& opened = library_->opened_files();
    const bool has_unknown = std::ranges::any_of(disk_->contents.keys, [&](const auto& file) {
        return !known.contains(file) && std::ranges::find(opened, file) == opened.end();
    });
    auto refusal = of_writing();
    refusal.due = refusal.due || (view.chain.size() > 1 && view.newest().empty()) ||
                  !view.tells_of(world_->owner().recipient().to_text()) || (lacks && has_unknown);
    if (lacks || !std::ranges::includes(disk_->contents.pages, world_->pages.about_ways()))
        refusal.allowed = ErrorCode::read_only;
    return refusal;
}

// Whoever has gone by neither joins all the same.
Deeds::Refusal Deeds::of_joining() const {
    auto refusal = of_changing_keys();
    refusal.due = !library_->device();
    return refusal;
}

bool Deeds::change_ways(std::string& story) {
    if (library_->authority().is_undecided()) return true;
    const auto ways = must(library::list_ways(*library_), "ways");
    std::vector<model::WayId> friends;
    for (const auto& way : ways)
        if (way.recipient != world_->owner().recipient().to_text()) friends.push_back(way.way);
    if (friends.empty() || dice_->coin()) {
        SeededRandom births(1000 + dice_->below(1000));
        const auto born = crypto::AgeIdentity::generate(births);
        story += " lets a friend in;";
        const auto refusal = of_writing();
        if (!went_well(library::add_recipient(*library_, "friend", born.recipient()), "a way in",
                       refusal))
            return false;
    } else {
        story += " shuts a friend out;";
        const auto refusal = of_changing_keys();
        if (!went_well(library::remove_way(*library_, *one_of<model::WayId>(friends, *dice_)),
                       "ending a way in", refusal))
            return false;
    }
    look();
    return true;
}

bool Deeds::rotate(std::string& story) {
    const bool reseal = dice_->coin();
    story += reseal ? " begins a new epoch and seals anew;" : " begins a new epoch;";
    const auto refusal = of_changing_keys();
    if (!went_well(
            library::rotate(*library_, library::Library::Joining::none, reseal, world_->heard),
            "a new epoch", refusal))
        return false;
    look();
    return true;
}

bool Deeds::join_epochs(std::string& story) {
    const bool beside = !library_->authority().side_ends().empty();
    if (!beside && !library_->authority().is_undecided()) return true;
    story += " joins the epochs;";
    const auto refusal = of_joining();
    if (!went_well(library::rotate(*library_, library::Library::Joining::side_epochs, false,
                                   world_->heard),
                   "joining epochs", refusal))
        return false;
    look();
    return true;
}

bool Deeds::retire(std::string& story) {
    std::set<model::DeviceId> devices;
    for (const auto& [device, head] : must(library_->catalog().heads(), "heads"))
        devices.insert(device);
    const auto device = one_of<model::DeviceId>(devices, *dice_);
    if (!device) return true;
    story += " retires " + short_id(*device) + ";";
    const auto refusal = of_writing();
    if (!went_well(library::retire_device(*library_, *device), "retiring", refusal)) return false;
    // What of it does not count any more goes out of the catalog with the next reading.
    if (!went_well(library_->rebuild(world_->heard), "reading again")) return false;
    look();
    return true;
}

bool Deeds::accept(std::string& story) {
    std::set<model::DeviceId> devices;
    for (const auto& text : disk_->contents.pages)
        devices.insert(world_->pages.page(text).header.device);
    const auto device = one_of<model::DeviceId>(devices, *dice_);
    if (!device) return true;
    story += " accepts " + short_id(*device) + ";";
    const auto refusal = of_writing(ErrorCode::not_found);
    if (!went_well(library::accept_device(*library_, *device), "accepting", refusal)) return false;
    if (!went_well(library_->refresh(world_->heard), "reading again")) return false;
    look();
    return true;
}

bool Deeds::refresh(std::string& story) {
    story += " reads again;";
    if (!went_well(library_->refresh(world_->heard), "reading again")) return false;
    look();
    return true;
}

bool Deeds::rebuild(std::string& story) {
    story += " builds the catalog anew;";
    if (!went_well(library_->rebuild(world_->heard), "building anew")) return false;
    look();
    return true;
}

bool Deeds::check(std::string& story) {
    story += " checks;";
    HeardListener heard;
    const auto report = library::check(*library_, {}, heard);
    if (!went_well(report ? Result<>() : Result<>(report.error()), "checking")) return false;
    const auto seen = look();
    // What is torn or lacking is named, and so much is not silent.
    std::set<std::string> named;
    for (const auto& [name, why] : heard.problems)
        named.insert(std::string(name).append(" ").append(why));
    for (const auto& torn : disk_->contents.torn)
        if (std::ranges::none_of(named,
                                 [&](const auto& text) {
                                     return text.find(os::file_name_of(torn)) != std::string::npos;
                                 }) &&
            !torn.starts_with("objects/"))
            throw Wrong(torn + " is torn, and check does not name it");
    std::uint64_t lacking = 0;
    for (const auto& [content, objects] : seen.objects) {
        const bool whole = std::ranges::any_of(
            objects, [&](const auto& object) { return disk_->contents.objects.contains(object); });
        if (!whole && seen.is_live(content)) ++lacking;
    }
    const auto gaps = seen.missing(world_->remembered_heads(*laptop_)).size();
    if (report->missing + report->damaged < lacking + gaps)
        throw Wrong("check names " + std::to_string(report->missing) + ", and there lack " +
                    std::to_string(lacking) + " originals and something of " +
                    std::to_string(gaps) + " devices");
    return true;
}

}  // namespace keepsake::testing
