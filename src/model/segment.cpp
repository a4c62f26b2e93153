#include "model/segment.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "model/entry.h"
#include "model/ids.h"
#include "model/json_reader.h"
#include "model/json_writer.h"
#include "model/time_text.h"

namespace keepsake::model {
namespace {

constexpr std::uint64_t kJournalVersion = 1;
constexpr std::size_t kLargestArmorBytes = 4096;
constexpr std::string_view kProgram = "keepsake 1";
// No entry begins so: a reader of any kind can split a rollup by it, without parsing.
constexpr std::string_view kSignatureStart = "{\"sig\":";

std::string header_line(const SegmentHeader& header) {
    JsonWriter json;
    json.begin_object();
    json.name("keepsake").text("journal");
    json.name("version").number(kJournalVersion);
    json.name("archive").text(header.archive.hex());
    json.name("device").text(header.device.hex());
    json.name("seq").number(header.seq);
    json.name("prev");
    if (header.previous)
        json.text(header.previous->hex());
    else
        json.null();
    json.name("seen").begin_object();
    for (const auto& [device, head] : header.seen) {
        json.name(device.hex()).begin_object();
        json.name("seq").number(head.seq);
        json.name("text").text(head.text.hex());
        json.end_object();
    }
    json.end_object();
    json.name("clock").text(header.clock.to_text());
    json.name("time").text(time_text(header.time));
    json.name("program").text(kProgram);
    return json.end_object().take();
}

Result<std::map<DeviceId, Head>> seen_of(const Fields& fields) {
    TRY_LET(const auto heads, fields.object("seen"));
    if (heads.raw().size() > kMostDevices)
        return Error(ErrorCode::limit, "field \"seen\" holds more than 10000 devices");
    std::map<DeviceId, Head> seen;
    for (const auto& [name, value] : heads.raw()) {
        const auto device = DeviceId::from_hex(name);
        simdjson::dom::object object;
        if (!device) return wrong_field("seen", "names something that is not a device");
        if (value.get(object) != simdjson::SUCCESS)
            return wrong_field("seen", "holds something that is not an object");
        Head head;
        TRY_LET(head.seq, Fields(object).number("seq", 1));
        TRY_LET(head.text, Fields(object).id<TextHash>("text"));
        seen.emplace(*device, head);
    }
    return seen;
}

Result<SegmentHeader> parse_header(std::string_view line, JsonReader& json) {
    TRY_LET(const auto fields, json.read_object(line, kLargestLineBytes));
    TRY_LET(const auto kind, fields.text("keepsake", kLargestFieldNameBytes));
    if (kind != "journal") return wrong_field("keepsake", "is not \"journal\"");
    TRY_LET(const auto version, fields.number("version", 1));
    if (version > kJournalVersion)
        return Error(ErrorCode::unsupported,
                     "made by a newer Keepsake (journal version " + std::to_string(version) + ")");
    SegmentHeader header;
    TRY_LET(header.archive, fields.id<ArchiveId>("archive"));
    TRY_LET(header.device, fields.id<DeviceId>("device"));
    TRY_LET(header.seq, fields.number("seq", 1));
    TRY_LET(const auto previous, fields.value("prev"));
    if (previous.is_null() != (header.seq == 1))
        return wrong_field("prev", "must be null for number 1, and for no other");
    if (!previous.is_null()) {
        TRY_LET(header.previous, fields.id<TextHash>("prev"));
    }
    TRY_LET(header.seen, seen_of(fields));
    TRY_LET(header.clock, fields.clock("clock"));
    TRY_LET(header.time, fields.instant("time"));
    return header;
}

Result<std::string> parse_signature(std::string_view line, JsonReader& json) {
    TRY_LET(const auto fields, json.read_object(line, kLargestLineBytes));
    if (fields.raw().size() != 1)
        return Error(ErrorCode::corrupt, "a signature line holds \"sig\" and nothing else");
    TRY_LET(const auto signature, fields.text("sig", kLargestArmorBytes));
    if (signature.empty()) return wrong_field("sig", "is empty");
    return std::string(signature);
}

class SegmentsReader {
  public:
    SegmentsReader(std::string_view text, EntryParser& parser, HashText hash)
        : text_(text), parser_(&parser), hash_(hash) {}

    bool at_end() const { return at_ == text_.size(); }

    Result<Segment> next() {
        line_number_ = 0;
        auto segment = read();
        if (!segment)
            return std::move(segment).error().with("line " + std::to_string(line_number_));
        return segment;
    }

