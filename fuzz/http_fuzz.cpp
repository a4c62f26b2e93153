// A request's head, as it comes from the network: bounded, of one meaning, leading nowhere else.

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/text.h"
#include "http/head.h"
#include "http/message.h"
#include "http/target.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

constexpr std::string_view kWords[] = {"GET ",      "POST ",   " HTTP/1.1\r\n",        "\r\n\r\n",
                                       "Host: ",    "%2e%2e",  "Content-Length: ",     "chunked",
                                       "Range: ",   "bytes=",  "Transfer-Encoding: ",  "Cookie: ",
                                       "keepsake=", "?first=", "Content-Length: 0\r\n"};

void run(ByteView input) {
    const auto head = http::read_head(input);
    if (head) {
        require(head->headers.size() <= http::kMostHeaders);
        require(!(head->chunked && head->content_length));
        for (const auto& segment : head->path) {
            require(!segment.empty() && segment != "." && segment != "..");
            require(segment.find('/') == std::string::npos &&
                    segment.find('\0') == std::string::npos && is_utf8(segment));
        }
        const auto lengths = std::ranges::count_if(
            head->headers, [](const auto& h) { return h.first == "content-length"; });
        require(lengths <= 1);
        static_cast<void>(head->cookie("keepsake"));
    }
    for (const auto size : std::initializer_list<std::uint64_t>{0, 1, 1000, UINT64_MAX}) {
        http::Range range;
        const auto kind = http::read_range(as_text(input), size, range);
        if (kind == http::RangeKind::unsatisfiable) continue;
        require(range.first <= size && range.count <= size - range.first);
        require(kind == http::RangeKind::whole || range.count > 0);
    }
    static_cast<void>(http::list_has(as_text(input), "gzip"));
}

Seeds seeds() {
    return {seed("GET /api/v1/items/0123456789abcdef?look=a%20b HTTP/1.1\r\nHost: localhost\r\n"
                 "Cookie: a=b; keepsake=0123\r\nRange: bytes=0-99\r\n\r\n"),
            seed("POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"),
            seed("PATCH / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
            seed("bytes=0-99"),
            seed("bytes=-5"),
            seed("bytes=7-"),
            seed("gzip, br;q=0")};
}

}  // namespace

Target http_target() { return {.name = "http", .run = run, .seeds = seeds, .words = kWords}; }

}  // namespace keepsake::fuzz
