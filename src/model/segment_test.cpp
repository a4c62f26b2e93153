#include "model/segment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"
#include "model/journal_page_for_test.h"

namespace keepsake::model {
namespace {

using testing::HasSubstr;

const std::string kSignature =
    "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n";
constexpr std::int64_t kStart = 1'790'000'000'000;

// Not SHA-256, which is another layer's; it tells texts apart as well here. FNV-1a, four times.
TextHash toy_hash(std::string_view text) {
    TextHash hash;
    for (std::size_t lane = 0; lane < 4; ++lane) {
        std::uint64_t state = 0xcbf29ce484222325ULL + lane;
        for (const char c : text)
            state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
        for (std::size_t i = 0; i < 8; ++i)
            hash.bytes.at(lane * 8 + i) = static_cast<std::uint8_t>(state >> (8 * i));
    }
    return hash;
}

template <class Id>
Id id_of(std::uint8_t fill) {
    Id id;
    id.bytes.fill(fill);
    return id;
}

SegmentHeader header_of(std::uint64_t seq) {
    SegmentHeader header;
    header.archive = id_of<ArchiveId>(0xaa);
    header.device = id_of<DeviceId>(0xdd);
    header.seq = seq;
    header.clock = {kStart + static_cast<std::int64_t>(seq) * 1000 + 999, 7};
    header.time = {kStart / 1000 + static_cast<std::int64_t>(seq), 0};
    header.seen = {{id_of<DeviceId>(1), {4, id_of<TextHash>(2)}},
                   {id_of<DeviceId>(2), {1ULL << 60U, id_of<TextHash>(3)}}};
    return header;
}

std::vector<Entry> entries_of(std::uint64_t seq, std::uint16_t count) {
    std::vector<Entry> entries;
    entries.reserve(count);
    for (std::uint16_t i = 0; i < count; ++i)
        entries.push_back({{kStart + static_cast<std::int64_t>(seq) * 1000, i}, Tick{}});
    return entries;
}

// Segments first..last of one device, chained.
std::vector<std::string> series(std::uint64_t first, std::uint64_t last) {
    std::vector<std::string> texts;
    TextHash previous = id_of<TextHash>(9);
    for (auto seq = first; seq <= last; ++seq) {
        auto header = header_of(seq);
        if (seq > 1) header.previous = previous;
        const auto count = static_cast<std::uint16_t>(seq % 4);
        texts.push_back(
            signed_segment_text(segment_text(header, entries_of(seq, count)), kSignature));
        previous = toy_hash(texts.back());
    }
    return texts;
}

std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const auto& text : texts) all += text;
    return all;
}

Result<std::vector<Segment>> parse(std::string_view text) {
    EntryParser parser;
    return parse_segments(text, parser, toy_hash);
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

void expect_refused(std::string_view text, ErrorCode code, const std::string& says) {
    const auto segments = parse(text);
    ASSERT_FALSE(segments) << text.substr(0, 4000);
    EXPECT_EQ(segments.error().code(), code) << segments.error().message();
    EXPECT_THAT(segments.error().message(), HasSubstr(says)) << text.substr(0, 4000);
}

TEST(Segment, TheDocumentsExampleIsOne) {
    std::string text;
    for (const auto& line : example_lines()) text += line + "\n";
    const auto segments = parse(text);
    ASSERT_TRUE(segments) << segments.error().message();
    ASSERT_EQ(segments->size(), 1U);
    const auto& segment = segments->front();
    const auto body = segment_text(segment.header, segment.entries);
    EXPECT_EQ(body, segment.signed_text);
    EXPECT_EQ(signed_segment_text(body, segment.signature), text);
    const auto* enroll = std::get_if<Enroll>(&segment.entries.at(0).body);
    ASSERT_NE(enroll, nullptr);
    EXPECT_EQ(enroll->device, segment.header.device);
}

TEST(Segment, HeaderIsWrittenAsDocumented) {
    auto header = header_of(2);
    header.previous = id_of<TextHash>(0xbb);
    header.seen.erase(id_of<DeviceId>(1));
    EXPECT_EQ(segment_text(header, {}),
              R"({"keepsake":"journal","version":1,"archive":")" + std::string(64, 'a') +
                  R"(","device":")" + std::string(32, 'd') + R"(","seq":2,"prev":")" +
                  std::string(64, 'b') + R"(","seen":{")" + id_of<DeviceId>(2).hex() +
                  R"(":{"seq":"1152921504606846976","text":")" + id_of<TextHash>(3).hex() +
                  R"("}},"clock":"2026-09-21T14:13:22.999Z-0007","time":"2026-09-21T14:13:22Z",)"
                  R"("program":"keepsake 1"})"
                  "\n");
}

