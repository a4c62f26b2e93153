#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/taken.h"

// Source: docs/formats/facts.md.
namespace keepsake::media {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLargestShortText = 512;
constexpr std::uint32_t kLargestSide = 1U << 30U;
constexpr double kLongestSeconds = 1e7;
constexpr double kHighestMetres = 1e5;
constexpr std::int64_t kLargestExact = (1LL << 53U) - 1;

/// UTF-8 without NUL, cut between characters.
std::string clean(std::string_view text, std::size_t limit_bytes) {
    auto mended = to_utf8_lossy(text.substr(0, limit_bytes));
    std::erase(mended, '\0');
    if (mended.size() > limit_bytes || text.size() > limit_bytes) {
        auto end = std::min(mended.size(), limit_bytes);
        while (end > 0 && (static_cast<unsigned char>(mended[end - 1]) & 0xc0U) == 0x80U) --end;
        if (end > 0 && (static_cast<unsigned char>(mended[end - 1]) & 0x80U) != 0) --end;
        mended.resize(end);
    }
    return mended;
}

bool is_within(double value, double low, double high) {
    return std::isfinite(value) && value >= low && value <= high;
}

// ---- writing

void put_text(Json& to, const char* key, std::string_view text, std::size_t limit_bytes) {
    auto cleaned = clean(text, limit_bytes);
    if (!cleaned.empty()) to[key] = std::move(cleaned);
}
void put_short(Json& to, const char* key, std::string_view text) {
    put_text(to, key, text, kLargestShortText);
}
void put_count(Json& to, const char* key, std::uint64_t count) {
    if (count != 0 && count <= static_cast<std::uint64_t>(kLargestExact)) to[key] = count;
}
/// What a person would write: as many digits as say something.
double rounded(double value, double steps) { return std::round(value * steps) / steps; }

Json taken_json(const Taken& taken) {
    Json json;
    json["at"] = to_text(taken.at);
    json["source"] = name_of(taken.source);
    if (!taken.certain) json["certain"] = false;
    if (taken.about) json["about"] = true;
    return json;
}

void put_place(Json& to, const Facts& facts) {
    Json json = Json::object();
    if (facts.place && is_within(facts.place->latitude, -90, 90) &&
        is_within(facts.place->longitude, -180, 180)) {
        constexpr double kSteps = 1e6;  // a tenth of a metre
        json["latitude"] = rounded(facts.place->latitude, kSteps);
        json["longitude"] = rounded(facts.place->longitude, kSteps);
        const auto altitude = facts.place->altitude_m;
        if (altitude && is_within(*altitude, -kHighestMetres, kHighestMetres))
            json["altitude"] = rounded(*altitude, 10);
    }
    put_short(json, "name", facts.place_name);
    if (!json.empty()) to["place"] = std::move(json);
}

void put_camera(Json& to, const Camera& camera) {
    Json json = Json::object();
    put_short(json, "make", camera.make);
    put_short(json, "model", camera.model);
    put_short(json, "lens", camera.lens);
    if (!json.empty()) to["camera"] = std::move(json);
}

void put_people(Json& to, const std::vector<Person>& people) {
    Json list = Json::array();
    for (const auto& person : people) {
        if (list.size() >= kMostFactWords) break;
        Json json = Json::object();
        put_short(json, "name", person.name);
        if (person.face && is_within(person.face->x, 0, 1) && is_within(person.face->y, 0, 1) &&
            is_within(person.face->width, 0, 1) && is_within(person.face->height, 0, 1)) {
            constexpr double kSteps = 1e4;
            json["face"] = {rounded(person.face->x, kSteps), rounded(person.face->y, kSteps),
                            rounded(person.face->width, kSteps),
                            rounded(person.face->height, kSteps)};
        }
        if (!json.empty()) list.push_back(std::move(json));
    }
    if (!list.empty()) to["people"] = std::move(list);
}

void put_keywords(Json& to, const std::vector<std::string>& keywords) {
    Json list = Json::array();
    for (const auto& keyword : keywords) {
        if (list.size() >= kMostFactWords) break;
        auto cleaned = clean(keyword, kLargestShortText);
        if (!cleaned.empty()) list.push_back(std::move(cleaned));
    }
    if (!list.empty()) to["keywords"] = std::move(list);
}

void put_streams(Json& to, const Streams& streams) {
    Json json = Json::object();
    put_short(json, "video", streams.video);
    put_short(json, "audio", streams.audio);
    if (streams.browsers_play) json["plays"] = true;
    if (!json.empty()) to["streams"] = std::move(json);
}

void put_examination(Json& to, const Examination& examination) {
    Json json = Json::object();
    put_short(json, "study", examination.study);
    put_short(json, "series", examination.series);
    put_short(json, "instance", examination.instance);
    put_short(json, "study-description", examination.study_description);
    put_short(json, "series-description", examination.series_description);
    put_short(json, "modality", examination.modality);
    put_short(json, "institution", examination.institution);
    if (examination.number && std::abs(*examination.number) <= kLargestExact)
        json["number"] = *examination.number;
    Json patient = Json::object();
    put_short(patient, "name", examination.patient);
    put_short(patient, "id", examination.patient_id);
    put_short(patient, "born", examination.patient_born);
    if (!patient.empty()) json["patient"] = std::move(patient);
    to["examination"] = std::move(json);
}

std::string hex_of(std::uint64_t number) {
    Bytes bytes(8);
    for (std::size_t i = 0; i < 8; ++i)
        bytes[i] = static_cast<std::uint8_t>(number >> (8 * (7 - i)));
    return to_hex(bytes);
}

void put_what_is_shown(Json& to, const Facts& facts) {
    put_count(to, "width", std::min(facts.width, kLargestSide));
    put_count(to, "height", std::min(facts.height, kLargestSide));
    if (facts.taken && is_valid(facts.taken->at)) to["taken"] = taken_json(*facts.taken);
    put_place(to, facts);
    put_camera(to, facts.camera);
    if (facts.duration_s && is_within(*facts.duration_s, 0, kLongestSeconds))
        to["duration"] = rounded(*facts.duration_s, 1000);
    put_count(to, "pages", facts.pages);
    put_count(to, "frames", facts.frames);
}

void put_what_is_said(Json& to, const Facts& facts) {
    put_text(to, "title", facts.title, kLargestFactText);
    put_text(to, "caption", facts.caption, kLargestFactText);
    put_short(to, "author", facts.author);
    put_keywords(to, facts.keywords);
    put_people(to, facts.people);
    if (facts.orientation >= 1 && facts.orientation <= 8) to["orientation"] = facts.orientation;
    if (facts.rating && *facts.rating >= -1 && *facts.rating <= 5) to["rating"] = *facts.rating;
    put_short(to, "software", facts.software);
}

void put_what_is_inside(Json& to, const Facts& facts) {
    put_short(to, "live-id", facts.live_id);
    if (facts.film && facts.film->size_bytes > 0 &&
        facts.film->offset_bytes <= static_cast<std::uint64_t>(kLargestExact) &&
        facts.film->size_bytes <= static_cast<std::uint64_t>(kLargestExact))
        to["film"] = {{"offset", facts.film->offset_bytes}, {"bytes", facts.film->size_bytes}};
    put_text(to, "of", facts.of_file, kLargestShortText);
    put_streams(to, facts.streams);
    if (!facts.waveform.empty())
        to["waveform"] = to_base64(
            ByteView(facts.waveform).first(std::min(facts.waveform.size(), kWaveformBars)),
            Padding::with);
    if (facts.examination) put_examination(to, *facts.examination);
    if (facts.look) to["look"] = hex_of(*facts.look);
    if (facts.pixels) to["pixels"] = to_hex(*facts.pixels);
}

// ---- reading

const Json* member(const Json& of, const char* key) {
    if (!of.is_object()) return nullptr;
    const auto found = of.find(key);
    return found == of.end() ? nullptr : &*found;
}
std::string text_of(const Json& of, const char* key, std::size_t limit_bytes = kLargestShortText) {
    const auto* const value = member(of, key);
    if (value == nullptr || !value->is_string()) return {};
    return clean(value->get_ref<const std::string&>(), limit_bytes);
}
std::optional<double> number_of(const Json& of, const char* key, double low, double high) {
    const auto* const value = member(of, key);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    const auto number = value->get<double>();
    return is_within(number, low, high) ? std::optional(number) : std::nullopt;
}
std::optional<std::int64_t> whole_of(const Json& of, const char* key, std::int64_t low,
                                     std::int64_t high) {
    const auto* const value = member(of, key);
    if (value == nullptr || !value->is_number_integer()) return std::nullopt;
    if (value->is_number_unsigned() &&
        value->get<std::uint64_t>() > static_cast<std::uint64_t>(kLargestExact))
        return std::nullopt;
    const auto number = value->get<std::int64_t>();
    return number >= low && number <= high ? std::optional(number) : std::nullopt;
}
std::uint32_t count_of(const Json& of, const char* key) {
    return static_cast<std::uint32_t>(whole_of(of, key, 0, kLargestSide).value_or(0));
}
bool is_true(const Json& of, const char* key) {
    const auto* const value = member(of, key);
    return value != nullptr && value->is_boolean() && value->get<bool>();
}
bool is_false(const Json& of, const char* key) {
    const auto* const value = member(of, key);
    return value != nullptr && value->is_boolean() && !value->get<bool>();
}

std::optional<Taken> taken_of(const Json& facts) {
    const auto* const value = member(facts, "taken");
    if (value == nullptr) return std::nullopt;
    if (value->is_string()) {
        const auto at = moment_from_text(value->get_ref<const std::string&>());
        return at ? std::optional(Taken{.at = *at}) : std::nullopt;
    }
    const auto at = moment_from_text(text_of(*value, "at"));
    if (!at) return std::nullopt;
    return Taken{
        .at = *at,
        .source = taken_source_from_name(text_of(*value, "source")).value_or(TakenSource::original),
        .certain = !is_false(*value, "certain"),
        .about = is_true(*value, "about")};
}

void take_place(Facts& facts, const Json& json) {
    const auto* const value = member(json, "place");
    if (value == nullptr) return;
    facts.place_name = text_of(*value, "name");
    const auto latitude = number_of(*value, "latitude", -90, 90);
    const auto longitude = number_of(*value, "longitude", -180, 180);
    if (!latitude || !longitude) return;
    facts.place = {.latitude = *latitude,
                   .longitude = *longitude,
                   .altitude_m = number_of(*value, "altitude", -kHighestMetres, kHighestMetres)};
}

std::optional<Person::Face> face_of(const Json& person) {
    const auto* const value = member(person, "face");
    if (value == nullptr || !value->is_array() || value->size() != 4) return std::nullopt;
    double sides[4] = {};
    for (std::size_t i = 0; i < 4; ++i) {
        if (!(*value)[i].is_number()) return std::nullopt;
        sides[i] = (*value)[i].get<double>();
        if (!is_within(sides[i], 0, 1)) return std::nullopt;
    }
    return Person::Face{.x = sides[0], .y = sides[1], .width = sides[2], .height = sides[3]};
}

void take_lists(Facts& facts, const Json& json) {
    if (const auto* const list = member(json, "keywords"); list != nullptr && list->is_array())
        for (const auto& keyword : *list) {
            if (!keyword.is_string() || facts.keywords.size() >= kMostFactWords) continue;
            auto text = clean(keyword.get_ref<const std::string&>(), kLargestShortText);
            if (!text.empty()) facts.keywords.push_back(std::move(text));
        }
    if (const auto* const list = member(json, "people"); list != nullptr && list->is_array())
        for (const auto& person : *list) {
            if (!person.is_object() || facts.people.size() >= kMostFactWords) continue;
            Person read{.name = text_of(person, "name"), .face = face_of(person)};
            if (!read.name.empty() || read.face) facts.people.push_back(std::move(read));
        }
}

void take_examination(Facts& facts, const Json& json) {
    const auto* const value = member(json, "examination");
    if (value == nullptr || !value->is_object()) return;
    static const Json kNone = Json::object();
    const auto* patient = member(*value, "patient");
    if (patient == nullptr) patient = &kNone;
    facts.examination =
        Examination{.study = text_of(*value, "study"),
                    .series = text_of(*value, "series"),
                    .instance = text_of(*value, "instance"),
                    .study_description = text_of(*value, "study-description"),
                    .series_description = text_of(*value, "series-description"),
                    .modality = text_of(*value, "modality"),
                    .institution = text_of(*value, "institution"),
                    .number = whole_of(*value, "number", -kLargestExact, kLargestExact),
                    .patient = text_of(*patient, "name"),
                    .patient_id = text_of(*patient, "id"),
                    .patient_born = text_of(*patient, "born")};
}

void take_film(Facts& facts, const Json& json) {
    const auto* const value = member(json, "film");
    if (value == nullptr) return;
    const auto offset = whole_of(*value, "offset", 0, kLargestExact);
    const auto bytes = whole_of(*value, "bytes", 1, kLargestExact);
    if (offset && bytes)
        facts.film = {.offset_bytes = static_cast<std::uint64_t>(*offset),
                      .size_bytes = static_cast<std::uint64_t>(*bytes)};
}

void take_what_is_inside(Facts& facts, const Json& json) {
    facts.live_id = text_of(json, "live-id");
    take_film(facts, json);
    facts.of_file = text_of(json, "of");
    if (const auto* const streams = member(json, "streams"); streams != nullptr)
        facts.streams = {.video = text_of(*streams, "video"),
                         .audio = text_of(*streams, "audio"),
                         .browsers_play = is_true(*streams, "plays")};
    if (auto bars = from_base64(text_of(json, "waveform"), Padding::with);
        bars && bars->size() <= kWaveformBars)
        facts.waveform = *std::move(bars);
    take_examination(facts, json);
    if (const auto look = from_hex(text_of(json, "look")); look && look->size() == 8) {
        std::uint64_t number = 0;
        for (const auto byte : *look) number = number << 8U | byte;
        facts.look = number;
    }
    if (const auto pixels = from_hex(text_of(json, "pixels")); pixels && pixels->size() == 16)
        std::ranges::copy(*pixels, facts.pixels.emplace().begin());
}

Facts facts_of(const Json& json) {
    Facts facts;
    facts.kind = kind_from_name(text_of(json, "kind")).value_or(Kind::other);
    facts.format = format_from_name(text_of(json, "format")).value_or(Format::unknown);
    facts.type_detail = text_of(json, "detail");
    facts.width = count_of(json, "width");
    facts.height = count_of(json, "height");
    facts.taken = taken_of(json);
    take_place(facts, json);
    if (const auto* const camera = member(json, "camera"); camera != nullptr)
        facts.camera = {.make = text_of(*camera, "make"),
                        .model = text_of(*camera, "model"),
                        .lens = text_of(*camera, "lens")};
    facts.duration_s = number_of(json, "duration", 0, kLongestSeconds);
    facts.pages = count_of(json, "pages");
    facts.frames = count_of(json, "frames");
    facts.title = text_of(json, "title", kLargestFactText);
    facts.caption = text_of(json, "caption", kLargestFactText);
    facts.author = text_of(json, "author");
    take_lists(facts, json);
    if (const auto turn = whole_of(json, "orientation", 1, 8))
        facts.orientation = static_cast<int>(*turn);
    if (const auto rating = whole_of(json, "rating", -1, 5)) facts.rating = *rating;
    facts.software = text_of(json, "software");
    take_what_is_inside(facts, json);
    facts.text = text_of(json, "text", kLargestSearchText);
    return facts;
}

}  // namespace

