#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/invocation.h"
#include "cli/item_text.h"
#include "cli/terminal.h"
#include "library/library.h"

namespace keepsake::cli {
namespace {

/// "2020", "2020-09", "2020-09-14", and on into the hours.
Result<std::string> date_of(const std::string& typed) {
    constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:ddZ";
    const auto fits = [](char c, char shape) {
        return shape == 'd' ? c >= '0' && c <= '9' : c == shape;
    };
    constexpr std::size_t kWholeParts[] = {0, 4, 7, 10, 13, 16, 19, 20};
    const bool is_whole = std::ranges::find(kWholeParts, typed.size()) != std::end(kWholeParts);
    if (!is_whole || !std::equal(typed.begin(), typed.end(), kShape.begin(), fits))
        return Error(ErrorCode::invalid,
                     "\"" + printable(typed) + "\" is no date: write 2020, 2020-09 or 2020-09-14.");
    return typed;
}

Result<catalog::ItemFilter> filter_of(const ListCommand& command) {
    catalog::ItemFilter filter;
    filter.words = command.words;
    filter.let_go = command.let_go;
    TRY_LET(filter.from, date_of(command.from));
    TRY_LET(filter.before, date_of(command.before));
    return filter;
}

}  // namespace

Result<ExitCode> run(Context& context, const ListCommand& command) {
    TRY_LET(const auto filter, filter_of(command));
    TRY_LET(auto library, context.open());
    auto& out = context.out();
    const std::size_t columns = out.is_terminal() ? terminal_width(out.descriptor()) : 0;
    std::uint64_t listed = 0;
    const auto print = [&](const catalog::ItemRecord& item) -> Result<> {
        if (context.stop().stop_requested()) return Error(ErrorCode::cancelled, "Stopped.");
        out.line(command.json ? item_json(item) : item_line(item, columns));
        ++listed;
        if (out.is_closed()) return Error(ErrorCode::cancelled, "Nobody reads on.");
        return {};
    };
    auto visited = library.catalog().for_each_item(filter, print);
    if (!visited && !out.is_closed()) return std::move(visited).error();
    const bool narrowed = !command.words.empty() || !command.from.empty() ||
                          !command.before.empty() || command.let_go;
    if (listed == 0 && !command.json)
        context.messages().line(narrowed ? "Nothing was found." : "Nothing is kept here yet.");
    return context.found_damage() ? ExitCode::damage : ExitCode::done;
}

}  // namespace keepsake::cli
