#include "library/check_part.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "archive/parity_store.h"
#include "base/time.h"
#include "library/check.h"
#include "library/copy_notes.h"
#include "library/environment.h"
#include "model/ids.h"
#include "os/file_system.h"

namespace keepsake::library {

Selection select_part(const Environment& environment, const std::string& archive_path,
                      std::vector<std::string> paths, double percent, const CopyNotes& notes) {
    constexpr double kAll = 100;
    std::ranges::sort(paths);
    std::vector<std::uint64_t> sizes;
    std::uint64_t total = 0;
    for (const auto& path : paths) {
        const auto info = environment.files.info(os::join_path(archive_path, path));
        sizes.push_back(info ? info->size_bytes : 0);
        total += sizes.back();
    }
    if (percent >= kAll) return {std::move(paths), total, true, true, {}};
    const auto is_done = [&](const std::string& path) {
        const auto object = archive::object_of_path(path);
        return notes.cursor && object && *object <= *notes.cursor;
    };
    auto first = static_cast<std::size_t>(std::ranges::find_if_not(paths, is_done) - paths.begin());
    if (first == paths.size()) first = 0;
    const auto wanted = static_cast<double>(total) * percent / kAll;
    Selection part;
    part.from_beginning = first == 0;
    auto next = first;
    while (next < paths.size() && (next == first || static_cast<double>(part.bytes) < wanted)) {
        part.bytes += sizes[next];
        part.paths.push_back(paths[next++]);
    }
    part.to_end = next == paths.size();
    if (!part.paths.empty()) part.last = archive::object_of_path(part.paths.back());
    return part;
}

void note_check(const Environment& environment, const std::string& archive_path,
                const model::ArchiveId& archive, const Selection& selection,
                const CheckReport& report, Instant began) {
    const auto real_path = environment.files.real_path(archive_path);
    if (!real_path) return;
    const CopyNotesStore store(environment.files, environment.state_folder, archive);
    auto notes = store.load(*real_path);
    const bool is_all = selection.from_beginning && selection.to_end;
    notes.damaged = is_all ? report.damaged : std::max(notes.damaged, report.damaged);
    notes.missing = is_all ? report.missing : std::max(notes.missing, report.missing);
    if (!is_all && report.healed > 0 && report.sound()) notes.damaged = notes.missing = 0;
    if (!report.stopped) {
        if (selection.from_beginning) notes.began = began;
        notes.cursor = selection.last;
        if (selection.to_end) {
            notes.whole = notes.began;
            notes.began.reset();
            notes.cursor.reset();
        }
    }
    if (const auto info = environment.files.info(*real_path)) notes.disk = info->device;
    notes.seen = environment.clock.now();
    static_cast<void>(store.save(*real_path, notes));
}

}  // namespace keepsake::library
