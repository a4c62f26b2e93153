#include <string>
#include <utility>

#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/invocation.h"
#include "cli/text_layout.h"
#include "library/parity_upkeep.h"
#include "library/read_facts.h"
#include "library/tend.h"
#include "share/end.h"

namespace keepsake::cli {
namespace {

std::string told(const library::ParityReport& made) {
    return made.objects == 0 ? ""
                             : "Repair data was made for " +
                                   count_of(made.objects, "original", "originals") + ".";
}

// Repair data needs no way in, so that a timer can make it.
Result<ExitCode> tend_without_key(Context& context) {
    TRY_LET(const auto path, context.archive_path());
    TRY_LET(const auto* environment, context.environment());
    TRY_LET(const auto made, library::tend_parity_of(*environment, path, context.messages()));
    context.messages().clear();
    const auto line = told(made);
    context.out().line(line.empty() ? "There was nothing to do without a way in." : line);
    return made.damaged > 0 ? ExitCode::damage : ExitCode::done;
}

}  // namespace

Result<ExitCode> run(Context& context, const TendCommand& command) {
    if (command.without_key || (!context.has_way_in() && context.terminal() == nullptr))
        return tend_without_key(context);
    TRY_LET(auto library, context.open());
    TRY_LET(const auto report, library::tend(library, context.messages()));
    // On a full disk erasing comes first, and repair data waits for the room that it makes.
    auto tried = library::tend_recovery_data(library, context.messages());
    auto read = library::read_missing(library, context.messages());
    TRY_LET(const auto closed, share::remove_what_is_over(library));
    context.messages().clear();
    if (read.stopped && read.stopped->code() != ErrorCode::no_space)
        return std::move(*read.stopped);
    if (!tried && tried.error().code() != ErrorCode::no_space) return std::move(tried).error();
    if (!tried) context.messages().line("There is no room for repair data on the archive's disk.");
    const auto made = tried.value_or(library::ParityReport{});
    auto& out = context.out();
    if (report.erased_objects > 0)
        out.line(
            "Erased what was let go " + grouped(library::kDaysToUndo) +
            " days ago or is here twice: " + count_of(report.erased_objects, "object", "objects") +
            ", " + human_bytes(report.erased_bytes) + ".");
    if (report.rolled_up > 0)
        out.line(count_of(report.rolled_up, "journal file was", "journal files were") +
                 " joined into one.");
    if (const auto line = told(made); !line.empty()) out.line(line);
    if (read.read > 0)
        out.line(count_of(read.read, "original was", "originals were") + " looked at.");
    if (closed > 0)
        out.line(count_of(closed, "share that is over was", "shares that are over were") +
                 " removed.");
    if (closed == 0 && report.erased_objects == 0 && report.rolled_up == 0 && made.sets == 0 &&
        read.read == 0)
        out.line("There was nothing to do.");
    return made.damaged > 0 ? ExitCode::damage : ExitCode::done;
}

}  // namespace keepsake::cli
