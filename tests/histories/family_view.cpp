#include "histories/family_view.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.h"
#include "histories/journal_pages.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"

namespace keepsake::testing {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kNoSuchWait = 400 * kDay;  // docs/adr/0003-own-count-of-days.md

// The greater stands, and the order in which they come does not tell.
template <class Map, class Key, class Value>
void put_greater(Map& map, const Key& key, const Value& value) {
    const auto [at, is_new] = map.try_emplace(key, value);
    if (!is_new && at->second < value) at->second = value;
}

}  // namespace

FamilyView::FamilyView(const JournalPages& pages, std::set<model::TextHash> here,
                       std::vector<std::string> gone_by)
    : pages_(&pages), here_(std::move(here)) {
    read_claims();
    follow_chain(std::move(gone_by));
    for (const auto& text : here_)
        if (counts(pages.page(text))) counting.insert(text);
    for (const auto& text : counting) {
        const auto& page = pages.page(text);
        series[page.header.device][page.header.seq].insert(text);
        for (const auto& entry : page.entries) take(page, entry);
    }
}

// ---- who counts ----

void FamilyView::read_claims() {
    for (const auto& text : here_) {
        const auto& page = pages_->page(text);
        for (const auto& entry : page.entries) {
            if (const auto* enroll = std::get_if<model::Enroll>(&entry.body))
                enrolled_[enroll->device].insert(enroll->root);
            if (const auto* retire = std::get_if<model::Retire>(&entry.body))
                retirements_.push_back({&page, retire->device, retire->head, retire->root});
            if (const auto* adopt = std::get_if<model::Adopt>(&entry.body))
                adoptions_.push_back({&page, adopt->device, adopt->head, {}});
            const auto* epoch = std::get_if<model::Epoch>(&entry.body);
            if (epoch == nullptr || epoch->root == epoch->previous) continue;
            next_[epoch->previous].insert(epoch->root);
            openings_[epoch->root].push_back(epoch);
        }
    }
}

std::string FamilyView::leads_to(std::string root) const {
    for (;;) {
        const auto next = next_.find(root);
        if (next == next_.end() || next->second.size() != 1) return root;
        root = *next->second.begin();
    }
}

void FamilyView::follow_chain(std::vector<std::string> gone_by) {
    chain = std::move(gone_by);
    if (chain.empty()) chain.push_back(pages_->first_root());
    for (;;) {
        const auto next = next_.find(chain.back());
        if (next == next_.end()) return;
        std::set<std::string> ends;
        for (const auto& root : next->second) ends.insert(leads_to(root));
        undecided = ends.size() > 1;
        if (undecided) return;
        chain.push_back(*next->second.begin());
    }
}

std::set<model::TextHash> FamilyView::leading_to(const model::Head& head) const {
    std::set<model::TextHash> texts;
    auto text = std::optional(head.text);
    if (head.seq == 0) text.reset();
    while (text) {
        texts.insert(*text);
        // Behind what is not here nobody sees.
        text = here_.contains(*text) ? pages_->page(*text).header.previous : std::nullopt;
    }
    return texts;
}

// By the newest epoch: its root let the device in, or its opening lists it.
bool FamilyView::accepted(const Page& page) const {
    const auto device = page.header.device;
    const auto by = enrolled_.find(device);
    if (by != enrolled_.end() && by->second.contains(chain.back())) return true;
    const auto told = openings_.find(chain.back());
    if (told == openings_.end()) return false;
    std::optional<model::Head> highest;
    for (const auto* epoch : told->second)
        if (const auto listed = epoch->devices.find(device); listed != epoch->devices.end())
            highest = highest ? std::max(*highest, listed->second) : listed->second;
    return highest && leading_to(*highest).contains(page.text);
}

std::vector<model::Head> FamilyView::cuts(const model::DeviceId& device) const {
    std::vector<model::Head> heads;
    for (const auto& claim : retirements_)
        if (claim.device == device && std::ranges::find(chain, claim.root) != chain.end() &&
            accepted(*claim.page))
            heads.push_back(claim.head);
    return heads;
}

bool FamilyView::is_retired(const model::DeviceId& device) const { return !cuts(device).empty(); }

