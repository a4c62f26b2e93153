#include <string>

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
#include "library/pictures.h"
#include "library/tell.h"
#include "os/file_system.h"

namespace keepsake::cli {

Result<ExitCode> run(Context& context, const PreviewCommand& command) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto item, library::find_item(library, command.item));
    const auto size =
        command.small ? catalog::PictureSize::thumbnail : catalog::PictureSize::preview;
    TRY_LET(const auto jpeg, library::picture_of(library, item, size));
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
