#include "library/care.h"

#include <string>

#include "archive/copy.h"
#include "base/result.h"
#include "library/copy_notes.h"
#include "library/environment.h"
#include "library/parity_upkeep.h"
#include "os/file_system.h"

namespace keepsake::library {

Result<CareReport> care(const Environment& environment, const std::string& archive_path,
                        Listener& listener) {
    auto& files = environment.files;
    TRY_LET(const auto copy, archive::open_copy(files, archive_path));
    TRY_LET(const auto real_path, files.real_path(archive_path));
    TRY_LET(const auto info, files.info(real_path));
    TRY_LET(const auto coverage, parity_coverage(environment, archive_path, listener));
    const CopyNotesStore store(files, environment.state_folder, copy.manifest.archive);
    const auto notes = store.load(real_path);
    CareReport report;
    report.originals = coverage.objects;
    report.unprotected = coverage.unprotected;
    report.whole = notes.whole;
    report.damaged = notes.damaged;
    report.missing = notes.missing;
    for (const auto& other : store.others(real_path)) {
        if (!other.seen) continue;
        if (other.disk == info.device) {
            ++report.other_folders;
            continue;
        }
        ++report.other_places;
        if (!report.other_seen || *report.other_seen < *other.seen) report.other_seen = other.seen;
    }
    return report;
}

}  // namespace keepsake::library
