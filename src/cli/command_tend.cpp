#include "base/result.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/invocation.h"
#include "cli/text_layout.h"
#include "library/tend.h"

namespace keepsake::cli {

Result<ExitCode> run(Context& context, const TendCommand& /*command*/) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto report, library::tend(library, context.messages()));
    auto& out = context.out();
    if (report.erased_objects > 0)
        out.line(
            "Erased what was let go " + grouped(library::kDaysToUndo) +
            " days ago or is here twice: " + count_of(report.erased_objects, "object", "objects") +
            ", " + human_bytes(report.erased_bytes) + ".");
    if (report.rolled_up > 0)
        out.line(count_of(report.rolled_up, "journal file was", "journal files were") +
                 " joined into one.");
    if (report.erased_objects == 0 && report.rolled_up == 0) out.line("There was nothing to do.");
    return ExitCode::done;
}

}  // namespace keepsake::cli
