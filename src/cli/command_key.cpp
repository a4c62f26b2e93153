#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/invocation.h"
#include "cli/item_text.h"
#include "cli/text_layout.h"
#include "crypto/age_keys.h"
#include "crypto/secret.h"
#include "library/keys.h"
#include "library/library.h"
#include "library/tend.h"
#include "model/entry.h"
#include "model/ids.h"

namespace keepsake::cli {
namespace {

constexpr std::size_t kDateCharacters = 10;
constexpr std::size_t kKindColumns = 12;
constexpr std::string_view kStaysReadable =
    "What was kept before stays readable to whoever had it; `keepsake key rotate --reseal` "
    "encrypts it anew.";

std::string_view kind_text(model::WayKind kind) {
    switch (kind) {
        case model::WayKind::passphrase:
            return "passphrase";
        case model::WayKind::recovery:
            return "recovery key";
        case model::WayKind::recipient:
            return "recipient";
    }
    return "";
}

std::string way_line(const library::WayInfo& way) {
    auto line = short_number(way.way.hex()) + "  " +
                to_rfc3339(way.since, Fraction::none).substr(0, kDateCharacters) + "  " +
                padded(kind_text(way.kind), kKindColumns);
    if (!way.name.empty() && way.name != kind_text(way.kind))
        line += "  " + printable_line(way.name);
    if (way.kind == model::WayKind::recipient) line += "  " + printable_line(way.recipient);
    if (way.opened_now) line += "  (opened this now)";
    return line;
}

// A way that nobody named is called what it is, as those of a new archive are.
std::string name_of(const KeyAddCommand& command) {
    if (command.name) return *command.name;
    using Kind = KeyAddCommand::Kind;
    return std::string(kind_text(command.kind == Kind::passphrase ? model::WayKind::passphrase
                                 : command.kind == Kind::recovery ? model::WayKind::recovery
                                                                  : model::WayKind::recipient));
}

/// A name stands for one way in. (Those that nobody named are told apart by their numbers.)
Result<> refuse_name_in_use(const std::vector<library::WayInfo>& ways,
                            const KeyAddCommand& command) {
    if (!command.name || std::ranges::none_of(ways, [&](const library::WayInfo& way) {
            return way.name == *command.name;
        }))
        return {};
    return Error(ErrorCode::exists, "A way in is called " + printable_line(*command.name) +
                                        " already: see `keepsake key list`.");
}

Result<> refuse_recipient_in_use(const std::vector<library::WayInfo>& ways,
                                 const crypto::AgeRecipient& recipient) {
    const auto same =
        std::ranges::find(ways, recipient.to_text(), [](const auto& way) { return way.recipient; });
    if (same == ways.end()) return {};
    const bool named = !same->name.empty() && same->name != kind_text(same->kind);
    return Error(ErrorCode::exists,
                 (named ? printable_line(same->name) + " has this recipient already"
                        : "This recipient is a way in already") +
                     ": see `keepsake key list`.");
}

Result<ExitCode> add_recipient(Context& context, const KeyAddCommand& command) {
    TRY_LET(const auto recipient, crypto::AgeRecipient::from_text(command.recipient));
    TRY_LET(auto library, context.open());
    TRY_LET(const auto ways, library::list_ways(library));
    TRY(refuse_recipient_in_use(ways, recipient));
    TRY(refuse_name_in_use(ways, command));
    TRY(library::add_recipient(library, name_of(command), recipient));
    context.out().line("Added. Its identity opens this archive now.");
    return ExitCode::done;
}

Result<ExitCode> add_passphrase(Context& context, const KeyAddCommand& command) {
    std::optional<crypto::Secret> passphrase;
    if (command.new_passphrase_file || context.terminal() == nullptr) {
        TRY_LET(passphrase, context.new_passphrase(command.new_passphrase_file));
    }
    TRY_LET(auto library, context.open());
    TRY_LET(const auto ways, library::list_ways(library));
    TRY(refuse_name_in_use(ways, command));
    if (!passphrase) {  // at a terminal: the old one first, then the new one
        TRY_LET(passphrase, context.new_passphrase(std::nullopt));
    }
    TRY(library::add_passphrase(library, name_of(command), *passphrase));
    context.out().line("Added. The new passphrase opens this archive now.");
    return ExitCode::done;
}

Result<ExitCode> add_recovery_key(Context& context, const KeyAddCommand& command) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto ways, library::list_ways(library));
    TRY(refuse_name_in_use(ways, command));
    TRY_LET(const auto words, library::add_recovery_key(library, name_of(command)));
    context.messages().line("Added. These twelve words open this archive now.");
    TRY(context.show_recovery_words(words, Context::ShownOn::output));
    return ExitCode::done;
}

}  // namespace

