
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "catalog/preview_cache.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/invocation.h"
#include "cli/output.h"
#include "library/library.h"
#include "library/pictures.h"
#include "library/tell.h"
#include "model/ids.h"
#include "os/file_system.h"

namespace keepsake::cli {

namespace {

Result<Bytes> what_is_asked(library::Library& library, const model::ItemId& item,
                            const PreviewCommand& command) {
    if (command.film) return library::film_of(library, item);
    const auto size =
        command.small ? catalog::PictureSize::thumbnail : catalog::PictureSize::preview;
    if (command.page) return library::page_of(library, item, *command.page, size);
    return library::picture_of(library, item, size);
}

}  // namespace

Result<ExitCode> run(Context& context, const PreviewCommand& command) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto item, library::find_item(library, command.item));
    TRY_LET(const auto jpeg, what_is_asked(library, item, command));
    if (command.file == "-") {
        TRY(write_all(context.out().descriptor(), as_text(jpeg)));
        return ExitCode::done;
    }
    const auto written =
        os::write_file(context.files(), command.file, jpeg, os::Existing::refuse, false);
    if (!written && written.error().code() == ErrorCode::exists)
        return Error(ErrorCode::exists, printable(command.file) + " is there already.");
    TRY(written);
    return ExitCode::done;
}

}  // namespace keepsake::cli
