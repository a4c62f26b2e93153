#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "crypto/age_test_support.h"
#include "crypto/secret.h"
#include "target.h"

/// age files to begin with, and the one identity that opens them.
namespace keepsake::fuzz {

inline const crypto::AgeIdentity& the_identity() {
    static const auto identity =
        crypto::AgeIdentity::from_text(
            "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX")
            .value();
    return identity;
}

inline Bytes sealed_example(std::size_t plaintext_bytes) {
    crypto::testing::SeededRandom random(plaintext_bytes);
    return crypto::testing::seal_to(crypto::testing::pattern(plaintext_bytes), the_identity(),
                                    random);
}

/// Sealed here, and the age project's vectors (they stand behind some lines about them and an empty
/// one) where the corpus is.
inline Seeds age_examples() {
    Seeds seeds{sealed_example(0), sealed_example(1), sealed_example(300)};
    crypto::testing::SeededRandom random;
    seeds.push_back(crypto::age_seal_for_passphrase(
        as_bytes("words"), crypto::Secret(std::string_view("x")), random, 2));
    for (auto& file : corpus_files("age/age-cctv")) {
        const auto text = as_text(file);
        const auto end = text.find("\n\n");
        if (end == std::string_view::npos || text.substr(0, end).contains("compressed:")) continue;
        seeds.push_back(seed(text.substr(end + 2)));
    }
    return seeds;
}

inline constexpr std::string_view kAgeWords[] = {"age-encryption.org/v1\n",
                                                 "-> ",
                                                 "-> X25519 ",
                                                 "-> scrypt ",
                                                 "-> mlkem768x25519 ",
                                                 "--- ",
                                                 "-----BEGIN AGE ENCRYPTED FILE-----",
                                                 "-----END AGE ENCRYPTED FILE-----",
                                                 "\r\n",
                                                 " 18\n",
                                                 " 22\n",
                                                 " 63\n"};

}  // namespace keepsake::fuzz
