#include "decode/pdf.h"

#include <poppler-document.h>
#include <poppler-global.h>
#include <poppler-image.h>
#include <poppler-page-renderer.h>
#include <poppler-page.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "decode/memory_image.h"
#include "decode/metadata.h"
#include "decode/picture.h"
#include "decode/vips_handle.h"
#include "media/facts.h"
#include "media/reader_pool.h"
#include "media/taken.h"

namespace keepsake::decode {
namespace {

constexpr int kMostTextPages = 500;
constexpr double kPointsPerInch = 72;
constexpr double kMostInches = 400;

std::string utf8(const poppler::ustring& text) {
    const auto bytes = text.to_utf8();
    return {bytes.begin(), bytes.end()};
}

void say_nothing(const std::string&, void*) {}

/// "D:20191230162528-08'00'". Source: PDF 32000-1:2008, 7.9.4.
std::optional<media::Moment> moment_of_pdf(std::string text) {
    if (text.starts_with("D:")) text.erase(0, 2);
    std::erase(text, '\'');
    constexpr std::size_t kDateDigits = 8;
    if (text.size() <= kDateDigits || !std::all_of(text.begin(), text.begin() + kDateDigits,
                                                   [](char c) { return c >= '0' && c <= '9'; }))
        return media::moment_from_file(text);
    return media::moment_from_file(text.insert(kDateDigits, "T"));
}

void take_words(const poppler::document& document, Findings& findings) {
    findings.facts.title = utf8(document.get_title());
    findings.facts.author = utf8(document.get_author());
    findings.facts.software = utf8(document.get_creator());
    if (const auto moment = moment_of_pdf(utf8(document.info_key("CreationDate"))))
        findings.dates.push_back({.at = *moment, .source = media::TakenSource::digitized});
    else if (const auto seconds = document.get_creation_date_t(); seconds > 0)
        findings.dates.push_back({.at = media::moment_of({.seconds = seconds}),
                                  .source = media::TakenSource::digitized});
    const auto xmp = utf8(document.metadata());
    read_xmp(as_bytes(xmp), findings);
    auto& text = findings.facts.text;
    const int pages = std::min(document.pages(), kMostTextPages);
    for (int i = 0; i < pages && text.size() < media::kLargestSearchText; ++i) {
        const std::unique_ptr<poppler::page> page(document.create_page(i));
        if (page) text += utf8(page->text());
    }
    text.resize(std::min(text.size(), media::kLargestSearchText));
}

Result<Image> draw(const poppler::page& page) {
    const auto size = page.page_rect(poppler::crop_box);
    const double longest = std::max(size.width(), size.height());
    if (!std::isfinite(longest) || longest <= 0 || longest > kMostInches * kPointsPerInch)
        return Error(ErrorCode::limit, "a page without a size");
    const double resolution = media::kPreviewSide / longest * kPointsPerInch;
    poppler::page_renderer renderer;
    renderer.set_render_hint(poppler::page_renderer::antialiasing);
    renderer.set_render_hint(poppler::page_renderer::text_antialiasing);
    renderer.set_image_format(poppler::image::format_rgb24);
    const auto image = renderer.render_page(&page, resolution, resolution);
    if (!image.is_valid()) return Error(ErrorCode::corrupt, "the page cannot be drawn");
    return image_of_rows({.first = reinterpret_cast<const std::uint8_t*>(image.const_data()),
                          .stride_bytes = static_cast<std::size_t>(image.bytes_per_row()),
                          .width = static_cast<std::uint32_t>(image.width()),
                          .height = static_cast<std::uint32_t>(image.height())},
                         {});
}

}  // namespace

Result<Picture> open_pdf(ByteView bytes, unsigned page_number, bool decode, Findings& findings) {
    poppler::set_debug_error_function(&say_nothing, nullptr);
    const std::unique_ptr<poppler::document> document(poppler::document::load_from_raw_data(
        reinterpret_cast<const char*>(bytes.data()), static_cast<int>(bytes.size())));
    if (!document) return Error(ErrorCode::corrupt, "its pages cannot be read");
    if (document->is_locked()) return Error(ErrorCode::limit, "it is locked with a password");
    const int pages = document->pages();
    if (pages <= 0) return Error(ErrorCode::corrupt, "it has no pages");
    findings.facts.pages = static_cast<std::uint32_t>(pages);
    take_words(*document, findings);
    const auto index = std::min<std::int64_t>(page_number, pages - 1);
    const std::unique_ptr<poppler::page> page(document->create_page(static_cast<int>(index)));
    if (!page) return Error(ErrorCode::corrupt, "the page cannot be read");
    Picture picture;
    if (!decode) return picture;
    TRY_LET(picture.pixels, draw(*page));
    return picture;
}

}  // namespace keepsake::decode
