// What this device keeps about an archive (the first byte says which file it is): whatever stands
// there, it is read or it is not; what is read is written and read as the same.

#include <optional>
#include <string>
#include <string_view>

#include "age_examples.h"
#include "archive/identity_file.h"
#include "base/bytes.h"
#include "crypto/age.h"
#include "crypto/age_test_support.h"
#include "crypto/secret.h"
#include "crypto/signing.h"
#include "library/local_state.h"
#include "memory_files.h"
#include "model/entry.h"
#include "model/ids.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

constexpr std::string_view kWords[] = {
    "signing ", "catalog ", "root ",      "\"own\"",  "\"clock\"", "\"others\"",
    "\"seq\"",  "\"text\"", "\"device\"", "[[[[[[[[", "{\"a\":",   "18446744073709551615"};
constexpr char kHeads = 'h';
constexpr char kDevice = 'd';
constexpr char kLocked = 'l';

archive::IdentityFile identity_of_archive() {
    crypto::testing::SeededRandom random;
    return archive::IdentityFile::first(random);
}

void check_heads(MemoryFiles& files, library::LocalState& state, ByteView input) {
    files.contents[state.folder() + "/heads.json"] = {input.begin(), input.end()};
    const auto heads = state.load_heads();
    require(heads.others.size() <= input.size());
    require(state.save_heads(heads).has_value());
    const auto again = state.load_heads();
    require(again.own == heads.own && again.clock == heads.clock && again.others == heads.others);
    if (heads.own) require(again.own_device == heads.own_device);
}

void check_device(MemoryFiles& files, library::LocalState& state, ByteView input) {
    static const auto identity = identity_of_archive();
    crypto::testing::SeededRandom random;
    const auto recipient = identity.first_epoch().identity.recipient();
    const auto path = state.folder() + "/device.age";
    files.contents[path] = {input.begin(), input.end()};
    require(state.load_keys(identity).has_value());
    files.contents[path] = crypto::age_seal(input, {&recipient, 1}, random);
    const auto keys = state.load_keys(identity);
    if (!keys || !*keys) return;
    require(state.save_keys(**keys, recipient, random).has_value());
    const auto again = state.load_keys(identity);
    require(again.has_value() && again->has_value());
    require((*again)->id() == (*keys)->id() && (*again)->roots == (*keys)->roots);
    require((*again)->catalog_key.text() == (*keys)->catalog_key.text());
}

void check_locked(MemoryFiles& files, library::LocalState& state, ByteView input) {
    files.contents[state.folder() + "/locked.keys"] = {input.begin(), input.end()};
    const auto keys = state.load_locked_keys();
    if (!keys) return;
    require(keys->has_value());
    require(state.save_locked_keys(**keys).has_value());
    const auto again = state.load_locked_keys();
    require(again.has_value() && again->has_value() && (*again)->recipient == (*keys)->recipient);
    require((*again)->signing.verifying_key() == (*keys)->signing.verifying_key());
}

void run(ByteView input) {
    if (input.empty()) return;
    MemoryFiles files;
    library::LocalState state(files, "/state", model::ArchiveId{});
    const auto rest = input.subspan(1);
    if (input[0] == kHeads) check_heads(files, state, rest);
    if (input[0] == kDevice) check_device(files, state, rest);
    if (input[0] == kLocked) check_locked(files, state, rest);
}

Seeds seeds() {
    crypto::testing::SeededRandom random;
    MemoryFiles files;
    library::LocalState state(files, "/state", model::ArchiveId{});
    library::KnownHeads heads;
    heads.own = model::Head{7, {}};
    heads.others[{}] = {1, {}};
    auto keys = library::new_device_keys(random);
    keys.roots = {keys.signing.verifying_key().to_openssh()};
    static_cast<void>(state.save_heads(heads));
    static_cast<void>(state.save_locked_keys({keys.signing.clone(), the_identity().recipient()}));
    const auto identity = identity_of_archive();
    const auto recipient = identity.first_epoch().identity.recipient();
    static_cast<void>(state.save_keys(keys, recipient, random));
    const auto opened =
        crypto::age_open(files.contents[state.folder() + "/device.age"], identity.identities());
    const auto with = [](char kind, std::string_view text) {
        return seed(kind + std::string(text));
    };
    return {with(kHeads, as_text(files.contents[state.folder() + "/heads.json"])),
            with(kLocked, as_text(files.contents[state.folder() + "/locked.keys"])),
            with(kDevice, opened->text()),
            with(kDevice, as_text(files.contents[state.folder() + "/device.age"]))};
}

}  // namespace

Target local_state_target() {
    return {.name = "local_state", .run = run, .seeds = seeds, .words = kWords};
}

}  // namespace keepsake::fuzz
