#include "decode/warm_up.h"

#include <stdlib.h>
#include <time.h>
#include <vips/vips.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "decode/dicom.h"
#include "decode/fonts.h"
#include "decode/held_files.h"
#include "decode/metadata.h"
#include "decode/picture.h"
#include "decode/vips_handle.h"

namespace keepsake::decode {
namespace {

void set(const char* name, const char* value) {
    // One thread, before anything else runs.
    ::setenv(name, value, 1);  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace

Result<> fit_for_cage() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    // They ask the system what the cage does not allow: tests/reader/decode_program.cpp is for
    // them.
    return Error(ErrorCode::unsupported, "a build with sanitizers does not fit into the cage");
#endif
    return {};
}

Result<> warm_up() {
    prepare_metadata();
    prepare_dicom();
    hold_fonts();
    for (const char* const charset :
         {"UTF-16", "UTF-16LE", "UTF-16BE", "UCS-2LE", "UCS-2BE", "ISO-8859-1", "CP1252"})
        hold_charset(charset);
    // No modules: those of ImageMagick, OpenSlide and the like are never asked for.
    set("VIPSHOME", "/nonexistent");
    // It would make machine code, for which there is no memory in the cage.
    set("VIPS_NOVECTOR", "1");
    set("OMP_NUM_THREADS", "1");
    set("TZ", "UTC0");
    ::tzset();  // looks for a file of that name, once
    if (VIPS_INIT("keepsake-reader") != 0)
        return Error(ErrorCode::unsupported, "libvips does not start");
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    return {};
}

Result<> rehearse() {
    constexpr int kSide = 64;
    std::vector<std::uint8_t> grey(static_cast<std::size_t>(kSide) * kSide * 3, 0x80);
    Picture picture;
    picture.pixels = Image(
        vips_image_new_from_memory(grey.data(), grey.size(), kSide, kSide, 3, VIPS_FORMAT_UCHAR));
    if (!picture.pixels) return vips_failure("rehearse");
    TRY(draw_previews(std::move(picture)));
    return {};
}

}  // namespace keepsake::decode
