#include <cstddef>
#include <string>
#include <utility>

#include "archive/authority.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/invocation.h"
#include "cli/item_text.h"
#include "cli/text_layout.h"
#include "library/library.h"
#include "library/tell.h"
#include "model/ids.h"

namespace keepsake::cli {
namespace {

constexpr std::size_t kDateCharacters = 10;

std::string date_text(Instant instant) {
    return to_rfc3339(instant, Fraction::none).substr(0, kDateCharacters);
}

std::string device_line(const library::Library& library, const catalog::DeviceRecord& device) {
    auto line = short_number(device.device.hex()) + "  joined " + date_text(device.enrolled) +
                "  last change " + date_text(device.last_time);
    if (!device.name.empty()) line += "  " + printable_line(device.name);
    if (device.device == library.device()) line += "  (this device)";
    if (device.retired)
        line += "  (retired)";
    else if (!library.authority().may_write(device.device))
        line += "  (its changes wait: `keepsake device accept " +
                short_number(device.device.hex()) + "`)";
    return line;
}

}  // namespace

Result<ExitCode> run(Context& context, const DeviceListCommand& /*command*/) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto devices, library.catalog().devices());
    for (const auto& device : devices) context.out().line(device_line(library, device));
    if (devices.empty()) context.messages().line("No device has kept anything here yet.");
    return ExitCode::done;
}

Result<ExitCode> run(Context& context, const DeviceNameCommand& command) {
    TRY_LET(auto library, context.open());
    auto device = command.device ? library::find_device(library, *command.device) : library.join();
    if (!device) return std::move(device).error();
    TRY(library::name_device(library, *device, command.name));
    context.out().line(short_number(device->hex()) + "  " + printable_line(command.name));
    return ExitCode::done;
}

Result<ExitCode> run(Context& context, const DeviceRetireCommand& command) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto device, library::find_device(library, command.device));
    TRY(library::retire_device(library, device));
    context.out().line("Retired. What it writes from now on counts no more.");
    return ExitCode::done;
}

Result<ExitCode> run(Context& context, const DeviceAcceptCommand& command) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto device, library::find_device(library, command.device));
    TRY(library::accept_device(library, device));
    context.out().line("Accepted. Its changes count now.");
    return ExitCode::done;
}

Result<ExitCode> run(Context& context, const DeviceKeepLockedCommand& command) {
    TRY_LET(auto library, context.open());
    TRY(library.allow_locked(command.allowed));
    context.out().line(
        command.allowed
            ? "This computer may now keep without a passphrase. Whoever gets it can add to the "
              "archive, too, and can read nothing."
            : "This computer keeps only when it is given a way in.");
    return ExitCode::done;
}

}  // namespace keepsake::cli
