#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "archive/copy.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/invocation.h"
#include "cli/settings.h"
#include "http/server.h"
#include "library/environment.h"
#include "server/nearby.h"
#include "server/serve.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX declares it nowhere

namespace keepsake::cli {
namespace {

/// Has the desktop open it, and does not wait for that: a browser asks before it is done. Where it
/// cannot be done, the address stands in the terminal.
void open_browser(const std::string& url) {
    std::string program = "xdg-open";
    std::string address = url;
    std::array<char*, 3> arguments{program.data(), address.data(), nullptr};
    posix_spawn_file_actions_t actions{};
    ::posix_spawn_file_actions_init(&actions);
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        ::posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0);
    // Nothing of ours goes along, the socket that listens least of all.
    ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    pid_t child = 0;
    const int failed =
        ::posix_spawnp(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed == 0) std::thread([child] { ::waitpid(child, nullptr, 0); }).detach();
}

/// Where the archive is, or will be made: what was named, the one stood in, else a folder of the
/// person's own, or one that was chosen in the pages, as others may be where none is there.
Result<> choose_archive(Context& context, const library::Environment& environment,
                        server::ServeOptions& options) {
    if (context.options().archive) {
        options.archive_path = *context.options().archive;
        return {};
    }
    auto found = context.archive_path();
    const auto home = environment_variable("HOME");
    if (found || found.error().code() != ErrorCode::not_found || !home) {
        TRY_LET(options.archive_path, std::move(found));
        return {};
    }
    options.archive_path = *home + "/Keepsake";
    auto& files = environment.files;
    // A link that leads nowhere is the person's own archive, whose disk is away.
    const bool is_away = files.info(options.archive_path).has_value() &&
                         !files.info_following(options.archive_path).has_value();
    if (!is_away && !archive::is_archive_folder(files, options.archive_path))
        options.chosen = server::chosen_archive(environment);
    options.nearby = {"/media", "/run/media", "/mnt", *home};
    return {};
}

}  // namespace

Result<ExitCode> run(Context& context, const ServeCommand& command) {
    server::ServeOptions options;
    options.address = command.address;
    options.port = command.port;
    options.behind_proxy = command.behind_proxy;
    options.prefix = command.prefix;
    options.hosts = command.hosts;
    options.log_file = command.log;
    if (command.certificate.has_value() != command.key.has_value())
        return Error(ErrorCode::invalid, "--cert and --key belong together.");
    if (command.certificate)
        options.certificate = http::Certificate{*command.certificate, *command.key};
    TRY_LET(const auto* environment, context.environment());
    TRY(choose_archive(context, *environment, options));
    options.guests = command.guests;
    options.guests_url = guests_url();
    options.shares_folder = command.shares_to;
    options.shares_url = command.shares_at;
    const auto ready = [&](const std::string& url, const std::string& guests) {
        context.out().line("Keepsake is at " + url);
        if (!guests.empty()) context.out().line("Guests find what they are shown at " + guests);
        if (guests.starts_with("http:") && !command.behind_proxy)
            context.messages().line(
                "What guests are sent is sealed, but whoever stands between could alter the page "
                "that opens it: TLS (--cert, --key, or a proxy) prevents that.");
        context.messages().line("It serves " +
                                printable(options.chosen.value_or(options.archive_path)) +
                                ". Ctrl-C ends it.");
        static_cast<void>(context.out().flush());
        if (command.open_browser) open_browser(url);
    };
    TRY(server::serve(*environment, options, ready, context.stop()));
    return ExitCode::done;
}

}  // namespace keepsake::cli
