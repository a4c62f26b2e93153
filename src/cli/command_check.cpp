#include <string>

#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/invocation.h"
#include "cli/text_layout.h"
#include "library/check.h"

namespace keepsake::cli {
namespace {

std::string damage_found(const library::CheckReport& report) {
    std::string what;
    if (report.damaged > 0) what = count_of(report.damaged, "file is", "files are") + " damaged";
    if (report.missing > 0)
        what += (what.empty() ? "" : ", ") + grouped(report.missing) +
                (report.missing == 1 ? " is missing" : " are missing");
    return "Damage found" + (what.empty() ? "" : ": " + what) + ".";
}

ExitCode tell_report(Context& context, const library::CheckReport& report, bool with_key,
                     bool repairs) {
    auto& out = context.out();
    const bool sound = report.sound() && !context.found_damage();
    // Without a way in, files that are not here are nothing to know of.
    const std::string whole = !report.is_all ? "What was read is as it was kept."
                              : with_key     ? "Everything is as it was kept."
                                             : "Every file that is here is what its name says.";
    const auto read = count_of(report.files, "file", "files") + " read.";
    if (report.stopped && report.stopped->code() != ErrorCode::cancelled)
        context.tell_error(*report.stopped);
    if (report.stopped)
        out.line((sound ? "Stopped. Nothing wrong was found so far. "
                        : "Stopped. " + damage_found(report) + " ") +
                 read);
    else
        out.line((sound ? whole + " " : damage_found(report) + " ") + read);
    if (with_key && report.originals > 0)
        out.line(count_of(report.originals, "original", "originals") + " checked, " +
                 human_bytes(report.bytes) + ".");
    if (report.healed > 0)
        out.line("Healed: " + count_of(report.healed, "file is", "files are") + " whole again.");
    if (report.strangers > 0)
        out.line(count_of(report.strangers, "file that nobody signed for was",
                          "files that nobody signed for were") +
                 " set aside.");
    if (!sound && !repairs) out.line("`keepsake check --repair` heals what it can.");
    if (!with_key && report.damaged > 0)
        out.line("With a way in, `keepsake check` tells what they are.");
    if (!with_key) out.line("Only with a way in can it be told whether some are missing.");
    if (!sound) return ExitCode::damage;
    return report.stopped ? exit_code_of(report.stopped->code()) : ExitCode::done;
}

}  // namespace

Result<ExitCode> run(Context& context, const CheckCommand& command) {
    const library::CheckOptions options{.repair = command.repair, .percent = command.some_percent};
    const bool with_key =
        !command.without_key && (context.has_way_in() || context.terminal() != nullptr);
    if (!with_key) {
        TRY_LET(const auto path, context.archive_path());
        TRY_LET(const auto* environment, context.environment());
        TRY_LET(const auto report,
                library::check_without_key(*environment, path, options, context.messages()));
        return tell_report(context, report, false, command.repair);
    }
    TRY_LET(auto library, context.open_quietly());
    TRY_LET(const auto report, library::check(library, options, context.messages()));
    // The report counts these as well, and says them in its own words.
    if (report.sound()) TRY(context.tell_damage(library));
    return tell_report(context, report, true, command.repair);
}

}  // namespace keepsake::cli
