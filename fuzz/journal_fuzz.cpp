// The journal's text: each entry that is taken is written and taken for the same again; segments
// are consecutive pieces of the text, and together all of it.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "model/entry.h"
#include "model/ids.h"
#include "model/journal_page_for_test.h"
#include "model/segment.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

constexpr std::string_view kWords[] = {"{\"sig\":",
                                       "\"keepsake\":\"journal\"",
                                       "\"version\":1",
                                       "\"seq\":",
                                       "\"prev\":null",
                                       "\"seen\":{",
                                       "\"clock\":",
                                       "\"op\":",
                                       "\"files\":[",
                                       "\"name_bytes\":",
                                       "\"folder_bytes\":",
                                       "\"replaces\":",
                                       "\"value\":",
                                       "\"person\":",
                                       "\"met\":",
                                       "\"ways\":[{",
                                       "\"opened\":",
                                       "\"accepted\":",
                                       "null",
                                       "9223372036854775807",
                                       "\"9223372036854775807\"",
                                       "\\u0000",
                                       "\\ud800",
                                       "1e400",
                                       "-0",
                                       "..",
                                       "[[[[[[[["};

// Any hash will do that tells apart what the fuzzer makes; a rollup's `prev` can then be right.
model::TextHash short_hash(std::string_view text) {
    model::TextHash hash;
    hash.bytes[0] = static_cast<std::uint8_t>(text.size());
    return hash;
}

void check_line(model::EntryParser& parser, std::string_view line) {
    const auto entry = parser.parse(line);
    if (!entry) return;
    const auto written = to_line(*entry);
    if (written.size() > model::kLargestLineBytes) return;
    const auto again = parser.parse(written);
    require(again.has_value());
    require(*again == *entry);
    require(to_line(*again) == written);
}

void run(ByteView input) {
    const auto text = as_text(input);
    model::EntryParser parser;
    for (auto rest = text; !rest.empty();) {
        const auto end = rest.find('\n');
        check_line(parser, rest.substr(0, end));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    const auto segments = parse_segments(text, parser, short_hash);
    if (!segments) {
        const auto code = segments.error().code();
        require(code == ErrorCode::corrupt || code == ErrorCode::limit ||
                code == ErrorCode::unsupported);
        return;
    }
    std::size_t covered = 0;
    for (const auto& segment : *segments) {
        require(segment.signed_text.data() >= text.data() + covered);
        covered += segment.signed_text.size();
    }
    require(!segments->empty() && covered < text.size());
}

// Two segments of one device, the second naming the first.
std::string rollup() {
    model::EntryParser parser;
    std::vector<model::Entry> entries;
    for (const auto& line : model::example_entries()) entries.push_back(*parser.parse(line));
    model::SegmentHeader header;
    header.clock = entries.back().clock;
    auto first = model::signed_segment_text(model::segment_text(header, entries), "first");
    header.seq = 2;
    header.previous = short_hash(first);
    header.seen[{}] = {41, *header.previous};
    return first + model::signed_segment_text(model::segment_text(header, {}), "second");
}

Seeds seeds() {
    Seeds all{seed(rollup())};
    std::string page;
    for (const auto& line : model::example_lines()) {
        all.push_back(seed(line));
        page += line + "\n";
    }
    all.push_back(seed(page));
    return all;
}

}  // namespace

Target journal_target() { return {.name = "journal", .run = run, .seeds = seeds, .words = kWords}; }

}  // namespace keepsake::fuzz
