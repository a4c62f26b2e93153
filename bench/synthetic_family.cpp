#include "synthetic_family.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "model/entry.h"
#include "model/ids.h"

namespace keepsake::bench {
namespace {

constexpr std::int64_t kFirstSecond = 315'532'800;   // 1980
constexpr std::int64_t kLastSecond = 1'767'225'600;  // 2026
constexpr std::int64_t kFullMonth = 1'277'942'400;   // July 2010
constexpr std::int64_t kMonthSeconds = 2'678'400;
constexpr std::uint64_t kWordsEvery = 20;
constexpr std::uint64_t kMomentEvery = 500;
constexpr std::uint64_t kMomentItems = 40;

constexpr auto kOccasions = std::to_array<std::string_view>({"Summer at the lake",
                                                             "Grandmother's birthday",
                                                             "Skiing in Davos",
                                                             "School",
                                                             "Garden",
                                                             "The new house",
                                                             "Christmas",
                                                             "Easter",
                                                             "Anna and Paul",
                                                             "Rome",
                                                             "Bretagne",
                                                             "Wedding",
                                                             "Hike to the hut",
                                                             "Football",
                                                             "The cat",
                                                             "Baptism",
                                                             "First day of school",
                                                             "Carnival",
                                                             "Concert",
                                                             "Sunday",
                                                             "Visit from Kraków",
                                                             "Moving",
                                                             "Scans",
                                                             "Phone"});
constexpr auto kSayings = std::to_array<std::string_view>(
    {"Grandfather laughs, as he always did after a swim.", "Her first steps!",
     "Before the storm that took the roof.", "Who is the man on the left? Aunt Rosa says: Emil.",
     "Nobody wanted to go home.", "The last evening on the terrace."});

std::uint64_t mixed(std::uint64_t state) {  // splitmix64
    state += 0x9e3779b97f4a7c15ULL;
    state = (state ^ state >> 30U) * 0xbf58476d1ce4e5b9ULL;
    state = (state ^ state >> 27U) * 0x94d049bb133111ebULL;
    return state ^ state >> 31U;
}

template <class Id>
Id id_of(std::uint64_t number, std::uint64_t salt) {
    Id id;
    std::uint64_t state = number * 8 + salt;
    for (std::size_t i = 0; i < Id::kBytes; i += 8) {
        state = mixed(state);
        for (std::size_t k = 0; k < 8; ++k)
            id.bytes[i + k] = static_cast<std::uint8_t>(state >> (8 * k));
    }
    return id;
}

std::string name_of(std::uint64_t number) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), number % 7 == 0 ? "DSC%05u.jpg" : "IMG_%04u.JPG",
                  static_cast<unsigned>(number % 10'000));
    return text.data();
}

}  // namespace

Family::Family(const FamilyOptions& options) : options_(options), order_(options.items) {
    for (std::uint64_t i = 0; i < options.items; ++i) order_[i] = i;
    const auto part = static_cast<double>(kFullMonth - kFirstSecond) /
                      static_cast<double>(kLastSecond - kFirstSecond);
    month_begins_ = static_cast<std::uint64_t>(
        part * part * static_cast<double>(options.items - options.in_one_month));
    if (options.shuffled) std::ranges::shuffle(order_, std::mt19937_64(1));
}

model::ContentId Family::content(std::uint64_t number) {
    return id_of<model::ContentId>(number, 0);
}
model::ItemId Family::item(std::uint64_t number) { return id_of<model::ItemId>(number, 1); }
model::RootId Family::root() { return id_of<model::RootId>(0, 3); }
std::uint64_t Family::bytes(std::uint64_t number) { return 1'500'000 + mixed(number) % 6'000'000; }

Instant Family::time(std::uint64_t number) const {
    const auto full = options_.in_one_month;
    if (number < month_begins_) return spread(number, options_.items - full);
    if (number >= month_begins_ + full) return spread(number - full, options_.items - full);
    const auto part = static_cast<double>(number - month_begins_) / static_cast<double>(full);
    return {kFullMonth + static_cast<std::int64_t>(part * static_cast<double>(kMonthSeconds)), 0};
}

Instant Family::spread(std::uint64_t number, std::uint64_t items) const {
    // So that a year has more the later it is.
    const auto part = std::sqrt(static_cast<double>(number) / static_cast<double>(items));
    return {kFirstSecond +
                static_cast<std::int64_t>(part * static_cast<double>(kLastSecond - kFirstSecond)),
            0};
}

model::KeptFile Family::file(std::uint64_t number) const {
    const auto date = to_rfc3339(time(number), Fraction::none);
    // An occasion lasts some days.
    const auto occasion = kOccasions[mixed(number / 150) % kOccasions.size()];
    return {
        content(number), bytes(number), name_of(number),
        "Photographs/" + date.substr(0, 4) + "/" + date.substr(0, 7) + " " + std::string(occasion),
        time(number)};
}

model::Keep Family::keep(std::uint64_t number) const {
    return {item(number), {kLastSecond, 0}, root(), {file(number)}};
}

model::Object Family::object(std::uint64_t number) {
    const std::string line(43, 'h');
    return {id_of<model::ObjectId>(number, 2), content(number), bytes(number), bytes(number) + 1500,
            "age-encryption.org/v1\n-> X25519 " + line + "\n" + line + "\n--- " + line + "\n"};
}

model::Facts Family::facts(std::uint64_t number) const {
    const auto taken = time(number);
    const auto date = to_rfc3339({taken.seconds - 60, 0}, Fraction::none);
    const auto& shape = kShapes[number % kShapes.size()];
    return {content(number), 1,
            R"({"kind":"photograph","width":)" + std::to_string(shape.width) + R"(,"height":)" +
                std::to_string(shape.height) + R"(,"taken":{"at":")" + date +
                R"(","certain":true},"camera":{"make":"Canon","model":"EOS R6"}})"};
}

void Family::add_words(std::uint64_t number, std::vector<model::EntryBody>& entries) const {
    model::Words words;
    words.of = model::Subject::of(item(number));
    words.field = "words";
    words.text = kSayings[mixed(number) % kSayings.size()];
    entries.emplace_back(std::move(words));
}

void Family::add_moment(std::uint64_t number, std::vector<model::EntryBody>& entries) const {
    const auto moment = model::Subject::of(id_of<model::MomentId>(number / kMomentEvery, 6));
    if (number % kMomentEvery == 0)
        entries.emplace_back(model::Set{
            moment,
            "name",
            {},
            "\"" + file(number).folder.substr(std::string("Photographs/2020/").size()) + "\""});
    entries.emplace_back(model::Link{moment, model::Subject::of(item(number)), "holds",
                                     "{\"order\":\"" + std::to_string(number) + "\"}"});
}

std::vector<model::EntryBody> Family::entries(std::uint64_t first, std::uint64_t last) const {
    std::vector<model::EntryBody> entries;
    for (auto i = first; i < last; ++i) {
        const auto number = order_[i];
        entries.emplace_back(object(number));
        entries.emplace_back(keep(number));
        if (options_.facts) entries.emplace_back(facts(number));
        if (number % kWordsEvery == 0) add_words(number, entries);
        if (number % kMomentEvery < kMomentItems) add_moment(number, entries);
    }
    return entries;
}

}  // namespace keepsake::bench
