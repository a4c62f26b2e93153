#include "archive/identity_file.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/age_keys.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"
#include "crypto/signing.h"
#include "model/ids.h"

namespace keepsake::archive {
namespace {

constexpr std::string_view kTitle = "# Keepsake identity file, version 1";

// The lines that precede an identity line and say what it is.
struct Pending {
    std::optional<model::ArchiveId> archive;
    std::optional<std::uint32_t> epoch;
    std::optional<crypto::SigningKey> root;
    std::optional<model::WayId> way;
};

Error bad_line(std::size_t number) {
    return {ErrorCode::corrupt, "the identity file is damaged in line " + std::to_string(number)};
}

bool take(std::string_view line, std::string_view key, std::string_view& value) {
    if (!line.starts_with(key)) return false;
    value = line.substr(key.size());
    return true;
}

// Understands a comment line; false if it is one of ours and malformed.
bool read_comment(std::string_view line, Pending& pending) {
    std::string_view value;
    if (take(line, "# archive ", value)) {
        pending.archive = model::ArchiveId::from_hex(value);
        return pending.archive.has_value();
    }
    if (take(line, "# epoch ", value)) {
        std::uint32_t number = 0;
        const auto [end, error] =
            std::from_chars(value.data(), value.data() + value.size(), number);
        pending.epoch = number;
        return error == std::errc{} && end == value.data() + value.size() && number >= 1 &&
               !value.starts_with('0');
    }
    if (take(line, "# root ", value)) {
        auto seed = from_base64(value, Padding::with);
        if (!seed) return false;
        auto root = crypto::SigningKey::from_seed(*seed);
        crypto::wipe(*seed);
        if (!root) return false;
        pending.root = std::move(*root);
        return true;
    }
    if (take(line, "# way ", value)) {
        pending.way = model::WayId::from_hex(value);
        return pending.way.has_value();
    }
    return true;
}

// Puts the identity line where the comments before it say.
bool read_identity(std::string_view line, Pending& pending, IdentityFile& file) {
    auto identity = crypto::AgeIdentity::from_text(line);
    if (!identity) return false;
    if (pending.way) {
        file.ways.push_back({*pending.way, std::move(*identity)});
        pending.way.reset();
        return true;
    }
    if (!pending.epoch || !pending.root) return false;
    file.epochs.push_back({*pending.epoch, std::move(*pending.root), std::move(*identity)});
    pending.epoch.reset();
    pending.root.reset();
    return true;
}

// The archive id must follow from the first epoch's root: a key file of another archive opens
// nothing here.
bool archive_fits(const IdentityFile& file) {
    return std::ranges::any_of(file.epochs, [&](const EpochKeys& keys) {
        return keys.number == 1 && archive_id_of(keys.root.verifying_key()) == file.archive;
    });
}

bool newer(const EpochKeys& a, const EpochKeys& b) {
    if (a.number != b.number) return a.number > b.number;
    return a.root.verifying_key() < b.root.verifying_key();
}

// Appends to a secret text that was sized in advance, so that no copy is left behind by growth.
class SecretText {
  public:
    explicit SecretText(std::size_t capacity) : text_(capacity) {}
    void add(std::string_view part) {
        std::ranges::copy(part, text_.mutable_view().begin() + static_cast<std::ptrdiff_t>(size_));
        size_ += part.size();
    }
    crypto::Secret finish() {
        text_.shrink(size_);
        return std::move(text_);
    }

  private:
    crypto::Secret text_;
    std::size_t size_ = 0;
};

}  // namespace

EpochKeys EpochKeys::clone() const { return {number, root.clone(), identity.clone()}; }
WayKeys WayKeys::clone() const { return {way, identity.clone()}; }

model::ArchiveId archive_id_of(const crypto::VerifyingKey& first_root) {
    return {crypto::sha256(first_root.bytes)};
}

model::DeviceId device_id_of(const crypto::VerifyingKey& key) {
    const auto digest = crypto::sha256(key.bytes);
    return *model::DeviceId::from_bytes(ByteView(digest).first(model::DeviceId::kBytes));
}

IdentityFile IdentityFile::first(crypto::RandomSource& random) {
    IdentityFile file;
    file.epochs.push_back(
        {1, crypto::SigningKey::generate(random), crypto::AgeIdentity::generate(random)});
    file.archive = archive_id_of(file.epochs.front().root.verifying_key());
    return file;
}

Result<IdentityFile> IdentityFile::parse(std::string_view text) {
    if (text.size() > kLargestIdentityFileBytes)
        return Error(ErrorCode::limit, "the identity file is larger than 1 MiB");
    IdentityFile file;
    Pending pending;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty()) continue;
        const bool understood = line.starts_with('#') ? read_comment(line, pending)
                                                      : read_identity(line, pending, file);
        if (!understood) return bad_line(number);
        if (file.epochs.size() > kMostEpochs || file.ways.size() > kMostEpochs)
            return Error(ErrorCode::limit, "the identity file holds more than 1,000 epochs");
    }
    if (!pending.archive || file.epochs.empty())
        return Error(ErrorCode::corrupt, "this is not a Keepsake identity file");
    file.archive = *pending.archive;
    if (!archive_fits(file))
        return Error(ErrorCode::corrupt, "the identity file's archive and first root do not fit");
    std::ranges::stable_sort(file.epochs, newer);
    return file;
}

