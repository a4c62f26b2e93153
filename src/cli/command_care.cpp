#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/invocation.h"
#include "cli/text_layout.h"
#include "library/care.h"

namespace keepsake::cli {
namespace {

constexpr std::int64_t kLongUncheckedDays = 60;
constexpr std::size_t kDateCharacters = 10;

std::string date_of(Instant time) {
    return to_rfc3339(time, Fraction::none).substr(0, kDateCharacters);
}

std::string damage_in(const library::CareReport& report) {
    std::string what;
    if (report.damaged > 0) what = count_of(report.damaged, "file is", "files are") + " damaged";
    if (report.missing > 0)
        what += (what.empty() ? "" : " and ") + grouped(report.missing) +
                (report.missing == 1 ? " is missing" : " are missing");
    return what;
}

/// Where it stands, as a part of a sentence that goes on.
std::string places(const library::CareReport& report) {
    if (report.other_places > 0)
        return "and another copy was here on " + date_of(*report.other_seen);
    if (report.other_folders > 0)
        return "but all of it stands on one disk: a fire or a thief takes every copy, so copy the "
               "archive's folder to a disk that is kept elsewhere";
    return "but all of it stands in one place: copy the archive's folder to a second disk, and "
           "keep that elsewhere";
}

/// One sentence, the worst first.
std::string sentence(const library::CareReport& report, Instant now) {
    if (report.damaged + report.missing > 0)
        return "Not everything is safe: " + damage_in(report) +
               "; `keepsake check --repair` brings back what it can.";
    if (report.originals == 0) return "Nothing is kept here yet.";
    if (!report.whole)
        return "Nothing wrong is known, but this copy was never read through on this computer: "
               "`keepsake check` does it.";
    if (now.seconds - report.whole->seconds > kLongUncheckedDays * kSecondsPerDay)
        return "Nothing wrong is known, but this copy was last read through on " +
               date_of(*report.whole) + ": `keepsake check` does it again.";
    if (report.unprotected > 0)
        return "Every original matches what was first kept, but " +
               count_of(report.unprotected, "file has", "files have") +
               " no repair data yet: `keepsake tend` makes it.";
    return "Every original matches what was first kept (read through on " + date_of(*report.whole) +
           "), " + places(report) + ".";
}

}  // namespace

Result<ExitCode> run(Context& context, const CareCommand& /*command*/) {
    TRY_LET(const auto path, context.archive_path());
    TRY_LET(const auto* environment, context.environment());
    TRY_LET(const auto report, library::care(*environment, path, context.messages()));
    context.messages().clear();
    context.out().line(sentence(report, environment->clock.now()));
    return report.damaged + report.missing > 0 ? ExitCode::damage : ExitCode::done;
}

}  // namespace keepsake::cli
