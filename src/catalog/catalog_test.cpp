#include "catalog/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "catalog/journal_for_test.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"

namespace keepsake::catalog {
namespace {

using model::Subject;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string kRoot =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICrrt8hO2oex2M3tEmN1ebpDUNNCrYn3TdftAgOlZM1l";
const std::string kDeviceKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGGNFzyzcwCW8KV9ZTUazrCLgghWtuOJ85FYEmppMR9w";

std::vector<std::string> names_of(const ItemRecord& item) {
    std::vector<std::string> names;
    names.reserve(item.files.size());
    for (const auto& file : item.files) names.push_back(file.name);
    return names;
}

ItemRecord item_of(Catalog& catalog, std::uint64_t item) {
    return value_of(catalog.item(item_id(item))).value();
}

// ---- items ----

TEST(Items, ComeBackAsTheyWereKept) {
    const std::string name = "Omas \xe4 le.jpg";  // not UTF-8
    auto keep = keep_of(7, {{content_id(1), 11, name, "a/b", {-5, 3}}, kept_file(2, "oma.xmp")});
    keep.kept = {-77, 999'999'999};
    auto catalog = catalog_of({keep});
    const auto item = item_of(catalog, 7);
    EXPECT_EQ(item.item, item_id(7));
    EXPECT_EQ(item.kept, keep.kept);
    EXPECT_FALSE(item.let_go);
    ASSERT_EQ(item.files.size(), 2U);
    EXPECT_EQ(item.files[0].content, content_id(1));
    EXPECT_EQ(item.files[0].bytes, 11U);
    EXPECT_EQ(item.files[0].name, name);
    EXPECT_EQ(item.files[0].folder, "a/b");
    EXPECT_EQ(item.files[0].root, keep.root);
    EXPECT_EQ(item.files[0].modified, (Instant{-5, 3}));
    EXPECT_EQ(item.files[1].name, "oma.xmp");
    EXPECT_EQ(item.date, "1969-12-31T23:59:55Z");
    EXPECT_FALSE(value_of(catalog.item(item_id(8))).has_value());
    EXPECT_THAT(listed(catalog, finding({"omas", "le"})), ElementsAre(item_id(7)));
}

TEST(Items, KeptTwiceHoldTheFilesOfBoth) {
    auto later = keep_of(1, {kept_file(2, "b"), kept_file(1, "a"), kept_file(1, "a", "elsewhere")});
    later.kept = {5, 0};
    auto catalog = catalog_with({segment_of(2, 1, {at(20, later)}),
                                 segment_of(1, 1, {at(10, keep_of(1, {kept_file(1, "a")}))})});
    const auto item = item_of(catalog, 1);
    EXPECT_THAT(names_of(item), ElementsAre("a", "b", "a"));
    EXPECT_EQ(item.files[2].folder, "elsewhere");
    EXPECT_EQ(item.kept, (Instant{5, 0}));
    EXPECT_EQ(value_of(catalog.item_count({})), 1U);
}

TEST(Items, AreDatedByHandElseByFactsElseByTheFirstFile) {
    auto catalog = catalog_of({keep_of(1, {kept_file(1, "a"), kept_file(2, "b")})});
    EXPECT_EQ(item_of(catalog, 1).date, "2020-09-13T12:26:40Z");
    EXPECT_EQ(item_of(catalog, 1).taken, std::nullopt);

    const auto add = [&](std::uint64_t seq, model::EntryBody body) {
        take(catalog, {segment_of(2, seq, {at(static_cast<std::int64_t>(seq), std::move(body))})});
    };
    add(1, model::Facts{content_id(2), 1, R"({"taken":{"at":"2001-02-03T04:05:06"}})"});
    EXPECT_EQ(item_of(catalog, 1).date, "2001-02-03T04:05:06");
    EXPECT_EQ(item_of(catalog, 1).taken, "2001-02-03T04:05:06");
    EXPECT_EQ(item_of(catalog, 1).files[0].taken, std::nullopt);
    EXPECT_EQ(item_of(catalog, 1).files[1].taken, "2001-02-03T04:05:06");

    add(2, model::Facts{content_id(1), 1, R"({"taken":"1999-01-01T00:00:00Z"})"});
    EXPECT_EQ(item_of(catalog, 1).taken, "1999-01-01T00:00:00Z");
    // A lesser reader does not win by coming later; a greater does, even with nothing to say.
    add(3, model::Facts{content_id(1), 0, R"({"taken":"1998-01-01T00:00:00Z"})"});
    EXPECT_EQ(item_of(catalog, 1).date, "1999-01-01T00:00:00Z");
    add(4, model::Facts{content_id(1), 2, R"({"taken":"a while ago"})"});
    EXPECT_EQ(item_of(catalog, 1).date, "2001-02-03T04:05:06");

    add(5, set_of(Subject::of(item_id(1)), "taken", R"({"from":"1987-06","text":"June"})"));
    EXPECT_EQ(item_of(catalog, 1).date, "1987-06");
    EXPECT_EQ(item_of(catalog, 1).taken, "1987-06");
    EXPECT_THAT(listed(catalog, between("1987", "1988")), ElementsAre(item_id(1)));
    EXPECT_THAT(listed(catalog, between("1988", "")), IsEmpty());
    add(6, set_of(Subject::of(item_id(1)), "taken", "null"));
    EXPECT_EQ(item_of(catalog, 1).date, "2001-02-03T04:05:06");
    EXPECT_EQ(value_of(catalog.item_count({})), 1U);
}

TEST(Items, AreListedByDateThenId) {
    const auto of_second = [](std::uint64_t item, std::int64_t second) {
        return keep_of(item, {kept_file(item, "x", "", {second, 0})});
    };
    auto catalog = catalog_of({of_second(3, 100), of_second(2, 200), of_second(9, 100),
                               of_second(1, 86'400), of_second(4, -1)});
    EXPECT_THAT(listed(catalog),
                ElementsAre(item_id(4), item_id(3), item_id(9), item_id(2), item_id(1)));
    EXPECT_THAT(listed(catalog, between("1970-01-01", "1970-01-02")),
                ElementsAre(item_id(3), item_id(9), item_id(2)));
    EXPECT_THAT(listed(catalog, between("", "1970")), ElementsAre(item_id(4)));
    EXPECT_THAT(listed(catalog, between("1970-01-02", "")), ElementsAre(item_id(1)));
    int seen = 0;
    const auto stopped = catalog.for_each_item({}, [&](const ItemRecord&) -> Result<> {
        return ++seen < 2 ? Result<>() : Error(ErrorCode::cancelled, "enough");
    });
    EXPECT_EQ(stopped.error().code(), ErrorCode::cancelled);
    EXPECT_EQ(seen, 2);
}

TEST(Items, AreListedAsTheyWereKept) {
    auto catalog =
        catalog_with({segment_of(1, 1,
                                 {at(5, keep_of(1, {kept_file(1, "a", "", {100, 0})})),
                                  at(7, keep_of(2, {kept_file(2, "b", "", {50, 0})}))}),
                      segment_of(2, 1,
                                 {at(6, keep_of(3, {kept_file(3, "c", "", {75, 0})})),
                                  at(9, keep_of(1, {kept_file(1, "a", "", {100, 0})}))})});
    ItemFilter filter;
    filter.by_kept = true;
    EXPECT_THAT(listed(catalog, filter), ElementsAre(item_id(1), item_id(3), item_id(2)));
    EXPECT_EQ(item_of(catalog, 1).kept_clock, (model::HybridTime{5, 0}));
}

TEST(Items, AreFoundByTheStartOfTheirId) {
    auto catalog = catalog_of({keep_of(0x9b1f02c4d5e6a788, {kept_file(1, "a")}),
                               keep_of(0x9b1f02c4d5e6a799, {kept_file(1, "a")}),
                               keep_of(0x0b1f02c4d5e6a788, {kept_file(1, "a")})});
    const auto of = [&](std::string_view hex, std::size_t most = 10) {
        return value_of(catalog.items_by_prefix(hex, most)).size();
    };
    EXPECT_EQ(of(""), 3U);
    EXPECT_EQ(of("", 2), 2U);
    EXPECT_EQ(of("9"), 2U);
    EXPECT_EQ(of("9b1f02c4d5e6a7"), 2U);
    EXPECT_EQ(of("9b1f02c4d5e6a78"), 1U);
    EXPECT_EQ(of("9b1f02c4d5e6a788"), 1U);
    EXPECT_EQ(of("9B"), 0U);
    EXPECT_EQ(of("9b1f02c4d5e6a7880"), 0U);
    EXPECT_EQ(of("' OR 1"), 0U);
}

TEST(Items, LetGoAreAsideUntilBroughtBack) {
    auto catalog = catalog_of({keep_of(1, {kept_file(1, "a")}), keep_of(2, {kept_file(2, "b")}),
                               model::LetGo{item_id(1)}, model::LetGo{item_id(5)}});
    EXPECT_THAT(listed(catalog), ElementsAre(item_id(2)));
    EXPECT_THAT(listed(catalog, those_let_go()), ElementsAre(item_id(1)));
    EXPECT_TRUE(item_of(catalog, 1).let_go);
    const auto tombstones = value_of(catalog.tombstones());
    ASSERT_EQ(tombstones.size(), 2U);
    EXPECT_EQ(tombstones[0].item, item_id(1));
    EXPECT_EQ(tombstones[0].clock, (model::HybridTime{3, 0}));
    EXPECT_EQ(tombstones[0].device, device_id(1));
    EXPECT_EQ(tombstones[0].seq, 1U);
    // An older bring-back changes nothing, a later one does.
    take(catalog, {segment_of(2, 1, {at(2, model::BringBack{item_id(1)})})});
    EXPECT_EQ(value_of(catalog.tombstones()).size(), 2U);
    take(catalog, {segment_of(2, 2, {at(4, model::BringBack{item_id(1)})})});
    EXPECT_EQ(value_of(catalog.tombstones()).size(), 1U);
    EXPECT_THAT(listed(catalog), ElementsAre(item_id(1), item_id(2)));
}

TEST(Items, AreFoundByTheFileThatWasKept) {
    auto catalog = catalog_of({keep_of(2, {kept_file(1, "a", "f", {9, 1})}),
                               keep_of(1, {kept_file(1, "a", "f", {9, 1})})});
    const auto find = [&](std::string_view folder, std::string_view name, std::uint64_t content,
                          Instant modified, std::uint64_t root = 1) {
        return value_of(
            catalog.find_kept(root_id(root), folder, name, content_id(content), modified));
    };
    EXPECT_EQ(find("f", "a", 1, {9, 1}), item_id(1));
    EXPECT_EQ(find("f", "b", 1, {9, 1}), std::nullopt);
    EXPECT_EQ(find("", "a", 1, {9, 1}), std::nullopt);
    EXPECT_EQ(find("f", "a", 2, {9, 1}), std::nullopt);
    EXPECT_EQ(find("f", "a", 1, {9, 2}), std::nullopt);
    EXPECT_EQ(find("f", "a", 1, {9, 1}, 2), std::nullopt);
    EXPECT_THAT(value_of(catalog.items_of_content(content_id(1), false)),
                ElementsAre(item_id(1), item_id(2)));
    take(catalog, {segment_of(1, 2, {at(9, model::LetGo{item_id(1)})})});
    EXPECT_EQ(find("f", "a", 1, {9, 1}), item_id(2));
    EXPECT_THAT(value_of(catalog.items_of_content(content_id(1), true)), ElementsAre(item_id(1)));
}

// ---- contents ----

TEST(Contents, AreKnownByTheirObjects) {
    auto second = object_of(4, 7);
    second.header = "another header";
    auto catalog = catalog_of({object_of(9, 7), second, object_of(5, 6), object_of(9, 7)});
    const auto content = value_of(catalog.content(content_id(7))).value();
    EXPECT_EQ(content.content, content_id(7));
    EXPECT_EQ(content.bytes, 107U);
    ASSERT_EQ(content.objects.size(), 2U);
    EXPECT_EQ(content.objects[0].object, object_id(4));
    EXPECT_EQ(content.objects[0].header, "another header");
    EXPECT_EQ(content.objects[1].object, object_id(9));
    EXPECT_EQ(content.objects[1].object_bytes, 307U);
    EXPECT_FALSE(value_of(catalog.content(content_id(8))).has_value());
    EXPECT_TRUE(value_of(catalog.any_content_of_size(106)));
    EXPECT_FALSE(value_of(catalog.any_content_of_size(105)));
    EXPECT_EQ(value_of(catalog.content_of_object(object_id(5))), content_id(6));
    EXPECT_EQ(value_of(catalog.content_of_object(object_id(6))), std::nullopt);
    std::vector<std::pair<model::ContentId, std::size_t>> all;
    value_of(catalog.for_each_content([&](const ContentRecord& record, bool live) -> Result<> {
        EXPECT_FALSE(live);
        all.emplace_back(record.content, record.objects.size());
        return {};
    }));
    EXPECT_THAT(all, ElementsAre(std::pair(content_id(6), 1U), std::pair(content_id(7), 2U)));
}

TEST(Contents, AreToldApartWhereTheirFirstBytesAreEqual) {
    auto one = object_of(1, 7);
    auto other = object_of(1, 7);
    other.content.bytes[31] ^= 1U;
    other.object.bytes[31] ^= 1U;
    auto catalog = catalog_of({other, one});
    EXPECT_EQ(value_of(catalog.content(one.content))->objects.size(), 1U);
    EXPECT_EQ(value_of(catalog.content_of_object(other.object)), other.content);
    std::vector<model::ContentId> all;
    value_of(catalog.for_each_content([&](const ContentRecord& record, bool) -> Result<> {
        all.push_back(record.content);
        return {};
    }));
    EXPECT_EQ(all.size(), 2U);
    EXPECT_LT(all[0], all[1]);
}

TEST(Contents, OfSeveralObjectsAreKnownHoweverTheyCame) {
    auto clash = object_of(20, 3);  // of another content that begins with the same bytes
    clash.content.bytes[31] ^= 1U;
    auto catalog = catalog_of({object_of(1, 1), object_of(2, 1), object_of(3, 2), object_of(4, 3)});
    EXPECT_THAT(value_of(catalog.contents_with_several_objects()), ElementsAre(content_id(1)));
    const auto later = segment_of(2, 1, {at(9, object_of(5, 2)), at(9, clash)});
    value_of(
        catalog.in_transaction([&] { return catalog.add_segment(later.record, later.entries); }));
    EXPECT_THAT(value_of(catalog.contents_with_several_objects()),
                ElementsAre(content_id(1), content_id(2)));
}

TEST(Contents, AreLiveAsLongAsSomethingKeptRefersToThem) {
    model::Words story = words_of(Subject::of(item_id(1)), "");
    story.content = content_id(50);
    model::Words of_moment = words_of(Subject::of(moment_id(1)), "");
    of_moment.content = content_id(51);
    auto catalog = catalog_of({object_of(1, 1), object_of(50, 50), object_of(51, 51),
                               keep_of(1, {kept_file(1, "a")}), keep_of(2, {kept_file(1, "b")}),
                               story, of_moment});
    const auto live = [&](std::uint64_t content) {
        const bool told = value_of(catalog.is_live(content_id(content)));
        value_of(catalog.for_each_content([&](const ContentRecord& record, bool of) -> Result<> {
            EXPECT_TRUE(record.content != content_id(content) || of == told);
            return {};
        }));
        return told;
    };
    EXPECT_TRUE(live(1));
    EXPECT_TRUE(live(50));
    EXPECT_TRUE(live(51));
    EXPECT_FALSE(live(2));
    take(catalog, {segment_of(1, 2, {at(99, model::LetGo{item_id(1)})})});
    EXPECT_TRUE(live(1));
    EXPECT_FALSE(live(50));
    take(catalog, {segment_of(1, 3, {at(100, model::LetGo{item_id(2)})})});
    EXPECT_FALSE(live(1));
    EXPECT_TRUE(live(51));
}

// ---- the journal ----

TEST(Journal, SegmentsAreRemembered) {
    auto one = segment_of(1, 1, {at(5, model::Tick{})});
    auto two = segment_of(1, 2, {at(9, model::Tick{})});
    two.record.previous = one.record.text;
    two.record.seen[device_id(3)] = {4, numbered<model::TextHash>(5)};
    two.record.clock = {7, 3};  // behind its entry: still never to be passed
    auto catalog = catalog_with({two, one});
    const auto segments = value_of(catalog.segments_of(device_id(1)));
    ASSERT_EQ(segments.size(), 2U);
    EXPECT_EQ(segments[1].text, two.record.text);
    EXPECT_EQ(segments[1].previous, one.record.text);
    EXPECT_EQ(segments[1].seen, two.record.seen);
    EXPECT_EQ(segments[1].clock, two.record.clock);
    EXPECT_EQ(segments[1].time, two.record.time);
    EXPECT_EQ(segments[0].previous, std::nullopt);
    EXPECT_TRUE(value_of(catalog.has_segment(device_id(1), 2, two.record.text)));
    EXPECT_FALSE(value_of(catalog.has_segment(device_id(1), 2, one.record.text)));
    EXPECT_EQ(value_of(catalog.latest_clock()), (model::HybridTime{9, 0}));
    EXPECT_EQ(value_of(catalog.heads()).at(device_id(1)).text, two.record.text);
    EXPECT_THAT(value_of(catalog.forked_devices()), IsEmpty());
}

TEST(Journal, HeadOfAForkIsTheLowerText) {
    const auto high = segment_of(1, 3, {}, 9);
    const auto low = segment_of(1, 3, {}, 2);
    for (const auto& order : {std::vector{high, low}, std::vector{low, high}}) {
        auto catalog = catalog_with(order);
        const auto head = value_of(catalog.heads()).at(device_id(1));
        EXPECT_EQ(head.seq, 3U);
        EXPECT_EQ(head.text, low.record.text);
    }
}

TEST(Journal, TellsWhatIsMissing) {
    auto segment = segment_of(1, 4, {});
    segment.record.seen[device_id(2)] = {3, numbered<model::TextHash>(77)};
    segment.record.seen[device_id(3)] = {1, segment_of(3, 1, {}).record.text};
    auto fork = segment_of(4, 1, {});
    fork.record.seen[device_id(3)] = {1, numbered<model::TextHash>(78)};
    auto catalog = catalog_with({segment, segment_of(1, 2, {}), segment_of(3, 1, {}), fork});
    using Missing = std::map<model::DeviceId, std::uint64_t>;
    EXPECT_EQ(value_of(catalog.missing_segments({})),
              (Missing{{device_id(1), 2}, {device_id(2), 3}, {device_id(3), 1}}));
    EXPECT_EQ(
        value_of(catalog.missing_segments({{device_id(2), {5, {}}}, {device_id(9), {1, {}}}})),
        (Missing{{device_id(1), 2}, {device_id(2), 5}, {device_id(3), 1}, {device_id(9), 1}}));
}

TEST(Journal, FilesComeAndGo) {
    auto catalog = value_of(Catalog::in_memory());
    const JournalFile one{numbered<model::FileHash>(1), device_id(1), 1, 1};
    const JournalFile rollup{numbered<model::FileHash>(2), device_id(1), 1, 9};
    const auto before = value_of(catalog.content_hash());
    value_of(catalog.in_transaction([&]() -> Result<> {
        TRY(catalog.add_file(rollup));
        TRY(catalog.add_file(one));
        return catalog.add_file(one);
    }));
    EXPECT_THAT(value_of(catalog.files()), ElementsAre(one, rollup));
    value_of(catalog.in_transaction([&] { return catalog.remove_file(one.file); }));
    EXPECT_THAT(value_of(catalog.files()), ElementsAre(rollup));
    EXPECT_EQ(value_of(catalog.content_hash()), before);
}

TEST(Journal, AuthorityIsKeptWithItsPlace) {
    const model::Enroll enroll{device_id(2), kDeviceKey, kRoot, "signature"};
    const model::Epoch epoch{
        1,  kRoot, kRoot,       {3, 0},    {{device_id(2), {9, numbered<model::TextHash>(5)}}},
        {}, {},    "signature", "accepted"};
    const model::Retire retire{device_id(2), {7, numbered<model::TextHash>(4)}, kRoot, "signature"};
    const model::Adopt adopt{device_id(2), {8, numbered<model::TextHash>(3)}};
    auto catalog = catalog_with(
        {segment_of(1, 1, {at(4, adopt), at(3, retire), at(2, enroll), at(1, epoch)}),
         segment_of(2, 1,
                    {at(9, set_of(Subject::of(device_id(2)), "name", R"("Ana's laptop")"))})});
    const auto entries = value_of(catalog.authority_entries());
    ASSERT_EQ(entries.size(), 4U);
    EXPECT_EQ(std::get<model::Epoch>(entries[0].entry.body), epoch);
    EXPECT_EQ(std::get<model::Enroll>(entries[1].entry.body), enroll);
    EXPECT_EQ(std::get<model::Retire>(entries[2].entry.body), retire);
    EXPECT_EQ(std::get<model::Adopt>(entries[3].entry.body), adopt);
    EXPECT_EQ(entries[3].writer, device_id(1));
    EXPECT_EQ(entries[3].segment.seq, 1U);
    EXPECT_EQ(entries[3].entry.clock, (model::HybridTime{4, 0}));

    const auto devices = value_of(catalog.devices());
    ASSERT_EQ(devices.size(), 2U);
    EXPECT_EQ(devices[0].device, device_id(1));
    EXPECT_FALSE(devices[0].retired);
    EXPECT_EQ(devices[0].last_seq, 1U);
    EXPECT_EQ(devices[1].key, kDeviceKey);
    EXPECT_EQ(devices[1].name, "Ana's laptop");
    EXPECT_EQ(devices[1].enrolled, (Instant{0, 2'000'000}));
    EXPECT_EQ(devices[1].last_time, (Instant{1'700'000'001, 0}));
    EXPECT_TRUE(devices[1].retired);
}

TEST(Journal, WaysAndPlainFilesAreKept) {
    const auto way_id = numbered<model::WayId>(1);
    const std::string recipient = "age1qpzry9x8gf2tvdw0s3jn54khce6mua7lqpzry9x8gf2tvdw0s3jn54khce";
    model::Way way{way_id,
                   model::WayKind::recovery,
                   "red envelope",
                   recipient,
                   {numbered<model::FileHash>(1)}};
    auto renamed = way;
    renamed.name = "blue envelope";
    const auto plain = [](std::uint64_t hash) {
        return model::Plain{{{"README.txt", numbered<model::FileHash>(hash)}}};
    };
    auto catalog = catalog_of({way, renamed, plain(2), plain(1)});
    auto ways = value_of(catalog.ways());
    ASSERT_EQ(ways.size(), 1U);
    EXPECT_EQ(ways[0].way.name, "blue envelope");
    EXPECT_EQ(ways[0].way.files, way.files);
    EXPECT_EQ(ways[0].since, (model::HybridTime{2, 0}));
    EXPECT_FALSE(ways[0].revoked);
    EXPECT_THAT(value_of(catalog.plain_files()).at("README.txt"),
                ElementsAre(numbered<model::FileHash>(1), numbered<model::FileHash>(2)));
    // Ended is ended, also where another device writes of it later.
    take(catalog, {segment_of(2, 1, {at(9, model::Revoke{way_id}), at(8, model::Revoke{way_id})}),
                   segment_of(3, 1, {at(20, way)})});
    ways = value_of(catalog.ways());
    EXPECT_TRUE(ways[0].revoked);
    EXPECT_EQ(ways[0].revoked_at, (model::HybridTime{8, 0}));
    EXPECT_EQ(ways[0].way.name, "red envelope");
}

}  // namespace
}  // namespace keepsake::catalog
