#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

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
#include "library/playable.h"
#include "library/tell.h"
#include "media/reader_pool.h"
#include "model/ids.h"
#include "os/file_system.h"

namespace keepsake::cli {

namespace {

Result<Bytes> what_is_asked(library::Library& library, const model::ItemId& item,
                            const PreviewCommand& command) {
    const auto size =
        command.small ? catalog::PictureSize::thumbnail : catalog::PictureSize::preview;
    if (command.page) return library::page_of(library, item, *command.page, size);
    return library::picture_of(library, item, size);
}

Error is_there(const PreviewCommand& command) {
    return {ErrorCode::exists, printable(command.file) + " is there already."};
}

/// Reads all of it, a piece at a time.
Result<> pour(media::Source& from, const std::function<Result<>(ByteView)>& to) {
    Bytes piece(1UL << 20U);
    const auto size = from.size_bytes();
    for (std::uint64_t at = 0; at < size;) {
        const auto some = MutableBytes(piece).first(
            static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), size - at)));
        TRY(from.read_at(at, some));
        TRY(to(some));
        at += some.size();
    }
    return {};
}

Result<> write_film(Context& context, const PreviewCommand& command, media::Source& film) {
    if (command.file == "-")
        return pour(film, [&](ByteView bytes) {
            return write_all(context.out().descriptor(), as_text(bytes));
        });
    auto file = context.files().create(command.file, false);
    if (!file && file.error().code() == ErrorCode::exists) return is_there(command);
    if (!file) return std::move(file).error();
    auto written = pour(film, [&](ByteView bytes) { return (*file)->append(bytes); });
    if (written) written = (*file)->close();
    if (!written) static_cast<void>(context.files().remove_file(command.file));
    return written;
}

Result<ExitCode> make_film(Context& context, library::Library& library, const model::ItemId& item,
                           const PreviewCommand& command) {
    // Before minutes are spent on it.
    if (command.file != "-" && context.files().info(command.file)) return is_there(command);
    TRY_LET(const auto film, library::playable_of(library, item, context.messages()));
    context.messages().clear();
    TRY(write_film(context, command, *film.bytes));
    return ExitCode::done;
}

}  // namespace

Result<ExitCode> run(Context& context, const PreviewCommand& command) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto item, library::find_item(library, command.item));
    if (command.film) return make_film(context, library, item, command);
    TRY_LET(const auto jpeg, what_is_asked(library, item, command));
    if (command.file == "-") {
        TRY(write_all(context.out().descriptor(), as_text(jpeg)));
        return ExitCode::done;
    }
    const auto written =
        os::write_file(context.files(), command.file, jpeg, os::Existing::refuse, false);
    if (!written && written.error().code() == ErrorCode::exists) return is_there(command);
    TRY(written);
    return ExitCode::done;
}

}  // namespace keepsake::cli
