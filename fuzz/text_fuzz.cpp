// Text from outside on its way to a terminal, and the encodings that formats are made of.

#include <cstddef>
#include <string_view>

#include "base/bytes.h"
#include "base/text.h"
#include "cli/text_layout.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

constexpr std::string_view kWords[] = {"\x1b[2J",      "\xe2\x80\xae",     "\xc2\x9b",
                                       "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xcc\x81",
                                       "\xe4\xb8\xad", "\xf0\x9f\x98\x80"};

bool has_controls(std::string_view text, std::string_view allowed) {
    for (const char c : text)
        if ((static_cast<unsigned char>(c) < 0x20 || c == 0x7f) && !allowed.contains(c))
            return true;
    return text.contains("\xe2\x80\xae") || text.contains("\xc2\x9b");
}

void require_inverses(std::string_view text) {
    if (const auto bytes = from_hex(text)) require(to_hex(*bytes) == text);
    for (const auto padding : {Padding::with, Padding::without})
        if (const auto bytes = from_base64(text, padding))
            require(to_base64(*bytes, padding) == text);
    const auto bytes = as_bytes(text);
    require(as_text(*from_hex(to_hex(bytes))) == text);
    require(as_text(*from_base64(to_base64(bytes, Padding::with), Padding::with)) == text);
}

void run(ByteView input) {
    const auto text = as_text(input);
    require_inverses(text);
    const auto lossy = to_utf8_lossy(text);
    require(is_utf8(lossy) && is_utf8(text) == (lossy == text));
    const auto shown = printable(text);
    require(is_utf8(shown) && !has_controls(shown, "") && printable(shown) == shown);
    const auto line = cli::printable_line(text);
    require(is_utf8(line) && !has_controls(line, ""));
    const auto lines = cli::printable_lines(text);
    require(is_utf8(lines) && !has_controls(lines, "\n"));
    for (const std::size_t columns : {0U, 1U, 2U, 7U, 80U}) {
        const auto cut = cli::truncated(shown, columns);
        require(is_utf8(cut) && cli::display_width(cut) <= columns);
        require(cli::display_width(cli::padded(cut, columns)) >= columns);
    }
    static_cast<void>(cli::numbered_words(shown));
}

Seeds seeds() {
    return {seed("Grandmother's garden\n\tin June"),
            seed("a\xcc\x81\xe4\xb8\xad\xf0\x9f\x98\x80"),
            seed("5f0c"),
            seed("AAECAw=="),
            seed("AAECAw"),
            seed("\x1b[31mred\x1b[0m\r\n")};
}

}  // namespace

Target text_target() { return {.name = "text", .run = run, .seeds = seeds, .words = kWords}; }

}  // namespace keepsake::fuzz
