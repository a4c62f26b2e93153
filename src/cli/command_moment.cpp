#include <cstddef>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/invocation.h"
#include "cli/item_text.h"
#include "cli/terminal.h"
#include "cli/text_layout.h"
#include "cli/words_text.h"
#include "library/library.h"
#include "library/tell.h"
#include "model/entry.h"
#include "model/ids.h"

namespace keepsake::cli {
namespace {

std::string moment_line(const catalog::MomentRecord& moment) {
    auto line = short_number(moment.moment.hex()) + "  " + printable_line(moment.name) + "  " +
                count_of(moment.items.size(), "item", "items");
    if (moment.cover) line += "  " + printable_line(*moment.cover);
    return line;
}

}  // namespace

Result<ExitCode> run(Context& context, const MomentNewCommand& command) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto moment, library::new_moment(library, command.name));
    context.out().line(short_number(moment.hex()) + "  " + printable_line(command.name));
    return ExitCode::done;
}

Result<ExitCode> run(Context& context, const MomentAddCommand& command) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto moment, library::find_moment(library, command.moment));
    std::vector<model::ItemId> items;
    for (const auto& typed : command.items) {
        TRY_LET(const auto item, library::find_item(library, typed));
        items.push_back(item);
    }
    TRY(library::add_to_moment(library, moment, items));
    context.out().line("Added. " + count_of(items.size(), "item", "items") + ".");
    return ExitCode::done;
}

Result<ExitCode> run(Context& context, const MomentListCommand& /*command*/) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto moments, library.catalog().moments());
    for (const auto& moment : moments) context.out().line(moment_line(moment));
    if (moments.empty()) context.messages().line("No moments yet. A moment can be one photograph.");
    return ExitCode::done;
}

Result<ExitCode> run(Context& context, const MomentShowCommand& command) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto id, library::find_moment(library, command.moment));
    TRY_LET(const auto moment, library.catalog().moment(id));
    if (!moment) return Error(ErrorCode::not_found, "There is no such moment here.");
    auto& out = context.out();
    out.line(moment_line(*moment));
    TRY_LET(const auto story, words_text(library, model::Subject::of(id)));
    if (!story.empty()) out.write("\n" + story + "\n");
    const std::size_t columns = out.is_terminal() ? terminal_width(out.descriptor()) : 0;
    for (const auto& item : moment->items) {
        TRY_LET(const auto record, library.catalog().item(item));
        if (record) out.line(item_line(*record, columns));
    }
    return ExitCode::done;
}

}  // namespace keepsake::cli
