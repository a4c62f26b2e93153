#include "cli/program.h"

#include <unistd.h>

#include <exception>
#include <new>
#include <span>
#include <utility>
#include <variant>

#include "base/error.h"
#include "base/result.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/invocation.h"
#include "cli/output.h"
#include "cli/parse.h"
#include "cli/settings.h"

namespace keepsake::cli {
namespace {

bool takes_stdin(const Command& command) {
    if (const auto* words = std::get_if<WordsCommand>(&command)) return words->from == "-";
    if (const auto* story = std::get_if<StoryWriteCommand>(&command)) return story->from == "-";
    const auto* show = std::get_if<ShowCommand>(&command);
    return show != nullptr && show->passphrase_file == "-";
}

ExitCode tell(const Told& told) {
    const auto written =
        write_all(told.code == ExitCode::done ? STDOUT_FILENO : STDERR_FILENO, told.text);
    return written || told.code != ExitCode::done ? told.code : ExitCode::failed;
}

ExitCode do_command(const Command& command, Context& context) {
    auto result = std::visit([&context](const auto& each) { return run(context, each); }, command);
    context.messages().clear();
    const auto written = context.out().flush();
    if (!result) {
        context.tell_error(result.error());
        return exit_code_of(result.error().code());
    }
    if (!written) {
        context.tell_error(written.error());
        if (*result == ExitCode::done) return ExitCode::failed;
    }
    return *result;
}

/// Somebody clicked on it, and there is a desktop to open a browser on.
bool is_alone_on_a_desktop(std::span<const char* const> arguments) {
    return arguments.size() == 1 &&
           (environment_variable("WAYLAND_DISPLAY") || environment_variable("DISPLAY"));
}

ExitCode run_invocation(Invocation invocation, Wiring& wiring) {
    Context context(wiring, std::move(invocation.global), takes_stdin(invocation.command));
    return do_command(invocation.command, context);
}

}  // namespace

int run_program(std::span<const char* const> arguments, Wiring& wiring) {
    const char* why = nullptr;
    try {
        if (is_alone_on_a_desktop(arguments)) {
            ServeCommand serve;
            serve.open_browser = true;
            return static_cast<int>(run_invocation({{}, serve}, wiring));
        }
        auto parsed = parse(arguments);
        if (const auto* told = std::get_if<Told>(&parsed)) return static_cast<int>(tell(*told));
        return static_cast<int>(run_invocation(std::get<Invocation>(std::move(parsed)), wiring));
    } catch (const std::bad_alloc&) {
        why = "keepsake: There is not enough memory.\n";
    } catch (const std::exception&) {
        why = "keepsake: Something unforeseen went wrong in the program; what was kept stands.\n";
    }
    [[maybe_unused]] const auto written = write_all(STDERR_FILENO, why);
    return static_cast<int>(ExitCode::failed);
}

}  // namespace keepsake::cli
