// SSHSIG and OpenSSH keys: of all texts only the one that the key's owner wrote is taken for a
// signature. (Ed25519 signs one text in one way, and the armor is canonical.)

#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "crypto/age_test_support.h"
#include "crypto/signing.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

constexpr std::string_view kWords[] = {"-----BEGIN SSH SIGNATURE-----\n",
                                       "-----END SSH SIGNATURE-----\n", "U1NIU0lH", "ssh-ed25519 ",
                                       "AAAAC3NzaC1lZDI1NTE5AAAAI"};
constexpr std::string_view kNamespace = "keepsake-journal-v1@0";
constexpr std::string_view kMessage = "a segment's text";

const crypto::SigningKey& the_key() {
    static const auto key = [] {
        crypto::testing::SeededRandom random;
        return crypto::SigningKey::generate(random);
    }();
    return key;
}

void run(ByteView input) {
    using namespace crypto;
    static const auto signature = sshsig_sign(the_key(), kNamespace, as_bytes(kMessage));
    const auto text = as_text(input);
    const auto key = sshsig_key(text);
    const auto verified =
        sshsig_verify(the_key().verifying_key(), kNamespace, as_bytes(kMessage), text);
    require(verified.has_value() == (text == signature));
    if (!verified) require(verified.error().code() == ErrorCode::corrupt);
    if (verified) require(key.has_value() && *key == the_key().verifying_key());
    if (key) static_cast<void>(sshsig_verify(*key, kNamespace, as_bytes(kMessage), text));
    if (const auto parsed = VerifyingKey::from_openssh(text)) require(parsed->to_openssh() == text);
}

Seeds seeds() {
    crypto::testing::SeededRandom random(2);
    const auto other = crypto::SigningKey::generate(random);
    return {seed(crypto::sshsig_sign(the_key(), kNamespace, as_bytes(kMessage))),
            seed(crypto::sshsig_sign(other, kNamespace, as_bytes(kMessage))),
            seed(crypto::sshsig_sign(the_key(), "another", as_bytes(kMessage))),
            seed(the_key().verifying_key().to_openssh())};
}

}  // namespace

Target ssh_signature_target() {
    return {.name = "ssh_signature", .run = run, .seeds = seeds, .words = kWords};
}

}  // namespace keepsake::fuzz
