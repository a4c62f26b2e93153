#include "media/embedded_film.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "media/byte_reader.h"
#include "media/facts.h"

namespace keepsake::media {
namespace {

constexpr std::uint32_t kLargestFirstBox = 512;
constexpr int kMostBoxes = 4096;

bool is_box_name(std::string_view name) {
    constexpr std::string_view kNames[] = {"ftyp", "moov", "mdat", "free", "skip",
                                           "wide", "uuid", "moof", "mfra", "meta"};
    return std::ranges::find(kNames, name) != std::end(kNames);
}

struct Box {
    std::string_view name;
    std::uint64_t size_bytes = 0;
};
std::optional<Box> box_at(ByteView file, std::uint64_t at) {
    const auto size = u32_at(file, at, Order::big);
    const auto name = as_text(slice(file, at + 4, 4));
    if (!size || name.empty() || !is_box_name(name)) return std::nullopt;
    std::uint64_t bytes = *size;
    if (bytes == 1) bytes = u64_at(file, at + 8, Order::big).value_or(0);
    if (bytes == 0) bytes = file.size() - at;
    if (bytes < 8 || bytes > file.size() - at) return std::nullopt;
    return Box{.name = name, .size_bytes = bytes};
}

/// Where the boxes that begin here end; nothing if they make no film.
std::optional<std::uint64_t> end_of_film(ByteView file, std::uint64_t at) {
    bool has_index = false;
    bool has_pictures = false;
    for (int boxes = 0; boxes < kMostBoxes && at < file.size(); ++boxes) {
        const auto box = box_at(file, at);
        if (!box) break;
        has_index |= box->name == "moov";
        has_pictures |= box->name == "mdat";
        at += box->size_bytes;
    }
    return has_index && has_pictures ? std::optional(at) : std::nullopt;
}

}  // namespace

std::optional<EmbeddedFilm> find_embedded_film(ByteView file) {
    const auto text = as_text(file);
    // Not the file's own first box.
    for (auto at = text.find("ftyp", 8); at != std::string_view::npos;
         at = text.find("ftyp", at + 4)) {
        const auto begin = at - 4;
        const auto size = u32_at(file, begin, Order::big);
        if (!size || *size < 16 || *size > kLargestFirstBox) continue;
        if (const auto end = end_of_film(file, begin))
            return EmbeddedFilm{.offset_bytes = begin, .size_bytes = *end - begin};
    }
    return std::nullopt;
}

std::optional<std::string> live_id_of_maker_note(ByteView note) {
    constexpr std::uint64_t kDirectory = 14;
    constexpr std::uint16_t kContentIdentifier = 0x0011;
    if (!has_at(note, 0, "Apple iOS")) return std::nullopt;
    const auto order = has_at(note, 12, "II") ? Order::little : Order::big;
    const auto count = u16_at(note, kDirectory, order).value_or(0);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto entry = kDirectory + 2 + 12 * i;
        if (u16_at(note, entry, order) != kContentIdentifier) continue;
        const auto bytes = u32_at(note, entry + 4, order).value_or(0);
        const auto at = u32_at(note, entry + 8, order).value_or(0);
        if (bytes < 8 || bytes > 64) return std::nullopt;
        auto text = as_text(slice(note, at, bytes));
        text = text.substr(0, text.find('\0'));
        if (text.empty()) return std::nullopt;
        return std::string(text);
    }
    return std::nullopt;
}

}  // namespace keepsake::media
