#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/journal_for_test.h"
#include "model/entry.h"
#include "model/ids.h"

// The state is a function of the set of segments: docs/formats/journal.md, "Merging".
namespace keepsake::catalog {
namespace {

using model::Subject;
using Random = std::mt19937_64;

// Few ids, clocks and values, so that everything meets everything.
std::uint64_t below(Random& random, std::uint64_t end) { return random() % end; }

Subject any_subject(Random& random) {
    return below(random, 2) == 0 ? Subject::of(item_id(below(random, 3)))
                                 : Subject::of(moment_id(below(random, 2)));
}

std::string any_value(Random& random) {
    static const std::vector<std::string> kValues{"null",
                                                  R"("lake")",
                                                  R"("Berg und Tal")",
                                                  R"({"order":"b"})",
                                                  R"({"from":"1987-06"})",
                                                  R"({"from":"2003"})",
                                                  "true",
                                                  "7"};
    return kValues[below(random, kValues.size())];
}

model::Words any_words(Random& random) {
    static const std::vector<std::string> kTexts{"", "snow", "apple tree", "sea"};
    auto words = words_of(any_subject(random), kTexts[below(random, kTexts.size())]);
    if (below(random, 3) == 0) words.field = "story";
    if (below(random, 4) == 0) words.content = content_id(50 + below(random, 2));
    if (below(random, 3) == 0) words.person = numbered<model::PersonId>(below(random, 2));
    for (auto count = below(random, 4); count > 0; --count) {
        words.replaces.push_back(
            {{static_cast<std::int64_t>(below(random, 4)), 0}, device_id(below(random, 3))});
    }
    return words;
}

/// That an item belongs to another, also to itself, in circles, and to what was never kept.
model::Set any_belonging(Random& random) {
    const auto target = below(random, 6);
    const auto of = model::Subject::of(item_id(below(random, 4)));
    const auto value =
        target == 5 ? R"({"to":null})"
                    : R"({"to":")" + model::Subject::of(item_id(target)).text + R"(","as":"raw"})";
    return set_of(of, below(random, 2) == 0 ? "belongs" : "belongs_by_rule", value);
}

model::Set any_set(Random& random) {
    if (below(random, 3) == 0) return any_belonging(random);
    static const std::vector<std::string> kFields{"name", "cover", "taken", "order", "belongs"};
    auto set =
        set_of(any_subject(random), kFields[below(random, kFields.size())], any_value(random));
    if (below(random, 5) == 0) set.person = numbered<model::PersonId>(1);
    return set;
}

model::Keep any_keep(Random& random) {
    static const std::vector<std::string> kNames{"a.jpg", "b.jpg", "\xff\xfe.raw"};
    auto keep = keep_of(below(random, 4), {});
    keep.kept.seconds += static_cast<std::int64_t>(below(random, 3));
    keep.root = root_id(below(random, 2));
    for (auto count = below(random, 3); count > 0; --count) {
        keep.files.push_back(kept_file(below(random, 4), kNames[below(random, kNames.size())],
                                       below(random, 2) == 0 ? "" : "folder",
                                       {static_cast<std::int64_t>(below(random, 3)), 0}));
    }
    return keep;
}

model::Facts any_facts(Random& random) {
    static const std::vector<std::string> kFacts{"{}",
                                                 R"({"taken":{"at":"2001-02-03T04:05:06"}})",
                                                 R"({"taken":"1999-01-01T00:00:00Z"})",
                                                 R"({"taken":null})",
                                                 R"({"kind":"film","title":"2001-02-03"})",
                                                 R"({"kind":"sidecar","look":"00000000000000ff"})"};
    return {content_id(below(random, 4)), below(random, 3), kFacts[below(random, kFacts.size())]};
}

model::Object any_object(Random& random) {
    auto object = object_of(below(random, 5), below(random, 4));
    object.content_bytes += below(random, 2);
    object.header += std::to_string(below(random, 2));
    return object;
}

model::EntryBody any_body(Random& random) {
    switch (below(random, 12)) {
        case 0:
            return any_object(random);
        case 1:
        case 2:
            return any_keep(random);
        case 3:
            return any_facts(random);
        case 4:
        case 5:
            return any_words(random);
        case 6:
        case 7:
            return any_set(random);
        case 8:
            return held_by(below(random, 3), below(random, 4), any_value(random));
        case 9:
            return model::LetGo{item_id(below(random, 4))};
        case 10:
            return model::BringBack{item_id(below(random, 4))};
        default:
            break;
    }
    switch (below(random, 5)) {
        case 0:
            return model::Revoke{numbered<model::WayId>(below(random, 2))};
        case 1:
            return model::Way{numbered<model::WayId>(below(random, 2)),
                              model::WayKind::passphrase,
                              "way " + std::to_string(below(random, 3)),
                              "age1recipient",
                              {}};
        case 2:
            return model::Plain{{{"README.txt", numbered<model::FileHash>(below(random, 3))}}};
        case 3:
            return model::Retire{
                device_id(below(random, 3)), {below(random, 9), {}}, "ssh-ed25519 R", "s"};
        default:
            return model::Tick{};
    }
}

/// Segments of three devices, with forks, gaps and equal clocks; heads of others now and then.
std::vector<TestSegment> any_history(Random& random) {
    std::vector<TestSegment> segments;
    const auto count = 1 + below(random, 10);
    for (std::uint64_t i = 0; i < count; ++i) {
        std::vector<model::Entry> entries;
        for (auto left = below(random, 12); left > 0; --left)
            entries.push_back(at(static_cast<std::int64_t>(below(random, 4)), any_body(random)));
        auto segment = segment_of(below(random, 3), 1 + below(random, 4), std::move(entries), i);
        if (below(random, 3) == 0) {
            segment.record.seen[device_id(below(random, 4))] = {1 + below(random, 3),
                                                                numbered<model::TextHash>(i)};
        }
        segments.push_back(std::move(segment));
    }
    return segments;
}

// What a reader sees, beyond the tables: it must not depend on the order either.
std::string seen_by_a_reader(Catalog& catalog) {
    std::string seen;
    value_of(catalog.for_each_item({}, [&](const ItemRecord& item) -> Result<> {
        seen += item.item.hex() + item.date + item.cover.value_or("-") + item.taken.value_or("-");
        for (const auto& file : item.files) seen += file.name + file.taken.value_or("-");
        for (const auto& words : item.words) seen += words.version.to_text() + words.text;
        return {};
    }));
    for (const auto& moment : value_of(catalog.moments())) {
        seen += moment.moment.hex() + moment.name;
        for (const auto& item : moment.items) seen += item.hex();
    }
    for (const auto* word : {"lak", "snow", "sea", "jpg", "berg", "folder"}) {
        for (const auto& item : listed(catalog, finding({word}))) seen += word + item.hex();
    }
    for (const auto& [device, missing] : value_of(catalog.missing_segments({})))
        seen += device.hex() + std::to_string(missing);
    return seen;
}

/// Takes the segments in, in some order and grouping, some of them twice, long texts in between.
Catalog taken_in(std::vector<TestSegment> segments, Random& random, bool questions) {
    auto catalog = value_of(Catalog::in_memory());
    const auto repeated = segments;
    for (const auto& segment : repeated)
        if (below(random, 4) == 0) segments.push_back(segment);
    std::ranges::shuffle(segments, random);
    bool texts_in = false;
    for (std::size_t i = 0; i < segments.size() || !texts_in;) {
        value_of(catalog.in_transaction([&]() -> Result<> {
            for (auto left = 1 + below(random, 4); left > 0 && i < segments.size(); --left, ++i) {
                TRY(catalog.add_segment(segments[i].record, segments[i].entries));
                // A question within makes what is staged be written at once.
                if (questions && below(random, 2) == 0) TRY(catalog.item_count({}));
            }
            if (!texts_in && (below(random, 3) == 0 || i == segments.size())) {
                texts_in = true;
                TRY(catalog.set_long_text(content_id(50), "long snow in the valley"));
            }
            return {};
        }));
    }
    return catalog;
}

TEST(Merging, DependsOnTheSetOfSegmentsAlone) {
    const bool held = rc::check("same content whatever the order", [] {
        Random random(*rc::gen::arbitrary<std::uint64_t>());
        const auto history = any_history(random);
        auto first = taken_in(history, random, false);
        auto second = taken_in(history, random, true);
        RC_ASSERT(value_of(first.content_hash()) == value_of(second.content_hash()));
        RC_ASSERT(seen_by_a_reader(first) == seen_by_a_reader(second));
    });
    EXPECT_TRUE(held);
}

TEST(Merging, TellsDifferentSetsApart) {
    const bool held = rc::check("another segment, another content", [] {
        Random random(*rc::gen::arbitrary<std::uint64_t>());
        auto history = any_history(random);
        auto whole = taken_in(history, random, false);
        history.pop_back();
        auto less = taken_in(history, random, false);
        RC_ASSERT(value_of(whole.content_hash()) != value_of(less.content_hash()));
    });
    EXPECT_TRUE(held);
}

TEST(Merging, CountsAsItLists) {
    const bool held = rc::check("totals follow every change", [] {
        Random random(*rc::gen::arbitrary<std::uint64_t>());
        auto catalog = taken_in(any_history(random), random, true);
        listed(catalog);
        listed(catalog, those_let_go());
        listed(catalog, between("1980", "2000"));
    });
    EXPECT_TRUE(held);
}

}  // namespace
}  // namespace keepsake::catalog
