#include "cli/plain_words.h"

#include <cerrno>
#include <string>
#include <string_view>

#include "base/error.h"
#include "cli/text_layout.h"

namespace keepsake::cli {
namespace {

// How the catalog's errors begin, wherever they come from.
constexpr std::string_view kCatalog = "catalog: ";

/// Ours are whole sentences; the system's tell what was tried, a path and its own words.
bool is_of_the_system(const Error& error) {
    return error.system_code() != 0 || error.message().find(kCatalog) != std::string::npos;
}

/// What was tried, without the system's words for how it went.
std::string what_was_tried(const Error& error) {
    const auto message = error.message();
    if (message.find(kCatalog) != std::string::npos)
        return "Keepsake's index of the archive, on this computer";
    return error.system_code() == 0 ? message : message.substr(0, message.rfind(": "));
}

bool names_a_path_in(std::string_view message, std::string_view folder) {
    while (folder.size() > 1 && folder.ends_with('/')) folder.remove_suffix(1);
    if (folder.empty()) return false;
    const auto path = std::string(folder) + (folder == "/" ? "" : "/");
    return message.starts_with(path) || message.find(" " + path) != std::string_view::npos;
}

std::string disk_is_full(const Error& error, bool in_archive, Stands stands) {
    const auto what_then = stands == Stands::something
                               ? " What was done before stands. Make room on it and go on."
                               : " What was kept before stands. Make room on it and try again.";
    if (error.system_code() == EFBIG)
        return "A file would be larger than this disk can hold: " + what_was_tried(error) + "." +
               (stands == Stands::something ? " What was done before stands."
                                            : " What was kept before stands.");
    if (in_archive) return std::string("The archive's disk is full.") + what_then;
    return "The disk is full: " + what_was_tried(error) + "." + what_then;
}

std::string may_not_be_written(const Error& error, bool in_archive, Stands stands) {
    const std::string unchanged = stands == Stands::nothing ? " Nothing was changed." : "";
    if (in_archive)
        return "This archive cannot be written: its disk is read-only, or it belongs to somebody "
               "else." +
               unchanged;
    return "This cannot be written: " + what_was_tried(error) +
           ". Its disk is read-only, or it belongs to somebody else." + unchanged;
}

}  // namespace

std::string plain_words(const Error& error, std::string_view archive, Stands stands) {
    const auto message = error.message();
    if (!is_of_the_system(error)) return printable_line(message);
    const bool in_archive = names_a_path_in(message, archive);
    switch (error.code()) {
        case ErrorCode::no_space:
            return printable_line(disk_is_full(error, in_archive, stands));
        case ErrorCode::read_only:
            return printable_line(may_not_be_written(error, in_archive, stands));
        case ErrorCode::permission:
            return printable_line("This may not be read here: " + what_was_tried(error) +
                                  ". It belongs to somebody else.");
        default:
            return printable_line(message);
    }
}

std::string_view without_name(std::string_view why, std::string_view name) {
    constexpr std::string_view kBetween = ": ";
    const bool again =
        !name.empty() && why.starts_with(name) && why.substr(name.size()).starts_with(kBetween);
    return again ? why.substr(name.size() + kBetween.size()) : why;
}

}  // namespace keepsake::cli
