// Packed columns of the catalog (it is derived and sealed, but a file all the same): counts are not
// believed, and the union of keep entries is one whatever their order.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "catalog/packing.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

void run(ByteView input) {
    using namespace catalog;
    const auto text = as_text(input);
    static_cast<void>(unpack_clock(input));
    static_cast<void>(unpack_stamp(input));
    static_cast<void>(first_modified(text));
    std::vector<model::ContentId> contents;
    static_cast<void>(add_contents(text, contents));
    require(contents.size() * model::ContentId::kBytes <= input.size() + model::ContentId::kBytes);
    if (const auto range = keys_with_prefix(text)) require(range->first <= range->last);
    const auto unpacked = unpack_keeps(text);
    const auto merged = merge_keeps(text, {});
    if (!merged) {
        require(!unpacked && merged.error().code() == ErrorCode::corrupt);
        return;
    }
    const auto twice = merge_keeps(*merged, {});
    require(twice.has_value() && *twice == *merged);
    const auto again = unpack_keeps(*merged);
    require(again.has_value() == unpacked.has_value());
    if (!again) return;
    require(again->files.size() == unpacked->files.size() && again->kept == unpacked->kept &&
            again->clock == unpacked->clock);
}

Seeds seeds() {
    model::Keep keep;
    keep.kept = {1'800'000'000, 5};
    keep.files.push_back(
        {.content = {}, .bytes = 300, .name = "a.jpg", .folder = "b", .modified = {}});
    keep.files.push_back({.content = {},
                          .bytes = 1ULL << 40U,
                          .name = std::string(255, 'x'),
                          .folder = "",
                          .modified = {-5, 7}});
    const auto one = catalog::pack_keep({1'800'000'000'000, 1}, keep);
    keep.files.pop_back();
    const auto other = catalog::pack_keep({1'800'000'000'000, 2}, keep);
    const std::vector<std::string_view> added{one, other, one};
    return {seed(one), seed(*catalog::merge_keeps("", added)),
            seed(*catalog::merge_keeps("", std::span(added).first(1)))};
}

}  // namespace

Target packing_target() { return {.name = "packing", .run = run, .seeds = seeds}; }

}  // namespace keepsake::fuzz
