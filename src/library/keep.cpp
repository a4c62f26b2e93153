#include "library/keep.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "archive/reserve.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "library/environment.h"
#include "library/keep_pipeline.h"
#include "library/library.h"
#include "library/parity_upkeep.h"
#include "library/source_walk.h"
#include "os/file_system.h"

namespace keepsake::library {
namespace {

// So few files are synced one by one: a sync of the whole disk would wait for other programs'
// writing.
constexpr std::uint64_t kFewFiles = 8;
constexpr std::size_t kLongestFolderBytes = 64UL * 1024;
constexpr std::size_t kMostSizes = 1'000'000;

bool fits_in_one_file(std::uint64_t bytes, std::uint64_t largest_file) {
    return bytes <= largest_file - kSealedExtraBytes - bytes / 4096;
}

struct Totals {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
};

void ignore(const std::string&, const std::string&) {}

Result<> walk_all(Library& library, const std::vector<Source>& sources,
                  const SourceWalker::Visit& visit) {
    const auto& environment = library.environment();
    SourceWalker walker(
        environment.files,
        [&](const SourceFile& file) -> Result<> {
            if (environment.stop.stop_requested()) return Error(ErrorCode::cancelled, "stopped");
            return visit(file);
        },
        ignore);
    for (const auto& source : sources) TRY(walker.walk(source));
    return {};
}

Result<Totals> count(Library& library, const std::vector<Source>& sources) {
    Totals totals;
    TRY(walk_all(library, sources, [&](const SourceFile& file) -> Result<> {
        ++totals.files;
        totals.bytes += file.bytes;
        return {};
    }));
    return totals;
}

// What the archive's disk must find room for, told by the files' sizes alone.
struct Needed {
    std::uint64_t surely = 0;   // files of one size may be the same, and are then stored once
    std::uint64_t perhaps = 0;  // unless they are
};

Result<Needed> needed_of(Library& library, const std::vector<Source>& sources,
                         std::uint64_t largest_file) {
    Needed needed;
    std::unordered_set<std::uint64_t> seen;
    TRY(walk_all(library, sources, [&](const SourceFile& file) -> Result<> {
        if (!fits_in_one_file(file.bytes, largest_file)) return {};
        // Of a size that is kept: perhaps it is that very file.
        TRY_LET(const bool known, library.catalog().any_content_of_size(file.bytes));
        if (known) return {};
        needed.perhaps += file.bytes;
        if (seen.size() < kMostSizes && seen.insert(file.bytes).second) needed.surely += file.bytes;
        return {};
    }));
    return needed;
}

Result<> refuse_archive_inside(Library& library, const std::vector<Source>& sources) {
    TRY_LET(const auto archive, library.environment().files.real_path(library.copy().path));
    const auto inside = [](const std::string& path, const std::string& folder) {
        return path == folder || folder == "/" || path.starts_with(folder + "/");
    };
    for (const auto& source : sources) {
        if (source.is_folder && inside(archive, source.real_path))
            return Error(ErrorCode::invalid,
                         "The archive stands inside the folder '" + printable(source.shown) +
                             "': keep other folders, or move the archive out of it.");
        if (inside(source.real_path, archive))
            return Error(ErrorCode::invalid,
                         "'" + printable(source.shown) + "' is a part of the archive itself.");
    }
    return {};
}

Result<> refuse_too_much(Library& library, const std::vector<Source>& sources, const Totals& totals,
                         std::uint64_t largest_file, Listener& listener) {
    auto& files = library.environment().files;
    TRY_LET(const auto free, files.free_bytes(library.copy().path));
    if (totals.bytes + totals.files * kSealedExtraBytes <= free) return {};
    // A device that keeps while locked does not know what is kept.
    if (library.is_locked()) return {};
    TRY_LET(const auto needed, needed_of(library, sources, largest_file));
    const auto free_text = human_bytes(free) + " are free on the archive's disk.";
    if (needed.surely > free) {
        const auto* const at_least = needed.surely < totals.bytes ? "at least " : "";
        return Error(ErrorCode::no_space, "This needs " + std::string(at_least) +
                                              human_bytes(needed.surely) + ", " + free_text +
                                              " Nothing was changed.");
    }
    if (needed.perhaps > free)
        listener.note("This may need " + human_bytes(needed.perhaps) + ", " + free_text +
                      " As much is kept as finds room.");
    return {};
}

// The walk that hands the files to the workers.
class Keeping {
  public:
    Keeping(Library& library, KeepPipeline& pipeline, const Totals& totals,
            std::uint64_t largest_file, Listener& listener)
        : library_(&library),
          pipeline_(&pipeline),
          totals_(totals),
          largest_file_(largest_file),
          listener_(&listener) {}

