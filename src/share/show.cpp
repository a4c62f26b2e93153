#include "share/show.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "crypto/age_keys.h"
#include "library/environment.h"
#include "library/library.h"
#include "library/told.h"
#include "model/entry.h"
#include "model/ids.h"
#include "os/file_system.h"
#include "share/contents.h"
#include "share/copies.h"
#include "share/destination.h"
#include "share/guest_page.h"
#include "share/leaf_words.h"
#include "share/random_name.h"
#include "share/record.h"
#include "share/sealer.h"
#include "share/shelf.h"
#include "share/story.h"
#include "share/wish.h"

namespace keepsake::share {
namespace {

constexpr std::size_t kLargestHeadBytes = 64UL << 10U;
constexpr std::size_t kLargestInsideBytes = 16UL << 20U;
constexpr std::size_t kLargestLeafBytes = 256UL << 10U;
constexpr std::size_t kLeafStepBytes = 4096;
constexpr std::uint32_t kMostOfProportions = 999;
constexpr std::size_t kShelfNameBytes = 16;

Json name_or_null(std::string_view name) {
    return name.empty() ? Json(nullptr) : Json(to_utf8_lossy(name));
}

/// The smallest whole numbers of at most three digits: tell no size.
std::pair<std::uint32_t, std::uint32_t> proportions(std::uint32_t width, std::uint32_t height) {
    const auto common = std::gcd(width, height);
    if (common == 0) return {0, 0};
    width /= common;
    height /= common;
    const auto longest = std::max(width, height);
    if (longest <= kMostOfProportions) return {width, height};
    const auto reduced = [&](std::uint32_t side) {
        const auto scaled = (std::uint64_t{side} * kMostOfProportions + longest / 2) / longest;
        return static_cast<std::uint32_t>(std::max<std::uint64_t>(scaled, 1));
    };
    return proportions(reduced(width), reduced(height));
}

Json runs_json(const Runs& runs) {
    auto json = Json::array();
    for (const auto& run : runs) {
        Json one;
        one["text"] = run.text;
        if (run.em) one["em"] = true;
        if (run.strong) one["strong"] = true;
        json.push_back(std::move(one));
    }
    return json;
}

Json runs_json(const std::vector<Runs>& texts) {
    auto json = Json::array();
    for (const auto& runs : texts) json.push_back(runs_json(runs));
    return json;
}

/// A share under way.
class Making {
  public:
    Making(library::Library& library, const Wish& wish, library::Listener& listener,
           Destination& destination)
        : library_(&library),
          wish_(&wish),
          listener_(&listener),
          sealer_(destination, library.environment().random, library.environment().stop) {}

    Result<> make(const crypto::AgeIdentity& link, Report& report) {
        TRY_LET(const auto told, library::Told::read(library_->catalog()));
        told_ = &told;
        TRY_LET(const auto contents, contents_of(*library_, *wish_, told, *listener_));
        from_ = wish_->from.value_or("");
        if (!wish_->from) {
            TRY_LET(from_, only_keeper(*library_, told));
        }
        TRY(copy_items(contents, report));
        if (items_.empty() && contents.story.empty())
            return Error(ErrorCode::not_found, "None of it could be copied; nothing is shown.");
        TRY_LET(auto inside, inside_json(contents));
        TRY_LET(const auto inside_file, seal_json(inside, kLargestInsideBytes, "The story"));
        auto told_json = what_is_told(contents);
        told_json["inside"] = inside_file;
        TRY(seal_head(link, told_json));
        report.items = ids_.size();
        report.bytes = sealer_.sealed_bytes();
        return {};
    }
    const std::string& from() const { return from_; }

  private:
    Result<> copy_items(const Contents& contents, Report& report) {
        library::Opened opened;
        if (wish_->moment) opened.moments.insert(*wish_->moment);
        Copier copier(*library_, *told_, sealer_,
                      {.originals = wish_->originals, .places = wish_->places}, *listener_);
        library::Progress progress{.doing = "Making copies", .files_total = contents.items.size()};
        for (const auto& item : contents.items) {
            if (library_->environment().stop.stop_requested())
                return Error(ErrorCode::cancelled, "stopped");
            listener_->progress(progress);
            auto copied = copier.copy(item);
            ++progress.files_done;
            progress.bytes_done = sealer_.sealed_bytes();
            if (!copied) {
                TRY(pass_over(item, copied.error(), report));
                continue;
            }
            if (!copied->shows)
                listener_->problem(printable(item.files.front().name),
                                   "nothing of it can be shown here; it goes along as its name "
                                   "and words alone");
            tell_of_parts(item, *copied, report);
            TRY(add_item(item, *std::move(copied),
                         cover_for(*told_, item.item, wish_->to, opened, wish_->look_ahead)));
        }
        return {};
    }

