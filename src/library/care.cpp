#include "library/care.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>

#include "archive/copy.h"
#include "archive/layout.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "library/copy_notes.h"
#include "library/environment.h"
#include "library/library.h"
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
    report.restored = notes.restored;
    report.restored_originals = notes.restored_originals;
    for (const auto& other : store.others(real_path)) {
        if (!other.seen) continue;
        report.others.push_back(
            {other.disk == info.device, *other.seen, other.whole, other.damaged, other.missing});
        if (other.disk == info.device) {
            ++report.other_folders;
            continue;
        }
        ++report.other_places;
        if (!report.other_seen || *report.other_seen < *other.seen) report.other_seen = other.seen;
    }
    std::ranges::sort(report.others, std::ranges::greater(), &OtherCopy::seen);
    return report;
}

Result<std::uint64_t> originals_bytes(Library& library) {
    auto& catalog = library.catalog();
    TRY_LET(auto bytes, catalog.bytes_of_objects());
    // The journal remembers what was erased, too.
    catalog::ItemFilter let_go;
    let_go.let_go = true;
    TRY(catalog.for_each_item(let_go, [&](const catalog::ItemRecord& item) -> Result<> {
        for (const auto& file : item.files) {
            TRY_LET(const bool live, catalog.is_live(file.content));
            if (live) continue;
            TRY_LET(const auto content, catalog.content(file.content));
            if (!content) continue;
            for (const auto& object : content->objects) {
                const auto path =
                    os::join_path(library.copy().path, archive::object_path(object.object));
                const bool here = library.environment().files.info(path).has_value();
                if (!here) bytes -= std::min(bytes, content->bytes);
            }
        }
        return {};
    }));
    return bytes;
}

}  // namespace keepsake::library
