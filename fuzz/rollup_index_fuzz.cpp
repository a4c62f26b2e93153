// Which journal files a rollup stands for: the index says what looking at every pair says. Each
// three bytes are a file's device and numbers.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "archive/layout.h"
#include "base/bytes.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

constexpr std::size_t kMostFiles = 200;

std::vector<archive::JournalFileName> names_of(ByteView input) {
    std::vector<archive::JournalFileName> names;
    for (; input.size() >= 3 && names.size() < kMostFiles; input = input.subspan(3)) {
        archive::JournalFileName name;
        name.device.bytes[0] = input[0] & 1U;
        name.file.bytes[0] = input[0] >> 5U;
        name.first_seq = 1U + input[1];
        name.last_seq = name.first_seq + (input[2] & 0x7fU);
        names.push_back(name);
    }
    return names;
}

bool holds_all(const archive::JournalFileName& rollup, const archive::JournalFileName& name) {
    return rollup.last_seq > rollup.first_seq && rollup.device == name.device &&
           rollup.first_seq <= name.first_seq && rollup.last_seq >= name.last_seq;
}

void run(ByteView input) {
    const auto names = names_of(input);
    archive::RollupIndex index;
    for (const auto& name : names) index.add(name);
    for (const auto& name : names) {
        bool covered = false;
        bool stood_for = false;
        for (const auto& rollup : names) {
            const bool same_numbers =
                rollup.first_seq == name.first_seq && rollup.last_seq == name.last_seq;
            const bool holds = holds_all(rollup, name);
            covered = covered || (holds && !same_numbers);
            stood_for = stood_for || (holds && (!same_numbers || rollup.file != name.file));
        }
        require(index.covers(name) == covered);
        require(index.stands_for(name) == stood_for);
    }
}

Seeds seeds() {
    Bytes all;
    for (std::uint8_t i = 0; i < 60; ++i)
        for (const auto byte :
             {i, static_cast<std::uint8_t>(i / 3), static_cast<std::uint8_t>(i % 7)})
            all.push_back(byte);
    return {{0, 0, 9, 0, 3, 0, 32, 0, 9, 1, 3, 0}, all};
}

}  // namespace

Target rollup_index_target() { return {.name = "rollup_index", .run = run, .seeds = seeds}; }

}  // namespace keepsake::fuzz
