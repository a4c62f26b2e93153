#include "library/tell.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "library/full_disk.h"
#include "library/library.h"
#include "library/object_lookup.h"
#include "library/parity_upkeep.h"
#include "library/store_content.h"
#include "model/entry.h"
#include "model/ids.h"

namespace keepsake::library {
namespace {

constexpr std::size_t kShortestPrefix = 4;
constexpr std::size_t kLargestNameBytes = 1024;

bool is_hex(std::string_view text) {
    return std::ranges::all_of(
        text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (auto& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

// "There is no item 3f2a here.", and what to do where too few digits were typed.
Error none_here(std::string_view what, std::string_view typed) {
    auto line = "There is no " + std::string(what) + " " + printable(typed) + " here.";
    if (typed.size() < kShortestPrefix && is_hex(lower(typed)))
        line += " Of a number at least 4 digits are needed.";
    return {ErrorCode::not_found, std::move(line)};
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Result<> check_line(std::string_view text, std::string_view what, std::size_t most_bytes) {
    if (!is_utf8(text)) return Error(ErrorCode::invalid, std::string(what) + " is not UTF-8 text.");
    if (text.empty()) return Error(ErrorCode::invalid, std::string(what) + " is empty.");
    if (text.find_first_of("\r\n") != std::string_view::npos ||
        text.find('\0') != std::string_view::npos)
        return Error(ErrorCode::invalid, std::string(what) + " must be one line.");
    if (text.size() > most_bytes)
        return Error(ErrorCode::invalid, std::string(what) + " is too long.");
    return {};
}

model::Set set_text(model::Subject of, std::string field, std::string_view text) {
    return {std::move(of), std::move(field), {}, nlohmann::json(text).dump()};
}

// One id by its first digits, of what the catalog finds.
template <class Id, class Find>
Result<std::optional<Id>> by_prefix(std::string_view typed, const Find& find) {
    const auto digits = lower(typed);
    if (digits.size() < kShortestPrefix || digits.size() > 2 * Id::kBytes || !is_hex(digits))
        return std::optional<Id>{};
    TRY_LET(const auto found, find(digits));
    if (found.empty()) return std::optional<Id>{};
    if (found.size() > 1)
        return Error(ErrorCode::invalid,
                     "More than one number begins with " + printable(typed) + "; type more of it.");
    return std::optional<Id>(found.front());
}

}  // namespace

Result<model::ItemId> find_item(Library& library, std::string_view typed) {
    TRY_LET(const auto found, by_prefix<model::ItemId>(typed, [&](std::string_view digits) {
                return library.catalog().items_by_prefix(digits, 2);
            }));
    if (!found) return none_here("item", typed);
    // What is shown as a part of another is meant with it.
    TRY_LET(const auto item, library.catalog().item(*found));
    return item && item->lead ? *item->lead : *found;
}

Result<model::MomentId> find_moment(Library& library, std::string_view typed) {
    TRY_LET(const auto moments, library.catalog().moments());
    std::vector<model::MomentId> loose;
    for (const auto& moment : moments) {
        if (moment.name == typed) return moment.moment;
        if (lower(moment.name) == lower(typed)) loose.push_back(moment.moment);
    }
    if (loose.size() == 1) return loose.front();
    TRY_LET(const auto found, by_prefix<model::MomentId>(typed, [&](std::string_view digits) {
                return library.catalog().moments_by_prefix(digits, 2);
            }));
    if (!found) return none_here("moment", typed);
    return *found;
}

Result<model::Subject> find_subject(Library& library, std::string_view typed) {
    auto item = find_item(library, typed);
    if (item) return model::Subject::of(*item);
    if (item.error().code() != ErrorCode::not_found) return std::move(item).error();
    auto moment = find_moment(library, typed);
    if (moment) return model::Subject::of(*moment);
    if (moment.error().code() != ErrorCode::not_found) return std::move(moment).error();
    return none_here("item or moment", typed);
}

namespace {

Result<> check_words(std::string_view text) {
    if (!is_utf8(text) || text.find('\0') != std::string_view::npos)
        return Error(ErrorCode::invalid,
                     "These words are not UTF-8 text. Save them as UTF-8 and try again.");
    if (text.size() > kLargestWordsBytes)
        return Error(ErrorCode::invalid,
                     "These words are longer than 16 MB. Keep them as a file instead.");
    return {};
}

Result<JustKept> write_words(Library& library, model::Words words, std::string_view text) {
    std::vector<model::EntryBody> entries;
    JustKept kept;
    if (text.size() <= model::kLargestInlineTextBytes) {
        words.text = std::string(text);
    } else {
        TRY_LET(auto stored, store_content(library, as_bytes(text)));
        words.content = stored.content;
        std::ranges::move(stored.named_again, std::back_inserter(entries));
        if (stored.object) {
            kept.found_mark =
                is_marked_unprotected(library.environment().files, library.copy().path);
            TRY(mark_unprotected(library.staging()));
            kept.objects.push_back({stored.object->object, stored.object->object_bytes});
            entries.emplace_back(std::move(*stored.object));
        }
    }
    const auto content = words.content;
    entries.emplace_back(std::move(words));
    TRY(library.commit(std::move(entries)));
    if (content)
        TRY(library.catalog().in_transaction(
            [&] { return library.catalog().set_long_text(*content, text); }));
    return kept;
}

}  // namespace

Result<JustKept> set_words(Library& library, const model::Subject& of, std::string_view field,
                           std::string_view text) {
    TRY(check_words(text));
    TRY(library.may_write());
    TRY(library.settle_doubts());
    model::Words words;
    words.of = of;
    words.field = std::string(field);
    TRY_LET(const auto standing, library.catalog().standing_words(of, field));
    for (const auto& version : standing) words.replaces.push_back(version.version);
    return write_words(library, std::move(words), text);
}

Result<JustKept> add_words(Library& library, const model::Subject& of, std::string_view field,
                           NextWords next) {
    TRY(check_words(next.text));
    TRY(library.may_write());
    TRY(library.settle_doubts());
    TRY_LET(const auto versions, library.catalog().versions(of, field));
    TRY_LET(const auto standing, library.catalog().standing_words(of, field));
    const auto is_followed = [&](const catalog::WordsRecord& words) {
        return std::ranges::find(next.follows, words.version) != next.follows.end();
    };
    for (const auto& version : next.follows)
        if (std::ranges::find(versions, version, &catalog::WordsRecord::version) == versions.end())
            return Error(ErrorCode::invalid, "There is no such version of these words.");
    // What was written twice, or sent twice, says one thing.
    bool is_said = false;
    bool ends_another = false;
    for (const auto& words : standing) {
        if (words.text == next.text && (!words.text.empty() || !words.content)) {
            is_said = true;
            if (!is_followed(words)) next.follows.push_back(words.version);
        } else if (is_followed(words)) {
            ends_another = true;
        }
    }
    const bool says_nothing = next.text.empty() && versions.empty();
    if (says_nothing || (is_said && !ends_another)) return JustKept();
    return write_words(
        library, model::Words{of, std::string(field), {}, {}, std::move(next.follows), next.person},
        next.text);
}

Result<model::MomentId> new_moment(Library& library, std::string_view name) {
    TRY(check_line(name, "The moment's name", kLargestNameBytes));
    model::MomentId moment;
    library.environment().random.fill(moment.bytes);
    TRY(library.commit({set_text(model::Subject::of(moment), "name", name)}));
    return moment;
}

Result<> add_to_moment(Library& library, const model::MomentId& moment,
                       std::span<const model::ItemId> items) {
    std::vector<model::EntryBody> entries;
    for (const auto& item : items)
        entries.emplace_back(
            model::Link{model::Subject::of(moment), model::Subject::of(item), "holds", "{}"});
    return library.commit(std::move(entries));
}

Result<> check_cover(std::string_view words) {
    if (words.empty()) return {};
    TRY(check_line(words, "The cover", model::kLargestCoverCharacters * 4));
    if (characters(words) > model::kLargestCoverCharacters)
        return Error(ErrorCode::invalid, "A cover holds at most 160 characters; these are " +
                                             std::to_string(characters(words)) + ".");
    return {};
}

Result<> set_cover(Library& library, const model::Subject& of, std::string_view words) {
    if (words.empty()) return Error(ErrorCode::invalid, "The cover is empty.");
    TRY(check_cover(words));
    // What was said with another line goes with it.
    return library.commit({set_text(of, "cover", words), model::Set{of, "cover_more", {}, "null"},
                           model::Set{of, "cover_by", {}, "null"}});
}

Result<> take_cover_away(Library& library, const model::Subject& of) {
    return library.commit(
        {model::Set{of, "cover", {}, "null"}, model::Set{of, "cover_more", {}, "null"}});
}

namespace {

Result<> commit_let_go(Library& library, std::span<const model::ItemId> items) {
    TRY(library.settle_doubts());
    std::vector<model::EntryBody> entries;
    for (const auto& id : items) {
        TRY_LET(const auto item, library.catalog().item(id));
        if (!item) return none_here("item", id.hex());
        if (item->let_go) continue;
        entries.emplace_back(model::LetGo{id});
        for (const auto& part : item->parts) entries.emplace_back(model::LetGo{part});
    }
    if (entries.empty()) return {};
    return library.commit(std::move(entries));
}

}  // namespace

Result<> let_go(Library& library, std::span<const model::ItemId> items) {
    return with_reserve(library, [&] { return commit_let_go(library, items); });
}

Result<> bring_back(Library& library, std::span<const model::ItemId> items) {
    TRY(library.settle_doubts());
    std::vector<model::EntryBody> entries;
    for (const auto& id : items) {
        TRY_LET(const auto item, library.catalog().item(id));
        if (!item) return none_here("item", id.hex());
        for (const auto& file : item->files) {
            TRY_LET(const auto content, library.catalog().content(file.content));
            if (!content || !is_present(library.environment().files, library.copy().path, *content))
                return Error(ErrorCode::not_found,
                             printable(file.name) +
                                 " was erased from this copy. Another copy may still hold it.");
        }
        if (!item->let_go) continue;
        entries.emplace_back(model::BringBack{id});
        for (const auto& part : item->parts) entries.emplace_back(model::BringBack{part});
    }
    if (entries.empty()) return {};
    return library.commit(std::move(entries));
}

Result<> name_device(Library& library, const model::DeviceId& device, std::string_view name) {
    TRY(check_line(name, "The device's name", kLargestNameBytes));
    return library.commit({set_text(model::Subject::of(device), "name", name)});
}

Result<> retire_device(Library& library, const model::DeviceId& device) {
    TRY(library.settle_doubts());
    return library.retire(device);
}

Result<> accept_device(Library& library, const model::DeviceId& device) {
    return library.enroll(device);
}

Result<model::DeviceId> find_device(Library& library, std::string_view typed) {
    TRY_LET(const auto devices, library.catalog().devices());
    const auto digits = lower(typed);
    std::vector<model::DeviceId> named;
    std::set<model::DeviceId> found;
    const auto is_meant = [&](const model::DeviceId& device) {
        return digits.size() >= kShortestPrefix && device.hex().starts_with(digits);
    };
    for (const auto& device : devices) {
        if (device.name == typed) named.push_back(device.device);
        if (is_meant(device.device)) found.insert(device.device);
    }
    // Those that wait to be accepted, too.
    for (const auto& [device, key] : library.authority().keys())
        if (is_meant(device)) found.insert(device);
    if (named.size() == 1) return named.front();
    if (named.size() > 1)
        return Error(ErrorCode::invalid, "More than one device is called " + printable(typed) +
                                             ": use its number, see `keepsake device list`.");
    if (found.size() == 1) return *found.begin();
    if (found.size() > 1)
        return Error(ErrorCode::invalid,
                     "More than one device begins with " + printable(typed) + "; type more of it.");
    return Error(ErrorCode::not_found, "There is no device " + printable(typed) + " here.");
}

}  // namespace keepsake::library