bool FamilyView::counts(const Page& page) const {
    if (!accepted(page)) return false;
    const auto device = page.header.device;
    const auto limits = cuts(device);
    const bool within = std::ranges::all_of(
        limits, [&](const model::Head& head) { return leading_to(head).contains(page.text); });
    if (within) return true;
    return std::ranges::any_of(adoptions_, [&](const Claim& claim) {
        const auto& by = claim.page->header.device;
        return claim.device == device && by != device && !is_retired(by) && accepted(*claim.page) &&
               leading_to(claim.head).contains(page.text);
    });
}

// ---- who may open it ----

std::vector<const model::Epoch*> FamilyView::newest() const {
    const auto told = openings_.find(chain.back());
    if (undecided || told == openings_.end()) return {};
    return told->second;
}

bool FamilyView::tells_of(const std::string& recipient) const {
    std::set<model::FileHash> revoked;
    std::map<model::WayId, std::pair<model::HybridTime, model::Way>> now;
    for (const auto& [stamp, way] : ways_) put_greater(now, way.way, std::pair{stamp.clock, way});
    for (const auto* epoch : newest()) {
        revoked.insert(epoch->revoked.begin(), epoch->revoked.end());
        for (const auto& way : epoch->ways)
            put_greater(now, way.way, std::pair{epoch->opened, way});
    }
    return std::ranges::any_of(now, [&](const auto& told) {
        const auto& way = told.second.second;
        return way.recipient == recipient && !ended_.contains(way.way) &&
               std::ranges::none_of(way.files,
                                    [&](const auto& file) { return revoked.contains(file); });
    });
}

std::set<model::FileHash> FamilyView::known_key_files() const {
    std::set<model::FileHash> known;
    for (const auto& [stamp, way] : ways_) known.insert(way.files.begin(), way.files.end());
    for (const auto* epoch : newest()) {
        known.insert(epoch->revoked.begin(), epoch->revoked.end());
        for (const auto& way : epoch->ways) known.insert(way.files.begin(), way.files.end());
    }
    return known;
}

// ---- what is kept ----

void FamilyView::take(const Page& page, const model::Entry& entry) {
    const Stamp stamp{entry.clock, page.header.device};
    if (const auto* keep = std::get_if<model::Keep>(&entry.body)) {
        for (const auto& file : keep->files)
            items[keep->item].insert(
                {keep->root, file.folder, file.name, file.content, file.bytes, file.modified});
    } else if (const auto* object = std::get_if<model::Object>(&entry.body)) {
        objects[object->content].insert(object->object);
    } else if (const auto* way = std::get_if<model::Way>(&entry.body)) {
        ways_.emplace_back(stamp, *way);
    } else if (const auto* revoke = std::get_if<model::Revoke>(&entry.body)) {
        ended_.insert(revoke->way);
    } else if (const auto* said = std::get_if<model::Words>(&entry.body)) {
        take_words(stamp, *said);
    } else if (const auto* set = std::get_if<model::Set>(&entry.body)) {
        put_greater(fields, FieldKey{set->of.text, set->field, set->person},
                    Written{stamp, set->value});
    } else if (const auto* link = std::get_if<model::Link>(&entry.body)) {
        put_greater(links, LinkKey{link->of.text, link->as, link->to.text},
                    Written{stamp, link->value});
    } else if (const auto* tick = std::get_if<model::Tick>(&entry.body)) {
        for (const auto& met : tick->met) {
            const Stamp let_go{met.let_go.clock, met.let_go.device};
            const auto [at, is_new] =
                met_.try_emplace({page.header.device, met.item, let_go}, page.header.seq);
            if (!is_new) at->second = std::min(at->second, page.header.seq);
        }
    } else {
        const auto* let_go = std::get_if<model::LetGo>(&entry.body);
        const auto* back = std::get_if<model::BringBack>(&entry.body);
        if (let_go == nullptr && back == nullptr) return;
        auto& last = letting[let_go != nullptr ? let_go->item : back->item];
        if (last.stamp < stamp) last = {stamp, let_go != nullptr, page.header.seq};
    }
}

void FamilyView::take_words(const Stamp& stamp, const model::Words& said) {
    const std::pair key{said.of.text, said.field};
    words[key].insert({stamp, said.text, said.content});
    for (const auto& version : said.replaces)
        replaced_[key].insert({version.clock, version.device});
}

bool FamilyView::is_let_go(const model::ItemId& item) const {
    const auto last = letting.find(item);
    return last != letting.end() && last->second.let_go;
}

