#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/text.h"
#include "base/time.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"

namespace keepsake::model {
namespace {

template <class Id>
Id any_id() {
    Id id;
    for (auto& byte : id.bytes) byte = *rc::gen::arbitrary<std::uint8_t>();
    return id;
}

template <class Id>
std::vector<Id> any_ids() {
    std::vector<Id> ids(*rc::gen::inRange<std::size_t>(0, 4));
    for (auto& id : ids) id = any_id<Id>();
    return ids;
}

HybridTime any_clock() {
    return {*rc::gen::inRange<std::int64_t>(-62'135'596'800'000, 253'402'300'800'000),
            *rc::gen::arbitrary<std::uint16_t>()};
}

Instant any_instant() {
    return {*rc::gen::inRange<std::int64_t>(-62'135'596'800, 253'402'300'800),
            *rc::gen::element<std::uint32_t>(0, 1, 500'000'000, 999'999'999)};
}

std::uint64_t any_number(std::uint64_t least = 0) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
    constexpr std::uint64_t kExact = 1ULL << 53U;
    return std::clamp(
        *rc::gen::oneOf(rc::gen::element<std::uint64_t>(0, kExact - 1, kExact, kExact + 1, kMost),
                        rc::gen::arbitrary<std::uint64_t>()),
        least, kMost);
}

std::string any_bytes(std::size_t least, std::size_t most) {
    const auto size = *rc::gen::inRange<std::size_t>(least, most + 1);
    return *rc::gen::container<std::string>(
        size, rc::gen::distinctFrom(rc::gen::arbitrary<char>(), '\0'));
}

// U+FFFD is three bytes.
std::string any_words(std::size_t least, std::size_t most) {
    return to_utf8_lossy(any_bytes(least, most / 3));
}

std::string any_name() {
    auto name = any_bytes(1, 40);
    std::ranges::replace(name, '/', '_');
    return name == "." || name == ".." ? "dots" : name;
}

std::string any_folder() {
    std::string folder;
    const auto depth = *rc::gen::inRange(0, 4);
    for (int i = 0; i < depth; ++i) folder += (i == 0 ? "" : "/") + any_name();
    return folder;
}

std::string any_key() {
    std::string blob("\0\0\0\x0bssh-ed25519\0\0\0\x20", 19);
    const auto key = any_id<TextHash>();
    blob.append(as_text(key.bytes));
    return "ssh-ed25519 " + to_base64(as_bytes(blob), Padding::with);
}

std::string any_json() {
    return *rc::gen::element<std::string>("null", "true", "-1.50e+07", R"("Gr\u00fc\u00dfe \" {")",
                                          R"({"a":[1,{"b":"]}"}],"c":{}})", "{}", "\"\"", "0");
}

Subject any_subject() {
    switch (*rc::gen::inRange(0, 6)) {
        case 0:
            return Subject::of(any_id<ItemId>());
        case 1:
            return Subject::of(any_id<MomentId>());
        case 2:
            return Subject::of(any_id<PersonId>());
        case 3:
            return Subject::of(any_id<DeviceId>());
        case 4:
            return {"date:02-29"};
        default:
            return {"archive"};
    }
}

KeptFile any_file() {
    return {any_id<ContentId>(), any_number(), any_name(), any_folder(), any_instant()};
}

