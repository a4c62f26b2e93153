#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace keepsake::testing {

/// What happens to a family's archive over some years. The seed decides everything: how many
/// computers and disks there are, and what each step is; so that a history without some of its
/// steps is one, too.
struct History {
    std::uint64_t seed = 0;
    std::vector<unsigned> steps;

    /// All steps of a seed.
    static History of(std::uint64_t seed);
    /// "17" or "17:0,3,4-9"
    static std::optional<History> from_text(const std::string& text);
    std::string to_text() const;
};

/// What went wrong, and what was done until then.
struct Failure {
    std::string what;
    std::vector<std::string> story;
};

/// Plays a history to its end. `real_folder`: where catalogs that are files may stand.
std::optional<Failure> play(const History& history, const std::string& real_folder);
/// The same failure with as few steps as can be found cheaply.
History shortened(History history, const std::string& real_folder);

}  // namespace keepsake::testing