TEST(Segment, GivesBackWhatWasWritten) {
    const auto texts = series(1, 1);
    const auto segments = parse(texts[0]);
    ASSERT_TRUE(segments) << segments.error().message();
    const auto& segment = segments->at(0);
    EXPECT_EQ(segment.header, header_of(1));
    EXPECT_EQ(segment.entries, entries_of(1, 1));
    EXPECT_EQ(segment.signature, kSignature);
    EXPECT_EQ(segment.text_hash, toy_hash(texts[0]));
    EXPECT_EQ(segment.signed_text, segment_text(header_of(1), entries_of(1, 1)));
    EXPECT_EQ(segment.signed_text.data(), texts[0].data()) << "a view into what was given";
}

TEST(Segment, ARollupIsItsSegments) {
    for (const std::uint64_t first : {1U, 2U, 900U}) {
        const auto texts = series(first, first + 5);
        const auto text = joined(texts);
        const auto segments = parse(text);
        ASSERT_TRUE(segments) << segments.error().message();
        ASSERT_EQ(segments->size(), texts.size());
        for (std::size_t i = 0; i < texts.size(); ++i) {
            EXPECT_EQ(segments->at(i).header.seq, first + i);
            EXPECT_EQ(segments->at(i).text_hash, toy_hash(texts[i]));
            EXPECT_EQ(signed_segment_text(std::string(segments->at(i).signed_text), kSignature),
                      texts[i]);
        }
    }
}

TEST(Segment, ARollupWithAGapOrAStrangerIsRefused) {
    const auto texts = series(3, 6);
    const auto corrupt = ErrorCode::corrupt;
    expect_refused(texts[0] + texts[2], corrupt, "segment 2: line 1: field \"seq\"");
    expect_refused(texts[0] + texts[0], corrupt, "\"seq\"");
    expect_refused(texts[1] + texts[0], corrupt, "\"seq\"");
    expect_refused(texts[0] + replaced(texts[1], "\"seq\":4", "\"seq\":5"), corrupt, "\"seq\"");
    expect_refused(texts[0] + replaced(texts[1], std::string(32, 'd'), std::string(32, 'e')),
                   corrupt, "\"device\"");
    expect_refused(texts[0] + replaced(texts[1], std::string(64, 'a'), std::string(64, 'b')),
                   corrupt, "\"archive\"");
    expect_refused(replaced(texts[0], "keepsake 1", "keepsake 2") + texts[1], corrupt, "\"prev\"");
}

TEST(Segment, MalformedTextsAreRefusedWithTheirLine) {
    const auto corrupt = ErrorCode::corrupt;
    const auto text = series(3, 3)[0];  // header, three entries, signature
    const auto sig_at = text.find("{\"sig\"");
    const auto body = text.substr(0, sig_at);
    const auto sig = text.substr(sig_at);
    ASSERT_TRUE(parse(text));
    expect_refused("", corrupt, "empty");
    expect_refused("\n", corrupt, "segment 1: line 1: an empty line");
    expect_refused(sig, corrupt, "\"keepsake\"");
    expect_refused(body, corrupt, "line 5: the segment ends without a signature");
    expect_refused(body + sig + sig, corrupt, "segment 2: line 1");
    expect_refused(text + "\n", corrupt, "segment 2: line 1: an empty line");
    expect_refused(text.substr(0, text.size() - 1), corrupt, "cut off");
    expect_refused(body + "\n" + sig, corrupt, "line 5: an empty line");
    expect_refused(replaced(text, "\n", "\r\n"), corrupt, "line 1: a carriage return");
    expect_refused(body + " " + sig, corrupt, "line 5: field \"op\"");
    expect_refused(body + "{\"sig\":7}\n", corrupt, "\"sig\"");
    expect_refused(body + "{\"sig\":\"\"}\n", corrupt, "\"sig\"");
    expect_refused(
        body + R"({"sig":"x","op":"tick","clock":"2026-09-21T14:13:22.999Z-0007"})" + "\n", corrupt,
        "nothing else");
    expect_refused(text + body, corrupt, "segment 2: line 5");
    expect_refused("\xef\xbb\xbf" + text, corrupt, "line 1");
}