std::string to_json(const Facts& facts) {
    Json json;
    json["kind"] = name_of(facts.kind);
    json["format"] = name_of(facts.format);
    put_short(json, "detail", facts.type_detail);
    put_what_is_shown(json, facts);
    put_what_is_said(json, facts);
    put_what_is_inside(json, facts);
    put_text(json, "text", facts.text, kLargestSearchText);
    auto text = json.dump();
    // Escapes make text longer. What can be done without goes first.
    for (const char* const key : {"text", "keywords", "people"}) {
        if (text.size() <= kLargestFactsBytes) break;
        json.erase(key);
        text = json.dump();
    }
    return text;
}

Result<Facts> facts_from_json(std::string_view text) {
    if (text.size() > kLargestFactsBytes)
        return Error(ErrorCode::limit, "facts are longer than 256 KiB");
    const auto json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return Error(ErrorCode::corrupt, "facts are no JSON object");
    return facts_of(json);
}

Facts with_sidecar(Facts original, const Facts& sidecar) {
    const auto take = [](auto& to, const auto& from) {
        if (from != std::decay_t<decltype(from)>{}) to = from;
    };
    if (sidecar.taken) {
        // The choice knows how a local time and an instant fit together.
        std::vector<Taken> candidates{*sidecar.taken};
        candidates.front().source = TakenSource::sidecar;
        if (original.taken) candidates.push_back(*original.taken);
        original.taken = choose_taken(candidates, instant_of({.year = 9999}));
    }
    take(original.place, sidecar.place);
    take(original.place_name, sidecar.place_name);
    take(original.title, sidecar.title);
    take(original.caption, sidecar.caption);
    take(original.author, sidecar.author);
    take(original.keywords, sidecar.keywords);
    take(original.people, sidecar.people);
    take(original.rating, sidecar.rating);
    return original;
}

}  // namespace keepsake::media
