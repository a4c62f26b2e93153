#include "decode/picture.h"

#include <openssl/evp.h>
#include <vips/vips.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "decode/vips_handle.h"
#include "media/byte_reader.h"
#include "media/look_alike.h"
#include "media/reader_pool.h"

namespace keepsake::decode {
namespace {

using std::string_view_literals::operator""sv;

constexpr double kPaper[] = {0xfa, 0xf8, 0xf4};  // what transparent pictures lie on
constexpr int kPreviewQuality = 82;
constexpr int kThumbnailQuality = 80;

/// Calls one operation of libvips: `run(&out)` gives 0 when it is done.
template <class Operation>
Result<Image> run(const char* doing, Operation&& operation) {
    VipsImage* out = nullptr;
    if (operation(&out) != 0) return vips_failure(doing);
    return Image(out);
}

/// Whether a tag of the profile holds this colour (in 1/65536), give or take rounding.
bool has_colour(ByteView profile, std::string_view tag, const std::array<int, 3>& wanted) {
    const auto count =
        std::min<std::uint32_t>(media::u32_at(profile, 128, media::Order::big).value_or(0), 64);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto entry = 132 + 12 * i;
        if (!media::has_at(profile, entry, tag)) continue;
        const auto at = media::u32_at(profile, entry + 4, media::Order::big).value_or(0);
        for (std::uint64_t axis = 0; axis < wanted.size(); ++axis) {
            const auto value = media::u32_at(profile, at + 8ULL + 4 * axis, media::Order::big);
            if (!value || std::abs(static_cast<int>(*value) - wanted[axis]) > 200) return false;
        }
        return true;
    }
    return false;
}

/// Profiles that say what is assumed anyway: by their name, and with the colours of that name.
bool is_srgb_profile(ByteView profile) {
    const auto text = as_text(profile.first(std::min<std::size_t>(profile.size(), 4096)));
    return (text.contains("sRGB"sv) || text.contains("s\0R\0G\0B"sv)) &&
           has_colour(profile, "rXYZ", {28'579, 14'580, 911}) &&
           has_colour(profile, "gXYZ", {25'241, 46'981, 6'361});
}

bool has_other_profile(VipsImage* image) {
    const void* data = nullptr;
    std::size_t size = 0;
    if (vips_image_get_typeof(image, VIPS_META_ICC_NAME) == 0 ||
        vips_image_get_blob(image, VIPS_META_ICC_NAME, &data, &size) != 0)
        return false;
    return !is_srgb_profile({static_cast<const std::uint8_t*>(data), size});
}

Result<Image> by_profile(VipsImage* in, const char* input_profile) {
    return run("apply a colour profile", [&](VipsImage** out) {
        return vips_icc_transform(in, out, "srgb", "embedded", TRUE, "input_profile", input_profile,
                                  "intent", VIPS_INTENT_RELATIVE, "depth", 8, nullptr);
    });
}

Result<Image> to_srgb(Image image, const char* profile) {
    const auto interpretation = vips_image_guess_interpretation(image.get());
    const bool is_ink = interpretation == VIPS_INTERPRETATION_CMYK;
    if (is_ink || profile != nullptr || has_other_profile(image.get())) {
        const char* const assumed = profile != nullptr ? profile : is_ink ? "cmyk" : "srgb";
        auto converted = by_profile(image.get(), assumed);
        // A profile that is broken, or of other channels, is passed over.
        if (converted) return converted;
    }
    return run("convert colours", [&](VipsImage** out) {
        return vips_colourspace(image.get(), out, VIPS_INTERPRETATION_sRGB, nullptr);
    });
}

/// Three channels of a byte each.
Result<Image> to_bytes_of_three(Image image) {
    TRY_LET(auto narrow, run("narrow pixels", [&](VipsImage** out) {
                return vips_cast(image.get(), out, VIPS_FORMAT_UCHAR, nullptr);
            }));
    const int bands = vips_image_get_bands(narrow.get());
    if (bands == 3) return narrow;
    if (bands > 3)
        return run("take the colours", [&](VipsImage** out) {
            return vips_extract_band(narrow.get(), out, 0, "n", 3, nullptr);
        });
    return run("repeat grey", [&](VipsImage** out) {
        VipsImage* const grey[] = {narrow.get(), narrow.get(), narrow.get()};
        return vips_bandjoin(const_cast<VipsImage**>(grey), out, 3, nullptr);
    });
}

/// So that the longer side is at most `side`; never larger.
Result<Image> shrink_to(Image image, unsigned side) {
    const auto longest =
        std::max(vips_image_get_width(image.get()), vips_image_get_height(image.get()));
    if (longest <= static_cast<int>(side)) return image;
    const double scale = static_cast<double>(side) / longest;
    // One pixel at least of the shorter side.
    const double other = std::max(scale, 1.0 / std::min(vips_image_get_width(image.get()),
                                                        vips_image_get_height(image.get())));
    const bool wide = vips_image_get_width(image.get()) == longest;
    return run("shrink", [&](VipsImage** out) {
        return vips_resize(image.get(), out, wide ? scale : other, "vscale", wide ? other : scale,
                           "kernel", VIPS_KERNEL_LANCZOS3, nullptr);
    });
}

Result<Image> flatten(Image image) {
    if (!vips_image_hasalpha(image.get())) return image;
    const std::unique_ptr<VipsArrayDouble, void (*)(VipsArrayDouble*)> paper(
        vips_array_double_new(kPaper, 3),
        [](VipsArrayDouble* array) { vips_area_unref(VIPS_AREA(array)); });
    return run("lay on paper", [&](VipsImage** out) {
        return vips_flatten(image.get(), out, "background", paper.get(), nullptr);
    });
}

Result<Image> turn(Image image, Orientation orientation) {
    const auto number = static_cast<int>(orientation);
    VipsAngle angle = VIPS_ANGLE_D0;
    if (number == 3 || number == 4) angle = VIPS_ANGLE_D180;
    if (number == 6 || number == 7) angle = VIPS_ANGLE_D90;
    if (number == 5 || number == 8) angle = VIPS_ANGLE_D270;
    const bool mirrored = number == 2 || number == 4 || number == 5 || number == 7;
    if (angle != VIPS_ANGLE_D0) {
        TRY_LET(image, run("turn", [&](VipsImage** out) {
                    return vips_rot(image.get(), out, angle, nullptr);
                }));
    }
    // Mirrored about the upright axis as seen after the turn.
    if (mirrored) {
        TRY_LET(image, run("mirror", [&](VipsImage** out) {
                    return vips_flip(image.get(), out, VIPS_DIRECTION_HORIZONTAL, nullptr);
                }));
    }
    return image;
}

Result<Image> to_memory(Image image) {
    return run("decode", [&](VipsImage** out) {
        *out = vips_image_copy_memory(image.get());
        return *out == nullptr ? -1 : 0;
    });
}

Result<Bytes> to_jpeg(VipsImage* image, int quality) {
    void* memory = nullptr;
    std::size_t size = 0;
    if (vips_jpegsave_buffer(image, &memory, &size, "Q", quality, "strip", TRUE, "optimize_coding",
                             TRUE, nullptr) != 0)
        return vips_failure("write a preview");
    const std::unique_ptr<void, FreeMemory> owner(memory);
    const auto* const bytes = static_cast<const std::uint8_t*>(memory);
    return Bytes(bytes, bytes + size);
}

ByteView pixels_of(VipsImage* image) {
    return {static_cast<const std::uint8_t*>(vips_image_get_data(image)),
            VIPS_IMAGE_SIZEOF_IMAGE(image)};
}

/// Brightness in the middle of each of 32 by 32 fields, from all pixels in the field.
std::uint64_t look_of(VipsImage* image) {
    const auto width = static_cast<std::size_t>(vips_image_get_width(image));
    const auto height = static_cast<std::size_t>(vips_image_get_height(image));
    const auto pixels = pixels_of(image);
    media::LookPixels fields{};
    constexpr std::size_t kSide = media::kLookSide;
    for (std::size_t v = 0; v < kSide; ++v) {
        const auto top = v * height / kSide;
        const auto bottom = std::max(top + 1, (v + 1) * height / kSide);
        for (std::size_t u = 0; u < kSide; ++u) {
            const auto left = u * width / kSide;
            const auto right = std::max(left + 1, (u + 1) * width / kSide);
            std::uint64_t sum = 0;
            for (auto y = top; y < bottom; ++y)
                for (auto x = left; x < right; ++x) {
                    const auto at = (y * width + x) * 3;
                    sum += pixels[at] * 77U + pixels[at + 1] * 150U + pixels[at + 2] * 29U;
                }
            fields[v * kSide + u] =
                static_cast<float>(sum) / static_cast<float>((bottom - top) * (right - left));
        }
    }
    return media::look_of(fields);
}

/// Of the preview's pixels and size: the same for the same picture, whatever stands around it.
std::array<std::uint8_t, 16> hash_of(VipsImage* image) {
    const std::uint32_t size[] = {static_cast<std::uint32_t>(vips_image_get_width(image)),
                                  static_cast<std::uint32_t>(vips_image_get_height(image))};
    const auto pixels = pixels_of(image);
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          &EVP_MD_CTX_free);
    std::array<std::uint8_t, 16> hash{};
    if (EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1 ||
        EVP_DigestUpdate(context.get(), size, sizeof size) != 1 ||
        EVP_DigestUpdate(context.get(), pixels.data(), pixels.size()) != 1 ||
        EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1)
        return hash;
    std::copy_n(digest.begin(), hash.size(), hash.begin());
    return hash;
}

/// One side's part of `length` pixels, in thousandths from `from`; a pixel at least.
struct Stretch {
    int begin = 0;
    int length = 1;
};
Stretch stretch_of(int length, unsigned from, unsigned thousandths) {
    constexpr std::int64_t kWhole = 1000;
    const auto begin = std::min<std::int64_t>(std::int64_t{length} * from / kWhole, length - 1);
    const auto end = (std::int64_t{length} * (from + thousandths) + kWhole - 1) / kWhole;
    return {static_cast<int>(begin), static_cast<int>(std::max<std::int64_t>(
                                         std::min<std::int64_t>(end, length) - begin, 1))};
}

/// The same part before it was turned by quarters, clockwise.
media::Framing before_turning(media::Framing part) {
    for (auto turns = part.quarter_turns; turns > 0; --turns) {
        const auto below = static_cast<std::uint16_t>(1000 - part.x - part.width);
        part = {.x = part.y, .y = below, .width = part.height, .height = part.width};
    }
    part.quarter_turns = 0;
    return part;
}

/// The same before the file's own orientation was applied: mirrored last, so first taken back.
media::Framing before_orientation(media::Framing part, Orientation orientation) {
    const auto number = static_cast<int>(orientation);
    if (number == 2 || number == 4 || number == 5 || number == 7)
        part.x = static_cast<std::uint16_t>(1000 - part.x - part.width);
    if (number == 3 || number == 4) part.quarter_turns = 2;
    if (number == 6 || number == 7) part.quarter_turns = 1;
    if (number == 5 || number == 8) part.quarter_turns = 3;
    return before_turning(part);
}

Result<Image> take_part(Image image, const media::Framing& part) {
    const auto across = stretch_of(vips_image_get_width(image.get()), part.x, part.width);
    const auto down = stretch_of(vips_image_get_height(image.get()), part.y, part.height);
    return run("crop", [&](VipsImage** out) {
        return vips_extract_area(image.get(), out, across.begin, down.begin, across.length,
                                 down.length, nullptr);
    });
}

Result<Image> turn_quarters(Image image, unsigned quarters) {
    const auto angle = quarters == 1   ? VIPS_ANGLE_D90
                       : quarters == 2 ? VIPS_ANGLE_D180
                                       : VIPS_ANGLE_D270;
    return run("turn", [&](VipsImage** out) { return vips_rot(image.get(), out, angle, nullptr); });
}

Result<Image> preview_pixels(Picture picture, const media::Framing& framing) {
    auto image = std::move(picture.pixels);
    const auto count = static_cast<std::uint64_t>(vips_image_get_width(image.get())) *
                       static_cast<std::uint64_t>(vips_image_get_height(image.get()));
    if (count > kMostPixels) return Error(ErrorCode::limit, "more pixels than 400 million");
    if (!framing.is_whole()) {
        const auto part = before_orientation(before_turning(framing), picture.orientation);
        TRY_LET(image, take_part(std::move(image), part));
    }
    if (vips_image_hasalpha(image.get())) {
        // Transparent pixels have colours, too: they are covered before pixels are mixed.
        TRY_LET(image, to_srgb(std::move(image), picture.profile));
        TRY_LET(image, flatten(std::move(image)));
        TRY_LET(image, shrink_to(std::move(image), media::kPreviewSide));
    } else {
        TRY_LET(image, shrink_to(std::move(image), media::kPreviewSide));
        TRY_LET(image, to_srgb(std::move(image), picture.profile));
    }
    TRY_LET(image, to_bytes_of_three(std::move(image)));
    // Files that are read from top to bottom cannot be turned before they are in memory.
    TRY_LET(image, to_memory(std::move(image)));
    if (picture.orientation == Orientation::upright && framing.quarter_turns == 0) return image;
    TRY_LET(image, turn(std::move(image), picture.orientation));
    if (framing.quarter_turns > 0) {
        TRY_LET(image, turn_quarters(std::move(image), framing.quarter_turns));
    }
    return to_memory(std::move(image));
}

}  // namespace

Orientation orientation_from(int number) {
    return number >= 1 && number <= 8 ? static_cast<Orientation>(number) : Orientation::upright;
}

Result<Previews> draw_previews(Picture picture, const media::Framing& framing) {
    TRY_LET(auto preview, preview_pixels(std::move(picture), framing));
    Previews previews;
    TRY_LET(previews.preview, to_jpeg(preview.get(), kPreviewQuality));
    previews.pixels = hash_of(preview.get());
    TRY_LET(auto small, shrink_to(std::move(preview), media::kThumbnailSide));
    TRY_LET(const auto thumbnail, to_memory(std::move(small)));
    previews.look = look_of(thumbnail.get());
    TRY_LET(previews.thumbnail, to_jpeg(thumbnail.get(), kThumbnailQuality));
    return previews;
}

}  // namespace keepsake::decode
