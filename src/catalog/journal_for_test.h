#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"

/// Small journals for the catalog's tests, made without files or signatures.
namespace keepsake::catalog {

template <class Id>
Id numbered(std::uint64_t number) {
    Id id;
    for (std::size_t i = 0; i < Id::kBytes; ++i)
        id.bytes[i] = static_cast<std::uint8_t>(i < 8 ? number >> (56 - 8 * i) : number * (i + 1));
    return id;
}
inline model::ItemId item_id(std::uint64_t n) { return numbered<model::ItemId>(n); }
inline model::ContentId content_id(std::uint64_t n) { return numbered<model::ContentId>(n); }
inline model::ObjectId object_id(std::uint64_t n) { return numbered<model::ObjectId>(n); }
inline model::MomentId moment_id(std::uint64_t n) { return numbered<model::MomentId>(n); }
inline model::DeviceId device_id(std::uint64_t n) { return numbered<model::DeviceId>(n); }
inline model::RootId root_id(std::uint64_t n) { return numbered<model::RootId>(n); }

inline model::KeptFile kept_file(std::uint64_t content, std::string name, std::string folder = "",
                                 Instant modified = {1'600'000'000, 0}) {
    return {content_id(content), 100 + content, std::move(name), std::move(folder), modified};
}
inline model::Keep keep_of(std::uint64_t item, std::vector<model::KeptFile> files) {
    return {item_id(item), {1'700'000'000, 0}, root_id(1), std::move(files)};
}
inline model::Object object_of(std::uint64_t object, std::uint64_t content) {
    return {object_id(object), content_id(content), 100 + content, 300 + content, "header"};
}
inline model::Words words_of(model::Subject of, std::string text,
                             std::vector<model::Version> replaces = {}) {
    return {std::move(of), "words", std::move(text), std::nullopt, std::move(replaces)};
}
inline model::Set set_of(model::Subject of, std::string field, std::string value) {
    return {std::move(of), std::move(field), std::nullopt, std::move(value)};
}
inline model::Link held_by(std::uint64_t moment, std::uint64_t item, std::string value = "true") {
    return {model::Subject::of(moment_id(moment)), model::Subject::of(item_id(item)), "holds",
            std::move(value)};
}

struct TestSegment {
    SegmentRecord record;
    std::vector<model::Entry> entries;
};

inline model::Entry at(std::int64_t clock, model::EntryBody body) {
    return {{clock, 0}, std::move(body)};
}

/// A segment of a device; the text's hash is made of device, number and `fork`.
inline TestSegment segment_of(std::uint64_t device, std::uint64_t seq,
                              std::vector<model::Entry> entries, std::uint64_t fork = 0) {
    TestSegment segment;
    segment.record.device = device_id(device);
    segment.record.seq = seq;
    segment.record.text = numbered<model::TextHash>(device * 1'000'000 + seq * 100 + fork);
    segment.record.time = {1'700'000'000 + static_cast<std::int64_t>(seq), 0};
    for (const auto& entry : entries)
        segment.record.clock = std::max(segment.record.clock, entry.clock);
    segment.entries = std::move(entries);
    return segment;
}

template <class T>
T value_of(Result<T> result) {
    EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().describe());
    if (!result) throw std::runtime_error(result.error().describe());
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

inline void take(Catalog& catalog, const std::vector<TestSegment>& segments) {
    value_of(catalog.in_transaction([&]() -> Result<> {
        for (const auto& segment : segments)
            TRY(catalog.add_segment(segment.record, segment.entries));
        return {};
    }));
}

inline Catalog catalog_with(const std::vector<TestSegment>& segments) {
    auto catalog = value_of(Catalog::in_memory());
    take(catalog, segments);
    return catalog;
}

/// One device's entries with clocks 1, 2, 3, ...
inline Catalog catalog_of(std::vector<model::EntryBody> bodies) {
    std::vector<model::Entry> entries;
    entries.reserve(bodies.size());
    for (auto& body : bodies)
        entries.push_back(at(static_cast<std::int64_t>(entries.size()) + 1, std::move(body)));
    return catalog_with({segment_of(1, 1, std::move(entries))});
}

inline std::vector<model::ItemId> listed(Catalog& catalog, const ItemFilter& filter = {}) {
    std::vector<model::ItemId> items;
    value_of(catalog.for_each_item(filter, [&](const ItemRecord& record) -> Result<> {
        items.push_back(record.item);
        return {};
    }));
    EXPECT_EQ(value_of(catalog.item_count(filter)), items.size());
    return items;
}
inline ItemFilter finding(std::vector<std::string> words) {
    ItemFilter filter;
    filter.words = std::move(words);
    return filter;
}
inline ItemFilter between(std::string from, std::string before) {
    ItemFilter filter;
    filter.from = std::move(from);
    filter.before = std::move(before);
    return filter;
}
inline ItemFilter those_let_go() {
    ItemFilter filter;
    filter.let_go = true;
    return filter;
}

/// A folder that is gone when the test is over.
class TestFolder {
  public:
    TestFolder() {
        std::string name = testing::TempDir() + "keepsake-catalog-XXXXXX";
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
        path_ = name;
    }
    TestFolder(const TestFolder&) = delete;
    TestFolder& operator=(const TestFolder&) = delete;
    ~TestFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::string file(const std::string& name) const { return path_ + "/" + name; }

  private:
    std::string path_;
};

}  // namespace keepsake::catalog
