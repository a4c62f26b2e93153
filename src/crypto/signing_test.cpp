#include "crypto/signing.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <ios>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/random.h"
#include "support/scratch_directory.h"

namespace keepsake::crypto {
namespace {

constexpr std::string_view kNamespace = "keepsake-journal-v1@archive";

SigningKey test_key(std::uint8_t first = 1) {
    Bytes seed(32);
    for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<std::uint8_t>(first + i);
    return *SigningKey::from_seed(seed);
}

struct Vector {
    std::string_view seed;
    std::string_view key;
    std::string_view message;
    std::string_view signature;
};

// Source: RFC 8032 section 7.1, tests 1, 2, 3 and SHA(abc).
constexpr Vector kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "6594a7c15e9716ed28dc027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fee"
     "bbd454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e"
     "0303dca179c138ac17ad9bef1177331a704"},
};

TEST(Ed25519, DoesAsRfc8032) {
    for (const auto& vector : kVectors) {
        const auto key = SigningKey::from_seed(*from_hex(vector.seed));
        ASSERT_TRUE(key);
        EXPECT_EQ(to_hex(key->verifying_key().bytes), vector.key);
        const Bytes message = *from_hex(vector.message);
        const auto signature = key->sign(message);
        EXPECT_EQ(to_hex(signature), vector.signature);
        EXPECT_TRUE(verify(key->verifying_key(), message, signature));
        EXPECT_EQ(to_hex(key->clone().sign(message)), vector.signature);
    }
}

TEST(Ed25519, RefusesEveryFlippedBit) {
    const SigningKey key = test_key();
    const Bytes message = {1, 2, 3};
    const auto signature = key.sign(message);
    for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
        auto flipped = signature;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        EXPECT_FALSE(verify(key.verifying_key(), message, flipped)) << bit;
    }
    EXPECT_FALSE(verify(key.verifying_key(), Bytes{1, 2}, signature));
    EXPECT_FALSE(verify(test_key(2).verifying_key(), message, signature));
    EXPECT_FALSE(verify(key.verifying_key(), message, ByteView(signature).first(63)));
    EXPECT_FALSE(verify(key.verifying_key(), message, {}));
}

TEST(Ed25519, RefusesASignatureThatIsNotReduced) {
    // RFC 8032 section 5.1.7: S must be below the group's order L. S + L signs the same otherwise.
    constexpr std::string_view kOrder =
        "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
    const Bytes order = *from_hex(kOrder);
    const SigningKey key = test_key();
    auto signature = key.sign({});
    unsigned carry = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        carry += static_cast<unsigned>(signature[32 + i]) + order[i];
        signature[32 + i] = static_cast<std::uint8_t>(carry);
        carry >>= 8U;
    }
    EXPECT_FALSE(verify(key.verifying_key(), {}, signature));
}

TEST(Ed25519, SeedsHaveThirtyTwoBytes) {
    EXPECT_EQ(SigningKey::from_seed(Bytes(31)).error().code(), ErrorCode::invalid);
    EXPECT_EQ(SigningKey::from_seed(Bytes(33)).error().code(), ErrorCode::invalid);
    EXPECT_EQ(SigningKey::from_seed({}).error().code(), ErrorCode::invalid);
    SystemRandom random;
    EXPECT_NE(SigningKey::generate(random).verifying_key(),
              SigningKey::generate(random).verifying_key());
}

TEST(VerifyingKeys, AreWrittenAndReadStrictly) {
    const VerifyingKey key = test_key().verifying_key();
    const std::string text = key.to_openssh();
    EXPECT_TRUE(text.starts_with("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"));
    EXPECT_EQ(*VerifyingKey::from_openssh(text), key);
    for (const std::string& other :
         {text + " comment", text + "\n", " " + text, text.substr(1), text + "=", std::string(),
          std::string("ssh-ed25519 "), text.substr(0, text.size() - 4),
          "ssh-ed25519  " + text.substr(12)})
        EXPECT_EQ(VerifyingKey::from_openssh(other).error().code(), ErrorCode::invalid) << other;
    for (std::size_t at = 0; at < text.size(); ++at) {
        std::string changed = text;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        const auto read = VerifyingKey::from_openssh(changed);
        if (read) {
            EXPECT_NE(*read, key) << changed;
        }
        if (at < 37) {
            EXPECT_FALSE(read) << changed;
        }
    }
}

std::string reason(std::string_view armored, const VerifyingKey& key = test_key().verifying_key()) {
    const auto verified = sshsig_verify(key, kNamespace, as_bytes("message"), armored);
    if (verified) return "fine";
    EXPECT_EQ(verified.error().code(), ErrorCode::corrupt);
    return verified.error().message();
}

