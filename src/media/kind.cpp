#include "media/kind.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace keepsake::media {
namespace {

struct FormatRow {
    Format format;
    Kind kind;
    std::string_view name;
    std::string_view mime_type;
    std::string_view description;
};

constexpr std::string_view kNoMimeType = "application/octet-stream";

constexpr FormatRow kFormats[] = {
    {Format::jpeg, Kind::photograph, "jpeg", "image/jpeg", "JPEG photograph"},
    {Format::png, Kind::photograph, "png", "image/png", "PNG picture"},
    {Format::gif, Kind::photograph, "gif", "image/gif", "GIF picture"},
    {Format::webp, Kind::photograph, "webp", "image/webp", "WebP picture"},
    {Format::tiff, Kind::photograph, "tiff", "image/tiff", "TIFF picture"},
    {Format::heif, Kind::photograph, "heif", "image/heic", "HEIC photograph"},
    {Format::avif, Kind::photograph, "avif", "image/avif", "AVIF picture"},
    {Format::jpeg_xl, Kind::photograph, "jpeg-xl", "image/jxl", "JPEG XL picture"},
    {Format::raw, Kind::photograph, "raw", "image/x-raw", "camera RAW photograph"},
    {Format::bmp, Kind::photograph, "bmp", "image/bmp", "BMP picture"},
    {Format::jpeg_2000, Kind::photograph, "jpeg-2000", "image/jp2", "JPEG 2000 picture"},
    {Format::photoshop, Kind::photograph, "photoshop", "image/vnd.adobe.photoshop",
     "Photoshop picture"},
    {Format::icon, Kind::photograph, "icon", "image/x-icon", "icon"},
    {Format::netpbm, Kind::photograph, "netpbm", "image/x-portable-anymap", "Netpbm picture"},
    {Format::openexr, Kind::photograph, "openexr", "image/x-exr", "OpenEXR picture"},
    {Format::radiance, Kind::photograph, "radiance", "image/vnd.radiance", "Radiance picture"},
    {Format::photo_cd, Kind::photograph, "photo-cd", "image/x-photo-cd", "Kodak Photo CD picture"},
    {Format::gimp, Kind::other, "gimp", "image/x-xcf", "GIMP picture"},
    {Format::paint_shop_pro, Kind::other, "paint-shop-pro", "image/x-paintshoppro",
     "Paint Shop Pro picture"},
    {Format::svg, Kind::drawing, "svg", "image/svg+xml", "SVG drawing"},
    {Format::pdf, Kind::document, "pdf", "application/pdf", "PDF document"},
    {Format::plain_text, Kind::text, "plain-text", "text/plain", "text"},
    {Format::markdown, Kind::text, "markdown", "text/markdown", "Markdown text"},
    {Format::dicom, Kind::medical, "dicom", "application/dicom", "DICOM examination"},
    {Format::mp4, Kind::film, "mp4", "video/mp4", "MP4 film"},
    {Format::quicktime, Kind::film, "quicktime", "video/quicktime", "QuickTime film"},
    {Format::matroska, Kind::film, "matroska", "video/x-matroska", "Matroska film"},
    {Format::webm, Kind::film, "webm", "video/webm", "WebM film"},
    {Format::avi, Kind::film, "avi", "video/x-msvideo", "AVI film"},
    {Format::asf, Kind::film, "asf", "video/x-ms-asf", "Windows Media file"},
    {Format::mpeg, Kind::film, "mpeg", "video/mpeg", "MPEG film"},
    {Format::mpeg_ts, Kind::film, "mpeg-ts", "video/mp2t", "MPEG transport stream"},
    {Format::flash_video, Kind::film, "flash-video", "video/x-flv", "Flash film"},
    {Format::dv, Kind::film, "dv", "video/x-dv", "DV film"},
    {Format::mxf, Kind::film, "mxf", "application/mxf", "MXF film"},
    {Format::real_media, Kind::film, "real-media", "application/vnd.rn-realmedia",
     "RealMedia film"},
    {Format::ogg_film, Kind::film, "ogg-film", "video/ogg", "Ogg film"},
    {Format::ogg, Kind::sound, "ogg", "audio/ogg", "Ogg recording"},
    {Format::mp3, Kind::sound, "mp3", "audio/mpeg", "MP3 recording"},
    {Format::aac, Kind::sound, "aac", "audio/aac", "AAC recording"},
    {Format::m4a, Kind::sound, "m4a", "audio/mp4", "MPEG-4 recording"},
    {Format::flac, Kind::sound, "flac", "audio/flac", "FLAC recording"},
    {Format::wav, Kind::sound, "wav", "audio/wav", "WAV recording"},
    {Format::aiff, Kind::sound, "aiff", "audio/aiff", "AIFF recording"},
    {Format::amr, Kind::sound, "amr", "audio/amr", "AMR recording"},
    {Format::caf, Kind::sound, "caf", "audio/x-caf", "Core Audio recording"},
    {Format::midi, Kind::other, "midi", "audio/midi", "MIDI notes"},
    {Format::monkeys_audio, Kind::sound, "monkeys-audio", "audio/x-ape",
     "Monkey’s Audio recording"},
    {Format::musepack, Kind::sound, "musepack", "audio/x-musepack", "Musepack recording"},
    {Format::wavpack, Kind::sound, "wavpack", "audio/x-wavpack", "WavPack recording"},
    {Format::true_audio, Kind::sound, "true-audio", "audio/x-tta", "True Audio recording"},
    {Format::xmp, Kind::sidecar, "xmp", "application/rdf+xml", "XMP sidecar"},
    {Format::takeout_json, Kind::sidecar, "takeout-json", "application/json",
     "sidecar of a Google export"},
    {Format::apple_edit, Kind::sidecar, "apple-edit", "application/x-plist",
     "Apple’s record of an edit"},
    {Format::json, Kind::other, "json", "application/json", "JSON data"},
    {Format::html, Kind::other, "html", "text/html", "web page"},
    {Format::xml, Kind::other, "xml", "application/xml", "XML data"},
    {Format::postscript, Kind::other, "postscript", "application/postscript", "PostScript"},
    {Format::rich_text, Kind::other, "rich-text", "application/rtf", "RTF document"},
    {Format::office, Kind::other, "office", "application/vnd.openxmlformats-officedocument",
     "Word, Excel or PowerPoint file"},
    {Format::old_office, Kind::other, "old-office", "application/x-ole-storage",
     "old Word, Excel or PowerPoint file"},
    {Format::open_document, Kind::other, "open-document", "application/vnd.oasis.opendocument",
     "OpenDocument file"},
    {Format::epub, Kind::other, "epub", "application/epub+zip", "EPUB book"},
    {Format::djvu, Kind::other, "djvu", "image/vnd.djvu", "DjVu document"},
    {Format::zip, Kind::other, "zip", "application/zip", "ZIP archive"},
    {Format::gzip, Kind::other, "gzip", "application/gzip", "gzip file"},
    {Format::xz, Kind::other, "xz", "application/x-xz", "xz file"},
    {Format::bzip2, Kind::other, "bzip2", "application/x-bzip2", "bzip2 file"},
    {Format::seven_zip, Kind::other, "7z", "application/x-7z-compressed", "7z archive"},
    {Format::rar, Kind::other, "rar", "application/vnd.rar", "RAR archive"},
    {Format::tar, Kind::other, "tar", "application/x-tar", "tar archive"},
    {Format::sqlite, Kind::other, "sqlite", "application/vnd.sqlite3", "SQLite database"},
    {Format::program, Kind::other, "program", kNoMimeType, "program"},
    {Format::font, Kind::other, "font", "font/sfnt", "font"},
    {Format::age, Kind::other, "age", kNoMimeType, "age-encrypted file"},
    {Format::empty, Kind::other, "empty", kNoMimeType, "empty file"},
    {Format::unknown, Kind::other, "unknown", kNoMimeType, "file of an unknown kind"},
};

constexpr std::string_view kKindNames[] = {"photograph", "drawing", "film",    "sound", "document",
                                           "text",       "medical", "sidecar", "other"};

// Every format has its row, and rows stand in the order of the enumeration.
static_assert([] {
    std::size_t at = 0;
    for (const auto& row : kFormats)
        if (static_cast<std::size_t>(row.format) != at++) return false;
    return at == static_cast<std::size_t>(Format::unknown) + 1;
}());
static_assert(std::size(kKindNames) == static_cast<std::size_t>(Kind::other) + 1);

const FormatRow& row_of(Format format) { return kFormats[static_cast<std::size_t>(format)]; }

}  // namespace

std::string_view name_of(Kind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

std::optional<Kind> kind_from_name(std::string_view name) {
    const auto* const found = std::ranges::find(kKindNames, name);
    if (found == std::end(kKindNames)) return std::nullopt;
    return static_cast<Kind>(found - std::begin(kKindNames));
}

std::string_view name_of(Format format) { return row_of(format).name; }

std::optional<Format> format_from_name(std::string_view name) {
    const auto* const found = std::ranges::find(kFormats, name, &FormatRow::name);
    if (found == std::end(kFormats)) return std::nullopt;
    return found->format;
}

Kind kind_of(Format format) { return row_of(format).kind; }
std::string_view description_of(Format format) { return row_of(format).description; }
std::string_view mime_type_of(Format format) { return row_of(format).mime_type; }

}  // namespace keepsake::media
