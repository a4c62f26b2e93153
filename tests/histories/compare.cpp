#include "histories/compare.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "histories/family_view.h"
#include "histories/wrong.h"
#include "library/library.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"

namespace keepsake::testing {
namespace {

using Words =
    std::set<std::tuple<std::string, Stamp, std::string, std::optional<model::ContentId>>>;

class Comparing {
  public:
    Comparing(library::Library& library, const FamilyView& view)
        : library_(&library), catalog_(&library.catalog()), view_(&view) {}

    void who_counts() {
        same(library_->authority().chain(), view_->chain, "the chain of epochs");
        same(library_->authority().is_undecided(), view_->undecided, "whether it is undecided");
        std::map<model::DeviceId, std::map<std::uint64_t, std::set<model::TextHash>>> series;
        for (const auto& [device, head] : must(catalog_->heads(), "heads"))
            for (const auto& segment : must(catalog_->segments_of(device), "segments"))
                series[device][segment.seq].insert(segment.text);
        if (series != view_->series) throw Wrong(told(series));
        const auto forked = must(catalog_->forked_devices(), "forks");
        same(std::set(forked.begin(), forked.end()), view_->forked(), "the forked devices");
    }

    void gaps(const std::map<model::DeviceId, model::Head>& known) {
        std::map<model::DeviceId, std::uint64_t> told;
        for (const auto& gap : must(library_->gaps(), "gaps")) told[gap.device] = gap.missing;
        const auto expected = view_->missing(known);
        if (told == expected) return;
        std::string text = "what is missing: told";
        for (const auto& [device, count] : told)
            text += " " + device.hex().substr(0, 8) + ":" + std::to_string(count);
        text += ", and it is";
        for (const auto& [device, count] : expected)
            text += " " + device.hex().substr(0, 8) + ":" + std::to_string(count);
        throw Wrong(text);
    }

    void items() {
        std::set<model::ItemId> seen;
        for (const bool away : {false, true}) {
            catalog::ItemFilter filter;
            filter.let_go = away;
            std::uint64_t count = 0;
            must(catalog_->for_each_item(filter,
                                         [&](const catalog::ItemRecord& item) -> Result<> {
                                             one_item(item, away);
                                             seen.insert(item.item);
                                             ++count;
                                             return {};
                                         }),
                 "the list");
            same(must(catalog_->item_count(filter), "the count"), count, "how many there are");
        }
        for (const auto& [item, files] : view_->items)
            if (!seen.contains(item)) throw Wrong("item " + item.hex() + " is not listed");
    }

    void moments() {
        std::set<model::MomentId> expected;
        for (const auto& [key, written] : view_->fields) note_moment(std::get<0>(key), expected);
        for (const auto& [key, written] : view_->links) note_moment(std::get<0>(key), expected);
        for (const auto& [key, versions] : view_->words) note_moment(key.first, expected);
        std::set<model::MomentId> listed;
        for (const auto& moment : must(catalog_->moments(), "moments")) {
            listed.insert(moment.moment);
            one_moment(moment);
        }
        same(listed, expected, "the moments");
    }

    void fields() {
        for (const auto& [key, written] : view_->fields) {
            const auto& [subject, field, person] = key;
            if (person) continue;
            same(must(catalog_->field({subject}, field), "a field").value_or("null"),
                 written.second, std::string(field).append(" of ").append(subject));
        }
    }

    void let_gos() {
        using Told = std::set<std::tuple<model::ItemId, Stamp, std::uint64_t>>;
        Told told;
        for (const auto& tombstone : must(catalog_->tombstones(), "tombstones")) {
            told.insert({tombstone.item, {tombstone.clock, tombstone.device}, tombstone.seq});
            for (const auto& [device, numbers] : view_->series) {
                if (device == tombstone.device) continue;
                same(must(catalog_->first_met(device, tombstone), "met"),
                     view_->first_met(device, tombstone.item), "when a let-go was met");
            }
        }
        Told expected;
        for (const auto& [item, last] : view_->letting)
            if (last.let_go) expected.insert({item, last.stamp, last.seq});
        if (told != expected) throw Wrong("what was let go, and when");
    }

    void contents() {
        std::map<model::ContentId, std::set<model::ObjectId>> told;
        must(catalog_->for_each_content(
                 [&](const catalog::ContentRecord& content, bool live) -> Result<> {
                     for (const auto& object : content.objects)
                         told[content.content].insert(object.object);
                     same(live, view_->is_live(content.content), "whether a content is live");
                     return {};
                 }),
             "contents");
        if (told != view_->objects) throw Wrong("the objects of the contents");
    }