std::string armor_of(std::string_view blob) {
    const auto letters = to_base64(as_bytes(blob), Padding::with);
    std::string armored = "-----BEGIN SSH SIGNATURE-----\n";
    for (std::size_t at = 0; at < letters.size(); at += 70)
        armored += letters.substr(at, 70) + "\n";
    return armored + "-----END SSH SIGNATURE-----\n";
}

std::string blob_of(std::string_view armored) {
    std::string letters(armored.substr(30, armored.size() - 30 - 28));
    letters.erase(std::remove(letters.begin(), letters.end(), '\n'), letters.end());
    return std::string(as_text(*from_base64(letters, Padding::with)));
}

TEST(Sshsig, SignsAndVerifies) {
    const std::string armored = sshsig_sign(test_key(), kNamespace, as_bytes("message"));
    EXPECT_EQ(reason(armored), "fine");
    EXPECT_EQ(armor_of(blob_of(armored)), armored);
    const VerifyingKey key = test_key().verifying_key();
    EXPECT_FALSE(sshsig_verify(key, kNamespace, as_bytes("massage"), armored));
    EXPECT_FALSE(sshsig_verify(key, "other", as_bytes("message"), armored));
    EXPECT_FALSE(sshsig_verify(key, "", as_bytes("message"), armored));
    EXPECT_TRUE(reason(armored, test_key(2).verifying_key()).contains("key"));
}

TEST(Sshsig, RefusesEveryChangedByteOfTheArmor) {
    const std::string armored = sshsig_sign(test_key(), kNamespace, as_bytes("message"));
    for (std::size_t at = 0; at < armored.size(); ++at) {
        for (const int mask : {1, 2, 4, 8, 16, 32, 64, 128}) {
            std::string changed = armored;
            changed[at] = static_cast<char>(changed[at] ^ mask);
            EXPECT_NE(reason(changed), "fine") << at << " by " << mask;
        }
        EXPECT_NE(reason(armored.substr(0, at)), "fine") << at;
        EXPECT_NE(reason(armored.substr(at + 1)), "fine") << at;
        std::string longer = armored;
        EXPECT_NE(reason(longer.insert(at, 1, 'A')), "fine") << at;
        longer = armored;
        EXPECT_NE(reason(longer.insert(at, 1, '\n')), "fine") << at;
    }
    EXPECT_NE(reason(armored + "\n"), "fine");
    EXPECT_NE(reason(""), "fine");
    EXPECT_NE(reason(std::string(1'000'000, 'A')), "fine");
    EXPECT_NE(reason("-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n"), "fine");
}

TEST(Sshsig, RefusesEveryChangedByteInside) {
    const std::string blob = blob_of(sshsig_sign(test_key(), kNamespace, as_bytes("message")));
    for (std::size_t at = 0; at < blob.size(); ++at) {
        for (const int mask : {1, 128, 255}) {
            std::string changed = blob;
            changed[at] = static_cast<char>(changed[at] ^ mask);
            EXPECT_NE(reason(armor_of(changed)), "fine") << at;
        }
        EXPECT_NE(reason(armor_of(blob.substr(0, at))), "fine") << at;
    }
    EXPECT_TRUE(reason(armor_of(blob + "x")).contains("end"));
}

TEST(Sshsig, SaysWhatDoesNotFit) {
    const std::string blob = blob_of(sshsig_sign(test_key(), kNamespace, as_bytes("message")));
    const auto changed_at = [&](std::size_t at) {
        std::string changed = blob;
        changed[at] ^= 1;
        return reason(armor_of(changed));
    };
    EXPECT_TRUE(changed_at(0).contains("magic"));
    EXPECT_TRUE(changed_at(9).contains("version"));
    EXPECT_TRUE(changed_at(10 + 4 + 20).contains("key"));
    EXPECT_TRUE(changed_at(10 + 55 + 4).contains("namespace"));
    EXPECT_TRUE(changed_at(blob.find("sha512")).contains("hash"));
    EXPECT_TRUE(changed_at(blob.size() - 1).contains("wrong for these bytes"));
}

