#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "media/byte_reader.h"
#include "media/detect.h"
#include "media/kind.h"

// Camera RAW files are TIFF files whose first directory describes a small picture or the sensor
// itself. TIFF readers open them as what they are not, so they are told apart here, by what their
// directories say.
namespace keepsake::media {
namespace {

constexpr std::uint16_t kMostEntries = 512;
constexpr std::size_t kMostSubDirectories = 8;

enum Tag : std::uint16_t {
    kNewSubfileType = 254,
    kCompression = 259,
    kPhotometric = 262,
    kMake = 271,
    kSubDirectories = 330,
    kDngVersion = 50706,
};

struct Directory {
    bool reduced = false;  ///< NewSubfileType 1: a smaller version of another picture
    bool is_sensor = false;
    bool is_dng = false;
    std::string_view make;
    std::array<std::uint32_t, kMostSubDirectories> below{};
    std::size_t below_count = 0;
};

/// Of compressions that only cameras write.
bool is_sensor_compression(std::uint32_t compression) {
    constexpr std::uint32_t kOfSensors[] = {32767, 32769, 32770, 34713, 65000, 65535};
    return std::ranges::find(kOfSensors, compression) != std::end(kOfSensors);
}

bool is_sensor_photometric(std::uint32_t photometric) {
    return photometric == 32803 || photometric == 34892;  // colour filter array, linear raw
}

void take_sub_directories(Directory& directory, ByteView head, Order order, std::uint64_t entry,
                          std::uint32_t count) {
    const auto value = u32_at(head, entry + 8, order);
    if (!value) return;
    for (std::uint32_t i = 0; i < count && directory.below_count < kMostSubDirectories; ++i) {
        const auto at = count == 1 ? value : u32_at(head, *value + 4ULL * i, order);
        if (!at) return;
        directory.below[directory.below_count++] = *at;
    }
}

void take_entry(Directory& directory, ByteView head, Order order, std::uint64_t entry) {
    const auto tag = u16_at(head, entry, order).value_or(0);
    const auto type = u16_at(head, entry + 2, order).value_or(0);
    const auto count = u32_at(head, entry + 4, order).value_or(0);
    const auto value = type == 3 ? u16_at(head, entry + 8, order).value_or(0)
                                 : u32_at(head, entry + 8, order).value_or(0);
    switch (tag) {
        case kNewSubfileType:
            directory.reduced = value == 1;
            break;
        case kCompression:
            directory.is_sensor |= is_sensor_compression(value);
            break;
        case kPhotometric:
            directory.is_sensor |= is_sensor_photometric(value);
            break;
        case kMake:
            directory.make = as_text(slice(head, value, std::min<std::uint32_t>(count, 32)));
            break;
        case kSubDirectories:
            take_sub_directories(directory, head, order, entry, count);
            break;
        case kDngVersion:
            directory.is_dng = true;
            break;
        default:
            break;
    }
}

std::optional<Directory> directory_at(ByteView head, std::uint32_t at, Order order) {
    const auto count = u16_at(head, at, order);
    if (!count || *count > kMostEntries) return std::nullopt;
    Directory directory;
    for (std::uint64_t i = 0; i < *count; ++i) take_entry(directory, head, order, at + 2 + 12 * i);
    return directory;
}

/// Makers whose RAW files carry no other mark than a directory of a reduced picture on top.
bool makes_raw(std::string_view make) {
    constexpr std::string_view kMakers[] = {"NIKON", "SONY",    "PENTAX",  "SAMSUNG", "Kodak",
                                            "KODAK", "EASTMAN", "EPSON",   "Mamiya",  "Hasselblad",
                                            "Leaf",  "RICOH",   "OLYMPUS", "LEICA",   "Leica"};
    return std::ranges::any_of(kMakers, [&](auto name) { return make.starts_with(name); });
}

bool is_raw(ByteView head, Order order) {
    if (has_at(head, 8, "CR") || has_at(head, 8, "IIII") || has_at(head, 8, "MMMM")) return true;
    const auto first_at = u32_at(head, 4, order);
    if (!first_at) return false;
    const auto first = directory_at(head, *first_at, order);
    if (!first) return false;
    if (first->is_dng || first->is_sensor) return true;
    for (std::size_t i = 0; i < first->below_count; ++i) {
        const auto below = directory_at(head, first->below[i], order);
        if (below && below->is_sensor) return true;
    }
    return first->reduced && first->below_count > 0 && makes_raw(first->make);
}

}  // namespace

std::optional<Format> detect_tiff(ByteView head) {
    // Olympus, Panasonic and Leica, and Phase One write numbers of their own where TIFF has 42.
    for (const std::string_view mark : {"IIRO", "IIRS", "MMOR", "IIII", "MMMM"})
        if (has_at(head, 0, mark)) return Format::raw;
    if (has_at(head, 0, std::string_view("IIU\0", 4))) return Format::raw;
    const bool little = has_at(head, 0, std::string_view("II*\0", 4));
    const bool big = has_at(head, 0, std::string_view("MM\0*", 4));
    if (little || big)
        return is_raw(head, big ? Order::big : Order::little) ? Format::raw : Format::tiff;
    if (has_at(head, 0, std::string_view("II+\0", 4)) ||
        has_at(head, 0, std::string_view("MM\0+", 4)))
        return Format::tiff;
    return std::nullopt;
}

}  // namespace keepsake::media
