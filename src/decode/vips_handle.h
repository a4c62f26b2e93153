#pragma once

#include <vips/vips.h>

#include <memory>
#include <string>

#include "base/error.h"

/// libvips' images as values that let go of themselves.
namespace keepsake::decode {

struct UnrefImage {
    void operator()(VipsImage* image) const { g_object_unref(image); }
};
using Image = std::unique_ptr<VipsImage, UnrefImage>;

struct FreeMemory {
    void operator()(void* memory) const { g_free(memory); }
};

/// What libvips says went wrong, in one line.
inline Error vips_failure(const char* doing) {
    std::string said = vips_error_buffer();
    vips_error_clear();
    if (const auto end = said.find('\n'); end != std::string::npos) said.resize(end);
    return {ErrorCode::corrupt, std::string(doing) + ": " + said};
}

}  // namespace keepsake::decode
