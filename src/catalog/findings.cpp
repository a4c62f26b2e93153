#include "catalog/findings.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "catalog/packing.h"
#include "catalog/values.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/taken.h"
#include "model/entry.h"

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
    return packer.take() + (brief.taken ? pack_taken(*brief.taken) : "");
}

std::optional<Brief> unpack_brief(std::string_view packed) {
    Unpacker unpacker(packed);
    const auto kind = unpacker.number();
    if (!unpacker.ok() || kind > static_cast<std::uint64_t>(media::Kind::other))
        return std::nullopt;
    return Brief{static_cast<media::Kind>(kind), unpack_taken(packed.substr(1))};
}

std::string words_of(const media::Facts& facts) {
    std::string words;
    add_line(words, facts.title);
    add_line(words, facts.caption);
    add_line(words, facts.author);
    for (const auto& keyword : facts.keywords) add_line(words, keyword);
    for (const auto& person : facts.people) add_line(words, person.name);
    add_line(words, facts.place_name);
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

std::optional<media::Taken> taken_by_hand(std::string_view json) {
    const auto from = hand_date(json);
    if (!from) return std::nullopt;
    const auto at = media::moment_from_text(*from);
    if (!at) return std::nullopt;
    return media::Taken{.at = *at, .source = media::TakenSource::by_hand};
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

std::string without_marks(std::string text) {
    for (auto at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at))
        text.replace(at, kMark.size(), " ");
    return text;
}

}  // namespace keepsake::catalog
