#include "archive/authority.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "archive/identity_file.h"
#include "base/bytes.h"
#include "crypto/sha256.h"
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

}  // namespace

Authority::Authority(const IdentityFile& identity) : archive_(identity.archive) {
    for (const auto& keys : identity.epochs)
        roots_.emplace(keys.root.verifying_key().to_openssh(), keys.number);
}

bool Authority::concerns(const model::Entry& entry) {
    return std::holds_alternative<model::Enroll>(entry.body) ||
           std::holds_alternative<model::Epoch>(entry.body) ||
           std::holds_alternative<model::Retire>(entry.body) ||
           std::holds_alternative<model::Adopt>(entry.body);
}

void Authority::add(const model::DeviceId& writer, std::uint64_t seq, const model::Entry& entry) {
    if (const auto* enroll = std::get_if<model::Enroll>(&entry.body)) add_enroll(*enroll);
    if (const auto* epoch = std::get_if<model::Epoch>(&entry.body)) add_epoch(*epoch);
    if (const auto* retire = std::get_if<model::Retire>(&entry.body))
        retired_[retire->device].push_back({writer, seq, retire->last_seq});
    if (const auto* adopt = std::get_if<model::Adopt>(&entry.body))
        adopted_[adopt->device].push_back({writer, seq, adopt->last_seq});
}

void Authority::add_enroll(const model::Enroll& enroll) {
    const auto root = roots_.find(enroll.root);
    const auto key = crypto::VerifyingKey::from_openssh(enroll.key);
    if (root == roots_.end() || !key) return;
    const auto digest = crypto::sha256(key->bytes);
    if (model::DeviceId::from_bytes(ByteView(digest).first(model::DeviceId::kBytes)) !=
        enroll.device)
        return;
    if (!is_signed_by(enroll.root, "keepsake-enroll-v1@" + archive_.hex(),
                      model::enroll_text(archive_, enroll), enroll.signature))
        return;
    auto& highest = enrolled_[enroll.device];
    highest = std::max(highest, root->second);
}

void Authority::add_epoch(const model::Epoch& epoch) {
    // A next epoch is believed on the word of the previous root, which the identity file must hold;
    // so whoever has lost the way in still learns that there is a next.
    const auto previous = roots_.find(epoch.previous);
    const bool first = epoch.number == 1 && epoch.root == epoch.previous;
    if (previous == roots_.end() || (!first && previous->second + 1 != epoch.number)) return;
    if (!is_signed_by(epoch.previous, "keepsake-epoch-v1@" + archive_.hex(),
                      model::epoch_text(archive_, epoch), epoch.signature))
        return;
    epochs_[epoch.root] =
        KnownEpoch{epoch.number, roots_.contains(epoch.root), epoch.devices, epoch.revoked};
}

std::vector<const Authority::KnownEpoch*> Authority::binding_epochs() const {
    std::uint32_t ours = 0;
    for (const auto& [root, number] : roots_) ours = std::max(ours, number);
    std::vector<const KnownEpoch*> binding;
    for (const auto& [root, epoch] : epochs_)
        if (epoch.have_keys || epoch.number > ours) binding.push_back(&epoch);
    return binding;
}

std::set<model::FileHash> Authority::revoked_files() const {
    std::set<model::FileHash> files;
    for (const auto* epoch : binding_epochs())
        files.insert(epoch->revoked.begin(), epoch->revoked.end());
    return files;
}

bool Authority::is_enrolled(const model::DeviceId& device) const {
    return enrolled_.contains(device);
}

bool Authority::enrolled_for(const model::DeviceId& device, std::uint64_t seq) const {
    const auto enrolled = enrolled_.find(device);
    if (enrolled == enrolled_.end()) return false;
    return std::ranges::all_of(binding_epochs(), [&](const KnownEpoch* epoch) {
        if (enrolled->second >= epoch->number) return true;
        const auto listed = epoch->devices.find(device);
        return listed != epoch->devices.end() && seq <= listed->second;
    });
}

std::optional<std::uint64_t> Authority::retired_after(const model::DeviceId& device) const {
    const auto claims = retired_.find(device);
    if (claims == retired_.end()) return std::nullopt;
    std::optional<std::uint64_t> last;
    for (const auto& claim : claims->second)
        if (believed(claim)) last = std::min(last.value_or(UINT64_MAX), claim.last_seq);
    return last;
}

bool Authority::counts(const model::DeviceId& device, std::uint64_t seq) const {
    if (!enrolled_for(device, seq)) return false;
    const auto last = retired_after(device);
    if (!last || seq <= *last) return true;
    const auto claims = adopted_.find(device);
    return claims != adopted_.end() && std::ranges::any_of(claims->second, [&](const Claim& claim) {
               return seq <= claim.last_seq && believed(claim);
           });
}

bool Authority::may_write(const model::DeviceId& device) const {
    return enrolled_for(device, UINT64_MAX) && !retired_after(device);
}

std::uint64_t Authority::last_seq_of_earlier_epochs(const model::DeviceId& device) const {
    std::uint64_t last = 0;
    for (const auto* epoch : binding_epochs()) {
        const auto listed = epoch->devices.find(device);
        if (listed != epoch->devices.end()) last = std::max(last, listed->second);
    }
    return last;
}

std::optional<std::uint32_t> Authority::epoch_without_keys() const {
    for (const auto* epoch : binding_epochs())
        if (!epoch->have_keys) return epoch->number;
    return std::nullopt;
}

std::optional<std::string> Authority::newest_root() const {
    std::optional<std::string> newest;
    std::uint32_t number = 0;
    // By (number, lowest root): every device chooses the same of two that were opened at once.
    for (const auto& [root, epoch] : epochs_) {
        if (!epoch.have_keys || epoch.number <= number) continue;
        number = epoch.number;
        newest = root;
    }
    return newest;
}

}  // namespace keepsake::archive
