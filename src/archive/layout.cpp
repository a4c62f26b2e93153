#include "archive/layout.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "model/ids.h"

namespace keepsake::archive {
namespace {

constexpr std::string_view kSuffix = ".age";
constexpr std::string_view kParitySuffix = ".par2";

std::optional<model::FileHash> hash_before(std::string_view suffix, std::string_view name) {
    if (!name.ends_with(suffix)) return std::nullopt;
    return model::FileHash::from_hex(name.substr(0, name.size() - suffix.size()));
}

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

void RollupIndex::add(const JournalFileName& name) {
    if (name.last_seq > name.first_seq)
        spans_[name.device].push_back({name.first_seq, name.last_seq, name.file, 0});
}

const std::vector<RollupIndex::Span>& RollupIndex::spans_of(const model::DeviceId& device) {
    if (!std::exchange(sorted_, true)) {
        for (auto& [each, spans] : spans_) {
            std::ranges::sort(spans);
            std::uint64_t furthest = 0;
            for (auto& span : spans) span.furthest = furthest = std::max(furthest, span.last);
        }
    }
    return spans_[device];
}

bool RollupIndex::covers(const JournalFileName& name) {
    const auto& spans = spans_of(name.device);
    const auto furthest_of = [&](auto end) {
        return end == spans.begin() ? 0 : std::prev(end)->furthest;
    };
    const auto before = std::ranges::lower_bound(spans, name.first_seq, {}, &Span::first);
    const auto up_to = std::ranges::upper_bound(spans, name.first_seq, {}, &Span::first);
    return furthest_of(before) >= name.last_seq || furthest_of(up_to) > name.last_seq;
}

bool RollupIndex::stands_for(const JournalFileName& name) {
    if (covers(name)) return true;
    const auto numbers = [](const Span& span) { return std::pair(span.first, span.last); };
    const auto same = std::ranges::equal_range(
        spans_of(name.device), std::pair(name.first_seq, name.last_seq), {}, numbers);
    return !same.empty() && (same.front().file != name.file || same.back().file != name.file);
}

std::string object_path(const model::ObjectId& object) {
    const auto hex = object.hex();
    return std::string(kObjectsName) + "/" + hex.substr(0, 2) + "/" + hex + std::string(kSuffix);
}

std::string key_path(const model::FileHash& file) {
    return std::string(kKeysName) + "/" + file.hex() + std::string(kSuffix);
}

std::string parity_path(const model::FileHash& file) {
    return std::string(kParityName) + "/" + file.hex() + std::string(kParitySuffix);
}

std::string parity_mark_path() { return std::string(kParityName) + "/pending"; }

bool is_parity_mark(std::string_view path) { return path == parity_mark_path(); }

std::optional<model::FileHash> hash_of_name(std::string_view name) {
    return hash_before(kSuffix, name);
}

std::optional<model::FileHash> hash_of_parity_name(std::string_view name) {
    return hash_before(kParitySuffix, name);
}

}  // namespace keepsake::archive