  private:
    template <class T>
    static void same(const T& told, const T& expected, const std::string& what) {
        if (told != expected) throw Wrong(what + ": told otherwise than the journal says");
    }

    std::string told(
        const std::map<model::DeviceId, std::map<std::uint64_t, std::set<model::TextHash>>>& series)
        const {
        std::string text = "who counts: it takes in";
        for (const auto& [device, numbers] : series)
            text += " " + device.hex().substr(0, 8) + ":" + std::to_string(numbers.size());
        text += ", and there count";
        for (const auto& [device, numbers] : view_->series)
            text += " " + device.hex().substr(0, 8) + ":" + std::to_string(numbers.size());
        return text;
    }

    static Words words_of(const std::vector<catalog::WordsRecord>& records) {
        Words words;
        for (const auto& record : records)
            words.insert({record.field,
                          {record.version.clock, record.version.device},
                          record.content ? "" : record.text,
                          record.content});
        return words;
    }
    Words standing(const std::string& subject) const {
        Words words;
        for (auto at = view_->words.lower_bound({subject, ""});
             at != view_->words.end() && at->first.first == subject; ++at)
            for (const auto& said : view_->standing(subject, at->first.second))
                words.insert({at->first.second, said.stamp, said.text, said.content});
        return words;
    }
    // Words that are empty were taken away; the catalog may list them or not.
    static Words spoken(Words words) {
        std::erase_if(words, [](const auto& said) {
            return std::get<2>(said).empty() && !std::get<3>(said);
        });
        return words;
    }

    void one_item(const catalog::ItemRecord& item, bool away) {
        const auto name = "item " + item.item.hex();
        const auto expected = view_->items.find(item.item);
        if (expected == view_->items.end()) throw Wrong(name + " was never kept");
        std::set<FamilyView::File> files;
        for (const auto& file : item.files)
            files.insert(
                {file.root, file.folder, file.name, file.content, file.bytes, file.modified});
        same(files, expected->second, name + "'s files");
        same(item.let_go, away, name + "'s place in the list");
        same(away, view_->is_let_go(item.item), name + ", let go or not");
        const auto subject = model::Subject::of(item.item).text;
        same(spoken(words_of(item.words)), spoken(standing(subject)), name + "'s words");
        same(item.cover, view_->text_field(subject, "cover"), name + "'s cover");
    }

    void note_moment(const std::string& subject, std::set<model::MomentId>& moments) const {
        const auto moment = model::Subject{subject}.moment();
        if (!moment) return;
        const bool holds = std::ranges::any_of(view_->links, [&](const auto& link) {
            const auto& [of, as, to] = link.first;
            return of == subject && as == "holds" && link.second.second != "null";
        });
        if (holds || view_->text_field(subject, "name") || !standing(subject).empty())
            moments.insert(*moment);
    }

    void one_moment(const catalog::MomentRecord& moment) {
        const auto subject = model::Subject::of(moment.moment).text;
        const auto name = "moment " + moment.moment.hex();
        same(moment.name, view_->text_field(subject, "name").value_or(""), name + "'s name");
        same(moment.cover, view_->text_field(subject, "cover"), name + "'s cover");
        same(words_of(moment.words), standing(subject), name + "'s words");
        std::set<std::pair<model::HybridTime, model::ItemId>> held;
        for (const auto& [key, written] : view_->links) {
            const auto& [of, as, to] = key;
            const auto item = model::Subject{to}.item();
            if (of == subject && as == "holds" && item && written.second != "null" &&
                view_->items.contains(*item) && !view_->is_let_go(*item))
                held.insert({written.first.clock, *item});
        }
        std::vector<model::ItemId> expected;
        expected.reserve(held.size());
        for (const auto& [clock, item] : held) expected.push_back(item);
        same(moment.items, expected, name + "'s items");
    }

    library::Library* library_;
    catalog::Catalog* catalog_;
    const FamilyView* view_;
};

}  // namespace

void compare(library::Library& library, const FamilyView& view,
             const std::map<model::DeviceId, model::Head>& known) {
    Comparing comparing(library, view);
    comparing.who_counts();
    comparing.items();
    comparing.moments();
    comparing.fields();
    comparing.let_gos();
    comparing.contents();
    comparing.gaps(known);
}

}  // namespace keepsake::testing
