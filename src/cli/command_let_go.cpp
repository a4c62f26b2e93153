#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/invocation.h"
#include "cli/item_text.h"
#include "cli/outcome.h"
#include "cli/still_here.h"
#include "cli/text_layout.h"
#include "library/library.h"
#include "library/tell.h"
#include "library/tend.h"
#include "model/ids.h"

namespace keepsake::cli {
namespace {

constexpr std::size_t kDateCharacters = 10;

/// Each once, however often it was named.
Result<std::vector<model::ItemId>> find_items(library::Library& library,
                                              const std::vector<std::string>& typed) {
    std::vector<model::ItemId> items;
    for (const auto& each : typed) {
        TRY_LET(const auto item, library::find_item(library, each));
        if (std::ranges::find(items, item) == items.end()) items.push_back(item);
    }
    return items;
}

struct Known {
    catalog::ItemRecord item;
    std::optional<catalog::Tombstone> tombstone;  // where it is let go
};

Result<std::vector<Known>> look_up(library::Library& library,
                                   const std::vector<model::ItemId>& ids) {
    TRY_LET(const auto tombstones, library.catalog().tombstones());
    std::vector<Known> found;
    for (const auto& id : ids) {
        TRY_LET(auto item, library.catalog().item(id));
        if (!item) continue;
        Known known{std::move(*item), {}};
        const auto at = std::ranges::find(tombstones, id, &catalog::Tombstone::item);
        if (known.item.let_go && at != tombstones.end()) known.tombstone = *at;
        found.push_back(std::move(known));
    }
    return found;
}

std::string name_of(const catalog::ItemRecord& item) {
    auto name = item_name(item);
    return name.empty() ? short_number(item.item.hex()) : name;
}

std::string date_of(std::int64_t seconds) {
    return to_rfc3339({seconds, 0}, Fraction::none).substr(0, kDateCharacters);
}

/// Of what was let go before: since when, and what can still be done.
Result<std::string> since_when(library::Library& library, const Known& known) {
    auto text = name_of(known.item) + " was let go";
    std::optional<std::int64_t> since;
    if (known.tombstone) since = known.tombstone->clock.milliseconds / 1000;
    if (since) text += " on " + date_of(*since);
    TRY_LET(const bool erased, is_erased(library, known.item));
    if (erased) return text + " and is erased from this copy; another copy may still hold it.";
    text += "; `keepsake bring-back` brings it back";
    if (since) text += " until " + date_of(*since + library::kDaysToUndo * kSecondsPerDay);
    return text + ".";
}

/// What letting go does not do.
std::string_view what_stays(std::size_t items) {
    return items == 1 ? "Its name and caption stay in the journal; the photograph itself is erased "
                        "afterwards. Other copies hold it until they do the same."
                      : "Their names and captions stay in the journal; the photographs themselves "
                        "are erased afterwards. Other copies hold them until they do the same.";
}

}  // namespace

Result<ExitCode> run(Context& context, const LetGoCommand& command) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto ids, find_items(library, command.items));
    TRY_LET(const auto found, look_up(library, ids));
    TRY(library::let_go(library, ids));
    tend_quietly(context, library);
    auto& out = context.out();
    std::size_t let_go = 0;
    for (const auto& known : found) {
        if (known.item.let_go) {
            TRY_LET(const auto text, since_when(library, known));
            out.line(text);
        } else {
            out.line(item_line(known.item, 0));
            ++let_go;
        }
    }
    if (let_go == 0) return ExitCode::done;
    out.line("Let go. " + count_of(let_go, "item", "items") + ". For " +
             grouped(library::kDaysToUndo) + " days `keepsake bring-back` brings them back.");
    out.line(what_stays(let_go));
    return ExitCode::done;
}

Result<ExitCode> run(Context& context, const BringBackCommand& command) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto ids, find_items(library, command.items));
    TRY_LET(const auto found, look_up(library, ids));
    std::vector<model::ItemId> let_go;
    for (const auto& known : found)
        if (known.item.let_go) let_go.push_back(known.item.item);
    TRY(library::bring_back(library, let_go));
    auto& out = context.out();
    for (const auto& known : found)
        out.line(known.item.let_go ? item_line(known.item, 0)
                                   : name_of(known.item) + " was not let go. It is still here.");
    if (!let_go.empty())
        out.line("Brought back. " + count_of(let_go.size(), "item", "items") + ".");
    return ExitCode::done;
}

}  // namespace keepsake::cli
