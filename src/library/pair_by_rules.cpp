#include <algorithm>
#include <cmath>
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

#include "base/time.h"
#include "catalog/findings.h"
#include "library/belonging.h"
#include "media/kind.h"
#include "media/taken.h"
#include "model/ids.h"

// Source: docs/belongs-together.md.
namespace keepsake::library {
namespace {

constexpr double kLongestLiveSeconds = 6;
constexpr std::int64_t kMostApartSeconds = 2;

bool is_photograph(const Candidate& file) {
    return file.kind == media::Kind::photograph && file.format != media::Format::raw;
}
bool is_raw(const Candidate& file) { return file.format == media::Format::raw; }

/// Whether what both say of when they were taken can be one moment. Zones are left aside: one of
/// the two often has none.
bool can_be_one_moment(const Candidate& a, const Candidate& b, std::int64_t most_apart_seconds) {
    const auto knows = [](const Candidate& file) {
        return file.taken && file.taken->certain &&
               file.taken->at.precision >= media::Precision::second &&
               file.taken->source < media::TakenSource::changed;
    };
    if (!knows(a) || !knows(b)) return true;
    auto one = a.taken->at;
    auto other = b.taken->at;
    if (one.zone == media::ZoneKind::utc_only || other.zone == media::ZoneKind::utc_only)
        return true;
    one.zone = other.zone = media::ZoneKind::unknown;
    one.offset_minutes = other.offset_minutes = 0;
    return std::abs(media::instant_of(one).seconds - media::instant_of(other).seconds) <=
           most_apart_seconds;
}

auto order_of(const Candidate& file) {
    return std::tuple(catalog::is_edited_name(file.name), file.folder, file.name, file.item);
}

class Pairs {
  public:
    void add(const Candidate& part, const Candidate& lead, std::string_view role) {
        if (part.item == lead.item || parts_.contains(part.item) || leads_.contains(part.item) ||
            parts_.contains(lead.item))
            return;
        parts_.insert(part.item);
        leads_.insert(lead.item);
        pairs_.push_back({part.item, lead.item, role});
    }
    bool is_part(const Candidate& file) const { return parts_.contains(file.item); }
    std::vector<Pairing> take() {
        std::ranges::sort(pairs_, {},
                          [](const Pairing& pair) { return std::tuple(pair.lead, pair.part); });
        return std::move(pairs_);
    }

  private:
    std::set<model::ItemId> parts_;
    std::set<model::ItemId> leads_;
    std::vector<Pairing> pairs_;
};

using Files = std::vector<const Candidate*>;

/// The picture and the film of one Live Photo name each other; else the name and the length tell.
void pair_live(const Files& files, Pairs& pairs) {
    for (const auto* const film : files) {
        if (film->kind != media::Kind::film) continue;
        for (const auto* const picture : files) {
            if (!is_photograph(*picture) || catalog::is_edited_name(picture->name)) continue;
            const bool same_id = !film->live_id.empty() && film->live_id == picture->live_id;
            const bool both_have = !film->live_id.empty() && !picture->live_id.empty();
            const bool by_name =
                !both_have && film->duration_s && *film->duration_s <= kLongestLiveSeconds &&
                catalog::is_edited_name(film->name) == false &&
                catalog::name_stem(film->name) == catalog::name_stem(picture->name) &&
                film->folder == picture->folder;
            if (same_id || by_name) pairs.add(*film, *picture, "film");
        }
    }
}

/// Files of one folder and one stem.
void pair_by_name(const Files& files, Pairs& pairs) {
    const Candidate* lead = nullptr;
    for (const auto* const file : files)
        if (is_photograph(*file) && !catalog::is_edited_name(file->name) && lead == nullptr)
            lead = file;
    for (const auto* const file : files)
        if (lead == nullptr && file->kind != media::Kind::sidecar && !pairs.is_part(*file) &&
            !catalog::is_edited_name(file->name))
            lead = file;
    if (lead == nullptr) return;
    for (const auto* const file : files) {
        if (file == lead) continue;
        if (file->kind == media::Kind::sidecar)
            pairs.add(*file, *lead, "sidecar");
        else if (is_raw(*file) && is_photograph(*lead) &&
                 can_be_one_moment(*file, *lead, kMostApartSeconds))
            pairs.add(*file, *lead, "raw");
        else if (catalog::is_edited_name(file->name) &&
                 (file->kind == lead->kind || is_photograph(*file)))
            pairs.add(*file, *lead, "edited");
    }
}

void pair_series(const Files& files, Pairs& pairs) {
    for (const auto* const file : files)
        if (file != files.front()) pairs.add(*file, *files.front(), "series");
}

}  // namespace

std::vector<Pairing> pair_by_rules(std::span<const Candidate> candidates) {
    Files files;
    for (const auto& candidate : candidates) files.push_back(&candidate);
    std::ranges::sort(files, {}, [](const Candidate* file) { return order_of(*file); });
    Pairs pairs;
    std::map<std::pair<model::RootId, std::string>, Files> series;
    std::map<std::pair<model::RootId, std::string>, Files> live;
    std::map<std::tuple<model::RootId, std::string, std::string>, Files> named;
    for (const auto* const file : files) {
        if (file->kind == media::Kind::medical && !file->series.empty())
            series[{file->root, file->series}].push_back(file);
        if (!file->live_id.empty()) live[{file->root, file->live_id}].push_back(file);
        const auto& of = file->of_file.empty() ? file->name : file->of_file;
        named[{file->root, file->folder, catalog::name_stem(of)}].push_back(file);
    }
    for (const auto& [key, group] : live) pair_live(group, pairs);
    for (const auto& [key, group] : named) pair_live(group, pairs);
    for (const auto& [key, group] : named) pair_by_name(group, pairs);
    for (const auto& [key, group] : series) pair_series(group, pairs);
    return pairs.take();
}

}  // namespace keepsake::library
