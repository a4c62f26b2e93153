#include "decode/dicom_words.h"

#include <iconv.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "decode/held_files.h"

namespace keepsake::decode {
namespace {

/// What a file calls its alphabet, and what iconv does.
struct Alphabet {
    std::string_view name;
    std::string_view iso_2022_name;  ///< the same, of a text in which others may follow
    const char* charset;
};
constexpr Alphabet kAlphabets[] = {{"ISO_IR 100", "ISO 2022 IR 100", "ISO-8859-1"},
                                   {"ISO_IR 101", "ISO 2022 IR 101", "ISO-8859-2"},
                                   {"ISO_IR 109", "ISO 2022 IR 109", "ISO-8859-3"},
                                   {"ISO_IR 110", "ISO 2022 IR 110", "ISO-8859-4"},
                                   {"ISO_IR 144", "ISO 2022 IR 144", "ISO-8859-5"},
                                   {"ISO_IR 127", "ISO 2022 IR 127", "ISO-8859-6"},
                                   {"ISO_IR 126", "ISO 2022 IR 126", "ISO-8859-7"},
                                   {"ISO_IR 138", "ISO 2022 IR 138", "ISO-8859-8"},
                                   {"ISO_IR 148", "ISO 2022 IR 148", "ISO-8859-9"},
                                   {"ISO_IR 203", "ISO 2022 IR 203", "ISO-8859-15"},
                                   {"ISO_IR 166", "ISO 2022 IR 166", "TIS-620"},
                                   {"ISO_IR 13", "ISO 2022 IR 13", "SHIFT_JIS"},
                                   {"GB18030", "", "GB18030"},
                                   {"GBK", "", "GB18030"}};

/// How an alphabet begins on the way, and how iconv reads what follows.
struct Escape {
    std::string_view sequence;
    const char* charset;  ///< null: ASCII
    bool in_low_half;     ///< its letters have no high bit, where iconv wants one
    char before_each = '\0';
};
constexpr Escape kEscapes[] = {{"\x1b(B", nullptr, false},      {"\x1b(J", nullptr, false},
                               {"\x1b)I", "SHIFT_JIS", false},  {"\x1b$B", "EUC-JP", true},
                               {"\x1b$@", "EUC-JP", true},      {"\x1b$(D", "EUC-JP", true, '\x8f'},
                               {"\x1b$)C", "EUC-KR", false},    {"\x1b$)A", "GB2312", false},
                               {"\x1b-A", "ISO-8859-1", false}, {"\x1b-B", "ISO-8859-2", false},
                               {"\x1b-C", "ISO-8859-3", false}, {"\x1b-D", "ISO-8859-4", false},
                               {"\x1b-L", "ISO-8859-5", false}, {"\x1b-G", "ISO-8859-6", false},
                               {"\x1b-F", "ISO-8859-7", false}, {"\x1b-H", "ISO-8859-8", false},
                               {"\x1b-M", "ISO-8859-9", false}, {"\x1b-b", "ISO-8859-15", false},
                               {"\x1b-T", "TIS-620", false}};

struct CloseConversion {
    void operator()(void* conversion) const { ::iconv_close(conversion); }
};

std::string converted(std::string text, const char* charset) {
    iconv_t opened = ::iconv_open("UTF-8", charset);
    if (opened == reinterpret_cast<iconv_t>(-1))  // NOLINT(performance-no-int-to-ptr)
        return to_utf8_lossy(text);
    const std::unique_ptr<void, CloseConversion> conversion(opened);
    std::string out(4 * text.size() + 4, '\0');
    char* from = text.data();
    char* to = out.data();
    std::size_t from_bytes = text.size();
    std::size_t to_bytes = out.size();
    if (::iconv(opened, &from, &from_bytes, &to, &to_bytes) == static_cast<std::size_t>(-1))
        return to_utf8_lossy(text);
    out.resize(out.size() - to_bytes);
    return out;
}

const char* charset_of(std::string_view name) {
    const auto* const found = std::ranges::find_if(kAlphabets, [&](const Alphabet& alphabet) {
        return alphabet.name == name || alphabet.iso_2022_name == name;
    });
    return found == std::end(kAlphabets) ? nullptr : found->charset;
}

/// Letters between two escapes.
std::string run_in(std::string_view run, const Escape& escape) {
    if (escape.charset == nullptr) return to_utf8_lossy(std::string(run));
    if (!escape.in_low_half) return converted(std::string(run), escape.charset);
    std::string high;
    for (std::size_t i = 0; i < run.size(); ++i) {
        if (escape.before_each != '\0' && i % 2 == 0) high += escape.before_each;
        high += static_cast<char>(run[i] | '\x80');
    }
    return converted(std::move(high), escape.charset);
}

/// What ends an alphabet that began on the way: the parts of a name, values, lines. Those of two
/// bytes a letter without a high bit use them as letters.
std::size_t end_of_run(std::string_view text, const Escape& escape) {
    return text.find_first_of(escape.in_low_half ? std::string_view("\x1b\r\n")
                                                 : std::string_view("\x1b^=\\\r\n"));
}

std::string with_escapes(std::string_view text, const char* first_charset) {
    const Escape first{.sequence = {}, .charset = first_charset, .in_low_half = false};
    const auto* now = &first;
    std::string out;
    while (!text.empty()) {
        const auto* const begun = std::ranges::find_if(
            kEscapes, [&](const Escape& escape) { return text.starts_with(escape.sequence); });
        if (begun != std::end(kEscapes)) {
            now = begun;
            text.remove_prefix(begun->sequence.size());
            continue;
        }
        if (text[0] == '\x1b') {  // one that is not known: what follows reads as it did
            text.remove_prefix(1);
            continue;
        }
        const auto end = std::min(end_of_run(text, *now), text.size());
        out += run_in(text.substr(0, end), *now);
        text.remove_prefix(end);
        if (text.empty() || text[0] == '\x1b') continue;
        out += text[0];
        text.remove_prefix(1);
        now = &first;
    }
    return out;
}

}  // namespace

void prepare_dicom_words() {
    for (const auto& alphabet : kAlphabets) hold_charset(alphabet.charset);
    for (const auto& escape : kEscapes)
        if (escape.charset != nullptr) hold_charset(escape.charset);
}

std::string dicom_words(std::string text, std::string_view alphabets) {
    const auto end = std::min(alphabets.find('\\'), alphabets.size());
    auto first = alphabets.substr(0, end);
    first = first.substr(0, first.find_last_not_of(' ') + 1);
    const auto* const charset = charset_of(first);
    if (text.contains('\x1b') && alphabets.contains("ISO 2022")) return with_escapes(text, charset);
    if (is_utf8(text)) return text;
    return charset == nullptr ? to_utf8_lossy(text) : converted(std::move(text), charset);
}

}  // namespace keepsake::decode