std::set<FamilyView::Said> FamilyView::standing(const std::string& subject,
                                                const std::string& field) const {
    const std::pair key{subject, field};
    const auto all = words.find(key);
    if (all == words.end()) return {};
    auto versions = all->second;
    if (const auto gone = replaced_.find(key); gone != replaced_.end())
        std::erase_if(versions,
                      [&](const Said& said) { return gone->second.contains(said.stamp); });
    return versions;
}

std::optional<std::string> FamilyView::text_field(const std::string& subject,
                                                  const std::string& field) const {
    const auto written = fields.find({subject, field, std::nullopt});
    if (written == fields.end()) return std::nullopt;
    const auto value = nlohmann::json::parse(written->second.second);
    return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
}

std::set<model::ItemId> FamilyView::let_go_with(const model::ContentId& content) const {
    std::set<model::ItemId> found;
    for (const auto& [item, files] : items)
        if (is_let_go(item) &&
            std::ranges::any_of(files, [&](const File& file) { return file.content == content; }))
            found.insert(item);
    for (const auto& [key, versions] : words) {
        const auto item = model::Subject{key.first}.item();
        if (item && is_let_go(*item) && std::ranges::any_of(versions, [&](const Said& said) {
                return said.content == content;
            }))
            found.insert(*item);
    }
    return found;
}

bool FamilyView::is_live(const model::ContentId& content) const {
    for (const auto& [item, files] : items)
        if (!is_let_go(item) &&
            std::ranges::any_of(files, [&](const File& file) { return file.content == content; }))
            return true;
    for (const auto& [key, versions] : words) {
        const auto item = model::Subject{key.first}.item();
        if ((!item || !is_let_go(*item)) && std::ranges::any_of(versions, [&](const Said& said) {
                return said.content == content;
            }))
            return true;
    }
    return false;
}

// ---- about the journal ----

std::set<model::DeviceId> FamilyView::forked() const {
    std::set<model::DeviceId> devices;
    for (const auto& [device, numbers] : series)
        for (const auto& [seq, texts] : numbers)
            if (texts.size() > 1) devices.insert(device);
    return devices;
}

std::map<model::DeviceId, std::uint64_t> FamilyView::missing(
    const std::map<model::DeviceId, model::Head>& known) const {
    std::map<model::DeviceId, std::set<model::Head>> named;
    for (const auto& [device, head] : known) named[device].insert(head);
    for (const auto& text : counting)
        for (const auto& [device, head] : pages_->page(text).header.seen)
            named[device].insert(head);
    for (const auto& [device, numbers] : series)
        named[device].insert({numbers.rbegin()->first, *numbers.rbegin()->second.begin()});
    std::map<model::DeviceId, std::uint64_t> lacking;
    for (const auto& [device, heads] : named) {
        const auto at = series.find(device);
        const auto numbers =
            at == series.end() ? std::map<std::uint64_t, std::set<model::TextHash>>{} : at->second;
        std::uint64_t count = heads.rbegin()->seq - numbers.size();
        for (const auto& head : heads)
            if (numbers.contains(head.seq) && !numbers.at(head.seq).contains(head.text)) ++count;
        if (count > 0) lacking[device] = count;
    }
    return lacking;
}

std::optional<std::uint64_t> FamilyView::first_met(const model::DeviceId& device,
                                                   const model::ItemId& item) const {
    const auto last = letting.find(item);
    if (last == letting.end() || !last->second.let_go) return std::nullopt;
    const auto met = met_.find({device, item, last->second.stamp});
    if (met != met_.end()) return met->second;
    if (last->second.stamp.device == device) return last->second.seq;
    return std::nullopt;
}

std::int64_t FamilyView::counted_seconds(const model::DeviceId& device, const model::ItemId& item,
                                         Instant now) const {
    const auto met = first_met(device, item);
    const auto numbers = series.find(device);
    if (!met || numbers == series.end()) return 0;
    std::int64_t total = 0;
    std::optional<std::int64_t> before;
    const auto add = [&](std::int64_t at) {
        const auto wait = before ? at - *before : 0;
        if (wait > 0 && wait <= kNoSuchWait) total += wait;
        before = at;
    };
    for (auto at = numbers->second.lower_bound(*met); at != numbers->second.end(); ++at)
        for (const auto& text : at->second) add(pages_->page(text).header.time.seconds);
    add(now.seconds);
    return total;
}

}  // namespace keepsake::testing
