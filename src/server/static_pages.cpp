#include "server/static_pages.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "crypto/sha256.h"
#include "http/message.h"
#include "http/target.h"
#include "server/answers.h"

// A pack that cmake/EmbedPages.cmake's program made of web/dist: for each file its name's length
// and its own (4 bytes each, little-endian), the name, the bytes.
extern "C" {
extern const std::uint8_t keepsake_pages_begin[];  // NOLINT(modernize-avoid-c-arrays)
extern const std::uint8_t keepsake_pages_end[];    // NOLINT(modernize-avoid-c-arrays)
}

namespace keepsake::server {
namespace {

constexpr std::size_t kMarkDigits = 16;
constexpr std::size_t kWorthCompressing = 512;

constexpr auto kTypes = std::to_array<std::pair<std::string_view, std::string_view>>({
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
});

std::string_view type_of(std::string_view name) {
    for (const auto& [ending, type] : kTypes)
        if (name.ends_with(ending)) return type;
    return "application/octet-stream";
}

std::uint32_t number_at(ByteView bytes, std::size_t offset) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;) value = value << 8U | bytes[offset + i];
    return value;
}

std::map<std::string, ByteView, std::less<>> unpacked() {
    std::map<std::string, ByteView, std::less<>> files;
    ByteView rest(keepsake_pages_begin,
                  static_cast<std::size_t>(keepsake_pages_end - keepsake_pages_begin));
    while (rest.size() >= 8) {
        const std::size_t name = number_at(rest, 0);
        const std::size_t size = number_at(rest, 4);
        rest = rest.subspan(8);
        if (name > rest.size() || size > rest.size() - name) break;
        files.emplace(std::string(as_text(rest.first(name))), rest.subspan(name, size));
        rest = rest.subspan(name + size);
    }
    return files;
}

std::shared_ptr<const std::string> shared(std::string_view text) {
    return std::make_shared<const std::string>(text);
}

}  // namespace

StaticPages::StaticPages() {
    const auto files = unpacked();
    for (const auto& [name, bytes] : files) {
        if (name.ends_with(".gz") || name.ends_with(".br")) continue;
        Page page;
        page.plain = shared(as_text(bytes));
        page.type = type_of(name);
        page.mark = "\"" + to_hex(crypto::sha256(bytes)).substr(0, kMarkDigits) + "\"";
        page.immutable = name.starts_with("assets/");
        if (const auto found = files.find(name + ".gz"); found != files.end())
            page.gzip = shared(as_text(found->second));
        else if (bytes.size() > kWorthCompressing && !name.ends_with(".woff2") &&
                 !name.ends_with(".png"))
            page.gzip = shared(gzip(as_text(bytes)));
        if (const auto found = files.find(name + ".br"); found != files.end())
            page.brotli = shared(as_text(found->second));
        pages_.emplace(name, std::move(page));
    }
}

std::optional<http::Response> StaticPages::answer(const http::RequestHead& head,
                                                  std::string_view path) const {
    const auto found = pages_.find(path.empty() ? "index.html" : path);
    if (found == pages_.end()) return std::nullopt;
    const auto& page = found->second;
    http::Response response;
    response.with("Content-Type", page.type)
        .with("ETag", page.mark)
        .with("Vary", "Accept-Encoding");
    response.with("Cache-Control",
                  page.immutable ? "public, max-age=31536000, immutable" : "no-cache");
    if (http::list_has(head.header("if-none-match").value_or(""), page.mark)) {
        response.status = 304;
        return response;
    }
    const auto accepted = head.header("accept-encoding").value_or("");
    response.body = page.plain;
    if (page.brotli && http::list_has(accepted, "br")) {
        response.body = page.brotli;
        response.with("Content-Encoding", "br");
    } else if (page.gzip && http::list_has(accepted, "gzip")) {
        response.body = page.gzip;
        response.with("Content-Encoding", "gzip");
    }
    return response;
}

}  // namespace keepsake::server
