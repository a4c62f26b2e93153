#include "cli/outcome.h"

#include <string>
#include <string_view>

#include "base/error.h"
#include "cli/context.h"
#include "cli/exit_code.h"

namespace keepsake::cli {

ExitCode tell_stopped(Context& context, const Error& why, std::string_view what_stands) {
    if (why.code() != ErrorCode::cancelled) context.messages().error(why);
    context.messages().clear();
    context.out().line("Stopped. " + std::string(what_stands));
    return ExitCode::stopped;
}

}  // namespace keepsake::cli