    /// An original that is not here, or damaged, ends nothing: it is named.
    Result<> pass_over(const catalog::ItemRecord& item, const Error& why, Report& report) {
        if (why.code() != ErrorCode::not_found && why.code() != ErrorCode::corrupt &&
            why.code() != ErrorCode::unsupported)
            return why;
        ++report.missing;
        listener_->problem(printable(item.files.front().name), why.message());
        return {};
    }

    void tell_of_parts(const catalog::ItemRecord& item, const Copied& copied, Report& report) {
        const auto name = printable(item.files.front().name);
        if (copied.left_out) {
            ++report.left_out;
            listener_->problem(name,
                               "its original tells where it was or whose examination it is, "
                               "or may; it stays here unless --places is given");
        }
        const bool moves = copied.kind == "film" || copied.kind == "sound";
        const bool plays = std::ranges::any_of(copied.leaf["parts"], [](const Json& part) {
            return part["use"] == "film" || part["use"] == "sound";
        });
        if (moves && !plays) ++report.unplayable;
    }

    Result<> add_item(const catalog::ItemRecord& item, Copied copied,
                      const std::optional<library::Cover>& cover) {
        ++counts_[copied.kind];
        const auto id = random_name(library_->environment().random, model::ItemId::kBytes);
        Json json;
        json["id"] = id;
        json["kind"] = copied.kind;
        const auto [across, down] =
            cover ? proportions(copied.width, copied.height)
                  : std::pair<std::uint32_t, std::uint32_t>(copied.width, copied.height);
        if (across > 0) {
            json["width"] = across;
            json["height"] = down;
        }
        auto leaf = copied.leaf.dump();
        if (leaf.size() > kLargestLeafBytes) {
            // An error is told to whoever has the pages open: no name stands in it.
            listener_->problem(printable(item.files.front().name),
                               "it has more pages than a share can hold");
            return Error(ErrorCode::limit, "Something in it has more pages than a share can hold.");
        }
        if (cover) {
            json["cover"] = cover_json(*cover, copied.extent);
            leaf.resize((leaf.size() + kLeafStepBytes - 1) / kLeafStepBytes * kLeafStepBytes, ' ');
            TRY_LET(json["leaf"], sealer_.seal(as_bytes(leaf)));
        } else {
            json["shown"] = std::move(copied.leaf);
        }
        ids_.emplace(item.item, std::pair(id, copied.kind));
        items_.push_back(std::move(json));
        return {};
    }

    Json cover_json(const library::Cover& said, Json extent) const {
        Json cover;
        cover["line"] = name_or_null(said.line);
        cover["more"] = name_or_null(said.more);
        cover["by"] = name_or_null(told_->name_of(said.by));
        cover["extent"] = std::move(extent);
        return cover;
    }

    /// Of what the story shows what goes along; a recording is heard, the rest is seen.
    void put_shown(const Shown& shown, Json& story) const {
        auto pictures = Json::array();
        const auto end_pictures = [&] {
            if (!pictures.empty()) story.push_back({{"pictures", std::exchange(pictures, {})}});
            pictures = Json::array();
        };
        for (const auto& item : shown.items) {
            const auto found = ids_.find(item);
            if (found == ids_.end()) continue;
            if (found->second.second == "sound") {
                end_pictures();
                story.push_back({{"sound", found->second.first}});
            } else {
                pictures.push_back(found->second.first);
            }
        }
        end_pictures();
    }

