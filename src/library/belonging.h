#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "library/library.h"
#include "media/facts.h"
#include "model/ids.h"

/// What belongs together, by rules and by hand. The rules stand in docs/belongs-together.md.
namespace keepsake::library {

/// A file, as far as the rules look at it.
struct Candidate {
    model::ItemId item;
    model::RootId root;
    std::string folder;
    std::string name;
    media::Kind kind = media::Kind::other;
    media::Format format = media::Format::unknown;
    std::string live_id;
    std::string of_file;
    std::optional<media::Taken> taken;
    std::optional<double> duration_s;
    std::string series;
};

struct Pairing {
    model::ItemId part;
    model::ItemId lead;
    std::string_view role;
    friend bool operator==(const Pairing&, const Pairing&) = default;
};

/// What the rules make of the files that lie in one folder. Each part once; nothing is a part and
/// leads at once; in whatever order the files come, the same. Pure.
std::vector<Pairing> pair_by_rules(std::span<const Candidate> files);

/// Applies the rules around these contents and journals what is new. Items of which a person has
/// decided are left as they are. How many became parts.
Result<std::uint64_t> put_together_by_rules(Library& library,
                                            std::span<const model::ContentId> contents);

/// By hand: the others, and what belongs to them, become parts of the first.
Result<> put_together(Library& library, std::span<const model::ItemId> items);
/// By hand: everything that is shown as this item stands by itself again, whatever rules say.
/// Errors: invalid where it is one alone.
Result<> take_apart(Library& library, const model::ItemId& item);

}  // namespace keepsake::library