TEST(Segment, MalformedHeadersAreRefused) {
    const auto corrupt = ErrorCode::corrupt;
    const auto text = series(3, 3)[0];
    const auto head = id_of<TextHash>(2).hex();
    const auto seen = R"("seq":4,"text":")" + head + "\"";
    expect_refused(replaced(text, "journal", "diary"), corrupt, "\"keepsake\"");
    expect_refused(replaced(text, "\"version\":1", "\"version\":0"), corrupt, "\"version\"");
    expect_refused(replaced(text, "\"version\":1,", ""), corrupt, "\"version\"");
    expect_refused(replaced(text, "\"seq\":3", "\"seq\":0"), corrupt, "\"seq\"");
    expect_refused(replaced(text, "\"seq\":3", "\"seq\":3.0"), corrupt, "\"seq\"");
    expect_refused(replaced(text, "\"seq\":3", "\"seq\":1"), corrupt, "\"prev\"");
    expect_refused(replaced(text, "\"" + id_of<TextHash>(9).hex() + "\"", "null"), corrupt,
                   "\"prev\"");
    expect_refused(replaced(text, seen, "\"seq\":0,\"text\":\"" + head + "\""), corrupt, "\"seq\"");
    expect_refused(replaced(text, seen, ""), corrupt, "\"seq\"");
    expect_refused(replaced(text, "{" + seen + "}", "7"), corrupt, "\"seen\"");
    expect_refused(replaced(text, id_of<DeviceId>(1).hex(), "x"), corrupt, "\"seen\"");
    expect_refused(replaced(text, id_of<DeviceId>(1).hex(), id_of<DeviceId>(2).hex()), corrupt,
                   "twice");
    expect_refused(replaced(text, "\"time\":\"2026", "\"time\":\"26"), corrupt, "\"time\"");
    expect_refused(replaced(text, "\"version\":1", "\"version\":2"), ErrorCode::unsupported,
                   "newer Keepsake");
}

TEST(Segment, ClocksMustRise) {
    const auto corrupt = ErrorCode::corrupt;
    auto header = header_of(1);
    auto entries = entries_of(1, 3);
    const auto text = [&] {
        return signed_segment_text(segment_text(header, entries), kSignature);
    };
    header.clock = entries.back().clock;
    EXPECT_TRUE(parse(text()));
    header.clock.counter -= 1;
    expect_refused(text(), corrupt, "clock");
    header = header_of(1);
    entries[1].clock = entries[0].clock;
    expect_refused(text(), corrupt, "line 3: field \"clock\"");
}

TEST(Segment, LimitsAreHeld) {
    const auto header = segment_text(header_of(1), {});
    const auto signature = signed_segment_text("", kSignature);
    const auto with_entries = [&](std::size_t count, const std::string& filling) {
        auto text = header;
        for (std::size_t i = 0; i < count; ++i) {
            const HybridTime clock{kStart - 1'000'000 + static_cast<std::int64_t>(i), 0};
            text += R"({"op":"x","clock":")" + clock.to_text() + R"(","y":")" + filling + "\"}\n";
        }
        return text + signature;
    };
    EXPECT_TRUE(parse(with_entries(kMostEntriesPerSegment, "")));
    expect_refused(with_entries(kMostEntriesPerSegment + 1, ""), ErrorCode::limit, "entries");
    expect_refused(with_entries(17, std::string(1'000'000, 'y')), ErrorCode::limit, "16 MiB");
    expect_refused(std::string(kLargestRollupBytes + 1, ' '), ErrorCode::limit, "64 MiB");
    expect_refused(std::string(kLargestRollupBytes, ' '), ErrorCode::corrupt, "cut off");
    expect_refused(with_entries(1, std::string(kLargestLineBytes, 'y')), ErrorCode::limit,
                   "line 2");
}

TEST(Segment, SurvivesEachCutAndEachChangedByte) {
    const auto texts = series(3, 4);
    const auto text = joined(texts);
    const auto whole = parse(text);
    ASSERT_TRUE(whole);
    for (std::size_t size = 0; size < text.size(); ++size)
        EXPECT_EQ(parse(std::string_view(text).substr(0, size)).has_value(),
                  size == texts[0].size())
            << size;
    EntryParser parser;
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (const unsigned flip : {0x01U, 0x20U, 0x80U}) {
            auto changed = text;
            changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ flip);
            const auto segments = parse_segments(changed, parser, toy_hash);
            // The first segment is bound by the second's prev; the second only by its signature.
            EXPECT_FALSE(segments && at < texts[0].size()) << at;
        }
    }
}

TEST(Segment, NamespaceNamesTheArchive) {
    EXPECT_EQ(journal_namespace(id_of<ArchiveId>(0xaa)),
              "keepsake-journal-v1@" + std::string(64, 'a'));
}

}  // namespace
}  // namespace keepsake::model
