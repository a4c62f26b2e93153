#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"

/// What a file is, told by its bytes.
namespace keepsake::media {

/// What it is to a person.
enum class Kind : std::uint8_t {
    photograph,  ///< any still picture of pixels, and animations, which are shown as a still
    drawing,     ///< SVG
    film,        ///< pictures that move, with or without sound
    sound,
    document,  ///< PDF
    text,      ///< plain text and Markdown
    medical,   ///< DICOM: a frame or a cine loop of an examination
    sidecar,   ///< tells of another file: XMP, a service's JSON
    other,     ///< kept whole and named honestly
};

/// How the bytes are written. The order has no meaning; the names are what `facts` hold.
enum class Format : std::uint8_t {
    // photographs
    jpeg,
    png,
    gif,
    webp,
    tiff,
    heif,
    avif,
    jpeg_xl,
    raw,  ///< of a camera, whatever maker
    bmp,
    jpeg_2000,
    photoshop,
    icon,
    netpbm,
    openexr,
    radiance,
    photo_cd,        ///< Kodak's
    gimp,            ///< kept, not shown
    paint_shop_pro,  ///< kept, not shown
    // drawings, documents, text
    svg,
    pdf,
    plain_text,
    markdown,
    dicom,
    // films and sound
    mp4,
    quicktime,
    matroska,
    webm,
    avi,
    asf,
    mpeg,
    mpeg_ts,
    flash_video,
    dv,
    mxf,
    real_media,
    ogg_film,
    ogg,
    mp3,
    aac,
    m4a,
    flac,
    wav,
    aiff,
    amr,
    caf,
    midi,
    monkeys_audio,
    musepack,
    wavpack,
    true_audio,
    // tell of other files
    xmp,
    takeout_json,
    apple_edit,
    // kept, not shown
    json,
    html,
    xml,
    postscript,
    rich_text,
    office,
    old_office,
    open_document,
    epub,
    djvu,
    zip,
    gzip,
    xz,
    bzip2,
    seven_zip,
    rar,
    tar,
    sqlite,
    program,
    font,
    age,
    empty,
    unknown,
};

/// "photograph", "film", ...: the name in `facts`, stable.
std::string_view name_of(Kind kind);
std::optional<Kind> kind_from_name(std::string_view name);
/// "jpeg", "jpeg-xl", ...: the name in `facts`, stable.
std::string_view name_of(Format format);
std::optional<Format> format_from_name(std::string_view name);
Kind kind_of(Format format);
/// For a person: "JPEG photograph", "Word, Excel or PowerPoint file".
std::string_view description_of(Format format);
/// IANA's name, "image/jpeg"; "application/octet-stream" where there is none.
std::string_view mime_type_of(Format format);

/// How much of a file's beginning `detect` wants to see; more is not looked at.
inline constexpr std::size_t kDetectBytes = 64UL << 10U;

/// Tells the format by the bytes; the name decides only where they leave it open (Markdown among
/// plain texts, a RAW file without any mark). Never fails: what is not known is `unknown`.
/// `head`: the beginning, kDetectBytes of it or the whole file if that is shorter.
/// Thread safety: pure. Bounded: no allocation, time linear in `head`.
Format detect(ByteView head, std::uint64_t size_bytes, std::string_view name);

}  // namespace keepsake::media
