#include "bytes/observer.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "bytes/small_archive.h"
#include "catalog/catalog.h"
#include "crypto/secret.h"
#include "library/check.h"
#include "library/environment.h"
#include "library/get.h"
#include "library/library.h"
#include "model/ids.h"
#include "os/file_system.h"
#include "support/family.h"
#include "support/simulated_file_system.h"

namespace keepsake::testing {
namespace {

void put_all(SimulatedFileSystem& files, const Moment& moment) {
    const auto must = [](const auto& result) {
        if (!result) throw std::runtime_error(result.error().describe());
    };
    for (const auto& path : moment.folders)
        must(files.make_directory(path.substr(0, path.size() - 1), false));
    for (const auto& [path, bytes] : moment.files) {
        const auto file = files.create(path, false);
        must(file);
        must((*file)->append(bytes));
        must((*file)->close());
    }
    files.settle();
}

void heard(Said& said, const HeardListener& listener) {
    for (const auto& [name, why] : listener.problems)
        said.problems.push_back(std::string(name).append(": ").append(why));
    said.notes.insert(said.notes.end(), listener.notes.begin(), listener.notes.end());
}

void reported(Said& said, const Result<library::CheckReport>& report) {
    if (!report)
        said.error = report.error().message();
    else
        said.sound = report->sound();
}

void tell_of_journal(library::Library& library, Said& said) {
    for (const auto& problem : library.journal_problems())
        said.problems.push_back(problem.path + ": " + problem.why);
    const auto gaps = library.gaps();
    if (!gaps) {
        said.error = gaps.error().message();
        return;
    }
    for (const auto& gap : *gaps)
        said.problems.push_back(gap.device.hex() + ": lacks " + std::to_string(gap.missing));
}

library::IdentityText way_in(const SmallArchive& archive) {
    return {crypto::Secret(std::string_view(archive.owner))};
}

class Observing {
  public:
    Observing(const SmallArchive& archive, const Moment& moment, std::string state)
        : archive_(&archive), files_(2), random_(1000), state_(std::move(state)) {
        put_all(files_, moment);
    }

    Observed observe() {
        check_without_key();
        HeardListener listener;
        auto library = open(seen_.list, listener);
        seen_.get = seen_.list;
        seen_.check = seen_.list;
        if (library) {
            list(*library);
            get(*library);
            check(*library);
        }
        library.reset();
        keep_what_stands();
        return std::move(seen_);
    }

  private:
    library::Environment environment() {
        return {files_, random_, clock_, state_, stop_.get_token(), 1, true};
    }

    void check_without_key() {
        HeardListener listener;
        const auto report =
            library::check_without_key(environment(), SmallArchive::kPath, {}, listener);
        heard(seen_.check_without_key, listener);
        reported(seen_.check_without_key, report);
    }

    // Every command tells what was found wrong while it opened.
    std::optional<library::Library> open(Said& said, HeardListener& listener) {
        auto opened =
            library::Library::open(environment(), SmallArchive::kPath, way_in(*archive_), listener);
        heard(said, listener);
        if (!opened) {
            said.error = opened.error().message();
            return std::nullopt;
        }
        tell_of_journal(*opened, said);
        return std::move(*opened);
    }

    void list(library::Library& library) {
        const auto listed =
            library.catalog().for_each_item({}, [&](const catalog::ItemRecord& item) -> Result<> {
                for (const auto& file : item.files)
                    seen_.listed.insert(file.folder.empty() ? file.name
                                                            : file.folder + "/" + file.name);
                for (const auto& words : item.words) seen_.said_of_items.insert(words.text);
                if (item.cover) seen_.said_of_items.insert(*item.cover);
                return {};
            });
        const auto moments = library.catalog().moments();
        if (!listed || !moments) {
            seen_.list.error = "the catalog fails";
            return;
        }
        for (const auto& moment : *moments)
            seen_.said_of_items.insert(moment.name + ": " + std::to_string(moment.items.size()));
    }

    void get(library::Library& library) {
        HeardListener listener;
        const auto report = library::get(library, {}, SmallArchive::kOut, listener);
        heard(seen_.get, listener);
        if (!report) seen_.get.error = report.error().message();
        if (report && report->stopped) seen_.get.error = report->stopped->message();
    }

    void check(library::Library& library) {
        HeardListener listener;
        const auto report = library::check(library, {}, listener);
        heard(seen_.check, listener);
        reported(seen_.check, report);
    }

