#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "os/file_system.h"
#include "parity/create.h"
#include "parity/recovery_set.h"
#include "parity/repair.h"
#include "parity/set_shape.h"
#include "parity/verify.h"
#include "parity/work.h"

namespace keepsake::parity {

using Contents = std::map<std::string, Bytes>;  ///< by name

inline Bytes random_content(std::size_t bytes, std::mt19937_64& random) {
    Bytes content(bytes);
    for (auto& byte : content) byte = static_cast<std::uint8_t>(random());
    return content;
}

/// Files such as an archive has, small ones, `objects/ab/<n>.age`.
inline Contents some_files(std::size_t count, std::size_t largest_bytes, std::mt19937_64& random) {
    Contents contents;
    for (std::size_t i = 0; i < count; ++i) {
        const auto name = "objects/" + std::string(i % 2 == 0 ? "ab/" : "cd/") + std::to_string(i);
        contents[name + ".age"] = random_content(1 + random() % largest_bytes, random);
    }
    return contents;
}

inline NewSet set_of(const std::string& base, const Contents& contents) {
    NewSet set{.base = base, .names = {}, .shape = {}, .tap = {}};
    std::vector<std::uint64_t> sizes;
    for (const auto& [name, content] : contents) {
        set.names.push_back(name);
        sizes.push_back(content.size());
    }
    set.shape = shape_of(sizes);
    return set;
}

/// One way in which a disk, or a hand, spoils a file. Empty content: the file is gone.
inline void damage(Bytes& content, std::mt19937_64& random) {
    constexpr std::size_t kSector = 512;
    const auto at = random() % content.size();
    const auto place = content.begin() + static_cast<std::ptrdiff_t>(at);
    const auto left = content.size() - at;
    switch (random() % 8) {
        case 0:  // a burst
            std::generate_n(place, std::min<std::size_t>(left, random() % 2'000),
                            [&] { return static_cast<std::uint8_t>(random()); });
            break;
        case 1:  // scattered bits
            for (int i = 0; i < 5; ++i)
                content[random() % content.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
            break;
        case 2:  // sectors of zeros
            std::fill_n(place, std::min(left, kSector * (1 + random() % 4)), std::uint8_t{0});
            break;
        case 3:
            content.resize(at);
            break;
        case 4:
            content.clear();
            break;
        case 5: {
            const auto inserted = random_content(1 + random() % 40, random);
            content.insert(place, inserted.begin(), inserted.end());
            break;
        }
        case 6:
            content.erase(place, place + static_cast<std::ptrdiff_t>(
                                             std::min<std::size_t>(left, 1 + random() % 700)));
            break;
        default: {
            const auto added = random_content(1 + random() % 3'000, random);
            content.insert(content.end(), added.begin(), added.end());
        }
    }
}

struct Healing {
    Findings findings;
    std::vector<RepairTarget> targets;  ///< repaired, each at its file's path + ".new"
};

/// Opens, verifies, and repairs whatever can be.
inline Result<Healing> heal(os::FileSystem& files, const std::string& base,
                            const std::vector<std::string>& par2_paths, const Work& work) {
    TRY_LET(const auto set, open_set(files, par2_paths, work));
    Healing healing;
    TRY_LET(healing.findings, verify_set(files, base, set, {}, work));
    for (std::size_t i = 0; i < set.files.size(); ++i) {
        const auto& found = healing.findings.files[i];
        const bool can = can_repair(set, healing.findings) || found.slices_lost == 0;
        if (found.state != FileState::whole && can && !set.files[i].name.empty())
            healing.targets.push_back({i, os::join_path(base, set.files[i].name) + ".new"});
    }
    TRY(repair_files(files, set, healing.findings, healing.targets, work));
    return healing;
}

}  // namespace keepsake::parity
