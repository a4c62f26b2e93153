#include "library/local_state.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "archive/identity_file.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"
#include "crypto/signing.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"
#include "os/file_system.h"

namespace keepsake::library {
namespace {

constexpr std::uint64_t kLargestDeviceFileBytes = 64UL * 1024;
constexpr std::uint64_t kLargestHeadsBytes = 8UL << 20U;
constexpr std::size_t kKeyBytes = 32;
constexpr auto kLockStep = std::chrono::milliseconds(10);
constexpr int kLockSteps = 3000;

// device.age's text: two lines, "signing <64 hex>" and "catalog <64 hex>".
constexpr const char* kLockedName = "locked.keys";
constexpr std::string_view kSigningLine = "signing ";
constexpr std::string_view kCatalogLine = "catalog ";
constexpr std::string_view kRootLine = "root ";

crypto::Secret device_text(const DeviceKeys& keys) {
    std::string text = std::string(kSigningLine) + to_hex(keys.signing.seed().view()) + "\n" +
                       std::string(kCatalogLine) + to_hex(keys.catalog_key.view()) + "\n";
    for (const auto& root : keys.roots) text += std::string(kRootLine) + root + "\n";
    crypto::Secret secret{std::string_view(text)};
    crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    return secret;
}

std::optional<crypto::Secret> key_of_line(std::string_view& text, std::string_view name) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos || !text.starts_with(name)) return std::nullopt;
    auto bytes = from_hex(text.substr(name.size(), end - name.size()));
    text.remove_prefix(end + 1);
    if (!bytes || bytes->size() != kKeyBytes) return std::nullopt;
    crypto::Secret secret{ByteView(*bytes)};
    crypto::wipe(*bytes);
    return secret;
}

std::optional<DeviceKeys> parse_device(std::string_view text) {
    const auto seed = key_of_line(text, kSigningLine);
    auto catalog_key = key_of_line(text, kCatalogLine);
    if (!seed || !catalog_key) return std::nullopt;
    auto signing = crypto::SigningKey::from_seed(seed->view());
    if (!signing) return std::nullopt;
    DeviceKeys keys{std::move(*signing), std::move(*catalog_key), {}};
    while (text.starts_with(kRootLine)) {
        const auto end = text.find('\n');
        keys.roots.emplace_back(text.substr(kRootLine.size(), end - kRootLine.size()));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return keys;
}

std::optional<model::Head> head_of(const nlohmann::json& value) {
    if (!value.is_object() || !value.contains("seq") || !value.contains("text"))
        return std::nullopt;
    const auto& seq = value["seq"];
    const auto& text = value["text"];
    if (!seq.is_number_unsigned() || !text.is_string()) return std::nullopt;
    const auto hash = model::TextHash::from_hex(text.get_ref<const std::string&>());
    if (!hash) return std::nullopt;
    return model::Head{seq.get<std::uint64_t>(), *hash};
}

nlohmann::ordered_json json_of(const model::Head& head) {
    return {{"seq", head.seq}, {"text", head.text.hex()}};
}

KnownHeads parse_heads(std::string_view text) {
    KnownHeads heads;
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) return heads;
    if (const auto own = json.find("own"); own != json.end()) {
        heads.own = head_of(*own);
        const auto device =
            own->is_object() && own->contains("device") && (*own)["device"].is_string()
                ? (*own)["device"].get<std::string>()
                : std::string();
        heads.own_device = model::DeviceId::from_hex(device).value_or(model::DeviceId{});
    }
    if (const auto clock = json.find("clock"); clock != json.end() && clock->is_string())
        heads.clock = model::HybridTime::from_text(clock->get_ref<const std::string&>())
                          .value_or(model::HybridTime{});
    const auto others = json.find("others");
    if (others == json.end() || !others->is_object()) return heads;
    for (const auto& [name, value] : others->items()) {
        const auto device = model::DeviceId::from_hex(name);
        const auto head = head_of(value);
        if (device && head) heads.others.emplace(*device, *head);
    }
    return heads;
}

std::string sum_line(std::string_view text) {
    return to_hex(crypto::sha256(as_bytes(text))) + "\n";
}

}  // namespace

model::DeviceId DeviceKeys::id() const { return archive::device_id_of(signing.verifying_key()); }

DeviceKeys new_device_keys(crypto::RandomSource& random) {
    DeviceKeys keys{crypto::SigningKey::generate(random), crypto::Secret(kKeyBytes), {}};
    random.fill(keys.catalog_key.mutable_view());
    return keys;
}

LocalState::LocalState(os::FileSystem& files, const std::string& folder,
                       const model::ArchiveId& archive)
    : files_(&files), folder_(os::join_path(folder, archive.hex())) {}

Result<> LocalState::make_folder() { return os::make_directories(*files_, folder_, true); }

