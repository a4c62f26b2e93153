#include "share/record.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/text.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "crypto/age_keys.h"
#include "model/entry.h"
#include "model/ids.h"
#include "os/file_system.h"
#include "share/sealer.h"

namespace keepsake::share {
namespace {

constexpr std::size_t kMostListedFiles = 2'000;
constexpr std::size_t kMostPlaces = 100;

// A path is bytes; in JSON it stands in base64 where it is no UTF-8.
void put_path(Json& json, const std::string& path) {
    if (is_utf8(path) && path.find('\0') == std::string::npos)
        json["path"] = path;
    else
        json["path_bytes"] = to_base64(as_bytes(path), Padding::with);
}

bool is_sealed_name(const std::string& name) { return name.ends_with(".age"); }

std::string text_in(const Json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<std::string> optional_in(const Json& json, const char* name) {
    auto text = text_in(json, name);
    return text.empty() ? std::nullopt : std::optional(std::move(text));
}

bool is_true(const Json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && *found == true;
}

/// Names that ending a share may remove: one name each, and none that leads elsewhere.
std::vector<std::string> files_in(const Json& json) {
    std::vector<std::string> files;
    const auto found = json.find("files");
    if (found == json.end() || !found->is_array() || found->size() > kMostListedFiles) return files;
    for (const auto& file : *found)
        if (file.is_string() && os::is_file_name(file.get<std::string>()))
            files.push_back(file.get<std::string>());
    return files;
}

bool is_named(const Where& where) {
    switch (where.as) {
        case As::guests:
            return where.name.size() == 32 && from_hex(where.name);
        case As::download:
            return os::is_file_name(where.name);
        case As::folder:
        case As::file:
            return where.path.starts_with('/');
    }
    return false;
}

std::optional<Where> where_from(const Json& json) {
    if (!json.is_object()) return std::nullopt;
    Where where;
    const auto as = text_in(json, "as");
    if (as == "folder")
        where.as = As::folder;
    else if (as == "file")
        where.as = As::file;
    else if (as == "guests")
        where.as = As::guests;
    else if (as == "download")
        where.as = As::download;
    else
        return std::nullopt;
    const auto device = model::DeviceId::from_hex(text_in(json, "device"));
    if (!device) return std::nullopt;
    where.device = *device;
    where.path = text_in(json, "path");
    if (const auto bytes = from_base64(text_in(json, "path_bytes"), Padding::with); bytes)
        if (!bytes->empty()) where.path = as_text(*bytes);
    where.name = text_in(json, "name");
    where.at = text_in(json, "at");
    where.files = files_in(json);
    where.sha256 = text_in(json, "sha256");
    return is_named(where) ? std::optional(std::move(where)) : std::nullopt;
}

std::optional<Record> record_from(const model::ShareId& share, const std::string& value) {
    const auto json = Json::parse(value, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    Record record;
    record.share = share;
    record.to = text_in(json, "to");
    record.from = text_in(json, "from");
    record.moment = model::MomentId::from_hex(text_in(json, "moment"));
    record.story_alone = is_true(json, "story");
    if (const auto items = json.find("items"); items != json.end() && items->is_array())
        for (const auto& item : *items)
            if (item.is_string())
                if (const auto id = model::ItemId::from_hex(item.get<std::string>()))
                    record.items.push_back(*id);
    record.made = text_in(json, "made");
    record.until = optional_in(json, "until");
    record.made_until = record.until;
    record.key = text_in(json, "key");
    if (!crypto::AgeIdentity::from_text(record.key)) return std::nullopt;
    record.passphrase = is_true(json, "passphrase");
    record.hint = optional_in(json, "hint");
    record.cover = optional_in(json, "cover");
    record.more = optional_in(json, "more");
    record.originals = is_true(json, "originals");
    record.places = is_true(json, "places");
    if (const auto where = json.find("where"); where != json.end() && where->is_array())
        for (const auto& each : *where) {
            if (record.where.size() == kMostPlaces) break;
            if (auto one = where_from(each)) record.where.push_back(*std::move(one));
        }
    return record;
}

Json where_json(const Where& where) {
    Json json;
    json["as"] = to_text(where.as);
    json["device"] = where.device.hex();
    if (!where.path.empty()) put_path(json, where.path);
    if (!where.name.empty()) json["name"] = where.name;
    json["at"] = where.at.empty() ? Json(nullptr) : Json(where.at);
    auto files = where.files;
    // Of a large share the page's own alone: the others are known by their form.
    if (files.size() > kMostListedFiles) std::erase_if(files, is_sealed_name);
    if (!files.empty()) json["files"] = files;
    if (!where.sha256.empty()) json["sha256"] = where.sha256;
    return json;
}

}  // namespace

std::string_view to_text(As as) {
    switch (as) {
        case As::folder:
            return "folder";
        case As::file:
            return "file";
        case As::guests:
            return "guests";
        case As::download:
            return "download";
    }
    return "";
}

model::Set shown_entry(const Record& record) {
    Json json;
    json["to"] = record.to;
    json["from"] = record.from.empty() ? Json(nullptr) : Json(record.from);
    if (record.moment) json["moment"] = record.moment->hex();
    if (record.story_alone) json["story"] = true;
    json["items"] = Json::array();
    for (const auto& item : record.items) json["items"].push_back(item.hex());
    json["until"] = record.until ? Json(*record.until) : Json(nullptr);
    json["made"] = record.made;
    json["key"] = record.key;
    json["passphrase"] = record.passphrase;
    if (record.hint) json["hint"] = *record.hint;
    if (record.cover) json["cover"] = *record.cover;
    if (record.more) json["more"] = *record.more;
    json["originals"] = record.originals;
    json["places"] = record.places;
    json["where"] = Json::array();
    for (const auto& where : record.where) json["where"].push_back(where_json(where));
    return {model::Subject::of(record.share), "shown", {}, json.dump()};
}

model::Set until_entry(const model::ShareId& share, const std::optional<std::string>& until) {
    const auto value = until ? Json(*until) : Json("");
    return {model::Subject::of(share), "until", {}, value.dump()};
}

model::Set ended_entry(const model::ShareId& share) {
    return {model::Subject::of(share), "ended", {}, "true"};
}

Result<std::vector<Record>> read_records(catalog::Catalog& catalog) {
    std::map<model::ShareId, Record> records;
    const auto of_each = [&](const char* field, const auto& take) {
        return catalog.for_each_field(field, [&](const catalog::FieldRecord& each) -> Result<> {
            const auto share = each.subject.share();
            if (share && !each.person) take(*share, each.value);
            return {};
        });
    };
    TRY(of_each("shown", [&](const model::ShareId& share, const std::string& value) {
        if (auto record = record_from(share, value)) records.emplace(share, *std::move(record));
    }));
    TRY(of_each("until", [&](const model::ShareId& share, const std::string& value) {
        const auto found = records.find(share);
        const auto json = Json::parse(value, nullptr, false);
        if (found == records.end() || !json.is_string()) return;
        const auto day = json.get<std::string>();
        found->second.until = day.empty() ? std::nullopt : std::optional(day);
        found->second.redated = true;
    }));
    TRY(of_each("ended", [&](const model::ShareId& share, const std::string& value) {
        const auto found = records.find(share);
        if (found != records.end() && value == "true") found->second.ended = true;
    }));
    std::vector<Record> sorted;
    sorted.reserve(records.size());
    for (auto& [share, record] : records) sorted.push_back(std::move(record));
    std::ranges::stable_sort(sorted,
                             [](const Record& a, const Record& b) { return a.made > b.made; });
    return sorted;
}

std::string day_of(Instant instant) { return to_rfc3339(instant, Fraction::none).substr(0, 10); }

bool is_day(std::string_view text) {
    const auto instant = from_rfc3339(std::string(text) + "T00:00:00Z");
    return instant && text.size() == 10 && day_of(*instant) == text;
}

std::string link_of(const Record& record, const Where& where) {
    std::string address;
    if (!where.at.empty())
        address = where.at + (where.at.ends_with('/') ? "" : "/");
    else if (where.as == As::folder)
        address = "index.html";
    else if (where.as == As::guests)
        address = where.name + "/";
    else if (where.as == As::download)
        address = where.name;
    else
        address = os::file_name_of(where.path);
    return address + "#" + record.key;
}

}  // namespace keepsake::share
