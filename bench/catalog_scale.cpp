// How the catalog does at scale: takes in items (a keep and an object entry each) and asks what the
// program asks. Usage: catalog_scale [ITEMS [FOLDER [facts] [shuffled]]]. Prints one figure a line.
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <random>
#include <ratio>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "media/kind.h"
#include "model/entry.h"
#include "model/ids.h"
#include "synthetic_family.h"

namespace {

namespace model = keepsake::model;
using keepsake::bench::Family;
using keepsake::catalog::Catalog;
using keepsake::catalog::ItemFilter;
using keepsake::catalog::ItemRecord;

constexpr std::uint64_t kEntriesPerSegment = 1000;

struct Options {
    keepsake::bench::FamilyOptions family;
    std::string folder = "/tmp";
    bool again = false;  ///< asks the catalog that stands there, and leaves it
    bool keep = false;
};

template <class T>
T must(keepsake::Result<T> result) {
    if (!result) {
        std::fprintf(stderr, "%s\n", result.error().describe().c_str());
        std::exit(1);
    }
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

double milliseconds_of(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
        .count();
}

void tell(std::string_view what, double ms) {
    std::printf("%-44.*s %10.2f ms\n", static_cast<int>(what.size()), what.data(), ms);
}

void take_in(Catalog& catalog, const Options& options) {
    const Family family(options.family);
    const model::DeviceId device{};
    const std::uint64_t step = kEntriesPerSegment / (options.family.facts ? 3 : 2);
    std::uint64_t seq = 0;
    std::int64_t clock = 1'700'000'000'000;
    double inside_ms = 0;
    const auto cpu_before = std::clock();
    const double commit_ms = milliseconds_of([&] {
        must(catalog.in_transaction([&]() -> keepsake::Result<> {
            for (std::uint64_t i = 0; i < family.items(); i += step) {
                std::vector<model::Entry> entries;
                for (auto& body : family.entries(i, std::min(i + step, family.items())))
                    entries.push_back({{++clock, 0}, std::move(body)});
                ++seq;
                const keepsake::catalog::SegmentRecord record{device, seq, {}, {}, {}, {}, {}};
                inside_ms += milliseconds_of([&] { must(catalog.add_segment(record, entries)); });
            }
            return {};
        }));
    });
    tell("segments taken in, until committed", commit_ms);
    tell("  of it: add_segment", inside_ms);
    tell("  of it: processor time, with making entries",
         1000.0 * static_cast<double>(std::clock() - cpu_before) / CLOCKS_PER_SEC);
}

ItemFilter filter_of(std::vector<std::string> words, std::string from, std::string before) {
    ItemFilter filter;
    filter.words = std::move(words);
    filter.from = std::move(from);
    filter.before = std::move(before);
    return filter;
}

/// What `keepsake find` and a timeline ask: all numbers and dates of what is found, and a window.
void ask_as_people_do(Catalog& catalog) {
    const auto count = [&](std::string_view what, const ItemFilter& filter) {
        std::uint64_t items = 0;
        for (const auto* again : {"", ", again"}) {
            const double ms = milliseconds_of([&] { items = must(catalog.item_count(filter)); });
            tell("find " + std::string(what) + " (" + std::to_string(items) + ")" + again, ms);
        }
    };
    auto month = filter_of({"grandmother"}, "", "");
    month.date = "2020-09";
    count("grandmother 2020-09", month);
    auto year = filter_of({"skiing"}, "", "");
    year.date = "2019";
    count("skiing 2019", year);
    count("img_0123", filter_of({"img_0123"}, "", ""));
    count("birthday canon", filter_of({"birthday", "canon"}, "", ""));
    month.words.clear();
    count("2020-09", month);
    year.words.clear();
    count("2019", year);
    auto films = filter_of({"lake"}, "", "");
    films.kinds = {keepsake::media::Kind::film};
    count("lake films", films);
    std::uint64_t total = 0;
    std::size_t days = 0;
    for (const auto* again : {"", ", again"})
        tell("timeline: counts" + std::string(again), milliseconds_of([&] {
                 total = 0;
                 const auto all = must(catalog.days(false));
                 days = all.size();
                 for (const auto& day : all) total += day.items;
             }));
    std::mt19937_64 random(11);
    double slowest = 0;
    for (int i = 0; i < 200; ++i) {
        const auto first = random() % std::max<std::uint64_t>(total, 1);
        slowest = std::max(
            slowest, milliseconds_of([&] {
                must(catalog.for_each_item_from(
                    first, 100, false, [](const ItemRecord&) -> keepsake::Result<> { return {}; }));
            }));
    }
    tell("timeline: a window of 100, slowest of 200 (" + std::to_string(days) + " days)", slowest);
}

void ask(Catalog& catalog, const Family& family) {
    std::mt19937_64 random(7);
    const auto any = [&] { return random() % family.items(); };
    constexpr int kTimes = 1000;
    const auto each = [&](std::string_view what, const std::function<void()>& work) {
        tell(std::string(what) + ", each of 1000", milliseconds_of([&] {
                                                       for (int i = 0; i < kTimes; ++i) work();
                                                   }) / kTimes);
    };
    const auto list = [&](std::string_view what, const ItemFilter& filter) {
        std::uint64_t count = 0;
        const double ms = milliseconds_of([&] {
            must(catalog.for_each_item(filter, [&](const ItemRecord&) -> keepsake::Result<> {
                ++count;
                return {};
            }));
        });
        tell(std::string(what) + " (" + std::to_string(count) + " items)", ms);
    };
    list("a month", filter_of({}, "1990-05", "1990-06"));
    list("the same month again", filter_of({}, "1990-05", "1990-06"));
    list("words that find few", filter_of({"img_0123", "1990"}, "", ""));
    list("words that find many in a year", filter_of({"summer", "lak"}, "1991", "1992"));
    ask_as_people_do(catalog);
    each("item", [&] { must(catalog.item(Family::item(any()))); });
    each("content", [&] { must(catalog.content(Family::content(any()))); });
    each("is_live", [&] { must(catalog.is_live(Family::content(any()))); });
    each("content_of_object",
         [&] { must(catalog.content_of_object(Family::object(any()).object)); });
    each("any_content_of_size", [&] { must(catalog.any_content_of_size(random() % 9'000'000)); });
    each("find_kept", [&] {
        const auto file = family.file(any());
        const auto found = must(
            catalog.find_kept(Family::root(), file.folder, file.name, file.content, file.modified));
        if (!found) std::abort();
    });
    tell("count of all", milliseconds_of([&] { must(catalog.item_count({})); }));
    tell("count of a year",
         milliseconds_of([&] { must(catalog.item_count(filter_of({}, "1991", "1992"))); }));
    list("everything", {});
    tell("every content", milliseconds_of([&] {
             must(catalog.for_each_content(
                 [](const auto&, bool) -> keepsake::Result<> { return {}; }));
         }));
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    if (argc > 1) options.family.items = std::strtoull(argv[1], nullptr, 10);
    if (argc > 2) options.folder = argv[2];
    for (int i = 3; i < argc; ++i) {
        const std::string_view word = argv[i];
        options.again = options.again || word == "again";
        options.keep = options.keep || word == "keep";
        options.family.facts = options.family.facts || word == "facts";
        options.family.shuffled = options.family.shuffled || word == "shuffled";
    }
    const std::string path = options.folder + "/catalog_scale.db";
    const std::vector<std::uint8_t> key(32, 7);
    if (!options.again) {
        must(Catalog::remove(path));
        auto catalog = must(Catalog::open(path, key));
        take_in(catalog, options);
    }
    struct rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        std::printf("%-44s %10ld MiB\n", "most memory", usage.ru_maxrss / 1024);
    struct stat info{};
    if (stat(path.c_str(), &info) == 0)
        std::printf("%-44s %10ld MiB\n", "file", static_cast<long>(info.st_size >> 20));
    std::vector<Catalog> opened;
    tell("open", milliseconds_of([&] { opened.push_back(must(Catalog::open(path, key))); }));
    ask(opened.front(), Family(options.family));
    opened.clear();
    if (!options.again && !options.keep) must(Catalog::remove(path));
}
