#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/grammar.h"
#include "cli/invocation.h"
#include "cli/typed_values.h"

namespace keepsake::cli {

void Grammar::add_key() {
    auto* key = add_app(app_, "key", "Ways in: passphrases, recovery keys, age recipients");
    key->require_subcommand(1);
    add<KeyListCommand>(*key, "list", "Lists the ways in");
    auto [remove, removed] = add<KeyRemoveCommand>(*key, "remove", "Ends a way in");
    text(*remove, "WAY", removed->way, "Its name, number or recipient")->required();
    auto [change, changed] = add<KeyChangeCommand>(*key, "change", "Changes a passphrase");
    text(*change, "--way", changed->way, "Which; else the one that opens now")->type_name("WAY");
    text(*change, "--new-passphrase-file", changed->new_passphrase_file,
         "A file whose first line is the new passphrase")
        ->type_name("FILE");
    auto [rotate, rotated] = add<KeyRotateCommand>(*key, "rotate", "Goes on under a new key");
    rotate->add_flag("--reseal", rotated->reseal, "Encrypts every original anew as well");
    rotate->add_flag("--join", rotated->join,
                     "Makes one of keys that were changed at once on two copies, both by keepers");
    add_key_add();
}

void Grammar::add_key_add() {
    struct Typed {
        std::optional<std::string> positional, recipient;
        bool passphrase = false, recovery = false;
    };
    auto typed = std::make_shared<Typed>();
    auto [app, values] =
        add<KeyAddCommand>(*app_.get_subcommand("key"), "add", "Adds a way in", [typed](auto& add) {
            const auto recipients = static_cast<int>(typed->positional.has_value()) +
                                    static_cast<int>(typed->recipient.has_value());
            if (recipients + static_cast<int>(typed->passphrase) +
                    static_cast<int>(typed->recovery) !=
                1)
                throw UsageError{"Name one of a recipient, --passphrase and --recovery."};
            if (add.new_passphrase_file && !typed->passphrase)
                throw UsageError{"--new-passphrase-file goes with --passphrase."};
            using Kind = KeyAddCommand::Kind;
            add.kind = typed->passphrase ? Kind::passphrase
                       : typed->recovery ? Kind::recovery
                                         : Kind::recipient;
            if (recipients == 1)
                add.recipient = typed->positional ? *typed->positional : *typed->recipient;
        });
    text(*app, "RECIPIENT", typed->positional, "An age recipient (age1...)");
    text(*app, "--recipient", typed->recipient, "The same")->type_name("AGE1...");
    app->add_flag_callback("--passphrase", [typed] { typed->passphrase = true; }, "A passphrase");
    app->add_flag_callback(
        "--recovery", [typed] { typed->recovery = true; },
        "A recovery key: twelve words, shown once");
    text(*app, "--name", values->name, "The family's word for it")->type_name("NAME");
    text(*app, "--new-passphrase-file", values->new_passphrase_file,
         "A file whose first line is the new passphrase")
        ->type_name("FILE");
}

void Grammar::add_device() {
    auto* device = add_app(app_, "device", "Devices that keep into this archive");
    device->require_subcommand(1);
    add<DeviceListCommand>(*device, "list", "Lists the devices");
    auto words = std::make_shared<std::vector<std::string>>();
    auto [name, named] = add<DeviceNameCommand>(
        *device, "name", "Names a device: this one, or the one whose number or name stands first",
        [words](DeviceNameCommand& values) {
            if (words->size() > 2) throw UsageError{"One DEVICE and one NAME."};
            if (words->size() == 2) values.device = words->front();
            values.name = words->back();
        });
    texts(*name, "NAME", *words, "[DEVICE] NAME")->required();
    auto [retire, retired] = add<DeviceRetireCommand>(
        *device, "retire", "What this device writes from now on counts no more");
    text(*retire, "DEVICE", retired->device, "Its name or number")->required();
    auto [accept, accepted] = add<DeviceAcceptCommand>(
        *device, "accept", "Takes a device in whose changes wait since a change of keepers");
    text(*accept, "DEVICE", accepted->device, "Its name or number")->required();
    auto answer = std::make_shared<std::string>();
    auto [locked, allowed] = add<DeviceKeepLockedCommand>(
        *device, "keep-locked", "Whether this device may keep without a way in (off, unless said)",
        [answer](DeviceKeepLockedCommand& values) {
            if (*answer != "on" && *answer != "off")
                throw UsageError{"Say keep-locked on, or keep-locked off."};
            values.allowed = *answer == "on";
        });
    text(*locked, "on|off", *answer, "on or off")->required();
    static_cast<void>(allowed);
}

}  // namespace keepsake::cli
