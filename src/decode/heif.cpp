#include "decode/heif.h"

#include <libheif/heif.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "decode/memory_image.h"
#include "decode/metadata.h"
#include "decode/picture.h"
#include "decode/vips_handle.h"
#include "media/byte_reader.h"

namespace keepsake::decode {
namespace {

using Context = std::unique_ptr<heif_context, decltype(&heif_context_free)>;
using Handle = std::unique_ptr<heif_image_handle, decltype(&heif_image_handle_release)>;
using Decoded = std::unique_ptr<heif_image, decltype(&heif_image_release)>;

constexpr std::size_t kLargestMetadata = 16UL << 20U;

Error failure(const char* doing, const heif_error& error) {
    return {ErrorCode::corrupt, std::string(doing) + ": " + error.message};
}

/// EXIF begins with the distance to its TIFF header.
ByteView exif_of(ByteView item) {
    // Some leave the distance out.
    if (media::has_at(item, 0, std::string_view("II*\0", 4)) ||
        media::has_at(item, 0, std::string_view("MM\0*", 4)))
        return item;
    const auto distance = media::u32_at(item, 0, media::Order::big);
    if (!distance || *distance > item.size() - 4) return {};
    return item.subspan(4U + *distance);
}

void read_items(const heif_image_handle* handle, Findings& findings) {
    std::array<heif_item_id, 16> ids{};
    const int count = heif_image_handle_get_list_of_metadata_block_IDs(
        handle, nullptr, ids.data(), static_cast<int>(ids.size()));
    for (int i = 0; i < count; ++i) {
        const auto id = ids[static_cast<std::size_t>(i)];
        const std::string_view type = heif_image_handle_get_metadata_type(handle, id);
        const auto size = heif_image_handle_get_metadata_size(handle, id);
        if (size < 8 || size > kLargestMetadata) continue;
        Bytes item(size);
        if (heif_image_handle_get_metadata(handle, id, item.data()).code != heif_error_Ok) continue;
        if (type == "Exif") read_exif(exif_of(item), findings);
        if (type == "mime" && std::string_view(heif_image_handle_get_metadata_content_type(
                                  handle, id)) == "application/rdf+xml")
            read_xmp(item, findings);
    }
}

Bytes profile_of(const heif_image_handle* handle) {
    const auto size = heif_image_handle_get_raw_color_profile_size(handle);
    if (size == 0 || size > kLargestMetadata) return {};
    Bytes profile(size);
    if (heif_image_handle_get_raw_color_profile(handle, profile.data()).code != heif_error_Ok)
        return {};
    return profile;
}

/// Whether the file says by numbers that its colours are those of Display P3.
bool is_display_p3(const heif_image_handle* handle) {
    heif_color_profile_nclx* nclx = nullptr;
    if (heif_image_handle_get_nclx_color_profile(handle, &nclx).code != heif_error_Ok) return false;
    const bool is_p3 = nclx->color_primaries == heif_color_primaries_SMPTE_EG_432_1;
    heif_nclx_color_profile_free(nclx);
    return is_p3;
}

Result<Image> decode_pixels(const heif_image_handle* handle) {
    const bool has_alpha = heif_image_handle_has_alpha_channel(handle) != 0;
    heif_image* out = nullptr;
    const auto decoded = heif_decode_image(
        handle, &out, heif_colorspace_RGB,
        has_alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB, nullptr);
    if (decoded.code != heif_error_Ok) return failure("decode", decoded);
    const Decoded image(out, &heif_image_release);
    int stride = 0;
    const auto* const first = heif_image_get_plane_readonly(out, heif_channel_interleaved, &stride);
    const int width = heif_image_get_width(out, heif_channel_interleaved);
    const int height = heif_image_get_height(out, heif_channel_interleaved);
    if (first == nullptr || width <= 0 || height <= 0 || stride <= 0)
        return Error(ErrorCode::corrupt, "a picture without pixels");
    return image_of_rows({.first = first,
                          .stride_bytes = static_cast<std::size_t>(stride),
                          .width = static_cast<std::uint32_t>(width),
                          .height = static_cast<std::uint32_t>(height),
                          .channels = has_alpha ? 4 : 3},
                         profile_of(handle));
}

}  // namespace

Result<Picture> open_heif(ByteView bytes, bool decode, Findings& findings) {
    const Context context(heif_context_alloc(), &heif_context_free);
    heif_context_set_max_decoding_threads(context.get(), 0);
    const auto read = heif_context_read_from_memory_without_copy(context.get(), bytes.data(),
                                                                 bytes.size(), nullptr);
    if (read.code != heif_error_Ok) return failure("read the header", read);
    heif_image_handle* primary = nullptr;
    const auto found = heif_context_get_primary_image_handle(context.get(), &primary);
    if (found.code != heif_error_Ok) return failure("find the picture", found);
    const Handle handle(primary, &heif_image_handle_release);
    read_items(primary, findings);
    findings.facts.width = static_cast<std::uint32_t>(heif_image_handle_get_width(primary));
    findings.facts.height = static_cast<std::uint32_t>(heif_image_handle_get_height(primary));
    Picture picture;  // upright: the file's own turns are applied, EXIF's is for others
    if (!decode) return picture;
    if (std::uint64_t{findings.facts.width} * findings.facts.height > kMostPixels)
        return Error(ErrorCode::limit, "more pixels than 400 million");
    TRY_LET(picture.pixels, decode_pixels(primary));
    if (is_display_p3(primary)) picture.profile = "p3";
    return picture;
}

}  // namespace keepsake::decode
