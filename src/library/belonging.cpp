#include "library/belonging.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/findings.h"
#include "catalog/groups.h"
#include "library/library.h"
#include "media/facts.h"
#include "model/entry.h"
#include "model/ids.h"

namespace keepsake::library {
namespace {

constexpr std::size_t kMostCompanions = 5'000;  // of one exact word
constexpr std::size_t kMostEntries = 1'000;

std::string value_of(const std::optional<model::ItemId>& to, std::string_view role) {
    if (!to) return R"({"to":null})";
    return R"({"to":")" + model::Subject::of(*to).text + R"(","as":")" + std::string(role) + "\"}";
}

Result<Candidate> candidate_of(Library& library, const catalog::FileRecord& file) {
    Candidate candidate;
    candidate.item = file.item;
    candidate.root = file.root;
    candidate.folder = file.folder;
    candidate.name = file.name;
    const auto facts = library.catalog().facts(file.content);
    if (!facts || !*facts) return candidate;
    const auto& read = **facts;
    candidate.kind = read.kind;
    candidate.format = read.format;
    candidate.live_id = read.live_id;
    candidate.of_file = read.of_file;
    candidate.taken = read.taken;
    candidate.duration_s = read.duration_s;
    if (read.examination) candidate.series = read.examination->series;
    return candidate;
}

/// The files around those that were read: of the same stem, Live Photo or series.
class Surroundings {
  public:
    explicit Surroundings(Library& library) : library_(&library) {}

    Result<> add_around(const model::ContentId& content) {
        TRY_LET(const auto items, library_->catalog().items_of_content(content, false));
        for (const auto& item : items) {
            TRY_LET(const auto record, library_->catalog().item(item));
            if (!record) continue;
            for (const auto& file : record->files)
                if (file.content == content) TRY(add_around(file));
        }
        return {};
    }
    std::vector<Candidate> take() {
        std::vector<Candidate> all;
        all.reserve(found_.size());
        for (auto& [key, candidate] : found_) all.push_back(std::move(candidate));
        return all;
    }

  private:
    Result<> add_around(const catalog::FileRecord& file) {
        TRY_LET(const auto candidate, candidate_of(*library_, file));
        const auto& of = candidate.of_file.empty() ? candidate.name : candidate.of_file;
        TRY(add_found(catalog::exact_word('n', catalog::name_stem(of)), candidate));
        if (!candidate.live_id.empty())
            TRY(add_found(catalog::exact_word('l', candidate.live_id), candidate));
        if (!candidate.series.empty())
            TRY(add_found(catalog::exact_word('s', candidate.series), candidate));
        return {};
    }
    Result<> add_found(const std::string& word, const Candidate& around) {
        if (!asked_.emplace(around.root, around.folder, word).second) return {};
        catalog::ItemFilter filter;
        filter.words = {word};
        std::vector<catalog::FileRecord> files;
        TRY(library_->catalog().for_each_item(
            filter, [&](const catalog::ItemRecord& item) -> Result<> {
                for (const auto& file : item.files)
                    if (file.root == around.root && files.size() < kMostCompanions)
                        files.push_back(file);
                return {};
            }));
        for (const auto& file : files) {
            const auto key = std::tuple(file.item, file.folder, file.name);
            if (found_.contains(key)) continue;
            TRY_LET(auto candidate, candidate_of(*library_, file));
            found_.emplace(key, std::move(candidate));
        }
        return {};
    }

    Library* library_;
    std::set<std::tuple<model::RootId, std::string, std::string>> asked_;
    std::map<std::tuple<model::ItemId, std::string, std::string>, Candidate> found_;
};

Result<bool> was_decided(Library& library, const model::ItemId& item) {
    TRY_LET(const auto value, library.catalog().field(model::Subject::of(item), catalog::kBelongs));
    return value.has_value();
}

}  // namespace

Result<std::uint64_t> put_together_by_rules(Library& library,
                                            std::span<const model::ContentId> contents) {
    Surroundings surroundings(library);
    for (const auto& content : contents) TRY(surroundings.add_around(content));
    const auto candidates = surroundings.take();
    std::vector<model::EntryBody> entries;
    std::uint64_t count = 0;
    for (const auto& pair : pair_by_rules(candidates)) {
        TRY_LET(const bool decided, was_decided(library, pair.part));
        if (decided) continue;
        const auto part = model::Subject::of(pair.part);
        auto value = value_of(pair.lead, pair.role);
        TRY_LET(const auto now, library.catalog().field(part, catalog::kBelongsByRule));
        if (now == value) continue;
        entries.emplace_back(
            model::Set{part, std::string(catalog::kBelongsByRule), {}, std::move(value)});
        ++count;
        if (entries.size() == kMostEntries) TRY(library.commit(std::exchange(entries, {})));
    }
    if (!entries.empty()) TRY(library.commit(std::move(entries)));
    return count;
}

Result<> put_together(Library& library, std::span<const model::ItemId> items) {
    TRY(library.settle_doubts());
    std::vector<model::EntryBody> entries;
    for (const auto& item : items)
        if (item != items.front())
            entries.emplace_back(model::Set{model::Subject::of(item),
                                            std::string(catalog::kBelongs),
                                            {},
                                            value_of(items.front(), "by-hand")});
    if (entries.empty()) return Error(ErrorCode::invalid, "These are one item already.");
    return library.commit(std::move(entries));
}

Result<> take_apart(Library& library, const model::ItemId& item) {
    TRY(library.settle_doubts());
    TRY_LET(const auto record, library.catalog().item(item));
    if (!record || record->parts.empty())
        return Error(ErrorCode::invalid, "Nothing else belongs to this item.");
    auto items = record->parts;
    items.push_back(item);
    std::vector<model::EntryBody> entries;
    entries.reserve(items.size());
    for (const auto& each : items)
        entries.emplace_back(model::Set{
            model::Subject::of(each), std::string(catalog::kBelongs), {}, value_of({}, "")});
    return library.commit(std::move(entries));
}

}  // namespace keepsake::library
