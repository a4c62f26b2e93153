#include "decode/fonts.h"

#include <fontconfig/fontconfig.h>

#include <string>

#include "decode/held_files.h"

namespace keepsake::decode {
namespace {

constexpr int kMostFonts = 80;

/// Where Debian puts them; the first names are the ones that PDF files mean.
constexpr const char* kSettings = R"(<?xml version="1.0"?>
<fontconfig>
<dir>/usr/share/fonts/opentype/urw-base35</dir>
<dir>/usr/share/fonts/truetype/liberation</dir>
<dir>/usr/share/fonts/truetype/liberation2</dir>
<dir>/usr/share/fonts/truetype/dejavu</dir>
<alias><family>Helvetica</family><prefer><family>Nimbus Sans</family><family>Liberation Sans</family><family>DejaVu Sans</family></prefer></alias>
<alias><family>Arial</family><prefer><family>Liberation Sans</family><family>Nimbus Sans</family><family>DejaVu Sans</family></prefer></alias>
<alias><family>Times</family><prefer><family>Nimbus Roman</family><family>Liberation Serif</family><family>DejaVu Serif</family></prefer></alias>
<alias><family>Times New Roman</family><prefer><family>Liberation Serif</family><family>Nimbus Roman</family><family>DejaVu Serif</family></prefer></alias>
<alias><family>Courier</family><prefer><family>Nimbus Mono PS</family><family>Liberation Mono</family><family>DejaVu Sans Mono</family></prefer></alias>
<alias><family>Courier New</family><prefer><family>Liberation Mono</family><family>Nimbus Mono PS</family><family>DejaVu Sans Mono</family></prefer></alias>
<alias><family>Symbol</family><prefer><family>Standard Symbols PS</family><family>DejaVu Sans</family></prefer></alias>
<alias><family>ZapfDingbats</family><prefer><family>D050000L</family><family>DejaVu Sans</family></prefer></alias>
<alias><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>
<alias><family>serif</family><prefer><family>DejaVu Serif</family></prefer></alias>
<alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
<cachedir>/var/cache/fontconfig</cachedir>
</fontconfig>)";

}  // namespace

void hold_fonts() {
    FcConfig* const config = FcConfigCreate();
    const auto* const settings = reinterpret_cast<const FcChar8*>(kSettings);
    if (config == nullptr || FcConfigParseAndLoadFromMemory(config, settings, FcTrue) == FcFalse ||
        FcConfigBuildFonts(config) == FcFalse)
        return;
    FcConfigSetRescanInterval(config, 0);
    FcConfigSetCurrent(config);
    const auto* const fonts = FcConfigGetFonts(config, FcSetSystem);
    if (fonts == nullptr) return;
    for (int i = 0; i < fonts->nfont && i < kMostFonts; ++i) {
        FcChar8* path = nullptr;
        if (FcPatternGetString(fonts->fonts[i], FC_FILE, 0, &path) == FcResultMatch)
            hold_file(std::string(reinterpret_cast<const char*>(path)));
    }
}

}  // namespace keepsake::decode
