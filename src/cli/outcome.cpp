#include "cli/outcome.h"

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/result.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/plain_words.h"
#include "library/library.h"
#include "library/parity_upkeep.h"
#include "library/read_facts.h"
#include "library/tend.h"

namespace keepsake::cli {

ExitCode tell_stopped(Context& context, const Error& why, std::string_view what_stands) {
    if (why.code() != ErrorCode::cancelled) context.tell_error(why, Stands::something);
    context.messages().clear();
    context.out().line("Stopped. " + std::string(what_stands));
    return ExitCode::stopped;
}

Result<ExitCode> tell_stopped_at_once(Context& context, const Error& why, std::string_view what) {
    if (why.code() != ErrorCode::cancelled) return why;
    return tell_stopped(context, why, what);
}

void tend_quietly(Context& context, library::Library& library) {
    if (context.stop().stop_requested()) return;
    const auto tended = library::tend(library, context.messages());
    if (!tended && tended.error().code() != ErrorCode::cancelled)
        context.messages().line("The upkeep waits: " + plain_words(tended.error(),
                                                                   library.copy().path,
                                                                   Stands::something));
}

void look_at_kept(Context& context, library::Library& library, const library::JustKept& kept) {
    const auto report = library::read_just_kept(library, kept, context.messages());
    context.messages().clear();
    if (!report.stopped) return;
    if (report.stopped->code() != ErrorCode::cancelled)
        context.messages().line(
            plain_words(*report.stopped, library.copy().path, Stands::something));
    context.messages().line("What was kept stands; `keepsake tend` looks at the rest of it.");
}

void tell_kept(Context& context, std::string_view line) {
    context.out().line(line);
    // Where it cannot be written is told at the end.
    static_cast<void>(context.out().flush());
}

bool protect_kept(Context& context, library::Library& library, const library::JustKept& kept) {
    const auto made =
        library::protect(library.environment(), library.staging(), kept, context.messages());
    context.messages().clear();
    if (made) return true;
    if (made.error().code() != ErrorCode::cancelled)
        context.tell_error(made.error(), Stands::something);
    context.messages().line(
        "What was kept stands; its repair data is made by the next keep, or by `keepsake tend`.");
    return false;
}

}  // namespace keepsake::cli