    Json story_json(const std::vector<Block>& blocks) const {
        auto story = Json::array();
        for (const auto& block : blocks)
            std::visit(
                [&](const auto& each) {
                    using Each = std::decay_t<decltype(each)>;
                    Json json;
                    if constexpr (std::is_same_v<Each, Paragraph>) {
                        json["paragraph"] = runs_json(each.runs);
                    } else if constexpr (std::is_same_v<Each, Heading>) {
                        json["heading"] = runs_json(each.runs);
                    } else if constexpr (std::is_same_v<Each, Quotation>) {
                        json["quotation"] = runs_json(each.paragraphs);
                        if (!each.source.empty()) json["source"] = runs_json(each.source);
                    } else if constexpr (std::is_same_v<Each, List>) {
                        json["list"] = runs_json(each.entries);
                    } else if constexpr (std::is_same_v<Each, Space>) {
                        json["space"] = true;
                    } else {
                        put_shown(each, story);
                    }
                    if (!json.is_null()) story.push_back(std::move(json));
                },
                block);
        return story;
    }

    Result<Json> inside_json(const Contents& contents) {
        Json inside;
        inside["name"] = name_or_null(contents.name);
        inside["when"] = nullptr;
        if (wish_->moment) {
            TRY_LET(inside["when"],
                    told_taken_json(library_->catalog(), model::Subject::of(*wish_->moment)));
        }
        inside["by"] =
            contents.story.empty() ? Json(nullptr) : name_or_null(told_->name_of(contents.writer));
        inside["story"] = story_json(contents.story);
        inside["items"] = std::move(items_);
        return inside;
    }

    Result<Json> seal_json(const Json& json, std::size_t most_bytes, std::string_view what) {
        const auto text = json.dump();
        if (text.size() > most_bytes)
            return Error(ErrorCode::limit, std::string(what) + " is longer than a share can hold.");
        return sealer_.seal(as_bytes(text));
    }

    Json what_is_told(const Contents& contents) const {
        Json told;
        told["to"] = wish_->to;
        told["language"] = wish_->language;
        told["save"] = wish_->save;
        told["cover"] = nullptr;
        Json extent;
        extent["kind"] = wish_->moment ? (wish_->story_alone ? "story" : "moment") : "items";
        extent["count"] = ids_.size();
        if (wish_->cover)
            told["cover"] = cover_json(library::Cover{.line = *wish_->cover,
                                                      .more = wish_->more.value_or(""),
                                                      .by = {},
                                                      .moment = {}},
                                       extent);
        else if (contents.moment_cover)
            told["cover"] = cover_json(*contents.moment_cover, extent);
        const auto count = [&](const char* kind) {
            const auto found = counts_.find(kind);
            return found == counts_.end() ? 0U : found->second;
        };
        told["parts"] = {{"story", !contents.story.empty()}, {"photographs", count("photograph")},
                         {"films", count("film")},           {"sounds", count("sound")},
                         {"papers", count("paper")},         {"ultrasounds", count("ultrasound")},
                         {"words", count("words")},          {"others", count("other")}};
        return told;
    }

    Result<> seal_head(const crypto::AgeIdentity& link, const Json& told) {
        const auto told_text = told.dump();
        Json head;
        head["keepsake"] = "share";
        head["version"] = 1;
        head["from"] = name_or_null(from_);
        head["made"] = day_of(library_->environment().clock.now());
        head["until"] = wish_->until ? Json(*wish_->until) : Json(nullptr);
        if (wish_->passphrase) {
            head["hint"] = wish_->hint ? name_or_null(*wish_->hint) : Json(nullptr);
            TRY_LET(head["locked"],
                    sealer_.seal_locked(as_bytes(told_text), link.recipient(), *wish_->passphrase));
        } else {
            head["told"] = told;
        }
        const auto text = head.dump();
        if (text.size() > kLargestHeadBytes || told_text.size() > kLargestHeadBytes)
            return Error(ErrorCode::limit, "What is told of the share is too long.");
        return sealer_.seal_head(as_bytes(text), link.recipient());
    }

