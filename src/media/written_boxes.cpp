#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "media/byte_reader.h"
#include "media/taken.h"
#include "media/written.h"
#include "media/written_parts.h"

// Boxes of ISO 14496-12, where libav and libheif refuse the file or do not look.
namespace keepsake::media {
namespace {

constexpr int kMostBoxes = 1'000;

struct Box {
    std::string_view name;
    ByteView body;  ///< as much of it as is there
};

/// One after the other; the last may be cut short.
class Boxes {
  public:
    explicit Boxes(ByteView bytes) : bytes_(bytes) {}

    std::optional<Box> next() {
        const auto size = u32_at(bytes_, 0, Order::big);
        const auto name = as_text(slice(bytes_, 4, 4));
        if (!size || name.empty() || ++count_ > kMostBoxes) return std::nullopt;
        std::uint64_t header = 8;
        std::uint64_t whole = *size;
        if (whole == 1) {
            whole = u64_at(bytes_, 8, Order::big).value_or(0);
            header = 16;
        }
        if (whole == 0) whole = bytes_.size();
        if (whole < header || header > bytes_.size()) return std::nullopt;
        const auto there = static_cast<std::size_t>(std::min<std::uint64_t>(whole, bytes_.size()));
        const auto begin = static_cast<std::size_t>(header);
        const Box box{.name = name, .body = bytes_.subspan(begin, there - begin)};
        bytes_ = bytes_.subspan(there);
        return box;
    }

  private:
    ByteView bytes_;
    int count_ = 0;
};

ByteView child(ByteView of, std::string_view name) {
    Boxes boxes(of);
    while (const auto box = boxes.next())
        if (box->name == name) return box->body;
    return {};
}

/// Version and flags stand in front of what a full box holds.
ByteView past_version(ByteView body) {
    return slice(body, 4, body.size() < 4 ? 0 : body.size() - 4);
}

// ---- films

void read_movie_header(ByteView header, Written& written) {
    constexpr std::int64_t kFrom1904To1970 = 2'082'844'800;
    const bool is_long = has_at(header, 0, std::string_view("\1", 1));
    const auto seconds =
        is_long ? u64_at(header, 4, Order::big)
                : std::optional<std::uint64_t>(u32_at(header, 4, Order::big).value_or(0));
    if (!seconds || *seconds == 0 || *seconds > 1ULL << 40U) return;
    const auto since_1970 = static_cast<std::int64_t>(*seconds) - kFrom1904To1970;
    add_date(written, moment_of_seconds(since_1970, Clock::utc), TakenSource::container);
}

/// How many pictures the first track has.
std::uint32_t frames_of(ByteView film) {
    const auto media = child(child(film, "trak"), "mdia");
    const auto sizes = child(child(child(media, "minf"), "stbl"), "stsz");
    return u32_at(sizes, 8, Order::big).value_or(0);
}

/// Pentax, and those who build for it, begin their own box with who they are.
void read_maker_tags(ByteView tags, Written& written) {
    if (has_at(tags, 0, "PENTAX DIGITAL CAMERA")) written.camera.make = text_in(tags, 0, 24);
}

// ---- HEIF: properties are counted from one, and pictures name those that are theirs

struct Size {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
};

/// The numbers of the properties of one picture.
std::vector<std::uint32_t> properties_of(ByteView associations, std::uint32_t picture) {
    constexpr std::uint32_t kMostPictures = 10'000;
    const auto head = u32_at(associations, 0, Order::big).value_or(0);
    const bool long_ids = head >> 24U != 0;
    const bool long_numbers = (head & 1U) != 0;
    const auto count = std::min(u32_at(associations, 4, Order::big).value_or(0), kMostPictures);
    std::uint64_t at = 8;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto id =
            long_ids
                ? u32_at(associations, at, Order::big)
                : std::optional<std::uint32_t>(u16_at(associations, at, Order::big).value_or(0));
        at += long_ids ? 4 : 2;
        const auto many = slice(associations, at++, 1);
        if (!id || many.empty()) return {};
        std::vector<std::uint32_t> numbers;
        for (std::uint32_t n = 0; n < many[0]; ++n, at += long_numbers ? 2 : 1) {
            if (long_numbers)
                numbers.push_back(u16_at(associations, at, Order::big).value_or(0) & 0x7fffU);
            else
                numbers.push_back(
                    number_at<std::uint8_t>(associations, at, Order::big).value_or(0) & 0x7fU);
        }
        if (*id == picture) return numbers;
    }
    return {};
}

}  // namespace

void read_written_boxes(ByteView file, Written& written) {
    const auto film = child(file, "moov");
    if (film.empty()) return;
    read_movie_header(child(film, "mvhd"), written);
    read_maker_tags(child(child(film, "udta"), "TAGS"), written);
}

void read_written_heif(ByteView file, Written& written) {
    if (const auto frames = frames_of(child(file, "moov")); frames > 1) written.frames = frames;
    const auto meta = past_version(child(file, "meta"));
    const auto primary = child(meta, "pitm");
    const bool long_id = has_at(primary, 0, std::string_view("\1", 1));
    const auto picture =
        long_id ? u32_at(primary, 4, Order::big)
                : std::optional<std::uint32_t>(u16_at(primary, 4, Order::big).value_or(0));
    const auto properties = child(meta, "iprp");
    const auto numbers = properties_of(child(properties, "ipma"), picture.value_or(0));
    Boxes boxes(child(properties, "ipco"));
    Size size;
    bool on_its_side = false;
    for (std::uint32_t number = 1; const auto box = boxes.next(); ++number) {
        if (std::ranges::find(numbers, number) == numbers.end()) continue;
        if (box->name == "ispe")
            size = {.width = u32_at(box->body, 4, Order::big).value_or(0),
                    .height = u32_at(box->body, 8, Order::big).value_or(0)};
        if (box->name == "irot" && !box->body.empty()) on_its_side = (box->body[0] & 1U) != 0;
    }
    if (on_its_side) std::swap(size.width, size.height);
    written.width = size.width;
    written.height = size.height;
}

}  // namespace keepsake::media
