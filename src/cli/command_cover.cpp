#include "base/result.h"
#include "catalog/catalog.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/invocation.h"
#include "library/tell.h"

namespace keepsake::cli {

Result<ExitCode> run(Context& context, const CoverCommand& command) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto subject, library::find_subject(library, command.subject));
    TRY(library::set_cover(library, subject, command.words));
    context.out().line("Covered.");
    return ExitCode::done;
}

Result<ExitCode> run(Context& context, const UncoverCommand& command) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto subject, library::find_subject(library, command.subject));
    TRY_LET(const auto cover, library.catalog().field(subject, "cover"));
    if (!cover) {
        context.out().line("There was no cover here.");
        return ExitCode::done;
    }
    TRY(library::take_cover_away(library, subject));
    context.out().line("The cover was taken away.");
    return ExitCode::done;
}

}  // namespace keepsake::cli
