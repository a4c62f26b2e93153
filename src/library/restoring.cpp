#include "library/restoring.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "library/copy_notes.h"
#include "library/environment.h"
#include "library/get.h"
#include "library/library.h"
#include "model/ids.h"
#include "os/file_system.h"

namespace keepsake::library {
namespace {

constexpr std::string_view kFolder = "restoring";
constexpr int kDeepest = 1'000;
// Items' numbers are random: so many digits are those of one among millions.
constexpr std::size_t kDigits = 6;

/// Removes what stands below a folder of our own, and the folder.
void remove_all(os::FileSystem& files, const std::string& folder, int depth = 0) {
    const auto entries = files.list(folder);
    if (!entries || depth == kDeepest) return;
    for (const auto& entry : *entries) {
        const auto path = os::join_path(folder, entry.name);
        if (entry.kind == os::FileKind::directory)
            remove_all(files, path, depth + 1);
        else
            static_cast<void>(files.remove_file(path));
    }
    static_cast<void>(files.remove_directory(folder));
}

/// The folder is there while this is.
class OwnFolder {
  public:
    OwnFolder(os::FileSystem& files, std::string path) : files_(&files), path_(std::move(path)) {
        remove_all(files, path_);  // what a run that was cut off left
    }
    OwnFolder(const OwnFolder&) = delete;
    OwnFolder& operator=(const OwnFolder&) = delete;
    ~OwnFolder() { remove_all(*files_, path_); }
    const std::string& path() const { return path_; }

  private:
    os::FileSystem* files_;
    std::string path_;
};

/// One item by chance: the first whose number begins as a random one does.
Result<std::optional<catalog::ItemRecord>> any_item(Library& library) {
    model::ItemId random;
    library.environment().random.fill(random.bytes);
    const auto digits = random.hex();
    for (auto count = kDigits; count <= kDigits; --count) {
        TRY_LET(const auto found,
                library.catalog().items_by_prefix(std::string_view(digits).substr(0, count), 1));
        if (!found.empty()) return library.catalog().item(found.front());
    }
    return std::optional<catalog::ItemRecord>();
}

/// Items by chance, as many as the options allow; fewer where there are not so many.
Result<std::vector<model::ItemId>> some_items(Library& library, const RestoringOptions& options) {
    std::set<model::ItemId> chosen;
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    for (std::uint64_t tries = 0; tries < 4 * options.originals && files < options.originals;
         ++tries) {
        TRY_LET(const auto item, any_item(library));
        if (!item) break;
        if (item->let_go || chosen.contains(item->item)) continue;
        std::uint64_t size = 0;
        for (const auto& file : item->files) size += file.bytes;
        if (size > options.bytes - bytes) continue;
        chosen.insert(item->item);
        files += item->files.size();
        bytes += size;
    }
    return std::vector<model::ItemId>(chosen.begin(), chosen.end());
}

/// With half as much left as it takes, so that nothing else goes short.
Result<RestoringOptions> as_room_allows(const Library& library, RestoringOptions options) {
    const auto& environment = library.environment();
    TRY(os::make_directories(environment.files, environment.state_folder, true));
    TRY_LET(const auto free, environment.files.free_bytes(environment.state_folder));
    options.bytes = std::min(options.bytes, free / 2);
    return options;
}

void remember(const Library& library, const RestoringReport& report) {
    const auto& environment = library.environment();
    const auto& copy = library.copy();
    const auto real_path = environment.files.real_path(copy.path);
    if (!real_path) return;
    const CopyNotesStore store(environment.files, environment.state_folder, copy.manifest.archive);
    auto notes = store.load(*real_path);
    notes.restored = environment.clock.now();
    notes.restored_originals = report.originals;
    static_cast<void>(store.save(*real_path, notes));
}

}  // namespace

Result<RestoringReport> try_restoring(Library& library, const RestoringOptions& options,
                                      Listener& listener) {
    const auto& environment = library.environment();
    TRY_LET(const auto within, as_room_allows(library, options));
    TRY_LET(const auto items, some_items(library, within));
    RestoringReport report;
    if (items.empty()) return report;
    const auto state = library.local_folder();
    TRY(os::make_directories(environment.files, state, true));
    const OwnFolder folder(environment.files, os::join_path(state, std::string(kFolder)));
    TRY_LET(const auto given, get(library, items, folder.path(), listener));
    report.problems = given.problems;
    report.stopped = given.stopped;
    report.bytes = given.bytes;
    if (given.stopped) return report;
    // Once more: what stands there is read, and known as what was kept.
    TRY_LET(const auto again, get(library, items, folder.path(), listener));
    report.stopped = again.stopped;
    report.originals = again.already;
    report.problems += again.given;
    if (report.sound()) remember(library, report);
    return report;
}

}  // namespace keepsake::library
