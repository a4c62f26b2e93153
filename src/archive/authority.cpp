#include "archive/authority.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "archive/identity_file.h"
#include "base/bytes.h"
#include "crypto/sha256.h"
#include "crypto/signing.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"

namespace keepsake::archive {
namespace {

bool is_signed_by(const std::string& root, const std::string& name_space, const std::string& text,
                  const std::string& signature) {
    const auto key = crypto::VerifyingKey::from_openssh(root);
    return key && crypto::sshsig_verify(*key, name_space, as_bytes(text), signature).has_value();
}

}  // namespace

Authority::Authority(const IdentityFile& identity, std::vector<std::string> pinned)
    : archive_(identity.archive), pinned_(std::move(pinned)) {
    for (const auto& keys : identity.epochs) {
        const auto root = keys.root.verifying_key().to_openssh();
        keys_here_.insert(root);
        if (archive_id_of(keys.root.verifying_key()) == archive_) first_root_ = root;
    }
    if (!pinned_.empty() && pinned_.front() != first_root_) pinned_.clear();
}

bool Authority::concerns(const model::Entry& entry) {
    return std::holds_alternative<model::Enroll>(entry.body) ||
           std::holds_alternative<model::Epoch>(entry.body) ||
           std::holds_alternative<model::Retire>(entry.body) ||
           std::holds_alternative<model::Adopt>(entry.body);
}

void Authority::observe(const model::DeviceId& device, const model::Head& segment,
                        const std::optional<model::TextHash>& previous) {
    auto& latest = latest_[device];
    if (segment.seq > latest.seq) latest = segment;
    if (previous_[device].emplace(segment.text, previous).second && !counts_whole(device))
        derived_.reset();
}

std::optional<model::Head> Authority::latest_of(const model::DeviceId& device) const {
    const auto found = latest_.find(device);
    return found == latest_.end() ? std::nullopt : std::optional(found->second);
}

void Authority::add(const model::DeviceId& writer, const model::Head& segment,
                    const model::Entry& entry) {
    if (!concerns(entry)) return;
    derived_.reset();
    if (const auto* enroll = std::get_if<model::Enroll>(&entry.body)) add_enroll(*enroll);
    if (const auto* epoch = std::get_if<model::Epoch>(&entry.body)) add_epoch(*epoch, entry.clock);
    if (const auto* retire = std::get_if<model::Retire>(&entry.body))
        add_retire(writer, segment, *retire);
    if (const auto* adopt = std::get_if<model::Adopt>(&entry.body))
        adopted_[adopt->device].push_back({writer, segment, adopt->head, {}});
}

void Authority::add_enroll(const model::Enroll& enroll) {
    const auto key = crypto::VerifyingKey::from_openssh(enroll.key);
    if (!key) return;
    const auto digest = crypto::sha256(key->bytes);
    if (model::DeviceId::from_bytes(ByteView(digest).first(model::DeviceId::kBytes)) !=
        enroll.device)
        return;
    keys_[enroll.device] = enroll.key;
    if (is_signed_by(enroll.root, "keepsake-enroll-v1@" + archive_.hex(),
                     model::enroll_text(archive_, enroll), enroll.signature))
        enrolled_[enroll.device].insert(enroll.root);
}

void Authority::add_epoch(const model::Epoch& epoch, const model::HybridTime& clock) {
    if (epoch.root == epoch.previous) return;  // the first: its root is known by the archive's id
    if (!is_signed_by(epoch.previous, "keepsake-epoch-v1@" + archive_.hex(),
                      model::epoch_text(archive_, epoch), epoch.signature))
        return;
    auto& opening = openings_[epoch.previous][epoch.root];
    opening.root = epoch.root;
    // The same epoch told twice (two that were opened at once were joined): what either names
    // holds.
    for (const auto& [device, head] : epoch.devices) {
        auto& listed = opening.devices[device];
        if (head.seq >= listed.seq) listed = head;
    }
    opening.revoked.insert(epoch.revoked.begin(), epoch.revoked.end());
    for (const auto& way : epoch.ways) opening.ways.push_back({way, clock});
}

// Signed by a root, as whoever steals a device has its key and no root.
void Authority::add_retire(const model::DeviceId& writer, const model::Head& segment,
                           const model::Retire& retire) {
    if (is_signed_by(retire.root, "keepsake-retire-v1@" + archive_.hex(),
                     model::retire_text(archive_, retire), retire.signature))
        retired_[retire.device].push_back({writer, segment, retire.head, retire.root});
}

// ---- the chain of epochs ----

// Where a line of successors leads, as long as there is one at a time.
std::string Authority::end_of(std::string root) const {
    for (std::set<std::string> seen{root};;) {
        const auto next = openings_.find(root);
        if (next == openings_.end() || next->second.size() != 1) return root;
        root = next->second.begin()->first;
        if (!seen.insert(root).second) return root;
    }
}

std::vector<std::string> Authority::make_chain(bool& undecided) const {
    auto chain = pinned_;
    if (chain.empty()) chain.push_back(first_root_);
    std::set<std::string> seen(chain.begin(), chain.end());
    while (true) {
        const auto next = openings_.find(chain.back());
        if (next == openings_.end() || next->second.empty()) return chain;
        const auto& first = next->second.begin()->first;
        // Two that were joined later lead to the same epoch: then either way will do.
        const bool one = std::ranges::all_of(next->second, [&](const auto& successor) {
            return end_of(successor.first) == end_of(first);
        });
        if (!one) {
            undecided = true;
            return chain;
        }
        if (!seen.insert(first).second) return chain;
        chain.push_back(first);
    }
}

Authority::Derived& Authority::derived() const {
    if (!derived_) {
        derived_ = Derived();  // emplace() is not to be had for a nested class in clang
        derived_->chain = make_chain(derived_->undecided);
    }
    return *derived_;
}

const std::vector<std::string>& Authority::chain() const { return derived().chain; }
bool Authority::is_undecided() const { return derived().undecided; }

// How the epoch at this position of the chain was opened; none for the first, or if its word is not
// here.
const Authority::Opening* Authority::opening_of(std::size_t position) const {
    const auto& roots = chain();
    if (position == 0 || position >= roots.size()) return nullptr;
    const auto successors = openings_.find(roots[position - 1]);
    if (successors == openings_.end()) return nullptr;
    const auto opening = successors->second.find(roots[position]);
    return opening == successors->second.end() ? nullptr : &opening->second;
}

std::set<model::FileHash> Authority::revoked_files() const {
    std::set<model::FileHash> files;
    for (std::size_t i = 1; i < chain().size(); ++i)
        if (const auto* opening = opening_of(i))
            files.insert(opening->revoked.begin(), opening->revoked.end());
    return files;
}

std::vector<ToldWay> Authority::ways_told() const {
    std::vector<ToldWay> ways;
    for (std::size_t i = 1; i < chain().size(); ++i)
        if (const auto* opening = opening_of(i))
            ways.insert(ways.end(), opening->ways.begin(), opening->ways.end());
    return ways;
}

std::vector<model::Way> Authority::newest_ways() const {
    std::vector<model::Way> ways;
    if (const auto* opening = opening_of(chain().size() - 1))
        for (const auto& told : opening->ways) ways.push_back(told.way);
    return ways;
}

std::set<model::FileHash> Authority::files_told() const {
    std::set<model::FileHash> files;
    for (const auto& [previous, successors] : openings_)
        for (const auto& [root, opening] : successors)
            for (const auto& told : opening.ways)
                files.insert(told.way.files.begin(), told.way.files.end());
    return files;
}

bool Authority::is_ended() const {
    const auto& newest = chain().back();
    if (!is_undecided()) return !keys_here_.contains(newest);
    return std::ranges::none_of(openings_.at(newest), [&](const auto& successor) {
        return keys_here_.contains(end_of(successor.first));
    });
}

std::vector<std::string> Authority::side_ends() const {
    const auto& roots = chain();
    std::set<std::string> ends;
    for (const auto& root : roots) {
        const auto successors = openings_.find(root);
        if (successors == openings_.end()) continue;
        for (const auto& [successor, opening] : successors->second) {
            const auto end = end_of(successor);
            const bool joined = std::ranges::find(roots, successor) != roots.end() ||
                                std::ranges::find(roots, end) != roots.end();
            if (!joined && keys_here_.contains(end)) ends.insert(end);
        }
    }
    return {ends.begin(), ends.end()};
}

std::set<model::FileHash> Authority::files_revoked_beside() const {
    const auto& roots = chain();
    std::set<model::FileHash> files;
    for (const auto& [previous, successors] : openings_)
        for (const auto& [root, opening] : successors)
            if (std::ranges::find(roots, root) == roots.end())
                files.insert(opening.revoked.begin(), opening.revoked.end());
    return files;
}

// ---- who counts ----

bool Authority::is_enrolled(const model::DeviceId& device) const {
    const auto& roots = chain();
    const auto enrolled = enrolled_.find(device);
    return enrolled != enrolled_.end() && std::ranges::any_of(roots, [&](const auto& root) {
               return enrolled->second.contains(root);
           });
}

// The last epoch of the chain whose root let the device in. Requires: is_enrolled.
std::size_t Authority::enrolled_position(const model::DeviceId& device) const {
    const auto& roots = chain();
    const auto& by = enrolled_.at(device);
    std::size_t position = 0;
    for (std::size_t i = 0; i < roots.size(); ++i)
        if (by.contains(roots[i])) position = i;
    return position;
}

bool Authority::enrolled_whole(const model::DeviceId& device) const {
    return is_enrolled(device) && enrolled_position(device) + 1 == chain().size();
}

// The texts of the segments that lead to a head, as far back as they are known.
std::set<model::TextHash> Authority::leading_to(const model::DeviceId& device,
                                                const model::Head& head) const {
    std::set<model::TextHash> texts;
    if (head.seq == 0) return texts;
    const auto series = previous_.find(device);
    for (std::optional<model::TextHash> text = head.text; text && texts.insert(*text).second;) {
        if (series == previous_.end()) break;
        const auto known = series->second.find(*text);
        text = known == series->second.end() ? std::nullopt : known->second;
    }
    return texts;
}

bool Authority::enrolled_counts(const model::DeviceId& device, const model::Head& segment) const {
    if (!is_enrolled(device)) return false;
    const auto position = enrolled_position(device);
    if (position + 1 == chain().size()) return true;
    auto& parts = derived().enrolled_parts;
    auto part = parts.find(device);
    if (part == parts.end()) {
        // What every epoch since then accepted of it.
        std::optional<std::set<model::TextHash>> all;
        for (std::size_t i = position + 1; i < chain().size(); ++i) {
            const auto* opening = opening_of(i);
            if (opening == nullptr) continue;
            const auto listed = opening->devices.find(device);
            auto texts = listed == opening->devices.end() ? std::set<model::TextHash>{}
                                                          : leading_to(device, listed->second);
            if (all) std::erase_if(texts, [&](const auto& text) { return !all->contains(text); });
            all = std::move(texts);
        }
        part = parts.emplace(device, std::move(all).value_or(std::set<model::TextHash>{})).first;
    }
    return part->second.contains(segment.text);
}

std::vector<model::Head> Authority::retirements(const model::DeviceId& device) const {
    std::vector<model::Head> heads;
    const auto claims = retired_.find(device);
    if (claims == retired_.end()) return heads;
    const auto& roots = chain();
    for (const auto& claim : claims->second)
        if (std::ranges::find(roots, claim.root) != roots.end() &&
            enrolled_counts(claim.writer, claim.segment))
            heads.push_back(claim.head);
    return heads;
}

bool Authority::is_retired(const model::DeviceId& device) const {
    return !retirements(device).empty();
}

bool Authority::counts(const model::DeviceId& device, const model::Head& segment) const {
    if (!enrolled_counts(device, segment)) return false;
    const auto cuts = retirements(device);
    if (cuts.empty()) return true;
    auto& parts = derived().retired_parts;
    auto part = parts.find(device);
    if (part == parts.end()) {
        // What every retirement leaves, and what another device of the person's took up.
        auto texts = leading_to(device, cuts.front());
        for (const auto& cut : cuts) {
            const auto others = leading_to(device, cut);
            std::erase_if(texts, [&](const auto& text) { return !others.contains(text); });
        }
        if (const auto claims = adopted_.find(device); claims != adopted_.end())
            for (const auto& claim : claims->second)
                if (claim.writer != device && !is_retired(claim.writer) &&
                    enrolled_counts(claim.writer, claim.segment))
                    texts.merge(leading_to(device, claim.head));
        part = parts.emplace(device, std::move(texts)).first;
    }
    return part->second.contains(segment.text);
}

bool Authority::counts_whole(const model::DeviceId& device) const {
    return enrolled_whole(device) && !is_retired(device);
}

bool Authority::may_write(const model::DeviceId& device) const {
    return counts_whole(device) && !is_undecided();
}

std::uint64_t Authority::last_seq_of_earlier_epochs(const model::DeviceId& device) const {
    std::uint64_t last = 0;
    for (std::size_t i = 1; i < chain().size(); ++i) {
        const auto* opening = opening_of(i);
        if (opening == nullptr) continue;
        const auto listed = opening->devices.find(device);
        if (listed != opening->devices.end()) last = std::max(last, listed->second.seq);
    }
    return last;
}

}  // namespace keepsake::archive