crypto::Secret IdentityFile::to_text() const {
    SecretText text(256 + epochs.size() * 256 + ways.size() * 160);
    text.add(kTitle);
    text.add("\n# archive ");
    text.add(archive.hex());
    text.add("\n");
    for (const auto& keys : epochs) {
        text.add("# epoch " + std::to_string(keys.number) + "\n# root ");
        std::string seed = to_base64(keys.root.seed().view(), Padding::with);
        text.add(seed);
        crypto::wipe({reinterpret_cast<std::uint8_t*>(seed.data()), seed.size()});
        text.add("\n");
        text.add(keys.identity.to_text().text());
        text.add("\n");
    }
    for (const auto& keys : ways) {
        text.add("# way " + keys.way.hex() + "\n");
        text.add(keys.identity.to_text().text());
        text.add("\n");
    }
    return text.finish();
}

IdentityFile IdentityFile::clone() const {
    IdentityFile copy;
    copy.archive = archive;
    for (const auto& keys : epochs) copy.epochs.push_back(keys.clone());
    for (const auto& keys : ways) copy.ways.push_back(keys.clone());
    return copy;
}

Result<> IdentityFile::merge(IdentityFile other) {
    if (other.archive != archive)
        return Error(ErrorCode::corrupt, "a key file of another archive stands among the keys");
    if (epochs.size() + other.epochs.size() > kMostMergedEpochs)
        return Error(ErrorCode::limit, "the key files tell of more than 4,000 epochs");
    for (auto& keys : other.epochs) {
        const auto same = [&](const EpochKeys& mine) {
            return mine.root.verifying_key() == keys.root.verifying_key() &&
                   mine.identity.recipient() == keys.identity.recipient();
        };
        if (std::ranges::none_of(epochs, same)) epochs.push_back(std::move(keys));
    }
    for (auto& keys : other.ways) {
        const auto same = [&](const WayKeys& mine) {
            return mine.way == keys.way && mine.identity.recipient() == keys.identity.recipient();
        };
        if (std::ranges::none_of(ways, same)) ways.push_back(std::move(keys));
    }
    std::ranges::stable_sort(epochs, newer);
    return {};
}

// Of what anybody can add there is a bound: a key file past the limits would open for nobody.
IdentityFile IdentityFile::with_epochs_of(std::span<const std::string> roots) const {
    constexpr std::size_t kMostHandedOn = 500;
    constexpr int kMostOfOneRoot = 4;
    IdentityFile copy;
    copy.archive = archive;
    for (const auto& root : roots) {
        int count = 0;
        for (const auto& keys : epochs)
            if (keys.root.verifying_key().to_openssh() == root && count++ < kMostOfOneRoot &&
                copy.epochs.size() < kMostHandedOn)
                copy.epochs.push_back(keys.clone());
    }
    std::ranges::stable_sort(copy.epochs, newer);
    return copy;
}

std::vector<crypto::AgeIdentity> IdentityFile::identities() const {
    std::vector<crypto::AgeIdentity> all;
    all.reserve(epochs.size() + ways.size());
    for (const auto& keys : epochs) all.push_back(keys.identity.clone());
    for (const auto& keys : ways) all.push_back(keys.identity.clone());
    return all;
}

const EpochKeys& IdentityFile::first_epoch() const {
    for (const auto& keys : epochs)
        if (archive_id_of(keys.root.verifying_key()) == archive) return keys;
    return epochs.back();
}

const EpochKeys* IdentityFile::epoch_of_root(const crypto::VerifyingKey& root) const {
    const auto found = std::ranges::find_if(
        epochs, [&](const EpochKeys& keys) { return keys.root.verifying_key() == root; });
    return found == epochs.end() ? nullptr : &*found;
}

}  // namespace keepsake::archive
