#include <string>
#include <vector>

#include "base/result.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/invocation.h"
#include "cli/item_text.h"
#include "cli/outcome.h"
#include "cli/text_layout.h"
#include "library/library.h"
#include "library/tell.h"
#include "library/tend.h"
#include "model/ids.h"

namespace keepsake::cli {
namespace {

Result<std::vector<model::ItemId>> find_items(library::Library& library,
                                              const std::vector<std::string>& typed) {
    std::vector<model::ItemId> items;
    for (const auto& each : typed) {
        TRY_LET(const auto item, library::find_item(library, each));
        items.push_back(item);
    }
    return items;
}

/// Says exactly what it is about.
Result<> print_items(Context& context, library::Library& library,
                     const std::vector<model::ItemId>& items) {
    for (const auto& id : items) {
        TRY_LET(const auto item, library.catalog().item(id));
        if (item) context.out().line(item_line(*item, 0));
    }
    return {};
}

}  // namespace

Result<ExitCode> run(Context& context, const LetGoCommand& command) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto items, find_items(library, command.items));
    TRY(library::let_go(library, items));
    tend_quietly(context, library);
    TRY(print_items(context, library, items));
    context.out().line("Let go. " + count_of(items.size(), "item", "items") + ". For " +
                       grouped(library::kDaysToUndo) +
                       " days `keepsake bring-back` brings them back.");
    return ExitCode::done;
}

Result<ExitCode> run(Context& context, const BringBackCommand& command) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto items, find_items(library, command.items));
    TRY(library::bring_back(library, items));
    TRY(print_items(context, library, items));
    context.out().line("Brought back. " + count_of(items.size(), "item", "items") + ".");
    return ExitCode::done;
}

}  // namespace keepsake::cli
