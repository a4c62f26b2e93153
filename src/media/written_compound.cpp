#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/text.h"
#include "media/byte_reader.h"
#include "media/taken.h"
#include "media/written.h"
#include "media/written_parts.h"

// OLE2: a file system in a file, of which one stream sums up the document. Source: MS-CFB,
// MS-OLEPS.
namespace keepsake::media {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::uint32_t kLastSector = 0xfffffffa;  // those above are marks
constexpr std::size_t kLargestStream = 1UL << 20U;
constexpr std::uint64_t kEntryBytes = 128;
constexpr std::uint32_t kSmallStream = 4096;

class Compound {
  public:
    explicit Compound(ByteView file) : file_(file) {
        // As powers of two: nine or twelve, and six.
        sector_bytes_ =
            1ULL << std::clamp<unsigned>(u16_at(file, 30, Order::little).value_or(9), 7, 16);
        small_bytes_ =
            1ULL << std::clamp<unsigned>(u16_at(file, 32, Order::little).value_or(6), 4, 12);
        constexpr std::uint64_t kFirstTables = 109;  // those that the header names
        for (std::uint64_t i = 0; i < kFirstTables; ++i)
            tables_.push_back(u32_at(file, 76 + 4 * i, Order::little).value_or(kLastSector));
        add_further_tables();
        directory_ = stream(u32_at(file, 48, Order::little).value_or(kLastSector), kLargestStream);
        small_table_ =
            stream(u32_at(file, 60, Order::little).value_or(kLastSector), kLargestStream);
        if (const auto root = entry(0); !root.empty())
            small_room_ =
                stream(u32_at(root, 116, Order::little).value_or(kLastSector), kLargestStream);
    }

    /// The stream of this name; empty if there is none, or if it is broken.
    Bytes find(std::string_view name) const {
        for (std::uint64_t i = 0; i * kEntryBytes < directory_.size(); ++i) {
            const auto at = entry(i);
            if (at.empty() || !is_named(at, name)) continue;
            const auto first = u32_at(at, 116, Order::little).value_or(kLastSector);
            const auto size = u32_at(at, 120, Order::little).value_or(0);
            if (size > kLargestStream) return {};
            auto bytes = size < kSmallStream ? small_stream(first, size) : stream(first, size);
            bytes.resize(std::min<std::size_t>(bytes.size(), size));
            return bytes;
        }
        return {};
    }

  private:
    /// Those of a file of more than some megabytes, in sectors that name the next one.
    void add_further_tables() {
        constexpr int kMostSectors = 256;
        auto at = u32_at(file_, 68, Order::little).value_or(kLastSector);
        for (int count = 0; count < kMostSectors && at < kLastSector; ++count) {
            const auto numbers = sector(at);
            for (std::uint64_t i = 0; i + 8 <= numbers.size(); i += 4)
                tables_.push_back(u32_at(numbers, i, Order::little).value_or(kLastSector));
            at = u32_at(numbers, sector_bytes_ - 4, Order::little).value_or(kLastSector);
        }
    }
    ByteView entry(std::uint64_t index) const {
        return slice(directory_, index * kEntryBytes, kEntryBytes);
    }
    static bool is_named(ByteView entry, std::string_view name) {
        for (std::size_t i = 0; i < name.size(); ++i)
            if (u16_at(entry, 2 * i, Order::little) != static_cast<unsigned char>(name[i]))
                return false;
        return u16_at(entry, 2 * name.size(), Order::little) == std::uint16_t{0};
    }
    ByteView sector(std::uint32_t number) const {
        return slice(file_, (std::uint64_t{number} + 1) * sector_bytes_, sector_bytes_);
    }
    std::uint32_t next_of(std::uint32_t number) const {
        const auto numbers = static_cast<std::uint32_t>(sector_bytes_ / 4);
        if (number / numbers >= tables_.size()) return kLastSector;
        return u32_at(sector(tables_[number / numbers]), 4ULL * (number % numbers), Order::little)
            .value_or(kLastSector);
    }
    /// A chain of sectors; it ends at the latest where it is as long as `most`, or as the file.
    Bytes stream(std::uint32_t first, std::size_t most) const {
        Bytes bytes;
        most = std::min(most, file_.size());
        for (auto at = first; at < kLastSector && bytes.size() < most; at = next_of(at)) {
            const auto part = sector(at);
            if (part.empty()) break;
            bytes.insert(bytes.end(), part.begin(), part.end());
        }
        return bytes;
    }
    Bytes small_stream(std::uint32_t first, std::size_t size) const {
        Bytes bytes;
        for (auto at = first; at < kLastSector && bytes.size() < size;
             at = u32_at(small_table_, 4ULL * at, Order::little).value_or(kLastSector)) {
            const auto part = slice(small_room_, at * small_bytes_, small_bytes_);
            if (part.empty()) break;
            bytes.insert(bytes.end(), part.begin(), part.end());
        }
        return bytes;
    }

    ByteView file_;
    std::uint64_t sector_bytes_ = 512;
    std::uint64_t small_bytes_ = 64;
    std::vector<std::uint32_t> tables_;
    Bytes directory_;
    Bytes small_table_;
    Bytes small_room_;
};

/// Text of a property, where it reads as UTF-8; others are in a charset of its program's.
std::string text_of(ByteView value) {
    constexpr std::uint32_t kText = 30;
    constexpr std::uint32_t kLongest = 1024;
    if (u32_at(value, 0, Order::little) != kText) return {};
    const auto size = u32_at(value, 4, Order::little).value_or(0);
    if (size > kLongest) return {};
    auto text = text_in(value, 8, size);
    return is_utf8(text) ? text : std::string();
}

}  // namespace

void read_written_compound(ByteView file, Written& written) {
    constexpr std::uint32_t kMostProperties = 200;
    constexpr std::uint32_t kTitle = 2;
    constexpr std::uint32_t kAuthor = 4;
    constexpr std::uint32_t kCreated = 12;
    constexpr std::uint32_t kTime = 64;
    const auto summary = Compound(file).find("\5SummaryInformation"sv);
    const auto begin = u32_at(summary, 44, Order::little).value_or(0);
    const auto set = begin > summary.size() ? ByteView() : ByteView(summary).subspan(begin);
    const auto count = std::min(u32_at(set, 4, Order::little).value_or(0), kMostProperties);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto number = u32_at(set, 8 + 8 * i, Order::little).value_or(0);
        const auto at = u32_at(set, 12 + 8 * i, Order::little).value_or(0);
        if (at > set.size()) continue;
        const auto value = set.subspan(at);
        if (number == kTitle) written.title = text_of(value);
        if (number == kAuthor) written.author = text_of(value);
        if (number == kCreated && u32_at(value, 0, Order::little) == kTime)
            add_date(written, moment_of_filetime(value, 4), TakenSource::container);
    }
}

}  // namespace keepsake::media
