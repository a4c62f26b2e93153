#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/invocation.h"
#include "cli/outcome.h"
#include "cli/words_text.h"
#include "crypto/secret.h"
#include "library/tell.h"

namespace keepsake::cli {
namespace {

constexpr std::size_t kLargestWordsBytes = 16UL << 20U;

/// The words to be written, looked at before anything is opened or asked.
Result<crypto::Secret> given_words(Context& context, const WordsCommand& command) {
    crypto::Secret words;
    if (command.text) {
        words = crypto::Secret(std::string_view(*command.text));
    } else {
        TRY_LET(words, read_input(*command.from, kLargestWordsBytes, context.stop()));
    }
    if (!is_utf8(words.text()))
        return Error(ErrorCode::invalid,
                     "These words are not UTF-8 text; nothing was written. `iconv -t utf-8` turns "
                     "a text into it.");
    if (words.text().find('\0') != std::string_view::npos)
        return Error(ErrorCode::invalid,
                     "These words hold a NUL byte, which no text has; nothing was written. Keep "
                     "them as a file instead.");
    return words;
}

Result<ExitCode> show_words(Context& context, const WordsCommand& command) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto subject, library::find_subject(library, command.subject));
    TRY_LET(const auto text, words_text(library, subject));
    if (text.empty())
        context.messages().line("There are no words yet.");
    else
        context.out().write(text);
    return ExitCode::done;
}

}  // namespace

Result<ExitCode> run(Context& context, const WordsCommand& command) {
    if (!command.text && !command.from) return show_words(context, command);
    TRY_LET(const auto words, given_words(context, command));
    TRY_LET(auto library, context.open());
    TRY_LET(const auto subject, library::find_subject(library, command.subject));
    TRY_LET(const auto kept,
            library::set_words(library, subject, words_field(subject), words.text()));
    tell_kept(context, words.empty() ? "The words were taken away." : "The words are kept.");
    return protect_kept(context, library, kept) ? ExitCode::done : ExitCode::stopped;
}

}  // namespace keepsake::cli
