// How the catalog does at scale: takes in items (a keep and an object entry each) and asks what the
// program asks. Usage: catalog_scale [ITEMS [FOLDER [facts] [shuffled]]]. Prints one figure a line.
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "model/entry.h"
#include "model/ids.h"

namespace {

namespace model = keepsake::model;
using keepsake::catalog::Catalog;
using keepsake::catalog::ItemFilter;
using keepsake::catalog::ItemRecord;

constexpr std::uint64_t kEntriesPerSegment = 1000;
constexpr std::int64_t kFirstSecond = 315'532'800;  // 1980
constexpr std::int64_t kSecondsBetween = 1'200;     // a million of them are 38 years

struct Options {
    std::uint64_t items = 1'000'000;
    std::string folder = "/tmp";
    bool facts = false;
    bool shuffled = false;
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

template <class Id>
Id id_of(std::uint64_t number, std::uint64_t salt) {
    Id id;
    std::uint64_t state = number * 8 + salt;
    for (std::size_t i = 0; i < Id::kBytes; i += 8) {  // splitmix64
        state += 0x9e3779b97f4a7c15ULL;
        auto mixed = state;
        mixed = (mixed ^ mixed >> 30U) * 0xbf58476d1ce4e5b9ULL;
        mixed = (mixed ^ mixed >> 27U) * 0x94d049bb133111ebULL;
        mixed ^= mixed >> 31U;
        for (std::size_t k = 0; k < 8; ++k)
            id.bytes[i + k] = static_cast<std::uint8_t>(mixed >> (8 * k));
    }
    return id;
}

class Family {
  public:
    explicit Family(const Options& options) : options_(options) {
        order_.resize(options.items);
        for (std::uint64_t i = 0; i < options.items; ++i) order_[i] = i;
        if (options.shuffled) std::ranges::shuffle(order_, std::mt19937_64(1));
    }

    std::vector<model::Entry> entries(std::uint64_t first, std::uint64_t last) {
        std::vector<model::Entry> entries;
        for (auto i = first; i < last; ++i) {
            const auto number = order_[i];
            entries.push_back({clock(), object(number)});
            entries.push_back({clock(), keep(number)});
            if (options_.facts) entries.push_back({clock(), facts(number)});
        }
        return entries;
    }
    static model::ContentId content(std::uint64_t n) { return id_of<model::ContentId>(n, 0); }
    static model::ItemId item(std::uint64_t n) { return id_of<model::ItemId>(n, 1); }
    static model::ObjectId object_id(std::uint64_t n) { return id_of<model::ObjectId>(n, 2); }
    static model::RootId root() { return id_of<model::RootId>(0, 3); }
    static std::int64_t second(std::uint64_t n) {
        return kFirstSecond + kSecondsBetween * static_cast<std::int64_t>(n);
    }
    static std::string name(std::uint64_t n) {
        std::array<char, 32> text{};
        std::snprintf(text.data(), text.size(), "IMG_%04u.JPG", static_cast<unsigned>(n % 10'000));
        return text.data();
    }
    static std::string folder(std::uint64_t n) {
        const auto date = keepsake::to_rfc3339({second(n), 0}, keepsake::Fraction::none);
        return "Photographs/" + date.substr(0, 4) + "/" + date.substr(5, 2) + " Summer at the lake";
    }

  private:
    model::HybridTime clock() { return {1'700'000'000'000 + clock_++, 0}; }
    static model::Object object(std::uint64_t n) {
        return {object_id(n), content(n), 3'000'000 + n, 3'000'500 + n, std::string(180, 'h')};
    }
    static model::Keep keep(std::uint64_t n) {
        return {item(n),
                {1'700'000'000, 0},
                root(),
                {{content(n), 3'000'000 + n, name(n), folder(n), {second(n), 0}}}};
    }
    static model::Facts facts(std::uint64_t n) {
        const auto date = keepsake::to_rfc3339({second(n) - 60, 0}, keepsake::Fraction::none);
        return {content(n), 1,
                R"({"kind":"photograph","width":4032,"height":3024,"taken":{"at":")" + date +
                    R"(","certain":true},"camera":{"make":"Canon","model":"EOS R6"}})"};
    }

    Options options_;
    std::vector<std::uint64_t> order_;
    std::int64_t clock_ = 0;
};

void take_in(Catalog& catalog, const Options& options) {
    Family family(options);
    const auto device = id_of<model::DeviceId>(0, 4);
    const std::uint64_t step = kEntriesPerSegment / (options.facts ? 3 : 2);
    std::uint64_t seq = 0;
    double inside_ms = 0;
    const auto cpu_before = std::clock();
    const double commit_ms = milliseconds_of([&] {
        must(catalog.in_transaction([&]() -> keepsake::Result<> {
            for (std::uint64_t i = 0; i < options.items; i += step) {
                const auto entries = family.entries(i, std::min(i + step, options.items));
                ++seq;
                const keepsake::catalog::SegmentRecord record{
                    device, seq, id_of<model::TextHash>(seq, 5), {}, {}, {}, {}};
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

void ask(Catalog& catalog, const Options& options) {
    std::mt19937_64 random(7);
    const auto any = [&] { return random() % options.items; };
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
    each("item", [&] { must(catalog.item(Family::item(any()))); });
    each("content", [&] { must(catalog.content(Family::content(any()))); });
    each("is_live", [&] { must(catalog.is_live(Family::content(any()))); });
    each("content_of_object", [&] { must(catalog.content_of_object(Family::object_id(any()))); });
    each("any_content_of_size", [&] { must(catalog.any_content_of_size(random() % 9'000'000)); });
    each("find_kept", [&] {
        const auto n = any();
        const auto found =
            must(catalog.find_kept(Family::root(), Family::folder(n), Family::name(n),
                                   Family::content(n), {Family::second(n), 0}));
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
    if (argc > 1) options.items = std::strtoull(argv[1], nullptr, 10);
    if (argc > 2) options.folder = argv[2];
    for (int i = 3; i < argc; ++i) {
        options.facts = options.facts || std::string_view(argv[i]) == "facts";
        options.shuffled = options.shuffled || std::string_view(argv[i]) == "shuffled";
    }
    const std::string path = options.folder + "/catalog_scale.db";
    const std::vector<std::uint8_t> key(32, 7);
    must(Catalog::remove(path));
    {
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
    ask(opened.front(), options);
    opened.clear();
    must(Catalog::remove(path));
}