  private:
    Result<Segment> read() {
        const auto begin = at_;
        Segment segment;
        TRY_LET(const auto first, next_line(begin));
        TRY_LET(segment.header, parse_header(first, parser_->json()));
        for (;;) {
            const auto line_begin = at_;
            TRY_LET(const auto line, next_line(begin));
            if (line.starts_with(kSignatureStart)) {
                TRY_LET(segment.signature, parse_signature(line, parser_->json()));
                segment.signed_text = text_.substr(begin, line_begin - begin);
                break;
            }
            TRY(add_entry(segment, line));
        }
        segment.entries.shrink_to_fit();  // a rollup has hundreds of segments
        if (!segment.entries.empty() && segment.entries.back().clock > segment.header.clock)
            return Error(ErrorCode::corrupt, "the header's clock is before an entry's");
        segment.text_hash = hash_(text_.substr(begin, at_ - begin));
        return segment;
    }

    Result<> add_entry(Segment& segment, std::string_view line) {
        if (segment.entries.size() == kMostEntriesPerSegment)
            return Error(ErrorCode::limit, "more than 100000 entries");
        TRY_LET(auto entry, parser_->parse(line));
        if (!segment.entries.empty() && entry.clock <= segment.entries.back().clock)
            return wrong_field("clock", "is not past that of the entry before it");
        segment.entries.push_back(std::move(entry));
        return {};
    }

    Result<std::string_view> next_line(std::size_t segment_begin) {
        ++line_number_;
        if (at_end()) return Error(ErrorCode::corrupt, "the segment ends without a signature");
        const auto rest = text_.substr(at_);
        const auto end = rest.find('\n');
        if (end == std::string_view::npos)
            return Error(ErrorCode::corrupt, "the last line is cut off");
        at_ += end + 1;
        if (at_ - segment_begin > kLargestSegmentBytes)
            return Error(ErrorCode::limit, "a segment of more than 16 MiB");
        const auto line = rest.substr(0, end);
        if (line.empty()) return Error(ErrorCode::corrupt, "an empty line");
        if (line.find('\r') != std::string_view::npos)
            return Error(ErrorCode::corrupt, "a carriage return");
        return line;
    }

    std::string_view text_;
    EntryParser* parser_;
    HashText hash_;
    std::size_t at_ = 0;
    std::size_t line_number_ = 0;
};

// What holds between neighbours of a rollup.
Result<> check_follows(const Segment& previous, const SegmentHeader& header) {
    if (header.archive != previous.header.archive)
        return wrong_field("archive", "is not that of the segment before it");
    if (header.device != previous.header.device)
        return wrong_field("device", "is not that of the segment before it");
    if (header.seq != previous.header.seq + 1)
        return wrong_field("seq", "does not follow the segment before it");
    if (header.previous != previous.text_hash)
        return wrong_field("prev", "is not the hash of the segment before it");
    return {};
}

}  // namespace

std::string segment_text(const SegmentHeader& header, const std::vector<Entry>& entries) {
    std::string text = header_line(header) + "\n";
    for (const auto& entry : entries) text += to_line(entry) + "\n";
    return text;
}

std::string signed_segment_text(std::string text, std::string_view signature) {
    JsonWriter json;
    json.begin_object();
    json.name("sig").text(signature);
    text += json.end_object().take() + "\n";
    return text;
}

std::string journal_namespace(const ArchiveId& archive) {
    return "keepsake-journal-v1@" + archive.hex();
}

Result<std::vector<Segment>> parse_segments(std::string_view text, EntryParser& parser,
                                            HashText hash) {
    if (text.empty()) return Error(ErrorCode::corrupt, "an empty journal file");
    if (text.size() > kLargestRollupBytes)
        return Error(ErrorCode::limit, "a journal file of more than 64 MiB");
    SegmentsReader reader(text, parser, hash);
    std::vector<Segment> segments;
    while (!reader.at_end()) {
        const auto name = "segment " + std::to_string(segments.size() + 1);
        auto segment = reader.next();
        if (!segment) return std::move(segment).error().with(name);
        if (!segments.empty()) {
            auto follows = check_follows(segments.back(), segment->header);
            if (!follows) return std::move(follows).error().with("line 1").with(name);
        }
        segments.push_back(*std::move(segment));
    }
    return segments;
}

}  // namespace keepsake::model
