#include "server/finding.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "library/library.h"
#include "model/entry.h"
#include "model/ids.h"
#include "server/answers.h"
#include "server/item_json.h"
#include "server/moment_json.h"
#include "server/told.h"

namespace keepsake::server {
namespace {

// More moments than anybody reads through.
constexpr std::size_t kMostMoments = 200;

bool is_between(std::uint32_t letter, std::uint32_t first, std::uint32_t last) {
    return letter >= first && letter <= last;
}

/// Letters of two bytes in UTF-8: both cases have two.
std::uint32_t small_letter(std::uint32_t letter) {
    constexpr std::uint32_t kTimes = 0xD7;  // no letter, in the midst of some
    if (is_between(letter, 0xC0, 0xDE) && letter != kTimes) return letter + 0x20;
    const bool odd_is_small = is_between(letter, 0x100, 0x137) || is_between(letter, 0x14A, 0x177);
    const bool even_is_small = is_between(letter, 0x139, 0x148) || is_between(letter, 0x179, 0x17E);
    // "İ" alone is written small as a letter of one byte.
    if (odd_is_small && letter % 2 == 0 && letter != 0x130) return letter + 1;
    if (even_is_small && letter % 2 == 1) return letter + 1;
    if (is_between(letter, 0x391, 0x3A9) || is_between(letter, 0x410, 0x42F)) return letter + 0x20;
    if (is_between(letter, 0x400, 0x40F)) return letter + 0x50;
    return letter;
}

std::string in_small(std::string_view text) {
    std::string small(text);
    for (std::size_t i = 0; i < small.size(); ++i) {
        const auto byte = static_cast<unsigned char>(small[i]);
        if (byte >= 'A' && byte <= 'Z') small[i] = static_cast<char>(byte - 'A' + 'a');
        if ((byte & 0xE0U) != 0xC0U || i + 1 == small.size()) continue;
        const auto next = static_cast<unsigned char>(small[i + 1]);
        const auto letter = small_letter(((byte & 0x1FU) << 6U) | (next & 0x3FU));
        small[i] = static_cast<char>(0xC0U | (letter >> 6U));
        small[++i] = static_cast<char>(0x80U | (letter & 0x3FU));
    }
    return small;
}

bool looks_for_words(const catalog::ItemFilter& filter) {
    return filter.date.empty() && filter.kinds.empty() && !filter.words.empty();
}

Result<std::string> words_of(const Eyes& eyes, const catalog::MomentRecord& moment) {
    auto text = moment.name;
    if (const auto cover = eyes.told.cover_of(moment.moment, eyes.viewer, eyes.opened))
        return text + "\n" + cover->line;
    for (const auto& words : moment.words) text += "\n" + words.text;
    TRY_LET(const auto there,
            eyes.library.catalog().links(model::Subject::of(moment.moment), "there"));
    for (const auto& link : there) {
        const auto name = eyes.told.name_of(link.to.person());
        if (!name.empty()) text += "\n" + name;
    }
    return text;
}

}  // namespace

bool has_words(std::string_view text, const std::vector<std::string>& words) {
    const auto small = in_small(text);
    return std::ranges::all_of(
        words, [&](const auto& word) { return small.find(in_small(word)) != std::string::npos; });
}

Result<> find_covered(const Eyes& eyes, const catalog::ItemFilter& filter,
                      std::vector<model::ItemId>& found) {
    if (!looks_for_words(filter)) return {};
    for (const auto& [item, cover] : eyes.told.covered(eyes.viewer, eyes.opened)) {
        if (eyes.told.is_just_kept(item) || !has_words(cover.line, filter.words)) continue;
        TRY_LET(const auto record, eyes.library.catalog().item(item));
        if (record && !record->let_go && !record->lead) found.push_back(item);
    }
    return {};
}

Result<Json> find_moments(const Eyes& eyes, const catalog::ItemFilter& filter) {
    Json found = Json::array();
    if (!looks_for_words(filter)) return found;
    TRY_LET(const auto moments, eyes.library.catalog().moments());
    for (const auto& moment : moments) {
        TRY_LET(const auto text, words_of(eyes, moment));
        if (!has_words(text, filter.words)) continue;
        TRY_LET(auto card, moment_card_json(eyes, moment));
        found.push_back(std::move(card));
        if (found.size() == kMostMoments) break;
    }
    return found;
}

}  // namespace keepsake::server
