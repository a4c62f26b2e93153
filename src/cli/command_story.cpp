#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/invocation.h"
#include "cli/outcome.h"
#include "cli/terminal.h"
#include "cli/text_layout.h"
#include "cli/words_text.h"
#include "crypto/secret.h"
#include "library/library.h"
#include "library/object_lookup.h"
#include "library/tell.h"
#include "library/told.h"
#include "model/entry.h"
#include "model/ids.h"
#include "share/story.h"
#include "share/story_export.h"

namespace keepsake::cli {
namespace {

constexpr std::string_view kStory = "story";
constexpr std::size_t kSecondCharacters = 19;  // 2026-11-23T06:14:37
constexpr std::size_t kMillisecondCharacters = 23;

Result<std::string> text_of(library::Library& library, const catalog::WordsRecord& words) {
    if (!words.text.empty() || !words.content) return words.text;
    return library::read_text_content(library, *words.content, library::kLargestWordsBytes);
}

/// "2026-11-23T06:14:37.123", by which a person names a version.
std::string time_of(const catalog::WordsRecord& words) {
    return words.version.clock.to_text().substr(0, kMillisecondCharacters);
}

Result<catalog::WordsRecord> version_named(library::Library& library, const model::MomentId& moment,
                                           const std::string& typed) {
    const auto subject = model::Subject::of(moment);
    TRY_LET(auto versions, library.catalog().versions(subject, kStory));
    std::erase_if(versions, [&](const auto& words) {
        return typed.size() < kSecondCharacters || !words.version.to_text().starts_with(typed);
    });
    std::optional<catalog::WordsRecord> words;
    if (versions.size() == 1) {
        TRY_LET(words, library.catalog().version(subject, kStory, versions.front().version));
    }
    if (words) return *std::move(words);
    if (versions.empty())
        return Error(ErrorCode::not_found, "There is no version " + printable(typed) +
                                               " of this story; see `keepsake story versions`.");
    return Error(ErrorCode::invalid,
                 "More than one version begins with " + printable(typed) + "; type more of it.");
}

}  // namespace

Result<ExitCode> run(Context& context, const StoryWriteCommand& command) {
    if (command.from == "-" && is_terminal(STDIN_FILENO))
        context.messages().line("Begin anywhere. Ctrl-D on a line of its own ends it.");
    TRY_LET(const auto words,
            read_input(command.from, library::kLargestWordsBytes, context.stop()));
    if (!is_utf8(words.text()) || words.text().find('\0') != std::string_view::npos)
        return Error(ErrorCode::invalid,
                     "This story is not UTF-8 text; nothing was written. `iconv -t utf-8` turns a "
                     "text into it.");
    TRY(share::parse_story(words.text()));
    TRY_LET(auto library, context.open());
    TRY_LET(const auto moment, library::find_moment(library, command.moment));
    TRY_LET(const auto kept,
            library::set_words(library, model::Subject::of(moment), kStory, words.text()));
    tell_kept(context, words.empty() ? "The story was taken away." : "The story is kept.");
    return protect_kept(context, library, kept) ? ExitCode::done : ExitCode::stopped;
}

Result<ExitCode> run(Context& context, const StoryShowCommand& command) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto moment, library::find_moment(library, command.moment));
    std::string text;
    if (command.version) {
        TRY_LET(const auto words, version_named(library, moment, *command.version));
        TRY_LET(text, text_of(library, words));
        text = printable_lines(text);
    } else {
        TRY_LET(text, words_text(library, model::Subject::of(moment)));
    }
    if (text.empty()) {
        context.messages().line("There is no story yet. Begin anywhere.");
        return ExitCode::done;
    }
    context.out().write(text + (text.ends_with('\n') ? "" : "\n"));
    return ExitCode::done;
}

Result<ExitCode> run(Context& context, const StoryVersionsCommand& command) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto moment, library::find_moment(library, command.moment));
    const auto subject = model::Subject::of(moment);
    TRY_LET(const auto versions, library.catalog().versions(subject, kStory));
    TRY_LET(const auto told, library::Told::read(library.catalog()));
    const auto standing = std::ranges::count_if(
        versions, [](const catalog::WordsRecord& words) { return !words.replaced; });
    for (const auto& words : versions) {
        TRY_LET(const auto device, library.device_name(words.version.device));
        auto line = time_of(words) + "  " + printable_line(device);
        if (const auto writer = told.name_of(words.person); !writer.empty())
            line += "  " + printable_line(writer);
        TRY_LET(const auto read, library.catalog().version(subject, kStory, words.version));
        const auto text = text_of(library, read.value_or(words));
        if (!text)
            line += "  not in this copy";
        else
            line += text->empty() ? "  taken away" : "  " + count_of(text->size(), "byte", "bytes");
        if (!words.replaced) line += standing > 1 ? "  stands beside another" : "  stands";
        context.out().line(line);
    }
    if (versions.empty()) context.messages().line("There is no story yet. Begin anywhere.");
    return ExitCode::done;
}

Result<ExitCode> run(Context& context, const StoryExportCommand& command) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto moment, library::find_moment(library, command.moment));
    TRY_LET(const auto report, share::export_story(library, moment, command.folder,
                                                   command.with_covered, context.messages()));
    context.messages().clear();
    context.out().line("Written to " + printable_line(command.folder) + ": story.md, story.html, " +
                       count_of(report.pictures, "picture", "pictures") + ".");
    if (report.covered > 0)
        context.out().line(count_of(report.covered, "covered item was", "covered items were") +
                           " left out; --covered takes them along.");
    return report.missing > 0 ? ExitCode::some_failed : ExitCode::done;
}

}  // namespace keepsake::cli
