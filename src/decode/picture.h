#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "decode/vips_handle.h"
#include "media/reader_pool.h"

/// From pixels of any kind to what is shown.
namespace keepsake::decode {

/// More than any camera or scanner in a home makes; what is beyond is a bomb.
inline constexpr std::uint64_t kMostPixels = 400'000'000;

/// EXIF's eight ways to hold a camera.
enum class Orientation : std::uint8_t {
    upright = 1,
    mirrored = 2,
    half_turn = 3,
    flipped = 4,
    mirrored_left = 5,
    right = 6,
    mirrored_right = 7,
    left = 8,
};
/// Whether width and height change places.
constexpr bool is_on_its_side(Orientation orientation) {
    return static_cast<int>(orientation) >= 5;
}
/// Upright for any number that is none of the eight.
Orientation orientation_from(int number);

/// A decoded picture before anything is done to it.
struct Picture {
    Image pixels;  ///< perhaps still to be decoded, as it is asked for
    Orientation orientation = Orientation::upright;
    /// A profile that libvips knows by name, where the file has none but says so otherwise.
    const char* profile = nullptr;
};

struct Previews {
    Bytes preview;    ///< JPEG, the longer side media::kPreviewSide at most
    Bytes thumbnail;  ///< JPEG, media::kThumbnailSide
    std::uint64_t look = 0;
    std::array<std::uint8_t, 16> pixels{};
};

/// Both sizes from one decode: sRGB by the picture's own profile, upright, on paper where it is
/// transparent; then as `framing` says. Errors: corrupt, limit.
Result<Previews> draw_previews(Picture picture, const media::Framing& framing = {});

}  // namespace keepsake::decode
