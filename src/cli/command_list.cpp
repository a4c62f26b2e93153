#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/invocation.h"
#include "cli/item_text.h"
#include "cli/still_here.h"
#include "cli/terminal.h"
#include "library/alike.h"
#include "library/find_words.h"
#include "library/library.h"
#include "library/main_file.h"

namespace keepsake::cli {
namespace {

constexpr std::string_view kErased = "erased from this copy";

catalog::ItemFilter filter_of(const ListCommand& command) {
    catalog::ItemFilter filter;
    filter.words = command.words;
    if (const auto date = std::ranges::find_if(filter.words, library::is_date);
        date != filter.words.end()) {
        filter.date = *date;
        filter.words.erase(date);
    }
    filter.let_go = command.let_go;
    filter.from = command.from;
    filter.before = command.before;
    return filter;
}

/// Pictures that look alike stand together, an empty line between; what to do is the family's.
Result<ExitCode> list_alike(Context& context, library::Library& library, bool json) {
    TRY_LET(const auto groups, library::alike_items(library));
    auto& out = context.out();
    bool first = true;
    for (const auto& group : groups) {
        if (!first && !json) out.line("");
        first = false;
        for (const auto& id : group) {
            TRY_LET(const auto item, library.catalog().item(id));
            if (item) out.line(json ? item_json(*item) : item_line(*item, 0));
        }
    }
    if (groups.empty() && !json)
        context.messages().line("No two pictures that were looked at look alike.");
    return context.found_damage() ? ExitCode::damage : ExitCode::done;
}

}  // namespace

Result<ExitCode> run(Context& context, const ListCommand& command) {
    TRY_LET(auto library, context.open());
    if (command.alike) return list_alike(context, library, command.json);
    auto& out = context.out();
    const std::size_t columns = out.is_terminal() ? terminal_width(out.descriptor()) : 0;
    std::uint64_t listed = 0;
    const auto print = [&](const catalog::ItemRecord& item) -> Result<> {
        if (context.stop().stop_requested()) return Error(ErrorCode::cancelled, "Stopped.");
        library::MainFile main;
        if (command.details) {
            TRY_LET(main, library::main_file_of(library, item));
        }
        if (command.json) {
            out.line(item_json(item, main.facts));
        } else {
            TRY_LET(const bool erased, is_erased(library, item));
            out.line(item_line(item, columns, erased ? kErased : std::string_view(), main.facts));
        }
        ++listed;
        if (out.is_closed()) return Error(ErrorCode::cancelled, "Nobody reads on.");
        return {};
    };
    auto visited = library.catalog().for_each_item(filter_of(command), print);
    if (!visited && !out.is_closed()) return std::move(visited).error();
    const bool narrowed = !command.words.empty() || !command.from.empty() ||
                          !command.before.empty() || command.let_go;
    if (listed == 0 && !command.json)
        context.messages().line(narrowed ? "Nothing was found." : "Nothing is kept here yet.");
    return context.found_damage() ? ExitCode::damage : ExitCode::done;
}

}  // namespace keepsake::cli