TEST(Sshsig, TellsWhoseItClaimsToBe) {
    const std::string armored = sshsig_sign(test_key(), kNamespace, as_bytes("message"));
    EXPECT_EQ(*sshsig_key(armored), test_key().verifying_key());
    const std::string blob = blob_of(armored);
    EXPECT_EQ(sshsig_key("").error().code(), ErrorCode::corrupt);
    for (std::size_t size = 0; size < 65; ++size)
        EXPECT_FALSE(sshsig_key(armor_of(blob.substr(0, size)))) << size;
    for (std::size_t at = 0; at < 65; ++at) {
        std::string changed = blob;
        changed[at] ^= 1;
        const auto key = sshsig_key(armor_of(changed));
        EXPECT_FALSE(key && *key == test_key().verifying_key()) << at;
        EXPECT_EQ(key.has_value(), at >= 33) << "only the key's own 32 bytes are free: " << at;
    }
}

/// Runs ssh-keygen with `input` on its standard input; its exit code, or -1.
int run_ssh_keygen(std::vector<std::string> arguments, const std::string& input) {
    arguments.insert(arguments.begin(), "ssh-keygen");
    std::vector<char*> pointers(arguments.size() + 1, nullptr);
    std::transform(arguments.begin(), arguments.end(), pointers.begin(),
                   [](std::string& argument) { return argument.data(); });
    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, input.c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    pid_t child = 0;
    const int failed =
        ::posix_spawnp(&child, "ssh-keygen", &actions, nullptr, pointers.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    if (failed != 0) return -1;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class SshKeygen : public ::testing::Test {
  protected:
    void SetUp() override {
        put("empty", "");
        if (run_ssh_keygen({"-Y", "check-novalidate"}, scratch_ / "empty") == -1)
            GTEST_SKIP() << "ssh-keygen is not installed";
    }
    void put(const std::string& name, std::string_view text) {
        std::ofstream(scratch_ / name, std::ios::binary) << text;
    }
    std::string get(const std::string& name) {
        std::ifstream file(scratch_ / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    }
    bool accepts(const std::string& signature, const std::string& message,
                 const std::string& name_space) {
        put("signers", "device " + test_key().verifying_key().to_openssh() + "\n");
        put("message", message);
        put("message.sig", signature);
        return run_ssh_keygen({"-Y", "verify", "-f", scratch_ / "signers", "-I", "device", "-n",
                               name_space, "-s", scratch_ / "message.sig"},
                              scratch_ / "message") == 0;
    }
    testing::ScratchDirectory scratch_;
};

TEST_F(SshKeygen, VerifiesWhatIsSignedHere) {
    for (const std::size_t size : {0UL, 1UL, 100'000UL}) {
        const std::string message(size, 'm');
        for (const std::string name_space :  // of several lengths: the armor's last line varies
             {"keepsake-journal-v1@archive", "a", "ab", "abc", "abcd"}) {
            const auto signature = sshsig_sign(test_key(), name_space, as_bytes(message));
            EXPECT_TRUE(accepts(signature, message, name_space)) << size << name_space;
            EXPECT_FALSE(accepts(signature, message + "x", name_space));
        }
    }
    EXPECT_FALSE(accepts(sshsig_sign(test_key(2), "n", {}), "", "n"));
    EXPECT_FALSE(accepts(sshsig_sign(test_key(), "n", {}), "", "other"));
}

TEST_F(SshKeygen, SignsWhatIsVerifiedHere) {
    ASSERT_EQ(run_ssh_keygen({"-q", "-t", "ed25519", "-N", "", "-C", "", "-f", scratch_ / "key"},
                             scratch_ / "empty"),
              0);
    std::string text = get("key.pub");
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    const auto key = VerifyingKey::from_openssh(text);
    ASSERT_TRUE(key) << text;
    for (const std::string message : {"", "message", "\xff binary \n"}) {
        for (const std::string name_space : {"keepsake-journal-v1@archive", "n", "no", "not"}) {
            put("message", message);
            ::unlink((scratch_ / "message.sig").c_str());
            ASSERT_EQ(run_ssh_keygen({"-q", "-Y", "sign", "-f", scratch_ / "key", "-n", name_space,
                                      scratch_ / "message"},
                                     scratch_ / "empty"),
                      0);
            const auto verified =
                sshsig_verify(*key, name_space, as_bytes(message), get("message.sig"));
            EXPECT_TRUE(verified) << verified.error().message();
        }
    }
    put("message", "message");
    ::unlink((scratch_ / "message.sig").c_str());
    ASSERT_EQ(run_ssh_keygen({"-q", "-Y", "sign", "-O", "hashalg=sha256", "-f", scratch_ / "key",
                              "-n", "n", scratch_ / "message"},
                             scratch_ / "empty"),
              0);
    const auto other_hash = sshsig_verify(*key, "n", as_bytes("message"), get("message.sig"));
    EXPECT_TRUE(other_hash.error().message().contains("hash"));
}

}  // namespace
}  // namespace keepsake::crypto