    void keep_what_stands() {
        const auto out = std::string(SmallArchive::kOut) + "/";
        const auto archive = std::string(SmallArchive::kPath) + "/";
        for (auto& [path, bytes] : files_.snapshot()) {
            if (path.starts_with(out))
                seen_.given[path.substr(out.size())] = std::move(bytes);
            else if (path.starts_with(archive))
                seen_.archive_after[path] = std::move(bytes);
        }
    }

    const SmallArchive* archive_;
    SimulatedFileSystem files_;
    SeededRandom random_;
    SetClock clock_;
    std::stop_source stop_;
    std::string state_;
    Observed seen_;
};

}  // namespace

bool Said::mentions(const std::string& text) const {
    const auto holds = [&](const std::string& line) { return line.contains(text); };
    return (error && holds(*error)) || std::ranges::any_of(problems, holds) ||
           std::ranges::any_of(notes, holds);
}

std::string Said::to_text() const {
    std::string text = error ? "  error: " + *error + "\n" : "";
    for (const auto& line : problems) text += "  problem: " + line + "\n";
    for (const auto& line : notes) text += "  note: " + line + "\n";
    if (!sound) text += "  not sound\n";
    return text.empty() ? "  (silent)\n" : text;
}

class QuickObserver::Inside {
  public:
    explicit Inside(const SmallArchive& archive) : archive_(&archive), files_(3), random_(2000) {
        put_all(files_, archive.now);
        library_ = open(listener_);
        if (!library_) throw std::runtime_error(library_.error().describe());
        const auto listed =
            library_->catalog().for_each_item({}, [&](const catalog::ItemRecord& item) -> Result<> {
                const auto& file = item.files.front();
                items_[file.folder.empty() ? file.name : file.folder + "/" + file.name] = item.item;
                return {};
            });
        if (!listed) throw std::runtime_error(listed.error().describe());
    }

    SimulatedFileSystem& files() { return files_; }
    Said check_without_key() {
        Said said;
        HeardListener listener;
        const auto report =
            library::check_without_key(environment(), SmallArchive::kPath, {}, listener);
        heard(said, listener);
        reported(said, report);
        return forget_operations(std::move(said));
    }
    Said get(const std::string& original, std::map<std::string, Bytes>& given) {
        Said said;
        HeardListener listener;
        const std::vector<model::ItemId> items{items_.at(original)};
        const auto report = library::get(*library_, items, SmallArchive::kOut, listener);
        heard(said, listener);
        if (!report) said.error = report.error().message();
        const auto path = std::string(SmallArchive::kOut) + "/" + original;
        if (auto bytes = os::read_file(files_, path, 1UL << 20U)) given[original] = *bytes;
        static_cast<void>(files_.remove_file(path));
        return forget_operations(std::move(said));
    }
    Said open_again() {
        Said said;
        HeardListener listener;
        auto opened = open(listener);
        heard(said, listener);
        if (opened)
            tell_of_journal(*opened, said);
        else
            said.error = opened.error().message();
        return forget_operations(std::move(said));
    }

  private:
    library::Environment environment() {
        return {files_, random_, clock_, SmallArchive::kHomeState, stop_.get_token(), 1, true};
    }
    Result<library::Library> open(HeardListener& listener) {
        return library::Library::open(environment(), SmallArchive::kPath, way_in(*archive_),
                                      listener);
    }
    Said forget_operations(Said said) {
        files_.set_plan({});
        return said;
    }

    const SmallArchive* archive_;
    SimulatedFileSystem files_;
    SeededRandom random_;
    SetClock clock_;
    std::stop_source stop_;
    HeardListener listener_;
    Result<library::Library> library_ = Error(ErrorCode::not_found, "not opened");
    std::map<std::string, model::ItemId> items_;
};

QuickObserver::QuickObserver(const SmallArchive& archive)
    : inside_(std::make_unique<Inside>(archive)) {}
QuickObserver::~QuickObserver() = default;
void QuickObserver::flip(const std::string& path, std::uint64_t bit) {
    inside_->files().flip_bit(std::string(SmallArchive::kPath) + "/" + path, bit);
}
Said QuickObserver::check_without_key() { return inside_->check_without_key(); }
Said QuickObserver::get(const std::string& original, std::map<std::string, Bytes>& given) {
    return inside_->get(original, given);
}
Said QuickObserver::open_again() { return inside_->open_again(); }

Observed observe(const SmallArchive& archive, const Moment& moment, const std::string& state) {
    return Observing(archive, moment, state).observe();
}

}  // namespace keepsake::testing
