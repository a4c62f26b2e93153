#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "library/library.h"
#include "library/parity_upkeep.h"
#include "model/entry.h"
#include "model/ids.h"

/// Words, moments, covers, letting go: what people say of what they keep.
namespace keepsake::library {

/// The item that a person means by the first digits (4 or more) or all of an item's number.
/// Errors: not_found ("There is no item 3f2a here."); invalid if several fit or it is no number.
Result<model::ItemId> find_item(Library& library, std::string_view typed);
/// The moment meant by its name (exactly, or the only one in another case) or its number.
Result<model::MomentId> find_moment(Library& library, std::string_view typed);
/// An item or a moment, item numbers first.
Result<model::Subject> find_subject(Library& library, std::string_view typed);

/// Sets the words of an item or a moment (replaces all versions that stand); "" takes them away.
/// Words over 256 bytes become an object. Errors: invalid if not UTF-8 or over 16 MiB.
Result<JustKept> set_words(Library& library, const model::Subject& of, std::string_view field,
                           std::string_view text);
/// A version of words that follows others.
struct NextWords {
    std::string_view text;
    std::vector<model::Version> follows;  ///< what it replaces; all else stands beside it
    std::optional<model::PersonId> person;
};
/// The same, where somebody wrote over the versions that they saw. Words that stand already, word
/// for word, are not written beside themselves. Errors: also invalid for a version that is not
/// here.
Result<JustKept> add_words(Library& library, const model::Subject& of, std::string_view field,
                           NextWords next);

Result<model::MomentId> new_moment(Library& library, std::string_view name);
Result<> add_to_moment(Library& library, const model::MomentId& moment,
                       std::span<const model::ItemId> items);

/// Whether a cover may hold these words. "": nobody has said what it is. Errors: invalid: not
/// UTF-8, more than one line, over 160 characters.
Result<> check_cover(std::string_view words);
/// Errors: invalid: not UTF-8, more than one line, empty, over 160 characters.
Result<> set_cover(Library& library, const model::Subject& of, std::string_view words);
Result<> take_cover_away(Library& library, const model::Subject& of);

/// Begins the 90 days. Items already let go stay as they are.
Result<> let_go(Library& library, std::span<const model::ItemId> items);
/// Errors: not_found if its original was erased from this copy (another copy may still hold it).
Result<> bring_back(Library& library, std::span<const model::ItemId> items);

Result<> name_device(Library& library, const model::DeviceId& device, std::string_view name);
Result<> retire_device(Library& library, const model::DeviceId& device);
/// Enrolls a device anew whose changes since a change of keepers wait to count.
Result<> accept_device(Library& library, const model::DeviceId& device);
Result<model::DeviceId> find_device(Library& library, std::string_view typed);

}  // namespace keepsake::library
