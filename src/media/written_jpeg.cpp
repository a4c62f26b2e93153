#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "media/byte_reader.h"
#include "media/taken.h"
#include "media/written.h"
#include "media/written_parts.h"

// Segments of JPEG files, and what stands behind the picture, of which Exiv2 knows nothing.
namespace keepsake::media {
namespace {

using std::string_view_literals::operator""sv;

constexpr int kMostSegments = 1'000;

// ---- Canon's heaps (CIFF), as its cameras wrote them before EXIF

/// A heap ends with where its directory begins.
void read_heap(ByteView heap, int depth, Written& written) {
    constexpr int kDeepest = 3;
    constexpr std::uint16_t kMakeAndModel = 0x080a;
    constexpr std::uint16_t kTime = 0x180e;
    constexpr std::uint16_t kMostEntries = 64;
    if (heap.size() < 4 || depth > kDeepest) return;
    const auto directory = u32_at(heap, heap.size() - 4, Order::little).value_or(0);
    const auto count = std::min(u16_at(heap, directory, Order::little).value_or(0), kMostEntries);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto entry = directory + 2 + 10 * i;
        const auto tag = u16_at(heap, entry, Order::little).value_or(0);
        const auto size = u32_at(heap, entry + 2, Order::little).value_or(0);
        const auto at = u32_at(heap, entry + 6, Order::little).value_or(0);
        const auto value = slice(heap, at, size);
        if (tag == kMakeAndModel) {
            written.camera.make = text_in(value, 0, value.size());
            const auto end = as_text(value).find('\0');
            if (end != std::string_view::npos)
                written.camera.model = text_in(value, end + 1, value.size() - end - 1);
        }
        if (tag == kTime)
            add_date(written,
                     moment_of_seconds(u32_at(value, 0, Order::little).value_or(0), Clock::wall),
                     TakenSource::original);
        // Heaps within: by their type alone.
        const auto type = tag & 0x3800U;
        if ((tag & 0xc000U) == 0 && (type == 0x2800U || type == 0x3000U) && size < heap.size())
            read_heap(value, depth + 1, written);
    }
}

/// Its header tells how long it is itself.
ByteView past_header(ByteView segment) {
    const auto header = u32_at(segment, 2, Order::little).value_or(0);
    return header > segment.size() ? ByteView() : segment.subspan(header);
}

// ---- XMP in more than one segment

/// The longer rest of an XMP packet, in pieces that tell where they belong.
class LongXmp {
  public:
    /// `most`: as long as the file at the most.
    explicit LongXmp(std::size_t most) : most_(std::min(most, kLargestXmpBlock)) {}

    void add(ByteView segment) {
        constexpr std::uint64_t kHeader = 32 + 8;  // whose it is, how long it is, where this begins
        const auto size = u32_at(segment, 32, Order::big).value_or(0);
        const auto at = u32_at(segment, 36, Order::big).value_or(0);
        const auto piece =
            slice(segment, kHeader, segment.size() < kHeader ? 0 : segment.size() - kHeader);
        if (size == 0 || size > most_ || at > size || piece.size() > size - at) return;
        if (bytes_.empty()) bytes_.resize(size);
        if (bytes_.size() != size) return;
        std::ranges::copy(piece, bytes_.begin() + at);
        pieces_[at] = piece.size();
    }

    /// All of it, once no piece is missing.
    ByteView whole() const {
        std::size_t end = 0;
        for (const auto& [at, size] : pieces_) {
            if (at > end) return {};
            end = std::max(end, at + size);
        }
        return end == bytes_.size() ? ByteView(bytes_) : ByteView();
    }

  private:
    std::size_t most_;
    Bytes bytes_;
    std::map<std::size_t, std::size_t> pieces_;
};

// ---- segments

/// Olympus and Agfa: lines of a name and a value; the time in seconds since 1970.
void read_picture_info(ByteView segment, Written& written) {
    const auto text = as_text(segment);
    if (!text.contains("[picture info]")) return;
    const auto seconds = number_from(between(text, "TimeDate=", "\r", 16));
    add_date(written, moment_of_seconds(seconds, Clock::wall), TakenSource::original);
}

/// Casio's first cameras.
void read_casio(ByteView segment, Written& written) {
    auto text = text_in(segment, 0x4d, 20);
    add_date(written, moment_from_file(text.size() > 10 ? text.replace(10, 1, " ") : text),
             TakenSource::original);
}

void read_segment(std::uint8_t marker, ByteView segment, LongXmp& xmp, Written& written) {
    constexpr auto kLongXmp = "http://ns.adobe.com/xmp/extension/\0"sv;
    if (marker == 0xe0 && has_at(segment, 6, "HEAPJPGM"))
        read_heap(past_header(segment), 0, written);
    if (marker == 0xe1 && has_at(segment, 0, "QVCI")) read_casio(segment, written);
    if (marker == 0xe1 && has_at(segment, 0, kLongXmp)) xmp.add(segment.subspan(kLongXmp.size()));
    if (marker == 0xec) read_picture_info(segment, written);
}

/// AXS File Concatenation Protocol: what was put behind the picture, with a list of it.
void read_trailer(ByteView file, Written& written) {
    constexpr std::uint64_t kTrailerBytes = 12;
    constexpr std::uint16_t kMostParts = 100;
    if (file.size() < kTrailerBytes) return;
    const auto trailer = file.size() - kTrailerBytes;
    const bool is_big = has_at(file, trailer, "AXS!");
    if (!is_big && !has_at(file, trailer, "AXS*")) return;
    const auto order = is_big ? Order::big : Order::little;
    const auto begin = u32_at(file, trailer + 4, order).value_or(0);
    if (!has_at(file, begin, "AXS")) return;
    const auto count = std::min(u16_at(file, begin + 6ULL, order).value_or(0), kMostParts);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto part = begin + 12 + 12 * i;
        if (has_at(file, part, "IPTC"))
            add_block(written, WrittenBlock::Kind::iptc,
                      slice(file, u32_at(file, part + 8, order).value_or(0),
                            u32_at(file, part + 4, order).value_or(0)));
    }
}

}  // namespace

void read_written_jpeg(ByteView file, Written& written) {
    LongXmp xmp(file.size());
    std::uint64_t at = 2;
    for (int count = 0; count < kMostSegments; ++count) {
        const auto mark = slice(file, at, 2);
        const auto size = u16_at(file, at + 2, Order::big);
        if (mark.empty() || mark[0] != 0xff || !size || *size < 2 || mark[1] == 0xda) break;
        read_segment(mark[1], slice(file, at + 4, *size - 2U), xmp, written);
        at += 2ULL + *size;
    }
    add_block(written, WrittenBlock::Kind::xmp, xmp.whole());
    read_trailer(file, written);
}

std::optional<Moment> moment_of_reconyx_note(ByteView note) {
    constexpr std::uint16_t kHyperFire = 0xf101;
    constexpr std::uint64_t kDateAt = 22;
    if (u16_at(note, 0, Order::little) != kHyperFire) return std::nullopt;
    const auto number = [&](std::uint64_t index) {
        return static_cast<int>(u16_at(note, kDateAt + 2 * index, Order::little).value_or(0));
    };
    return moment_of_numbers(number(5), number(3), number(4), number(2), number(1), number(0));
}

}  // namespace keepsake::media