void fill(Enroll& entry) { entry = {any_id<DeviceId>(), any_key(), any_key(), any_words(3, 900)}; }
void fill(Way& entry) {
    entry = {any_id<WayId>(),
             *rc::gen::element(WayKind::passphrase, WayKind::recovery, WayKind::recipient),
             any_words(0, kLargestWayNameBytes), "age1" + any_id<TextHash>().hex(),
             any_ids<FileHash>()};
}
void fill(Epoch& entry) {
    entry = {*rc::gen::element<std::uint32_t>(1, 2, UINT32_MAX),
             any_key(),
             any_key(),
             any_clock(),
             {},
             any_ids<FileHash>(),
             {},
             any_words(3, 900),
             any_words(3, 900)};
    for (const auto& device : any_ids<DeviceId>())
        entry.devices[device] = {any_number() / 2 + 1, any_id<TextHash>()};
    entry.ways.resize(*rc::gen::inRange<std::size_t>(0, 3));
    for (auto& way : entry.ways) fill(way);
    std::ranges::sort(entry.ways, {}, &Way::way);
    const auto [second, end] = std::ranges::unique(entry.ways, {}, &Way::way);
    entry.ways.erase(second, end);
}
void fill(Revoke& entry) { entry = {any_id<WayId>()}; }
void fill(Object& entry) {
    entry = {any_id<ObjectId>(), any_id<ContentId>(), any_number(), any_number(),
             any_words(3, 900)};
}
void fill(Keep& entry) {
    entry = {any_id<ItemId>(), any_instant(), any_id<RootId>(), {any_file()}};
    const auto more = *rc::gen::inRange(0, 3);
    for (int i = 0; i < more; ++i) entry.files.push_back(any_file());
}
void fill(Facts& entry) {
    entry = {any_id<ContentId>(), any_number(), "{\"a\":" + any_json() + "}"};
}
void fill(Words& entry) {
    entry = {any_subject(), any_words(1, kLargestFieldNameBytes), "", {}, {}};
    if (*rc::gen::arbitrary<bool>())
        entry.content = any_id<ContentId>();
    else
        entry.text = any_words(0, kLargestInlineTextBytes);
    const auto count = *rc::gen::inRange(0, 3);
    for (int i = 0; i < count; ++i) entry.replaces.push_back({any_clock(), any_id<DeviceId>()});
    if (*rc::gen::arbitrary<bool>()) entry.person = any_id<PersonId>();
}
void fill(Set& entry) {
    entry = {any_subject(), any_words(1, kLargestFieldNameBytes), {}, any_json()};
    if (*rc::gen::arbitrary<bool>()) entry.person = any_id<PersonId>();
}
void fill(Link& entry) {
    entry = {any_subject(), any_subject(), any_words(1, kLargestFieldNameBytes), any_json()};
}
void fill(LetGo& entry) { entry = {any_id<ItemId>()}; }
void fill(BringBack& entry) { entry = {any_id<ItemId>()}; }
void fill(Retire& entry) {
    entry = {any_id<DeviceId>(), {any_number(), any_id<TextHash>()}, any_key(), any_words(3, 900)};
}
void fill(Adopt& entry) { entry = {any_id<DeviceId>(), {any_number(1), any_id<TextHash>()}}; }
void fill(Plain& entry) {
    const auto count = *rc::gen::inRange(0, 4);
    for (int i = 0; i < count; ++i) {
        auto name = to_utf8_lossy(any_name());
        entry.files[std::move(name)] = any_id<FileHash>();
    }
}
void fill(Tick& entry) {
    for (const auto& item : any_ids<ItemId>())
        entry.met.push_back({item, {any_clock(), any_id<DeviceId>()}});
}

template <class Body>
class EntryRoundTrip : public testing::Test {};

using Bodies = testing::Types<Enroll, Epoch, Way, Revoke, Object, Keep, Facts, Words, Set, Link,
                              LetGo, BringBack, Retire, Adopt, Plain, Tick>;
TYPED_TEST_SUITE(EntryRoundTrip, Bodies);

TYPED_TEST(EntryRoundTrip, GivesBackWhatWasWritten) {
    EntryParser parser;
    EXPECT_TRUE(rc::check("an entry, written and read, is itself", [&] {
        TypeParam body;
        fill(body);
        const Entry entry{any_clock(), body};
        const auto line = to_line(entry);
        RC_ASSERT(is_utf8(line));
        RC_ASSERT(line.find('\n') == std::string::npos);
        const auto read = parser.parse(line);
        if (!read) RC_FAIL(read.error().message() + "\n" + line);
        RC_ASSERT(*read == entry);
        RC_ASSERT(to_line(*read) == line);
    }));
}

RC_GTEST_PROP(EntryParser, SurvivesAnyBytes, ()) {
    EntryParser parser;
    const auto line = *rc::gen::arbitrary<std::string>();
    RC_ASSERT(!parser.parse(line).has_value());
}

}  // namespace
}  // namespace keepsake::model
