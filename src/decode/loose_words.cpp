#include "decode/loose_words.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "decode/metadata.h"
#include "media/written.h"

namespace keepsake::decode {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kLargestExif = 1UL << 20U;
constexpr std::size_t kLargestXmp = 4UL << 20U;

}  // namespace

void take_written(const media::Written& written, Findings& findings) {
    for (const auto& block : written.blocks) {
        if (block.kind == media::WrittenBlock::Kind::exif) read_exif(block.bytes, findings);
        if (block.kind == media::WrittenBlock::Kind::xmp) read_xmp(block.bytes, findings);
        if (block.kind == media::WrittenBlock::Kind::iptc) read_iptc(block.bytes, findings);
    }
    findings.dates.insert(findings.dates.end(), written.dates.begin(), written.dates.end());
    auto& facts = findings.facts;
    const auto take = [](std::string& to, const std::string& text) {
        if (to.empty()) to = text;
    };
    take(facts.camera.make, written.camera.make);
    take(facts.camera.model, written.camera.model);
    take(facts.title, written.title);
    take(facts.author, written.author);
    take(facts.software, written.software);
    if (facts.frames == 0) facts.frames = written.frames;
    if (facts.width == 0 && written.width > 0 && written.height > 0) {
        facts.width = written.width;
        facts.height = written.height;
    }
}

void read_loose_words(ByteView file, Findings& findings) {
    if (!findings.dates.empty() || !findings.facts.camera.empty()) return;
    const auto text = as_text(file);
    constexpr auto kSign = "Exif\0\0"sv;
    for (auto at = text.find(kSign); at != std::string_view::npos; at = text.find(kSign, at + 1)) {
        const auto begin = at + kSign.size();
        const auto order = text.substr(begin, 4);
        if (order != "II*\0"sv && order != "MM\0*"sv) continue;
        read_exif(file.subspan(begin, std::min(kLargestExif, file.size() - begin)), findings);
        break;
    }
    constexpr auto kEnd = "</x:xmpmeta>"sv;
    const auto begin = text.find("<x:xmpmeta"sv);
    const auto end = text.find(kEnd, begin == std::string_view::npos ? text.size() : begin);
    if (end == std::string_view::npos || end - begin >= kLargestXmp) return;
    const auto packet = file.subspan(begin, end + kEnd.size() - begin);
    read_xmp(packet, findings);
    if (!findings.dates.empty()) return;
    if (const auto date = media::date_of_broken_xmp(as_text(packet)))
        findings.dates.push_back(*date);
}

}  // namespace keepsake::decode
