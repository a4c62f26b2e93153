#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/invocation.h"
#include "cli/item_text.h"
#include "cli/settings.h"
#include "cli/terminal.h"
#include "cli/text_layout.h"
#include "crypto/secret.h"
#include "library/library.h"
#include "library/tell.h"
#include "model/ids.h"
#include "share/dates.h"
#include "share/end.h"
#include "share/guest_page.h"
#include "share/record.h"
#include "share/shelf.h"
#include "share/show.h"
#include "share/wish.h"

namespace keepsake::cli {
namespace {

using share::As;

/// Of the share, not of the archive: asked for before anything is made.
Result<std::optional<crypto::Secret>> share_passphrase(Context& context,
                                                       const ShowCommand& command) {
    if (command.passphrase_file) {
        TRY_LET(auto typed, read_passphrase_file(*command.passphrase_file, context.stop()));
        return std::optional(std::move(typed));
    }
    if (!command.hint) return std::optional<crypto::Secret>();
    auto* asked = context.terminal();
    if (asked == nullptr)
        return Error(ErrorCode::invalid,
                     "No passphrase was given: use --share-passphrase-file, or a terminal.");
    TRY_LET(auto typed,
            asked->ask_new_secret("Passphrase for " + printable_line(command.to), context.stop()));
    return std::optional(std::move(typed));
}

Result<share::Wish> wish_of(library::Library& library, const ShowCommand& command) {
    share::Wish wish;
    wish.to = command.to;
    wish.from = command.from;
    for (const auto& typed : command.items) {
        TRY_LET(const auto item, library::find_item(library, typed));
        wish.items.push_back(item);
    }
    if (command.moment || command.story) {
        TRY_LET(wish.moment,
                library::find_moment(library, command.moment ? *command.moment : *command.story));
        wish.story_alone = command.story.has_value();
    }
    wish.language = language();
    wish.cover = command.cover;
    wish.more = command.more;
    wish.until = command.until;
    if (command.hint && !command.hint->empty()) wish.hint = command.hint;
    wish.originals = command.originals;
    wish.places = command.places;
    return wish;
}

share::Target target_of(Context& context, const library::Library& library,
                        const ShowCommand& command) {
    share::Target target;
    target.at = command.at;
    if (command.folder) {
        target.path = *command.folder;
        return target;
    }
    if (command.file) {
        target.as = As::file;
        target.path = *command.file;
        target.with_key = command.with_key;
        return target;
    }
    target.as = As::guests;
    if (target.at.empty()) target.at = guests_url();
    if (target.at.empty())
        target.at = share::noted_address(context.files(),
                                         share::shelf_folder(library.environment().state_folder));
    return target;
}

/// What a person should know of the way that it is handed over.
void tell_of_way(Context& context, const ShowCommand& command, const share::Record& record) {
    auto& messages = context.messages();
    const auto& where = record.where.front();
    const auto to = printable_line(record.to);
    if (where.as == As::file) {
        messages.line(command.with_key
                          ? "Whoever has the file can open it" +
                                std::string(record.passphrase ? " with the passphrase."
                                                              : ": a passphrase would be a lock.")
                          : "Give " + to +
                                " the file, and on another way the words "
                                "after the #.");
    } else if (where.as == As::folder && where.at.empty()) {
        messages.line(
            "Put the folder on a web server; the link is its address, and then all from "
            "the # on.");
    } else if (where.as == As::guests && where.at.empty()) {
        messages.line(
            "`keepsake serve --guests HOST:PORT` serves it; the link is its address, and "
            "then this. --at or KEEPSAKE_GUESTS_URL says the address.");
    }
    if (record.until && where.as == As::file)
        messages.line(
            "After " + *record.until +
            " its page says that it is closed; nothing can end a file that somebody has.");
    if (record.until && where.as == As::folder)
        messages.line("A web server goes on serving it after " + *record.until +
                      " until `keepsake tend` on this computer removes it, or somebody there.");
    messages.line("This link is for " + to + ". Anyone " + to + " sends it to can open it too.");
}

void tell_of_contents(Context& context, const share::Report& report) {
    auto& messages = context.messages();
    messages.line(count_of(report.items, "item", "items") + ", " + human_bytes(report.bytes) +
                  ", without what the originals tell of places and devices.");
    if (report.unplayable > 0)
        messages.line(count_of(report.unplayable, "film or recording goes",
                               "films or recordings "
                               "go") +
                      " along as a still alone: no copy that plays could be made.");
    if (report.record.from.empty())
        messages.line("It does not say who sends it; --from NAME does.");
}

std::string what_is_shown(library::Library& library, const share::Record& record) {
    if (!record.moment) return count_of(record.items.size(), "item", "items");
    const auto moment = library.catalog().moment(*record.moment);
    const auto name = moment && *moment ? printable_line((*moment)->name) : "a moment";
    return record.story_alone ? "the story of " + name : name;
}

std::string place_text(const share::Where& where, const std::string& device) {
    switch (where.as) {
        case As::folder:
        case As::file:
            return printable_line(where.path) + device;
        case As::guests:
            return "the guests' listener" + device;
        case As::download:
            return "the file " + printable_line(where.name) + ", as it was saved from a browser" +
                   device;
    }
    return "";
}

Result<std::string> places_text(library::Library& library, const share::Record& record) {
    std::string text;
    for (const auto& where : record.where) {
        std::string device;
        if (where.device != library.device()) {
            TRY_LET(const auto name, library.device_name(where.device));
            device = " on " + printable_line(name);
        }
        text += (text.empty() ? "" : ", ") + place_text(where, device);
    }
    return text;
}

Result<std::string> record_json(library::Library& library, const share::Record& record,
                                std::string_view today) {
    nlohmann::ordered_json out;
    out["share"] = record.share.hex();
    out["to"] = record.to;
    out["from"] =
        record.from.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(record.from);
    out["moment"] = nullptr;
    if (record.moment) out["moment"] = record.moment->hex();
    out["story"] = record.story_alone;
    out["items"] = nlohmann::ordered_json::array();
    for (const auto& item : record.items) out["items"].push_back(item.hex());
    out["made"] = record.made;
    out["until"] = nullptr;
    if (record.until) out["until"] = *record.until;
    out["passphrase"] = record.passphrase;
    out["originals"] = record.originals;
    out["places"] = record.places;
    out["over"] = record.is_over(today);
    out["where"] = nlohmann::ordered_json::array();
    for (const auto& where : record.where) {
        TRY_LET(const auto device, library.device_name(where.device));
        out["where"].push_back({{"as", share::to_text(where.as)},
                                {"device", to_utf8_lossy(device)},
                                {"path", to_utf8_lossy(where.path)},
                                {"link", to_utf8_lossy(share::link_of(record, where))}});
    }
    return out.dump();
}

/// Where a share still stands, or says what it said before.
void tell_of_remains(Context& context, const share::Remains& left, std::string_view what) {
    const auto device = left.device.empty() ? "" : " on " + printable_line(left.device);
    auto line = std::string(what) + " " + place_text(left.where, device);
    if (!left.why.empty()) line += ": " + printable_line(left.why);
    context.messages().line(
        line + (left.device.empty() ? "." : ". `keepsake tend` there brings it up to date."));
}

Result<ExitCode> change_dates(Context& context, library::Library& library,
                              const std::vector<share::Record>& records, const std::string& on) {
    const auto until = on == "never" ? std::nullopt : std::optional(on);
    bool all = true;
    for (const auto& record : records) {
        TRY_LET(const auto remains, share::change_until(library, record, until));
        context.out().line(printable_line(record.to) + "’s link works " +
                           (until ? "to the end of " + *until + "." : "until it is ended."));
        for (const auto& left : remains)
            tell_of_remains(context, left, "Another date still stands in");
        all = all && remains.empty();
    }
    return all ? ExitCode::done : ExitCode::some_failed;
}

}  // namespace

Result<ExitCode> run(Context& context, const ShowCommand& command) {
    const share::GuestPage page;
    if (!page.is_there())
        return Error(ErrorCode::unsupported,
                     "This program was built without the guest page, so it can show nothing.");
    if (command.passphrase_file && command.passphrase_file == context.options().passphrase_file &&
        command.passphrase_file == "-")
        return Error(ErrorCode::invalid, "Standard input can be one thing only.");
    TRY_LET(auto library, context.open());
    TRY_LET(auto wish, wish_of(library, command));
    TRY_LET(wish.passphrase, share_passphrase(context, command));
    TRY_LET(const auto report, share::show(library, wish, target_of(context, library, command),
                                           page, context.messages()));
    context.messages().clear();
    tell_of_contents(context, report);
    tell_of_way(context, command, report.record);
    context.out().line(report.link);
    return report.missing + report.left_out > 0 ? ExitCode::some_failed : ExitCode::done;
}

Result<ExitCode> run(Context& context, const ShownCommand& command) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto records, share::read_records(library.catalog()));
    const auto today = share::day_of(library.environment().clock.now());
    bool any = false;
    for (const auto& record : records) {
        if (command.json) {
            TRY_LET(const auto line, record_json(library, record, today));
            context.out().line(line);
            continue;
        }
        if (record.is_over(today)) continue;
        any = true;
        TRY_LET(const auto places, places_text(library, record));
        auto line = short_number(record.share.hex()) + "  " + printable_line(record.to) + "  " +
                    what_is_shown(library, record) + "  since " + printable_line(record.made);
        if (record.until) line += ", until " + printable_line(*record.until);
        if (record.passphrase) line += ", with a passphrase";
        line += "  ";
        line += places;
        context.out().line(line);
        for (const auto& where : record.where)
            context.out().line("          " + printable_line(share::link_of(record, where)));
    }
    if (!any && !command.json) context.messages().line("Nothing is shown to anyone.");
    return ExitCode::done;
}

Result<ExitCode> run(Context& context, const EndCommand& command) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto records, share::find_shares(library, command.what));
    if (command.on) return change_dates(context, library, records, *command.on);
    bool all = true;
    for (const auto& record : records) {
        TRY_LET(const auto ending, share::end_share(library, record));
        const auto to = printable_line(record.to);
        all = all && ending.remains.empty();
        if (ending.removed > 0 || ending.remains.empty())
            context.out().line(to +
                               "’s link stops working now. Keepsake cannot take back copies "
                               "already saved.");
        for (const auto& left : ending.remains)
            tell_of_remains(context, left, "It still stands in");
        for (const auto& where : record.where)
            if (where.as == As::folder && !where.at.empty())
                context.messages().line("If the folder was copied to " + printable_line(where.at) +
                                        ", remove it there, too.");
    }
    return all ? ExitCode::done : ExitCode::some_failed;
}

}  // namespace keepsake::cli
