#include "library/told.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "model/entry.h"
#include "model/ids.h"

namespace keepsake::library {
namespace {

using Json = nlohmann::json;
using Field = catalog::FieldRecord;

// Values are a family member's, or a newer version's: what does not fit is passed over.
Json parsed(const std::string& value) { return Json::parse(value, nullptr, false); }

std::optional<std::string> text_of(const std::string& value) {
    const auto json = parsed(value);
    return json.is_string() ? std::optional(json.get<std::string>()) : std::nullopt;
}

bool is_true(const std::string& value) { return value == "true"; }

std::optional<Crop> crop_of(const std::string& value) {
    const auto json = parsed(value);
    const auto part = [&](const char* name) -> std::optional<std::uint16_t> {
        const auto found = json.is_object() ? json.find(name) : json.end();
        if (found == json.end() || !found->is_number_unsigned() || *found > 1000U)
            return std::nullopt;
        return found->get<std::uint16_t>();
    };
    const auto x = part("x");
    const auto y = part("y");
    const auto width = part("width");
    const auto height = part("height");
    if (!x || !y || !width || !height || *width == 0 || *height == 0 || *x + *width > 1000 ||
        *y + *height > 1000)
        return std::nullopt;
    return Crop{*x, *y, *width, *height};
}

}  // namespace

Result<Told> Told::read(catalog::Catalog& catalog) {
    Told told;
    TRY(told.read_covers(catalog));
    TRY(told.read_people(catalog));
    TRY(told.read_edits(catalog));
    return told;
}

Result<> Told::read_covers(catalog::Catalog& catalog) {
    TRY(read_cover_words(catalog));
    TRY(catalog.for_each_field("cover_by", [&](const Field& field) -> Result<> {
        const auto person = model::PersonId::from_hex(text_of(field.value).value_or(""));
        if (person) covered_by_.insert_or_assign(field.subject.text, *person);
        return {};
    }));
    TRY(catalog.for_each_field("leave_open", [&](const Field& field) -> Result<> {
        if (is_true(field.value)) left_open_.insert({field.subject.text, field.person});
        return {};
    }));
    return read_covered_moments(catalog);
}

namespace {

/// What is shown as a part of another is covered with it, and covers it.
Result<model::Subject> shown_as(catalog::Catalog& catalog, const model::Subject& subject) {
    if (const auto item = subject.item()) {
        TRY_LET(const auto record, catalog.item(*item));
        if (record && record->lead) return model::Subject::of(*record->lead);
    }
    return subject;
}

}  // namespace

Result<> Told::read_cover_words(catalog::Catalog& catalog) {
    TRY(catalog.for_each_field("cover", [&](const Field& field) -> Result<> {
        TRY_LET(const auto subject, shown_as(catalog, field.subject));
        // A value that this program does not know is a cover all the same.
        covers_.insert_or_assign({subject.text, field.person}, text_of(field.value).value_or(""));
        ever_covered_.insert(subject.text);
        return {};
    }));
    return catalog.for_each_field("cover_more", [&](const Field& field) -> Result<> {
        TRY_LET(const auto subject, shown_as(catalog, field.subject));
        covers_more_.insert_or_assign({subject.text, field.person},
                                      text_of(field.value).value_or(""));
        return {};
    });
}

Result<> Told::read_covered_moments(catalog::Catalog& catalog) {
    std::set<model::MomentId> moments;
    for (const auto& [own, line] : covers_)
        if (const auto moment = model::Subject{own.first}.moment()) moments.insert(*moment);
    for (const auto& id : moments) {
        // By its links, not by what it lists: what was let go stays covered.
        TRY_LET(const auto links, catalog.links(model::Subject::of(id), "holds"));
        std::set<model::ItemId> held;
        for (const auto& link : links) {
            const auto item = link.to.item();
            if (!item) continue;
            TRY_LET(const auto record, catalog.item(*item));
            held.insert(record && record->lead ? *record->lead : *item);
        }
        for (const auto& item : held) in_covered_moments_[item].push_back(id);
    }
    return {};
}

Result<> Told::read_people(catalog::Catalog& catalog) {
    TRY(catalog.for_each_field("name", [&](const Field& field) -> Result<> {
        const auto name = text_of(field.value);
        if (field.person || !name) return {};
        if (const auto person = field.subject.person())
            people_.insert_or_assign(*person, *name);
        else if (field.subject.text == "archive")
            archive_name_ = *name;
        return {};
    }));
    return catalog.for_each_field("quiet", [&](const Field& field) -> Result<> {
        if (is_true(field.value)) quiet_.insert({field.subject.text, field.person});
        return {};
    });
}

Result<> Told::read_edits(catalog::Catalog& catalog) {
    TRY(catalog.for_each_field("just_kept", [&](const Field& field) -> Result<> {
        const auto item = field.subject.item();
        if (item && is_true(field.value)) just_kept_.insert(*item);
        return {};
    }));
    TRY(catalog.for_each_field("kept_by", [&](const Field& field) -> Result<> {
        const auto item = field.subject.item();
        const auto person = model::PersonId::from_hex(text_of(field.value).value_or(""));
        if (item && person) kept_by_.insert_or_assign(*item, *person);
        return {};
    }));
    TRY(catalog.for_each_field("rotation", [&](const Field& field) -> Result<> {
        const auto item = field.subject.item();
        const auto value = parsed(field.value);
        if (item && (value == 90 || value == 180 || value == 270))
            rotations_.emplace(*item, value.get<int>());
        return {};
    }));
    TRY(catalog.for_each_field("crop", [&](const Field& field) -> Result<> {
        const auto item = field.subject.item();
        const auto crop = crop_of(field.value);
        if (item && crop) crops_.emplace(*item, *crop);
        return {};
    }));
    return catalog.for_each_field("front", [&](const Field& field) -> Result<> {
        const auto moment = field.subject.moment();
        const auto item = model::ItemId::from_hex(text_of(field.value).value_or(""));
        if (moment && item) fronts_.insert_or_assign(*moment, *item);
        return {};
    });
}

std::optional<std::string> Told::line(const model::Subject& of, const Viewer& whose) const {
    const auto found = covers_.find({of.text, whose});
    return found == covers_.end() ? std::nullopt : std::optional(found->second);
}

bool Told::left_open(const model::Subject& of, const Viewer& viewer) const {
    return viewer && left_open_.contains({of.text, viewer});
}

std::vector<model::PersonId> Told::who_left_open(const model::Subject& of) const {
    std::vector<model::PersonId> people;
    for (auto at = left_open_.lower_bound({of.text, std::nullopt});
         at != left_open_.end() && at->first == of.text; ++at)
        if (at->second) people.push_back(*at->second);
    return people;
}

std::optional<Cover> Told::cover_on(const model::Subject& of, const Viewer& viewer) const {
    if (left_open(of, viewer)) return std::nullopt;
    auto cover = cover_by(of, std::nullopt);
    return cover || !viewer ? cover : cover_by(of, viewer);
}

std::optional<Cover> Told::cover_by(const model::Subject& of, const Viewer& whose) const {
    auto found = line(of, whose);
    if (!found) return std::nullopt;
    Cover cover;
    cover.line = *std::move(found);
    if (const auto more = covers_more_.find({of.text, whose}); more != covers_more_.end())
        cover.more = more->second;
    cover.by = whose;
    const auto by = covered_by_.find(of.text);
    if (!whose && by != covered_by_.end()) cover.by = by->second;
    return cover;
}

std::vector<Told::OwnCover> Told::covers_on(const model::Subject& of) const {
    std::vector<OwnCover> covers;
    for (auto at = covers_.lower_bound({of.text, std::nullopt});
         at != covers_.end() && at->first.first == of.text; ++at)
        if (auto cover = cover_by(of, at->first.second))
            covers.push_back({at->first.second, *std::move(cover)});
    return covers;
}

std::string Told::kept_by(const model::ItemId& item) const {
    const auto found = kept_by_.find(item);
    return found == kept_by_.end() ? "" : name_of(found->second);
}

std::string Told::name_of(const Viewer& person) const {
    const auto found = person ? people_.find(*person) : people_.end();
    return found == people_.end() ? "" : found->second;
}

std::optional<Cover> Told::cover_of(const model::ItemId& item, const Viewer& viewer,
                                    const Opened& opened) const {
    if (opened.items.contains(item)) return std::nullopt;
    if (auto cover = cover_on(model::Subject::of(item), viewer)) return cover;
    const auto held = in_covered_moments_.find(item);
    if (held == in_covered_moments_.end()) return std::nullopt;
    for (const auto& moment : held->second) {
        auto cover = cover_of(moment, viewer, opened);
        if (!cover) continue;
        cover->moment = moment;
        return cover;
    }
    return std::nullopt;
}

std::optional<Cover> Told::cover_of(const model::MomentId& moment, const Viewer& viewer,
                                    const Opened& opened) const {
    if (opened.moments.contains(moment)) return std::nullopt;
    return cover_on(model::Subject::of(moment), viewer);
}

std::vector<std::pair<model::ItemId, Cover>> Told::covered(const Viewer& viewer,
                                                           const Opened& opened) const {
    std::set<model::ItemId> maybe;
    for (const auto& [own, line] : covers_)
        if (const auto item = model::Subject{own.first}.item()) maybe.insert(*item);
    for (const auto& [item, moments] : in_covered_moments_) maybe.insert(item);
    std::vector<std::pair<model::ItemId, Cover>> covered;
    for (const auto& item : maybe)
        if (auto cover = cover_of(item, viewer, opened)) covered.emplace_back(item, *cover);
    return covered;
}

bool Told::is_ever_covered(const model::ItemId& item) const {
    return ever_covered_.contains(model::Subject::of(item).text) ||
           in_covered_moments_.contains(item);
}

bool Told::is_quiet(const model::Subject& of, const Viewer& viewer) const {
    return quiet_.contains({of.text, std::nullopt}) ||
           (viewer && quiet_.contains({of.text, viewer}));
}

std::vector<model::Subject> Told::quiet(const Viewer& viewer) const {
    std::set<std::string> subjects;
    for (const auto& [subject, whose] : quiet_)
        if (!whose || whose == viewer) subjects.insert(subject);
    std::vector<model::Subject> quiet;
    quiet.reserve(subjects.size());
    for (const auto& subject : subjects) quiet.push_back({subject});
    return quiet;
}

int Told::rotation(const model::ItemId& item) const {
    const auto found = rotations_.find(item);
    return found == rotations_.end() ? 0 : found->second;
}

std::optional<Crop> Told::crop(const model::ItemId& item) const {
    const auto found = crops_.find(item);
    return found == crops_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<model::ItemId> Told::front(const model::MomentId& moment) const {
    const auto found = fronts_.find(moment);
    return found == fronts_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace keepsake::library
