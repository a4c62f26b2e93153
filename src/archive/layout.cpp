#include "archive/layout.h"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "model/ids.h"

namespace keepsake::archive {
namespace {

constexpr std::string_view kSuffix = ".age";

std::optional<std::uint64_t> sequence_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.starts_with('0'))
        return std::nullopt;
    return value;
}

}  // namespace

std::string JournalFileName::path() const {
    std::string name = std::to_string(first_seq) + "-";
    if (last_seq != first_seq) name += std::to_string(last_seq) + "-";
    return std::string(kJournalName) + "/" + device.hex() + "/" + std::to_string(first_seq / 1000) +
           "/" + name + file.hex() + std::string(kSuffix);
}

std::optional<JournalFileName> JournalFileName::from_name(const model::DeviceId& device,
                                                          std::string_view name) {
    JournalFileName parsed;
    parsed.device = device;
    const auto dash = name.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto first = sequence_number(name.substr(0, dash));
    if (!first) return std::nullopt;
    parsed.first_seq = parsed.last_seq = *first;
    name.remove_prefix(dash + 1);
    if (const auto second = name.find('-'); second != std::string_view::npos) {
        const auto last = sequence_number(name.substr(0, second));
        if (!last || *last <= *first) return std::nullopt;
        parsed.last_seq = *last;
        name.remove_prefix(second + 1);
    }
    const auto hash = hash_of_name(name);
    if (!hash) return std::nullopt;
    parsed.file = *hash;
    return parsed;
}

std::string object_path(const model::ObjectId& object) {
    const auto hex = object.hex();
    return std::string(kObjectsName) + "/" + hex.substr(0, 2) + "/" + hex + std::string(kSuffix);
}

std::string key_path(const model::FileHash& file) {
    return std::string(kKeysName) + "/" + file.hex() + std::string(kSuffix);
}

std::optional<model::FileHash> hash_of_name(std::string_view name) {
    if (!name.ends_with(kSuffix)) return std::nullopt;
    return model::FileHash::from_hex(name.substr(0, name.size() - kSuffix.size()));
}

}  // namespace keepsake::archive
