#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/invocation.h"
#include "cli/item_text.h"
#include "cli/terminal.h"
#include "library/find_words.h"
#include "library/library.h"
#include "library/main_file.h"

namespace keepsake::cli {

Result<ExitCode> run(Context& context, const FindCommand& command) {
    const auto filter = library::find_filter(command.words);
    TRY_LET(auto library, context.open());
    auto& out = context.out();
    const std::size_t columns = out.is_terminal() ? terminal_width(out.descriptor()) : 0;
    std::uint64_t found = 0;
    const auto print = [&](const catalog::ItemRecord& item) -> Result<> {
        if (context.stop().stop_requested()) return Error(ErrorCode::cancelled, "Stopped.");
        library::MainFile main;
        if (command.details) {
            TRY_LET(main, library::main_file_of(library, item));
        }
        out.line(command.json ? item_json(item, main.facts)
                              : item_line(item, columns, {}, main.facts));
        ++found;
        if (out.is_closed()) return Error(ErrorCode::cancelled, "Nobody reads on.");
        return {};
    };
    auto visited = library.catalog().for_each_item(filter, print);
    if (!visited && !out.is_closed()) return std::move(visited).error();
    if (found == 0 && !command.json) context.messages().line("Nothing was found.");
    return context.found_damage() ? ExitCode::damage : ExitCode::done;
}

}  // namespace keepsake::cli
