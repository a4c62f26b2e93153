#include "catalog/findings.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "catalog/catalog.h"
#include "catalog/packing.h"
#include "catalog/values.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/taken.h"
#include "model/entry.h"
#include "places/towns.h"

namespace keepsake::catalog {
namespace {

// Numbers stand in the file: whoever adds one counts Catalog::kVersion up.
static_assert(static_cast<int>(media::Kind::other) == 8);
static_assert(static_cast<int>(media::TakenSource::file_time) == 8);

constexpr std::uint64_t kIsCertain = 1;
constexpr std::uint64_t kIsAbout = 2;

// U+E000: of no script, and a letter to the tokenizer.
constexpr std::string_view kMark = "\xEE\x80\x80";
constexpr std::size_t kYearDigits = 4;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void add_line(std::string& to, std::string_view text) {
    if (!text.empty()) to += std::string(text) + "\n";
}

/// "-09" and the like at `at`: two digits behind a hyphen, at least 01 and at most `most`.
bool has_part(std::string_view text, std::size_t at, int most) {
    if (at + 3 > text.size() || text[at] != '-' || !is_digit(text[at + 1]) ||
        !is_digit(text[at + 2]))
        return false;
    const int number = 10 * (text[at + 1] - '0') + (text[at + 2] - '0');
    return number >= 1 && number <= most;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Takes an ending off, if it is there and something stays.
bool take_off(std::string& text, std::string_view ending) {
    if (text.size() <= ending.size() || !text.ends_with(ending)) return false;
    text.resize(text.size() - ending.size());
    return true;
}

void take_off_extension(std::string& text) {
    constexpr std::size_t kLongest = 5;
    const auto dot = text.rfind('.');
    if (dot != std::string::npos && dot != 0 && text.size() - dot <= kLongest) text.resize(dot);
}

/// "img_1.jpg.supplemental-metadata" and what services cut it to: "img_1.jpg.suppl".
void take_off_service_words(std::string& text) {
    constexpr std::string_view kWords = ".supplemental-metadata";
    const auto dot = text.rfind('.');
    if (dot != std::string::npos && dot != 0 && text.size() - dot >= 2 &&
        kWords.starts_with(std::string_view(text).substr(dot)))
        text.resize(dot);
}

struct Stem {
    std::string stem;
    bool edited = false;
};

Stem stem_without_marks(std::string_view name) {
    Stem of;
    of.stem = name;
    std::ranges::transform(of.stem, of.stem.begin(), lower);
    if (take_off(of.stem, ".json"))
        take_off_service_words(of.stem);
    else if (!take_off(of.stem, ".xmp"))
        take_off(of.stem, ".aae");
    take_off_extension(of.stem);
    for (const std::string_view mark : {"-edited", "_edited", " edited", "-bearbeitet", "-edit"})
        if (take_off(of.stem, mark)) of.edited = true;
    // Apple: IMG_E1234 beside IMG_1234.
    if (of.stem.size() > 5 && of.stem.starts_with("img_e") && is_digit(of.stem[5])) {
        of.stem.erase(4, 1);
        of.edited = true;
    }
    return of;
}

}  // namespace

std::string pack_taken(const media::Taken& taken) {
    Packer packer;
    packer.number(static_cast<std::uint64_t>(taken.source));
    packer.number((taken.certain ? kIsCertain : 0) | (taken.about ? kIsAbout : 0));
    return packer.take() + media::to_text(taken.at);
}

std::optional<media::Taken> unpack_taken(std::string_view packed) {
    Unpacker unpacker(packed);
    const auto source = unpacker.number();
    const auto flags = unpacker.number();
    if (!unpacker.ok() || source > static_cast<std::uint64_t>(media::TakenSource::file_time))
        return std::nullopt;
    const auto at = media::moment_from_text(packed.substr(2));
    if (!at) return std::nullopt;
    return media::Taken{.at = *at,
                        .source = static_cast<media::TakenSource>(source),
                        .certain = (flags & kIsCertain) != 0,
                        .about = (flags & kIsAbout) != 0};
}

std::string pack_brief(const Brief& brief) {
    Packer packer;
    packer.number(static_cast<std::uint64_t>(brief.kind));
    packer.number(brief.size.width);
    packer.number(brief.size.height);
    return packer.take() + (brief.taken ? pack_taken(*brief.taken) : "");
}

namespace {

std::optional<Brief> unpack_head(Unpacker& unpacker) {
    const auto kind = unpacker.number();
    const auto width = unpacker.number();
    const auto height = unpacker.number();
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    if (!unpacker.ok() || kind > static_cast<std::uint64_t>(media::Kind::other) || width > kMost ||
        height > kMost)
        return std::nullopt;
    return Brief{static_cast<media::Kind>(kind),
                 {static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height)},
                 std::nullopt};
}

}  // namespace

std::optional<Brief> unpack_brief(std::string_view packed) {
    Unpacker unpacker(packed);
    auto brief = unpack_head(unpacker);
    if (brief) brief->taken = unpack_taken(unpacker.rest());
    return brief;
}

std::optional<Brief> unpack_brief_without_taken(std::string_view packed) {
    Unpacker unpacker(packed);
    return unpack_head(unpacker);
}

void take_size(Dimensions& of_item, const Brief& of_file) {
    const bool has_size = of_file.size.width > 0 && of_file.size.height > 0;
    if (of_item == Dimensions() && has_size && of_file.kind != media::Kind::sidecar)
        of_item = of_file.size;
}

std::string words_of(const media::Facts& facts) {
    std::string words;
    add_line(words, facts.title);
    add_line(words, facts.caption);
    add_line(words, facts.author);
    for (const auto& keyword : facts.keywords) add_line(words, keyword);
    for (const auto& person : facts.people) add_line(words, person.name);
    add_line(words, facts.place_name);
    if (facts.place) {
        const auto near = places::nearby(facts.place->latitude, facts.place->longitude);
        if (near.town) add_line(words, near.town->name);
        if (near.city) add_line(words, near.city->name);
    }
    add_line(words, facts.camera.make);
    add_line(words, facts.camera.model);
    add_line(words, facts.camera.lens);
    add_line(words, facts.type_detail);
    if (const auto& examination = facts.examination) {
        add_line(words, examination->study_description);
        add_line(words, examination->series_description);
        add_line(words, examination->institution);
        add_line(words, examination->patient);
    }
    add_line(words, facts.text);
    return words;
}

std::string exact_words_of(const media::Facts& facts) {
    std::string words;
    if (!facts.live_id.empty()) add_line(words, exact_word('l', facts.live_id));
    if (facts.examination && !facts.examination->series.empty())
        add_line(words, exact_word('s', facts.examination->series));
    if (!facts.of_file.empty()) add_line(words, exact_word('n', name_stem(facts.of_file)));
    return words;
}

std::optional<media::Taken> taken_by_hand(std::string_view json) {
    const auto from = hand_date(json);
    if (!from) return std::nullopt;
    const auto at = media::moment_from_text(*from);
    if (!at) return std::nullopt;
    return media::Taken{
        .at = *at, .source = media::TakenSource::by_hand, .about = true_member(json, "about")};
}

std::optional<media::Taken> choose_item_taken(const std::optional<media::Taken>& by_hand,
                                              const std::vector<model::KeptFile>& files,
                                              const std::vector<std::optional<Brief>>& briefs,
                                              Instant kept) {
    std::vector<media::Taken> candidates;
    if (by_hand) candidates.push_back(*by_hand);
    for (const auto& brief : briefs) {
        if (!brief || !brief->taken) continue;
        candidates.push_back(*brief->taken);
        if (brief->kind == media::Kind::sidecar)
            candidates.back().source = media::TakenSource::sidecar;
    }
    for (const auto& file : files)
        if (const auto named = media::taken_from_name(file.name)) candidates.push_back(*named);
    if (!files.empty()) candidates.push_back(media::taken_from_file_time(files.front().modified));
    return media::choose_taken(candidates, kept);
}

std::string date_words(std::string_view text) {
    std::string words;
    for (std::size_t i = 0; i + kYearDigits <= text.size(); ++i) {
        if (!is_digit(text[i]) || (i > 0 && is_digit(text[i - 1]))) continue;
        std::size_t end = i;
        while (end < text.size() && is_digit(text[end])) ++end;
        const bool is_year = end - i == kYearDigits && (text[i] == '1' || text[i] == '2');
        if (is_year) {
            const bool month = has_part(text, end, 12);
            const bool day = month && has_part(text, end + 3, 31);
            words += date_word(text.substr(i, kYearDigits + (month ? 3 : 0) + (day ? 3 : 0)));
            words += '\n';
        }
        i = end - 1;
    }
    return words;
}

std::string date_word(std::string_view date) {
    std::string word(kMark);
    std::ranges::copy_if(date, std::back_inserter(word), is_digit);
    return word;
}

std::string exact_word(char what, std::string_view text) {
    std::string word(kMark);
    word += what;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const char small = lower(c);
        if (is_digit(small) || (small >= 'a' && small <= 'z'))
            word += small;
        else if (byte >= 0x80) {  // letters of other scripts, folded in no way by the tokenizer
            constexpr std::string_view kDigits = "0123456789abcdef";
            word += kDigits[byte >> 4U];
            word += kDigits[byte & 0xFU];
        }
    }
    return word + std::string(kMark);
}

std::string own_date_word(std::string_view date) {
    auto word = date_word(date.substr(0, 10));
    return word.insert(kMark.size(), 1, 'd');
}

std::string kind_word(media::Kind kind) { return exact_word('k', media::name_of(kind)); }

bool is_edited_name(std::string_view name) { return stem_without_marks(name).edited; }

std::string name_stem(std::string_view name) { return stem_without_marks(name).stem; }

std::string without_marks(std::string text) {
    for (auto at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at))
        text.replace(at, kMark.size(), " ");
    return text;
}

}  // namespace keepsake::catalog
