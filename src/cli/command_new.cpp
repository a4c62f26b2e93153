#include <optional>
#include <string>
#include <utility>

#include "archive/identity_file.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/invocation.h"
#include "crypto/age_keys.h"
#include "library/library.h"

namespace keepsake::cli {
namespace {

/// Before a passphrase is typed twice: can an archive be made there?
Result<> may_make(Context& context, const std::string& path) {
    const auto entries = context.files().list(path);
    if (entries && !entries->empty())
        return Error(ErrorCode::exists, path + " is not empty. Choose a new or empty folder.");
    return {};
}

Result<crypto::AgeRecipient> recipient_of_identity_file(Context& context, const std::string& file) {
    TRY_LET(const auto text, read_input(file, archive::kLargestIdentityFileBytes, context.stop()));
    auto identities = crypto::parse_identity_file(text.text());
    if (!identities) return std::move(identities).error().with(printable(file));
    if (identities->empty())
        return Error(ErrorCode::invalid, printable(file) + " holds no age identity.");
    return identities->front().recipient();
}

Result<library::NewArchive> named_ways(Context& context, const NewCommand& command) {
    library::NewArchive ways;
    ways.recovery_key = command.recovery_key;
    const auto& options = context.options();
    if (command.recipient) {
        TRY_LET(ways.recipient, crypto::AgeRecipient::from_text(*command.recipient));
    } else if (options.identity_file) {
        TRY_LET(ways.recipient, recipient_of_identity_file(context, *options.identity_file));
    }
    if (options.passphrase_file) {
        TRY_LET(ways.passphrase, read_passphrase_file(*options.passphrase_file, context.stop()));
    }
    return ways;
}

Result<> ask_ways(Context& context, library::NewArchive& ways) {
    auto* terminal = context.terminal();
    if (terminal == nullptr)
        return Error(ErrorCode::invalid,
                     "No way in was given: use --passphrase-file, --recipient, --identity, or a "
                     "terminal.");
    TRY_LET(ways.passphrase, terminal->ask_new_secret("Passphrase", context.stop()));
    if (ways.recovery_key) return {};
    TRY_LET(ways.recovery_key,
            terminal->ask_yes("A recovery key is twelve words that also open this archive. Make "
                              "one now?",
                              context.stop()));
    return {};
}

}  // namespace

Result<ExitCode> run(Context& context, const NewCommand& command) {
    TRY(may_make(context, command.archive));
    TRY_LET(auto ways, named_ways(context, command));
    if (!ways.passphrase && !ways.recipient) TRY(ask_ways(context, ways));
    TRY_LET(const auto* environment, context.environment());
    if (environment->stop.stop_requested()) return Error(ErrorCode::cancelled, "Stopped.");
    TRY_LET(const auto words, library::new_archive(*environment, command.archive, ways));
    const auto made = "The archive is made: " + printable(command.archive);
    if (!words) {
        context.out().line(made);
        return ExitCode::done;
    }
    // Words that were asked for by an option stand alone in a pipe, for a program to take.
    const bool alone = command.recovery_key && !context.out().is_terminal();
    if (alone)
        context.messages().line(made);
    else
        context.out().line(made);
    TRY(context.show_recovery_words(
        *words, command.recovery_key ? Context::ShownOn::output : Context::ShownOn::terminal));
    return ExitCode::done;
}

}  // namespace keepsake::cli