Result<ExitCode> run(Context& context, const KeyListCommand& /*command*/) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto ways, library::list_ways(library));
    for (const auto& way : ways) context.out().line(way_line(way));
    return ExitCode::done;
}

Result<ExitCode> run(Context& context, const KeyAddCommand& command) {
    switch (command.kind) {
        case KeyAddCommand::Kind::recipient:
            return add_recipient(context, command);
        case KeyAddCommand::Kind::recovery:
            return add_recovery_key(context, command);
        case KeyAddCommand::Kind::passphrase:
            break;
    }
    return add_passphrase(context, command);
}

Result<ExitCode> run(Context& context, const KeyRemoveCommand& command) {
    TRY_LET(auto library, context.open());
    TRY_LET(const auto way, library::find_way(library, command.way));
    TRY(library::remove_way(library, way));
    context.out().line("Removed. " + std::string(kStaysReadable));
    return ExitCode::done;
}

Result<ExitCode> run(Context& context, const KeyChangeCommand& command) {
    std::optional<crypto::Secret> passphrase;
    if (command.new_passphrase_file || context.terminal() == nullptr) {
        TRY_LET(passphrase, context.new_passphrase(command.new_passphrase_file));
    }
    TRY_LET(auto library, context.open());
    std::optional<model::WayId> way;
    if (command.way) {
        TRY_LET(way, library::find_way(library, *command.way));
    }
    if (!passphrase) {
        TRY_LET(passphrase, context.new_passphrase(std::nullopt));
    }
    TRY(library::change_passphrase(library, way, *passphrase));
    context.out().line("Changed. " + std::string(kStaysReadable));
    return ExitCode::done;
}

namespace {

// Whoever was a keeper can put an epoch beside the family's: only a person can tell whether it is a
// keeper's. What it would change is shown first.
Result<bool> agree_to_join(Context& context, library::Library& library) {
    if (library.authority().side_ends().empty()) return true;
    TRY_LET(const auto ways, library::list_joined_ways(library));
    context.out().line("Once the two changes of keys are joined, these open the archive:");
    for (const auto& way : ways) context.out().line("  " + way_line(way));
    TRY_LET(const auto now, library::list_ways(library));
    for (const auto& way : now)
        if (std::ranges::none_of(ways, [&](const auto& open) { return open.way == way.way; }))
            context.out().line("This one is ended: " + way_line(way));
    auto* const asked = context.terminal();
    if (asked == nullptr) return true;
    return asked->ask_yes("Were both changes made by keepers, and may all of these open it?",
                          context.stop());
}

}  // namespace

Result<ExitCode> run(Context& context, const KeyRotateCommand& command) {
    TRY_LET(auto library, context.open());
    if (command.join) {
        TRY_LET(const bool agreed, agree_to_join(context, library));
        if (!agreed) return ExitCode::done;
    }
    TRY(library::rotate(
        library,
        command.join ? library::Library::Joining::side_epochs : library::Library::Joining::none,
        command.reseal, context.messages()));
    // Of the old objects nothing may come back by repair data.
    if (command.reseal) TRY(library::tend_recovery_data(library, context.messages()));
    context.messages().clear();
    context.out().line(command.reseal ? "A new key is in use, and every original is encrypted anew."
                                      : "A new key is in use. " + std::string(kStaysReadable));
    return ExitCode::done;
}

}  // namespace keepsake::cli
