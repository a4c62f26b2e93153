// Command lines (arguments parted by NUL): whatever is typed, the program understands it or says
// why not in one line; and behind "--" every argument is a path, to the byte.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/text.h"
#include "cli/exit_code.h"
#include "cli/invocation.h"
#include "cli/parse.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

constexpr std::size_t kMostArguments = 64;
constexpr std::string_view kNul("\0", 1);
constexpr std::string_view kWords[] = {"keep",
                                       "list",
                                       "get",
                                       "words",
                                       "moment",
                                       "new",
                                       "add",
                                       "show",
                                       "cover",
                                       "let-go",
                                       "key",
                                       "device",
                                       "name",
                                       "keep-locked",
                                       "help",
                                       "--",
                                       "--archive",
                                       "--archive=",
                                       "--all",
                                       "--to",
                                       "--from=2020-02-30",
                                       "--json",
                                       "-h",
                                       "--help",
                                       "--version",
                                       "-",
                                       "--identity=-",
                                       "--passphrase-file=-",
                                       "[a,b]",
                                       "{}",
                                       "++",
                                       "%%",
                                       "\x01",
                                       kNul};

std::vector<std::string> parted(std::string_view text) {
    std::vector<std::string> arguments;
    while (arguments.size() < kMostArguments) {
        const auto end = text.find('\0');
        arguments.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return arguments;
}

std::variant<cli::Invocation, cli::Told> parsed(const std::vector<std::string>& arguments) {
    std::vector<const char*> pointers;
    pointers.reserve(arguments.size());
    for (const auto& argument : arguments) pointers.push_back(argument.c_str());
    return cli::parse(pointers);
}

// A value is an argument, or stands behind the "=" of one.
void require_typed(const std::string& value, const std::vector<std::string>& arguments) {
    require(std::ranges::any_of(arguments, [&](const std::string& argument) {
        return argument == value || argument.ends_with("=" + value) ||
               (argument.starts_with('-') && argument.ends_with(value));
    }));
}

void run(ByteView input) {
    auto arguments = parted(as_text(input));
    auto typed = arguments;
    typed.insert(typed.begin(), "keepsake");
    const auto result = parsed(typed);
    if (const auto* told = std::get_if<cli::Told>(&result)) {
        require(told->text.ends_with('\n'));
        require(told->code == cli::ExitCode::done || told->code == cli::ExitCode::usage);
        if (told->code == cli::ExitCode::usage) {
            require(std::ranges::count(told->text, '\n') == 1);
            const auto line = told->text.substr(0, told->text.size() - 1);
            require(printable(line) == line);
        }
    } else {
        const auto& invocation = std::get<cli::Invocation>(result);
        if (invocation.global.archive) require_typed(*invocation.global.archive, arguments);
        if (const auto* keep = std::get_if<cli::KeepCommand>(&invocation.command))
            for (const auto& path : keep->paths) require_typed(path, arguments);
        if (const auto* get = std::get_if<cli::GetCommand>(&invocation.command)) {
            require_typed(get->folder, arguments);
            require(get->items.size() <= arguments.size());
        }
    }
    auto after_dashes = arguments;
    after_dashes.insert(after_dashes.begin(), {"keepsake", "keep", "--"});
    const auto kept = parsed(after_dashes);
    const auto* invocation = std::get_if<cli::Invocation>(&kept);
    require(invocation != nullptr);
    const auto* keep = std::get_if<cli::KeepCommand>(&invocation->command);
    require(keep != nullptr && keep->paths == arguments);
}

Seeds seeds() {
    const auto line = [](const std::vector<std::string_view>& arguments) {
        std::string text;
        for (const auto argument : arguments) text += std::string(argument) + '\0';
        text.pop_back();
        return seed(text);
    };
    return {line({"keep", "a", "--archive", "b"}),
            line({"--archive=b", "list", "--from=2020", "--before", "2021-02-03", "words"}),
            line({"get", "--all", "--to", "x"}),
            line({"get", "0123abcd", "--to=x", "--identity", "-"}),
            line({"words", "0123abcd", "--from", "-"}),
            line({"moment", "add", "m", "0123", "4567"}),
            line({"key", "add", "--passphrase", "--name=x", "--new-passphrase-file", "p"}),
            line({"device", "name", "a", "b"}),
            line({"device", "keep-locked", "on"}),
            line({"help", "key", "add"}),
            line({"let-go", "[a,b]", "{}", "++"}),
            line({"check", "--without-key"}),
            line({"--version"})};
}

}  // namespace

Target command_line_target() {
    return {.name = "command_line", .run = run, .seeds = seeds, .words = kWords};
}

}  // namespace keepsake::fuzz
