#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/invocation.h"
#include "cli/item_text.h"
#include "cli/still_here.h"
#include "cli/terminal.h"
#include "library/library.h"

namespace keepsake::cli {
namespace {

constexpr std::string_view kErased = "erased from this copy";

/// "2020", "2020-09" or "2020-09-14".
bool is_date(const std::string& word) {
    constexpr std::string_view kEarliest = "0001-01-01T00:00:00Z";
    constexpr std::size_t kYear = 4;
    constexpr std::size_t kMonth = 7;
    constexpr std::size_t kDay = 10;
    if (word.size() != kYear && word.size() != kMonth && word.size() != kDay) return false;
    return from_rfc3339(word + std::string(kEarliest.substr(word.size()))).has_value();
}

catalog::ItemFilter filter_of(const ListCommand& command) {
    catalog::ItemFilter filter;
    filter.words = command.words;
    if (const auto date = std::ranges::find_if(filter.words, is_date); date != filter.words.end()) {
        filter.date = *date;
        filter.words.erase(date);
    }
    filter.let_go = command.let_go;
    filter.from = command.from;
    filter.before = command.before;
    return filter;
}

}  // namespace

Result<ExitCode> run(Context& context, const ListCommand& command) {
    TRY_LET(auto library, context.open());
    auto& out = context.out();
    const std::size_t columns = out.is_terminal() ? terminal_width(out.descriptor()) : 0;
    std::uint64_t listed = 0;
    const auto print = [&](const catalog::ItemRecord& item) -> Result<> {
        if (context.stop().stop_requested()) return Error(ErrorCode::cancelled, "Stopped.");
        if (command.json) {
            out.line(item_json(item));
        } else {
            TRY_LET(const bool erased, is_erased(library, item));
            out.line(item_line(item, columns, erased ? kErased : std::string_view()));
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
