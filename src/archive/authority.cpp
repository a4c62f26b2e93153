#include "archive/authority.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <ranges>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "archive/identity_file.h"
#include "base/bytes.h"
#include "crypto/signing.h"
#include "model/entry.h"
#include "model/ids.h"

namespace keepsake::archive {
namespace {

bool is_signed_by(const std::string& root, const std::string& name_space, const std::string& text,
                  const std::string& signature) {
    const auto key = crypto::VerifyingKey::from_openssh(root);
    return key && crypto::sshsig_verify(*key, name_space, as_bytes(text), signature).has_value();
}

std::string epoch_namespace(const model::ArchiveId& archive) {
    return "keepsake-epoch-v1@" + archive.hex();
}

}  // namespace

void sign_epoch(const model::ArchiveId& archive, const crypto::SigningKey& previous,
                const crypto::SigningKey& root, model::Epoch& epoch) {
    epoch.previous = previous.verifying_key().to_openssh();
    epoch.root = root.verifying_key().to_openssh();
    const auto text = model::epoch_text(archive, epoch);
    epoch.signature = crypto::sshsig_sign(previous, epoch_namespace(archive), as_bytes(text));
    epoch.accepted = crypto::sshsig_sign(root, epoch_namespace(archive), as_bytes(text));
}

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

void Authority::learn_key(const model::DeviceId& device, const crypto::VerifyingKey& key) {
    if (device_id_of(key) == device) keys_.try_emplace(device, key.to_openssh());
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
    if (const auto* epoch = std::get_if<model::Epoch>(&entry.body)) add_epoch(*epoch);
    if (const auto* retire = std::get_if<model::Retire>(&entry.body))
        add_retire(writer, segment, *retire);
    if (const auto* adopt = std::get_if<model::Adopt>(&entry.body))
        adopted_[adopt->device].push_back({writer, segment, adopt->head, {}});
}

void Authority::add_enroll(const model::Enroll& enroll) {
    const auto key = crypto::VerifyingKey::from_openssh(enroll.key);
    if (!key) return;
    if (device_id_of(*key) != enroll.device) return;
    keys_[enroll.device] = enroll.key;
    if (is_signed_by(enroll.root, "keepsake-enroll-v1@" + archive_.hex(),
                     model::enroll_text(archive_, enroll), enroll.signature))
        enrolled_[enroll.device].insert(enroll.root);
}

// Both roots must have signed: whoever knows only the one before could tell of an epoch that is not
// his who is ended and who may open it.
void Authority::add_epoch(const model::Epoch& epoch) {
    if (epoch.root == epoch.previous) return;  // the first: its root is known by the archive's id
    const auto text = model::epoch_text(archive_, epoch);
    const auto name_space = epoch_namespace(archive_);
    if (!is_signed_by(epoch.previous, name_space, text, epoch.signature) ||
        !is_signed_by(epoch.root, name_space, text, epoch.accepted))
        return;
    successors_[epoch.previous].insert(epoch.root);
    auto& opening = openings_[epoch.root];
    for (const auto& [device, head] : epoch.devices) {
        auto& listed = opening.devices[device];
        listed = std::max(listed, head);
    }
    opening.revoked.insert(epoch.revoked.begin(), epoch.revoked.end());
    for (const auto& way : epoch.ways) {
        auto& told = opening.ways[way.way];
        told = std::max(told, {epoch.opened, way});
    }
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
        const auto next = successors_.find(root);
        if (next == successors_.end() || next->second.size() != 1) return root;
        root = *next->second.begin();
        if (!seen.insert(root).second) return root;
    }
}

std::vector<std::string> Authority::make_chain(bool& undecided) const {
    auto chain = pinned_;
    if (chain.empty()) chain.push_back(first_root_);
    std::set<std::string> seen(chain.begin(), chain.end());
    while (true) {
        const auto next = successors_.find(chain.back());
        if (next == successors_.end()) return chain;
        const auto& first = *next->second.begin();
        // Two that were joined later lead to the same epoch: then either way will do.
        const bool one = std::ranges::all_of(next->second, [&](const auto& successor) {
            return end_of(successor) == end_of(first);
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

std::vector<std::string> Authority::roots_to_hand_on() const {
    std::vector<std::string> roots{first_root_};
    std::set<std::string> seen{first_root_};
    for (const auto& root : std::views::reverse(chain()))
        if (seen.insert(root).second) roots.push_back(root);
    // Epochs that were joined stand beside the chain.
    std::map<std::string, std::vector<std::string>> before;
    for (const auto& [previous, successors] : successors_)
        for (const auto& root : successors) before[root].push_back(previous);
    for (std::size_t i = 0; i < roots.size(); ++i)
        for (const auto& root : before[roots[i]])
            if (seen.insert(root).second) roots.push_back(root);
    return roots;
}

const Opening* Authority::opening_of(const std::string& root) const {
    const auto opening = openings_.find(root);
    return opening == openings_.end() ? nullptr : &opening->second;
}

const Opening* Authority::newest_opening() const {
    return is_undecided() ? nullptr : opening_of(chain().back());
}

std::set<model::FileHash> Authority::revoked_files() const {
    const auto* opening = newest_opening();
    return opening == nullptr ? std::set<model::FileHash>{} : opening->revoked;
}

std::vector<ToldWay> Authority::ways_told() const {
    std::vector<ToldWay> ways;
    if (const auto* opening = newest_opening())
        for (const auto& [id, told] : opening->ways) ways.push_back(told);
    return ways;
}

bool Authority::is_ended() const {
    const auto& newest = chain().back();
    if (!is_undecided()) return !keys_here_.contains(newest);
    return std::ranges::none_of(successors_.at(newest), [&](const auto& successor) {
        return keys_here_.contains(end_of(successor));
    });
}

std::vector<std::string> Authority::side_ends() const {
    const auto& roots = chain();
    std::set<std::string> ends;
    for (const auto& root : roots) {
        const auto successors = successors_.find(root);
        if (successors == successors_.end()) continue;
        for (const auto& successor : successors->second) {
            const auto end = end_of(successor);
            const bool joined = std::ranges::find(roots, successor) != roots.end() ||
                                std::ranges::find(roots, end) != roots.end();
            if (!joined && keys_here_.contains(end)) ends.insert(end);
        }
    }
    return {ends.begin(), ends.end()};
}

// ---- who counts ----

bool Authority::is_enrolled(const model::DeviceId& device) const {
    const auto& roots = chain();
    const auto enrolled = enrolled_.find(device);
    return enrolled != enrolled_.end() && std::ranges::any_of(roots, [&](const auto& root) {
               return enrolled->second.contains(root);
           });
}

// By the newest root. Who signs for an earlier one may have been removed since.
bool Authority::enrolled_whole(const model::DeviceId& device) const {
    const auto enrolled = enrolled_.find(device);
    return enrolled != enrolled_.end() && enrolled->second.contains(chain().back());
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
    if (enrolled_whole(device)) return true;
    auto& parts = derived().enrolled_parts;
    auto part = parts.find(device);
    if (part == parts.end()) {
        // What the newest epoch accepted of it.
        std::set<model::TextHash> texts;
        if (const auto* opening = opening_of(chain().back()))
            if (const auto listed = opening->devices.find(device); listed != opening->devices.end())
                texts = leading_to(device, listed->second);
        part = parts.emplace(device, std::move(texts)).first;
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
    const auto* opening = newest_opening();
    if (opening == nullptr) return 0;
    const auto listed = opening->devices.find(device);
    return listed == opening->devices.end() ? 0 : listed->second.seq;
}

}  // namespace keepsake::archive
