// The 143 vectors of the age testkit (C2SP/CCTV), each through the streaming and the seeking
// reader.
//
// A vector names the class of what must happen. Post-quantum recipients (mlkem768x25519) are
// outside of what this program opens, so the vectors for a post-quantum identity have a class of
// their own here, `unsupported`, where the testkit has `success` or `no match`, or a `header
// failure` that only the post-quantum key could show; each of those stands in kUnsupported by its
// name. Where the stanza's own form is wrong, or its type is not the known one, the testkit's class
// is kept.

#include <gtest/gtest.h>
#include <zconf.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "crypto/age_parts.h"
#include "crypto/age_test_support.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"

namespace keepsake::crypto {
namespace {

using testing::read_at_from;
using testing::read_some_from;
using testing::Unwrap;
using testing::write_to;

constexpr std::size_t kVectors = 143;

constexpr std::array<std::string_view, 11> kUnsupported = {
    "armor_hybrid",                 // success
    "hybrid",                       // success
    "hybrid_and_x25519",            // success; its X25519 stanza is for an identity not given
    "hybrid_bad_tag",               // no match
    "hybrid_currupted_enc_mlkem",   // no match
    "hybrid_currupted_enc_x25519",  // no match
    "hybrid_grease",                // success
    "hybrid_identity",              // header failure, told only by the key agreement
    "hybrid_low_order",             // header failure, told only by the key agreement
    "hybrid_multiple_recipients",   // success
    "hybrid_no_match",              // no match
};

struct Vector {
    std::string name;
    std::string expect;
    std::optional<std::string> payload;  // SHA-256 of what is released
    std::vector<AgeIdentity> identities;
    std::size_t hybrid_identities = 0;
    std::vector<std::string> passphrases;
    bool armored = false;
    Bytes file;
};

std::filesystem::path folder() {
    const char* corpus = std::getenv("KEEPSAKE_CORPUS");
    const std::filesystem::path root =
        corpus != nullptr ? corpus : KEEPSAKE_SOURCE_DIR "/../shared/corpus";
    return root / "age" / "age-cctv";
}

Bytes inflated(ByteView compressed) {
    Bytes out;
    z_stream zlib{};
    zlib.next_in = const_cast<Bytef*>(compressed.data());
    zlib.avail_in = static_cast<uInt>(compressed.size());
    EXPECT_EQ(inflateInit(&zlib), Z_OK);
    std::array<std::uint8_t, 64UL * 1024> piece{};
    int result = Z_OK;
    while (result == Z_OK) {
        zlib.next_out = piece.data();
        zlib.avail_out = piece.size();
        result = inflate(&zlib, Z_NO_FLUSH);
        out.insert(out.end(), piece.begin(), piece.end() - zlib.avail_out);
    }
    EXPECT_EQ(result, Z_STREAM_END);
    inflateEnd(&zlib);
    return out;
}

void take_field(Vector& vector, std::string_view key, std::string_view value, bool& compressed) {
    if (key == "expect") {
        vector.expect = value;
    } else if (key == "payload") {
        vector.payload = value;
    } else if (key == "passphrase") {
        vector.passphrases.emplace_back(value);
    } else if (key == "armored") {
        vector.armored = value == "yes";
    } else if (key == "compressed") {
        EXPECT_EQ(value, "zlib");
        compressed = true;
    } else if (key == "identity") {
        auto identity = AgeIdentity::from_text(value);
        if (identity) {
            vector.identities.push_back(*std::move(identity));
        } else {
            EXPECT_EQ(identity.error().code(), ErrorCode::unsupported) << value;
            ++vector.hybrid_identities;
        }
    } else {
        EXPECT_TRUE(key == "file key" || key == "comment") << key;
    }
}

Vector load(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    Vector vector;
    vector.name = path.filename();
    bool compressed = false;
    std::size_t at = 0;
    for (;;) {
        const std::size_t end = text.find('\n', at);
        if (end == std::string::npos) {
            ADD_FAILURE() << "no empty line in " << path;
            return vector;
        }
        const std::string_view line = std::string_view(text).substr(at, end - at);
        at = end + 1;
        if (line.empty()) break;
        const std::size_t colon = line.find(": ");
        take_field(vector, line.substr(0, colon), line.substr(colon + 2), compressed);
    }
    const ByteView rest = as_bytes(text).subspan(at);
    vector.file = compressed ? inflated(rest) : Bytes(rest.begin(), rest.end());
    return vector;
}

std::string expected_class(const Vector& vector) {
    if (std::ranges::find(kUnsupported, vector.name) != kUnsupported.end()) {
        EXPECT_GT(vector.hybrid_identities, 0U) << "only what needs one may be passed over";
        return "unsupported";
    }
    return vector.expect;
}

std::string class_of(const Error& error) {
    const std::string message = error.message();
    if (error.code() == ErrorCode::wrong_key) return "no match";
    if (error.code() == ErrorCode::unsupported) return "unsupported";
    if (error.code() != ErrorCode::corrupt && error.code() != ErrorCode::limit)
        return error.describe();
    if (message.starts_with("age header MAC: ")) return "HMAC failure";
    if (message.starts_with("age header: ")) return "header failure";
    if (message.starts_with("its bytes are not those that were sealed: ")) return "payload failure";
    if (message.starts_with("age armor: ")) return "armor failure";
    return error.describe();
}

/// Like a person who tries each passphrase, or an identity file.
Unwrap unwrap_for(const Vector& vector) {
    return [&vector](const AgeHeader& header) -> Result<Secret> {
        if (vector.passphrases.empty()) return unwrap_with_identities(header, vector.identities);
        for (const std::string& passphrase : vector.passphrases) {
            auto key = unwrap_with_passphrase(header, Secret(std::string_view(passphrase)));
            if (key || key.error().code() != ErrorCode::wrong_key) return key;
        }
        return Error(ErrorCode::wrong_key, "no passphrase fits");
    };
}

struct Outcome {
    std::string what;
    Bytes released;
};

Outcome stream(const Vector& vector) {
    Outcome outcome;
    const auto done = age_decrypt_stream(read_some_from(vector.file), write_to(outcome.released),
                                         unwrap_for(vector),
                                         vector.armored ? ArmorInput::required : ArmorInput::none);
    outcome.what = done ? "success" : class_of(done.error());
    return outcome;
}

Outcome seek(const Vector& vector) {
    Outcome outcome;
    const auto read = [&]() -> Result<> {
        Bytes file = vector.file;
        if (vector.armored) {
            TRY_LET(file, age_dearmor(vector.file));
        }
        TRY_LET(AgeFileReader reader,
                AgeFileReader::open(read_at_from(file), file.size(), unwrap_for(vector)));
        Bytes piece(1000);
        for (;;) {
            TRY_LET(const std::size_t got, reader.read_at(outcome.released.size(), piece));
            if (got == 0) return {};
            outcome.released.insert(outcome.released.end(), piece.begin(),
                                    piece.begin() + static_cast<std::ptrdiff_t>(got));
        }
    };
    const auto done = read();
    outcome.what = done ? "success" : class_of(done.error());
    return outcome;
}

std::vector<Vector> load_all() {
    std::vector<Vector> vectors;
    for (const auto& entry : std::filesystem::directory_iterator(folder()))
        vectors.push_back(load(entry.path()));
    std::ranges::sort(vectors, {}, &Vector::name);
    return vectors;
}

class AgeVectors : public ::testing::Test {
  protected:
    void SetUp() override {
        if (!std::filesystem::is_directory(folder()))
            GTEST_SKIP() << "the age vectors are not at " << folder() << " (KEEPSAKE_CORPUS)";
        vectors_ = load_all();
        ASSERT_EQ(vectors_.size(), kVectors);
    }
    std::vector<Vector> vectors_;
};

TEST_F(AgeVectors, GiveTheirClassAndTheirBytesWhenStreamed) {
    std::size_t successes = 0;
    for (const Vector& vector : vectors_) {
        SCOPED_TRACE(vector.name);
        const std::string expected = expected_class(vector);
        const Outcome outcome = stream(vector);
        EXPECT_EQ(outcome.what, expected);
        if (expected == "success" || expected == "payload failure") {
            EXPECT_EQ(to_hex(sha256(outcome.released)), vector.payload);
        } else if (expected != "armor failure") {
            EXPECT_TRUE(outcome.released.empty());
        }
        successes += expected == "success" ? 1 : 0;
    }
    EXPECT_EQ(successes, 26U - 5U) << "five successes need a post-quantum identity";
}

TEST_F(AgeVectors, GiveTheirClassAndNothingFalseWhenSoughtIn) {
    for (const Vector& vector : vectors_) {
        SCOPED_TRACE(vector.name);
        const std::string expected = expected_class(vector);
        const Outcome outcome = seek(vector);
        EXPECT_EQ(outcome.what, expected);
        if (expected == "success") {
            EXPECT_EQ(to_hex(sha256(outcome.released)), vector.payload);
        } else if (expected == "payload failure") {
            // The end is proved first, so that less is released than by a stream: a prefix of it.
            const Bytes streamed = stream(vector).released;
            ASSERT_LE(outcome.released.size(), streamed.size());
            EXPECT_TRUE(std::ranges::equal(outcome.released,
                                           ByteView(streamed).first(outcome.released.size())));
        } else {
            EXPECT_TRUE(outcome.released.empty());
        }
    }
}

TEST_F(AgeVectors, AreWrittenBackAsTheyWereRead) {
    std::size_t headers = 0;
    for (const Vector& vector : vectors_) {
        SCOPED_TRACE(vector.name);
        if (vector.armored) {
            const auto file = age_dearmor(vector.file);
            const std::set<std::string> otherwise = {"armor_crlf", "armor_no_eol",
                                                     "armor_whitespace_outside"};
            if (file && vector.expect == "success" && !otherwise.contains(vector.name)) {
                EXPECT_EQ(age_armor(*file), as_text(vector.file));
            }
            continue;
        }
        const auto header = parse_age_header(vector.file);
        if (!header) continue;
        EXPECT_EQ(age_header_to_mac(header->stanzas) + age_mac_line_rest(header->mac),
                  header->bytes);
        ++headers;
    }
    EXPECT_GT(headers, 60U);
}

}  // namespace
}  // namespace keepsake::crypto
