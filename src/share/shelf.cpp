#include "share/shelf.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "os/file_system.h"
#include "share/record.h"

namespace keepsake::share {
namespace {

constexpr std::size_t kNameDigits = 32;
constexpr std::uint64_t kLargestNote = 4096;
constexpr std::string_view kEnded = "ended\n";
constexpr std::string_view kOpen = "open\n";
constexpr std::string_view kNoteEnding = ".until";
constexpr std::string_view kAddressName = "address";

std::string note_path(const std::string& shelf, const std::string& name) {
    return os::join_path(shelf, name + std::string(kNoteEnding));
}

Result<> write_note(os::FileSystem& files, const std::string& shelf, const std::string& name,
                    std::string_view text) {
    TRY(os::make_directories(files, shelf, true));
    return os::write_file(files, note_path(shelf, name), as_bytes(text), os::Existing::replace,
                          true);
}

Result<> remove_folder(os::FileSystem& files, const std::string& folder) {
    const auto listed = files.list(folder);
    if (!listed) return listed.error().code() == ErrorCode::not_found ? Result<>() : listed.error();
    // The head first: without it the rest is no share.
    static_cast<void>(files.remove_file(os::join_path(folder, "manifest.age")));
    for (const auto& entry : *listed) {
        auto removed = files.remove_file(os::join_path(folder, entry.name));
        if (!removed && removed.error().code() != ErrorCode::not_found) return removed;
    }
    return files.remove_directory(folder);
}

}  // namespace

std::string shelf_folder(const std::string& state_folder) {
    return os::join_path(state_folder, "shares");
}

bool is_shelf_name(std::string_view name) {
    return name.size() == kNameDigits && from_hex(name).has_value();
}

Result<> note_until(os::FileSystem& files, const std::string& shelf, const std::string& name,
                    const std::optional<std::string>& until) {
    return write_note(files, shelf, name, note_of(until));
}

std::string note_of(const std::optional<std::string>& until) {
    return until ? *until + "\n" : std::string(kOpen);
}

std::string noted_until(os::FileSystem& files, const std::string& shelf, const std::string& name) {
    const auto note = os::read_file(files, note_path(shelf, name), kLargestNote);
    return note ? std::string(as_text(*note)) : "";
}

Result<> end_on_shelf(os::FileSystem& files, const std::string& shelf, const std::string& name) {
    TRY(write_note(files, shelf, name, kEnded));
    return remove_folder(files, os::join_path(shelf, name));
}

Standing standing_of(os::FileSystem& files, const std::string& shelf, const std::string& name,
                     Instant now) {
    if (!is_shelf_name(name)) return Standing::none;
    const auto note = os::read_file(files, note_path(shelf, name), kLargestNote);
    if (!note) return Standing::none;
    const auto text = as_text(*note);
    if (text == kOpen) return Standing::open;
    const auto day = text.substr(0, text.find('\n'));
    // What cannot be understood is not served.
    return is_day(day) && day_of(now) <= day ? Standing::open : Standing::over;
}

void sweep_shelf(os::FileSystem& files, const std::string& shelf, Instant now) {
    const auto listed = files.list(shelf);
    if (!listed) return;
    for (const auto& entry : *listed) {
        if (entry.kind != os::FileKind::directory) continue;
        const auto folder = os::join_path(shelf, entry.name);
        const bool over = is_shelf_name(entry.name) &&
                          standing_of(files, shelf, entry.name, now) == Standing::over;
        // What a program that was killed was making a day ago.
        const auto info = files.info(folder);
        const bool cut_off = entry.name.starts_with('.') && entry.name.ends_with(".tmp") && info &&
                             info->changed.seconds + kSecondsPerDay < now.seconds;
        if (over || cut_off) static_cast<void>(remove_folder(files, folder));
    }
}

Result<> note_address(os::FileSystem& files, const std::string& shelf, const std::string& url) {
    TRY(os::make_directories(files, shelf, true));
    return os::write_file(files, os::join_path(shelf, std::string(kAddressName)),
                          as_bytes(url + "\n"), os::Existing::replace, true);
}

void forget_address(os::FileSystem& files, const std::string& shelf) {
    static_cast<void>(files.remove_file(os::join_path(shelf, std::string(kAddressName))));
}

std::string noted_address(os::FileSystem& files, const std::string& shelf) {
    const auto note =
        os::read_file(files, os::join_path(shelf, std::string(kAddressName)), kLargestNote);
    if (!note) return "";
    const auto text = as_text(*note);
    return std::string(text.substr(0, text.find('\n')));
}

}  // namespace keepsake::share
