#include "model/manifest.h"

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/result.h"
#include "model/ids.h"
#include "model/json_reader.h"
#include "model/json_writer.h"

namespace keepsake::model {
namespace {
constexpr std::string_view kFormat = "keepsake";
constexpr std::uint64_t kLargestVersion = 1'000'000'000;
}  // namespace

std::string to_text(const Manifest& manifest) {
    JsonWriter json;
    json.begin_object();
    json.name("format").text(kFormat);
    json.name("version").number(static_cast<std::uint64_t>(manifest.version));
    json.name("reads").number(static_cast<std::uint64_t>(manifest.reads));
    json.name("archive").text(manifest.archive.hex());
    return json.end_object().take() + "\n";
}

Result<Manifest> parse_manifest(std::string_view text) {
    JsonReader json;
    TRY_LET(const auto fields, json.read_object(text, kLargestManifestBytes));
    TRY_LET(const auto format, fields.text("format", kLargestManifestBytes));
    if (format != kFormat) return wrong_field("format", "is not \"keepsake\"");
    TRY_LET(const auto version, fields.number("version", 1, kLargestVersion));
    TRY_LET(const auto reads, fields.number("reads", 1, version));
    TRY_LET(const auto archive, fields.id<ArchiveId>("archive"));
    return Manifest{static_cast<int>(version), static_cast<int>(reads), archive};
}

Result<Access> access_of(const Manifest& manifest) {
    if (manifest.version == kFormatVersion) return Access::read_write;
    if (manifest.version > kFormatVersion && manifest.reads <= kFormatVersion)
        return Access::read_only;
    return Error(ErrorCode::unsupported, "This archive was made by a newer Keepsake (format " +
                                             std::to_string(manifest.version) +
                                             "). Please update Keepsake to open it.");
}

}  // namespace keepsake::model