    Result<> hand_in(const SourceFile& file) {
        tell();
        if (library_->environment().stop.stop_requested())
            return Error(ErrorCode::cancelled, "stopped");
        if (auto failure = pipeline_->failure()) return std::move(*failure);
        if (auto lost = pipeline_->lost_source()) return std::move(*lost);
        if (!fits_in_one_file(file.bytes, largest_file_))
            problem(file.shown,
                    "it is larger than the archive's disk can hold in one file (FAT32: 4 GB)");
        else if (file.folder.size() > kLongestFolderBytes)
            problem(file.shown, "its folder's name is longer than 64 KB");
        else
            pipeline_->add(file);
        return {};
    }
    void tell() {
        for (const auto& event : pipeline_->take_events())
            listener_->problem(event.name, event.why);
        listener_->progress({"Keeping", pipeline_->files_done(), totals_.files,
                             pipeline_->bytes_done(), totals_.bytes});
    }
    void problem(const std::string& name, const std::string& why) {
        ++problems_;
        listener_->problem(name, why);
    }
    std::uint64_t problems() const { return problems_; }

  private:
    Library* library_;
    KeepPipeline* pipeline_;
    Totals totals_;
    std::uint64_t largest_file_;
    Listener* listener_;
    std::uint64_t problems_ = 0;
};

Result<KeepReport> keep_all(Library& library, const std::vector<Source>& sources,
                            const Totals& totals, std::uint64_t largest_file,
                            const KeepOptions& options, Listener& listener) {
    auto& files = library.environment().files;
    archive::set_reserve_aside(library.staging());
    const bool sync_each = totals.files <= kFewFiles || !files.sync_everything(library.copy().path);
    KeepPipeline pipeline(library, options, sync_each, totals.bytes);
    Keeping keeping(library, pipeline, totals, largest_file, listener);
    SourceWalker walker(
        files, [&](const SourceFile& file) { return keeping.hand_in(file); },
        [&](const std::string& name, const std::string& why) { keeping.problem(name, why); });
    Result<> walked;
    for (const auto& source : sources) {
        walked = walker.walk(source);
        if (!walked) break;
    }
    pipeline.finish([&] { keeping.tell(); });
    keeping.tell();
    auto report = pipeline.report();
    report.problems += keeping.problems();
    if (auto failure = pipeline.failure())
        report.stopped = std::move(*failure);
    else if (auto lost = pipeline.lost_source())
        report.stopped = std::move(*lost);
    else if (!walked)
        report.stopped = std::move(walked).error();
    else if (library.environment().stop.stop_requested() && pipeline.files_done() < totals.files)
        report.stopped = Error(ErrorCode::cancelled, "stopped");
    return report;
}

}  // namespace

Result<KeepReport> keep(Library& library, std::span<const std::string> paths,
                        const KeepOptions& options, Listener& listener) {
    TRY(library.may_write());
    TRY(library.settle_doubts());
    TRY_LET(const auto device, library.join());
    std::uint64_t missing = 0;
    const auto sources = resolve_sources(library.environment().files, paths, device,
                                         [&](const std::string& name, const std::string& why) {
                                             ++missing;
                                             listener.problem(name, why);
                                         });
    if (sources.empty())
        return Error(ErrorCode::not_found, "Nothing was kept: no file or folder was found.");
    TRY(refuse_archive_inside(library, sources));
    TRY_LET(const auto totals, count(library, sources));
    TRY_LET(const auto largest_file,
            library.environment().files.largest_file_bytes(library.copy().path));
    TRY(refuse_too_much(library, sources, totals, largest_file, listener));
    const bool found_mark = is_marked_unprotected(library.environment().files, library.copy().path);
    TRY_LET(auto report, keep_all(library, sources, totals, largest_file, options, listener));
    report.problems += missing;
    report.just_kept.found_mark = found_mark;
    return report;
}

}  // namespace keepsake::library
