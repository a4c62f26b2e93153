#include <algorithm>
#include <vector>

#include "base/result.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/invocation.h"
#include "cli/item_text.h"
#include "library/belonging.h"
#include "library/tell.h"
#include "model/ids.h"

namespace keepsake::cli {

Result<ExitCode> run(Context& context, const TogetherCommand& command) {
    TRY_LET(auto library, context.open());
    std::vector<model::ItemId> items;
    for (const auto& typed : command.items) {
        TRY_LET(const auto item, library::find_item(library, typed));
        if (std::ranges::find(items, item) == items.end()) items.push_back(item);
    }
    TRY(library::put_together(library, items));
    TRY_LET(const auto joined, library.catalog().item(items.front()));
    if (joined) context.out().line(item_line(*joined, 0));
    return ExitCode::done;
}

Result<ExitCode> run(Context& context, const ApartCommand& command) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto item, library::find_item(library, command.item));
    TRY_LET(const auto before, library.catalog().item(item));
    TRY(library::take_apart(library, item));
    auto items = before ? before->parts : std::vector<model::ItemId>{};
    items.insert(items.begin(), item);
    for (const auto& each : items) {
        TRY_LET(const auto record, library.catalog().item(each));
        if (record) context.out().line(item_line(*record, 0));
    }
    return ExitCode::done;
}

}  // namespace keepsake::cli