Result<std::optional<DeviceKeys>> LocalState::load_keys(const archive::IdentityFile& identity) {
    const auto path = os::join_path(folder_, "device.age");
    auto sealed = os::read_file(*files_, path, kLargestDeviceFileBytes);
    if (!sealed) {
        if (sealed.error().code() == ErrorCode::not_found) return std::optional<DeviceKeys>{};
        return std::move(sealed).error().with(path);
    }
    const auto text = crypto::age_open(*sealed, identity.identities());
    // Damaged, or of a way in that has ended: this computer joins anew.
    if (!text) return std::optional<DeviceKeys>{};
    return parse_device(text->text());
}

bool LocalState::has_keys_for_others(const archive::IdentityFile& identity) const {
    const auto sealed =
        os::read_file(*files_, os::join_path(folder_, "device.age"), kLargestDeviceFileBytes);
    if (!sealed) return false;
    const auto text = crypto::age_open(*sealed, identity.identities());
    return !text && text.error().code() == ErrorCode::wrong_key;
}

bool LocalState::has_keys() const {
    return files_->info(os::join_path(folder_, "device.age")).has_value();
}

Result<> LocalState::save_keys(const DeviceKeys& keys, const crypto::AgeRecipient& recipient,
                               crypto::RandomSource& random) {
    TRY(make_folder());
    const auto sealed = crypto::age_seal(device_text(keys).view(), {&recipient, 1}, random);
    return os::write_file(*files_, os::join_path(folder_, "device.age"), sealed,
                          os::Existing::replace, true);
}

Result<std::optional<LockedKeys>> LocalState::load_locked_keys() {
    auto bytes =
        os::read_file(*files_, os::join_path(folder_, kLockedName), kLargestDeviceFileBytes);
    if (!bytes) {
        if (bytes.error().code() == ErrorCode::not_found) return std::optional<LockedKeys>{};
        return std::move(bytes).error();
    }
    auto text = as_text(*bytes);
    const auto seed = key_of_line(text, kSigningLine);
    auto signing = seed ? crypto::SigningKey::from_seed(seed->view())
                        : Result<crypto::SigningKey>(Error(ErrorCode::corrupt, "damaged"));
    const auto recipient = crypto::AgeRecipient::from_text(text.substr(0, text.find('\n')));
    crypto::wipe(*bytes);
    if (!signing || !recipient)
        return Error(ErrorCode::corrupt, os::join_path(folder_, kLockedName) + " is damaged");
    return std::optional(LockedKeys{std::move(*signing), *recipient});
}

Result<> LocalState::save_locked_keys(const LockedKeys& keys) {
    TRY(make_folder());
    std::string text = std::string(kSigningLine) + to_hex(keys.signing.seed().view()) + "\n" +
                       keys.recipient.to_text() + "\n";
    auto written = os::write_file(*files_, os::join_path(folder_, kLockedName), as_bytes(text),
                                  os::Existing::replace, true);
    crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    return written;
}

Result<> LocalState::remove_locked_keys() {
    auto removed = files_->remove_file(os::join_path(folder_, kLockedName));
    if (!removed && removed.error().code() != ErrorCode::not_found) return removed;
    return {};
}

KnownHeads LocalState::load_heads() {
    const auto bytes =
        os::read_file(*files_, os::join_path(folder_, "heads.json"), kLargestHeadsBytes);
    if (!bytes) return {};
    // Two lines: the heads, and their SHA-256. A spoiled head would be taken for a fork.
    const auto text = as_text(*bytes);
    const auto end = text.find('\n');
    if (end == std::string_view::npos || text.substr(end + 1) != sum_line(text.substr(0, end)))
        return {};
    return parse_heads(text.substr(0, end));
}

Result<> LocalState::save_heads(const KnownHeads& heads) {
    nlohmann::ordered_json json;
    if (heads.own) {
        json["own"] = json_of(*heads.own);
        json["own"]["device"] = heads.own_device.hex();
    }
    json["clock"] = heads.clock.to_text();
    json["others"] = nlohmann::ordered_json::object();
    for (const auto& [device, head] : heads.others) json["others"][device.hex()] = json_of(head);
    TRY(make_folder());
    const auto line = json.dump();
    return os::write_file(*files_, os::join_path(folder_, "heads.json"),
                          as_bytes(line + "\n" + sum_line(line)), os::Existing::replace, true);
}

std::string LocalState::catalog_path(const std::string& real_path) const {
    const auto digest = crypto::sha256(as_bytes(real_path));
    return os::join_path(folder_, "catalog-" + to_hex(ByteView(digest).first(8)) + ".db");
}

Result<std::unique_ptr<os::FileLock>> LocalState::lock_now() {
    TRY(make_folder());
    auto lock = files_->try_lock(os::join_path(folder_, "lock"));
    if (!lock && lock.error().code() == ErrorCode::unsupported)
        return std::unique_ptr<os::FileLock>();
    return lock;
}

Result<std::unique_ptr<os::FileLock>> LocalState::lock() {
    for (int step = 0; step < kLockSteps; ++step) {
        auto lock = lock_now();
        if (lock || lock.error().code() != ErrorCode::exists) return lock;
        std::this_thread::sleep_for(kLockStep);
    }
    return Error(ErrorCode::io,
                 "another Keepsake on this computer has been writing for 30 seconds; try again");
}

}  // namespace keepsake::library
