#include "cli/argument_marks.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace keepsake::cli {
namespace {

constexpr char kMark = '\x01';
constexpr std::string_view kMarkedBeginnings = "[{+%\x01";

std::string marked(std::string_view argument) { return kMark + std::string(argument); }

}  // namespace

std::vector<std::string> marked_arguments(std::span<const char* const> arguments) {
    std::vector<std::string> out;
    bool only_positional = false;
    for (const std::string argument : arguments) {
        const bool is_option = argument.starts_with("--");
        if (only_positional || argument.empty() ||
            kMarkedBeginnings.find(argument.front()) != std::string_view::npos) {
            out.push_back(marked(argument));
        } else if (argument == "--") {
            only_positional = true;
        } else if (is_option && argument.ends_with('=')) {  // "--name=": an empty value
            out.push_back(argument.substr(0, argument.size() - 1));
            out.push_back(marked(""));
        } else {
            out.push_back(argument);
        }
    }
    return out;
}

std::string unmarked(std::string argument) {
    if (!argument.empty() && argument.front() == kMark) argument.erase(0, 1);
    return argument;
}

std::string without_marks(std::string_view message) {
    std::string text(message);
    std::erase(text, kMark);
    return text;
}

}  // namespace keepsake::cli
