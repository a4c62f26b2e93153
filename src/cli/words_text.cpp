#include "cli/words_text.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "cli/text_layout.h"
#include "library/library.h"
#include "model/entry.h"

namespace keepsake::cli {
namespace {

constexpr std::size_t kDateCharacters = 10;

bool is_shown(const catalog::WordsRecord& words) {
    return !words.text.empty() || words.content.has_value();
}

std::string version_text(const catalog::WordsRecord& words) {
    if (words.text.empty()) return "(These words are not in this copy.)\n";
    auto text = printable_lines(words.text);
    if (!text.ends_with('\n')) text += '\n';
    return text;
}

}  // namespace

std::string_view words_field(const model::Subject& subject) {
    return subject.moment() ? "story" : "words";
}

Result<std::string> words_text(library::Library& library, const model::Subject& subject) {
    TRY_LET(auto versions, library.catalog().standing_words(subject, words_field(subject)));
    std::erase_if(versions, [](const auto& words) { return !is_shown(words); });
    if (versions.size() == 1) return version_text(versions.front());
    std::string text;
    for (const auto& words : versions) {
        TRY_LET(const auto device, library.device_name(words.version.device));
        if (!text.empty()) text += '\n';
        text += words.version.clock.to_text().substr(0, kDateCharacters) + ", " +
                printable_line(device) + ":\n" + version_text(words);
    }
    return text;
}

}  // namespace keepsake::cli
