#include "cli/item_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/text.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "cli/text_layout.h"
#include "library/main_file.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/taken.h"

namespace keepsake::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kDateCharacters = 10;  // 2020-09-14
constexpr std::size_t kWordsColumns = 60;
constexpr std::string_view kWordsField = "words";
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";
constexpr std::string_view kWhiteSpace = " \t\r\n\v\f";

void put_name(Json& into, const std::string& field, const std::string& bytes) {
    into[field] = to_utf8_lossy(bytes);
    if (!is_utf8(bytes)) into[field + "_bytes"] = to_base64(as_bytes(bytes), Padding::with);
}

Json json_or_null(const std::optional<std::string>& text) {
    return text ? Json(to_utf8_lossy(*text)) : Json(nullptr);
}

Json file_json(const catalog::FileRecord& file) {
    Json out;
    put_name(out, "name", file.name);
    put_name(out, "folder", file.folder);
    out["bytes"] = file.bytes;
    out["sha256"] = file.content.hex();
    out["taken"] = json_or_null(file.taken);
    out["modified"] = to_rfc3339(file.modified, Fraction::nano);
    out["kind"] = file.kind ? Json(media::name_of(*file.kind)) : Json(nullptr);
    return out;
}

/// What is seen of words in a list: the first line, cut; "…" stands for all that is left out.
std::string beginning_of(std::string_view words) {
    const auto start = words.find_first_not_of(kWhiteSpace);
    if (start == std::string_view::npos) return {};
    words.remove_prefix(start);
    words = words.substr(0, words.find_last_not_of(kWhiteSpace) + 1);
    const auto end = words.find_first_of("\r\n");
    auto line = printable_line(words.substr(0, end));
    if (end != std::string_view::npos) line += kEllipsis;
    return truncated(line, kWordsColumns);
}

std::string what_it_is(const catalog::ItemRecord& item) {
    if (item.cover) return printable_line(*item.cover);
    auto text = item_name(item);
    if (!item.files.empty() && !item.files.front().folder.empty())
        text += "  " + printable_line(item.files.front().folder) + "/";
    std::string_view before = "  ";
    for (const auto& words : item.words) {
        if (words.field != kWordsField || words.text.empty()) continue;
        text += std::string(before) + beginning_of(words.text);
        before = " | ";
    }
    return text;
}

/// "0:42", "1:02:03".
std::string length_of(double seconds) {
    constexpr std::uint64_t kMinute = 60;
    constexpr std::uint64_t kHour = 3600;
    const auto all = static_cast<std::uint64_t>(std::llround(std::clamp(seconds, 0.0, 1e9)));
    if (all < kHour) return fmt::format("{}:{:02}", all / kMinute, all % kMinute);
    return fmt::format("{}:{:02}:{:02}", all / kHour, all % kHour / kMinute, all % kMinute);
}

/// Where, with what, how long, each after two spaces; what is not known is left out.
std::string details_of(const media::Facts& facts) {
    const auto town = library::town_of(facts);
    std::string text;
    for (const auto& told : {town.empty() ? facts.place_name : town, library::camera_of(facts),
                             facts.duration_s ? length_of(*facts.duration_s) : std::string()})
        if (!told.empty()) text += "  " + printable_line(told);
    return text;
}

void put_text(Json& into, const char* field, const std::string& text) {
    if (!text.empty()) into[field] = to_utf8_lossy(text);
}

Json found_json(const media::Facts& facts) {
    Json out = Json::object();
    if (facts.width > 0 && facts.height > 0) {
        out["width"] = facts.width;
        out["height"] = facts.height;
    }
    if (facts.duration_s) out["seconds"] = *facts.duration_s;
    if (facts.pages > 0) out["pages"] = facts.pages;
    put_text(out, "camera", library::camera_of(facts));
    put_text(out, "lens", facts.camera.lens);
    put_text(out, "title", facts.title);
    put_text(out, "caption", facts.caption);
    put_text(out, "place", facts.place_name);
    if (facts.place) {
        out["latitude"] = facts.place->latitude;
        out["longitude"] = facts.place->longitude;
    }
    put_text(out, "near", library::town_of(facts));
    return out;
}

}  // namespace

std::string short_number(const std::string& hex) { return hex.substr(0, 8); }

std::string item_name(const catalog::ItemRecord& item) {
    if (item.cover) return printable_line(*item.cover);
    if (item.files.empty()) return {};
    auto name = printable_line(item.files.front().name);
    if (item.files.size() > 1) name += " and " + grouped(item.files.size() - 1) + " more";
    return name;
}

std::string item_line(const catalog::ItemRecord& item, std::size_t columns, std::string_view mark,
                      const std::optional<media::Facts>& facts) {
    auto line = short_number(item.item.hex()) + "  " +
                padded(printable_line(item.date.substr(0, kDateCharacters)), kDateCharacters) +
                (item.when && item.taken && !item.when->certain ? "?" : "") + "  ";
    // Before the words: what a narrow terminal cuts off is not the mark.
    if (!mark.empty()) line += "(" + std::string(mark) + ")  ";
    line += what_it_is(item);
    if (facts && !item.cover) line += details_of(*facts);
    return columns == 0 ? line : truncated(line, columns);
}

std::string item_json(const catalog::ItemRecord& item, const std::optional<media::Facts>& facts) {
    Json out;
    out["item"] = item.item.hex();
    out["kept"] = to_rfc3339(item.kept, Fraction::none);
    out["taken"] = json_or_null(item.taken);
    const bool known = item.when && item.taken;
    out["taken_source"] = known ? Json(media::name_of(item.when->source)) : Json(nullptr);
    out["taken_certain"] = known ? Json(item.when->certain) : Json(nullptr);
    out["taken_about"] = known ? Json(item.when->about) : Json(nullptr);
    out["kind"] = item.kind ? Json(media::name_of(*item.kind)) : Json(nullptr);
    out["date"] = to_utf8_lossy(item.date);
    out["files"] = Json::array();
    for (const auto& file : item.files) out["files"].push_back(file_json(file));
    out["words"] = Json::array();
    for (const auto& words : item.words)
        if (words.field == kWordsField && !words.text.empty())
            out["words"].push_back(to_utf8_lossy(words.text));
    out["cover"] = json_or_null(item.cover);
    out["let_go"] = item.let_go;
    if (facts) out["found"] = found_json(*facts);
    return out.dump();
}

}  // namespace keepsake::cli