    library::Library* library_;
    const Wish* wish_;
    library::Listener* listener_;
    Sealer sealer_;
    const library::Told* told_ = nullptr;
    std::string from_;
    Json items_ = Json::array();
    std::map<model::ItemId, std::pair<std::string, std::string>> ids_;  // its id here, its kind
    std::map<std::string, std::uint32_t> counts_;
};

Record record_of(library::Library& library, const Wish& wish, const model::DeviceId& device,
                 const Target& target, const std::string& name) {
    Record record;
    library.environment().random.fill(record.share.bytes);
    record.to = wish.to;
    record.moment = wish.moment;
    record.story_alone = wish.story_alone;
    record.items = wish.items;
    record.made = day_of(library.environment().clock.now());
    record.until = wish.until;
    record.made_until = wish.until;
    record.passphrase = wish.passphrase.has_value();
    record.hint = wish.hint;
    record.cover = wish.cover;
    record.more = wish.more;
    record.originals = wish.originals;
    record.places = wish.places;
    Where where;
    where.as = target.as;
    where.device = device;
    where.at = target.at;
    where.name = name;
    // Of the listener the address of all that it serves was told.
    if (target.as == As::guests && !where.at.empty())
        where.at += (where.at.ends_with('/') ? "" : "/") + name + "/";
    record.where.push_back(std::move(where));
    return record;
}

/// The path from the root on: from another working directory the share is ended, too.
Result<std::string> absolute(os::FileSystem& files, std::string path) {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    if (auto real = files.real_path(path)) return real;
    const auto parent = os::parent_of(path);
    const auto real = files.real_path(parent);
    if (!real) return Error(real.error().code(), "There is no folder " + printable(parent) + ".");
    return os::join_path(*real, os::file_name_of(path));
}

Result<> check_target(const Target& target, const GuestPage& page) {
    if (!is_utf8(target.at) || target.at.find_first_of("# \t\r\n") != std::string::npos ||
        target.at.find('\0') != std::string::npos)
        return Error(ErrorCode::invalid, "The address is a URL without a # in it.");
    if (!page.is_there())
        return Error(ErrorCode::unsupported,
                     "This program was built without the guest page, so it can show nothing.");
    return {};
}

bool is_one_file(As as) { return as == As::file || as == As::download; }

}  // namespace

Result<Report> show(library::Library& library, const Wish& wish, const Target& target,
                    const GuestPage& page, library::Listener& listener) {
    const auto& environment = library.environment();
    auto& files = environment.files;
    TRY(check_wish(wish, day_of(environment.clock.now())));
    TRY(check_target(target, page));
    TRY(library.may_write());
    TRY(library.settle_doubts());
    TRY_LET(const auto device, library.join());
    const auto link = crypto::AgeIdentity::generate(environment.random);
    const auto key = link.to_text();
    Report report;
    const auto shelf = shelf_folder(environment.state_folder);
    const bool shelved = target.as == As::guests;
    report.record =
        record_of(library, wish, device, target,
                  shelved ? random_name(environment.random, kShelfNameBytes) : target.name);
    auto& record = report.record;
    auto& where = record.where.front();
    record.key = key.text();
    auto path = os::join_path(shelf, where.name);
    if (shelved) {
        TRY(os::make_directories(files, shelf, true));
    } else {
        TRY_LET(path, absolute(files, target.path));
        // A download waits there; what counts is whoever saved it, and where nobody knows.
        if (target.as != As::download) where.path = path;
    }
    TRY_LET(const auto destination,
            is_one_file(target.as) ? to_one_file(files, environment.random, page, path,
                                                 target.with_key ? key.text() : std::string_view())
                                   : to_folder(files, environment.random, page, path, shelved));
    Making making(library, wish, listener, *destination);
    TRY(making.make(link, report));
    TRY(destination->prepare());
    record.from = making.from();
    where.files = destination->names();
    where.sha256 = destination->sha256();
    // The journal first: what is out there is known to every keeper, whatever happens now.
    TRY(library.commit({shown_entry(record)}));
    const auto publish = [&]() -> Result<> {
        if (shelved) TRY(note_until(files, shelf, where.name, wish.until));
        return destination->publish();
    };
    if (auto published = publish(); !published) {
        if (shelved) static_cast<void>(end_on_shelf(files, shelf, where.name));
        static_cast<void>(library.commit({ended_entry(record.share)}));
        return std::move(published).error();
    }
    report.link = link_of(record, where);
    return report;
}

Result<std::string> prepare_page(library::Library& library, const Wish& wish,
                                 const std::string& path, const GuestPage& page,
                                 library::Listener& listener) {
    const auto& environment = library.environment();
    TRY(check_wish(wish, day_of(environment.clock.now())));
    TRY(check_target({.as = As::file, .path = path}, page));
    const auto link = crypto::AgeIdentity::generate(environment.random);
    TRY_LET(const auto destination,
            to_one_file(environment.files, environment.random, page, path, ""));
    Report report;
    Making making(library, wish, listener, *destination);
    TRY(making.make(link, report));
    TRY(destination->prepare());
    TRY(destination->publish());
    return std::string(link.to_text().text());
}

}  // namespace keepsake::share
