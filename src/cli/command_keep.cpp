#include <string>

#include "base/error.h"
#include "base/result.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/invocation.h"
#include "cli/outcome.h"
#include "cli/text_layout.h"
#include "library/keep.h"

namespace keepsake::cli {
namespace {

std::string kept_line(const library::KeepReport& report, const library::KeepOptions& options) {
    std::string line;
    if (report.kept > 0 && !options.read_back)
        line = "Kept. " + count_of(report.kept, "file", "files") + ". Not read back.";
    else if (report.kept > 0)
        line = "Kept. " + count_of(report.kept, "file", "files") +
               (report.kept == 1 ? ". Original checked." : ". Originals checked.");
    else if (report.already > 0)
        line = "Nothing new.";
    else
        line = "There was nothing to keep.";
    if (report.already > 0)
        line += " " + grouped(report.already) +
                (report.already == 1 ? " was kept before." : " were kept before.");
    if (report.restored > 0)
        line += " " + count_of(report.restored, "original that was", "originals that were") +
                " missing or damaged here " + (report.restored == 1 ? "is" : "are") +
                " whole again.";
    if (report.problems > 0) line += " " + grouped(report.problems) + " could not be kept.";
    return line;
}

}  // namespace

Result<ExitCode> run(Context& context, const KeepCommand& command) {
    TRY_LET(auto library, context.open_for_keeping());
    context.messages().name_problems("could not keep ");
    const library::KeepOptions options{.read_back = !command.without_read_back,
                                       .just_kept = command.just_kept};
    TRY_LET(const auto report, library::keep(library, command.paths, options, context.messages()));
    if (report.stopped) {
        if (report.kept == 0)
            return tell_stopped_at_once(context, *report.stopped, "Nothing was kept.");
        return tell_stopped(context, *report.stopped,
                            count_of(report.kept, "file is", "files are") +
                                " kept; keep the same folder again to go on.");
    }
    if (report.kept == 0 && report.already == 0 && report.problems > 0)
        return Error(ErrorCode::not_found, "Nothing was kept.");
    context.messages().clear();
    tell_kept(context, kept_line(report, options));
    const bool is_protected =
        command.parity_later || protect_kept(context, library, report.just_kept);
    if (!command.looking_later) look_at_kept(context, library, report.just_kept);
    tend_quietly(context, library);
    if (!is_protected) return ExitCode::stopped;
    return report.problems > 0 ? ExitCode::some_failed : ExitCode::done;
}

}  // namespace keepsake::cli
