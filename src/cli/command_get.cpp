#include <string>
#include <vector>

#include "base/result.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/invocation.h"
#include "cli/outcome.h"
#include "cli/text_layout.h"
#include "library/get.h"
#include "library/tell.h"
#include "model/ids.h"

namespace keepsake::cli {
namespace {

std::string given_line(const library::GetReport& report) {
    std::string line;
    if (report.given > 0)
        line = "Given back. " + count_of(report.given, "file", "files") +
               (report.given == 1 ? ". Original checked." : ". Originals checked.");
    else if (report.already > 0)
        line = "Nothing new.";
    else
        line = report.problems > 0 ? "Nothing was given back." : "There was nothing to give back.";
    if (report.already > 0) line += " " + grouped(report.already) + " stood there already.";
    if (report.problems > 0) line += " " + grouped(report.problems) + " could not be given back.";
    return line;
}

}  // namespace

Result<ExitCode> run(Context& context, const GetCommand& command) {
    TRY_LET(auto library, context.open());
    std::vector<model::ItemId> items;
    for (const auto& typed : command.items) {
        TRY_LET(const auto item, library::find_item(library, typed));
        items.push_back(item);
    }
    context.messages().name_problems("could not give back ");
    TRY_LET(const auto report, library::get(library, items, command.folder, context.messages()));
    if (report.stopped) {
        if (report.given == 0)
            return tell_stopped_at_once(context, *report.stopped, "Nothing was given back.");
        return tell_stopped(context, *report.stopped,
                            count_of(report.given, "file is", "files are") +
                                " given back; get the same again to go on.");
    }
    context.out().line(given_line(report));
    // What is missing from this copy may be more than what was asked for and not given back.
    if (context.found_damage()) return ExitCode::damage;
    return report.problems > 0 ? ExitCode::some_failed : ExitCode::done;
}

}  // namespace keepsake::cli
