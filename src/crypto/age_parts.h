#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/aead.h"
#include "crypto/age.h"
#include "crypto/secret.h"

/// What the age sources share and nobody else needs.
namespace keepsake::crypto {

inline constexpr std::size_t kAgeFileKeyBytes = 16;
inline constexpr std::size_t kAgeMacBytes = 32;
inline constexpr std::size_t kAgeSealedChunkBytes = kAgeChunkBytes + kAgeTagBytes;
/// As far as armor is looked for: the white space that may precede it, and its begin line.
inline constexpr std::size_t kAgeArmorDetectBytes = 1024 + 34;
inline constexpr std::string_view kAgeScryptType = "scrypt";
inline constexpr std::string_view kAgeX25519Type = "X25519";
inline constexpr std::string_view kAgeHybridType = "mlkem768x25519";

// The first words say which part of the file is at fault; the testkit's classes rest on them.
Error age_armor_error(std::string_view why,
                      std::source_location where = std::source_location::current());
Error age_header_error(std::string_view why,
                       std::source_location where = std::source_location::current());
Error age_payload_error(std::string_view why,
                        std::source_location where = std::source_location::current());

/// A header up to and with "---": what the MAC is over.
std::string age_header_to_mac(std::span<const AgeStanza> stanzas);
/// " ", the MAC and LF: what follows it.
std::string age_mac_line_rest(ByteView mac);
/// HMAC-SHA-256 by the key that the file key gives.
std::array<std::uint8_t, kAgeMacBytes> age_header_mac(const Secret& file_key,
                                                      std::string_view header_to_mac);

/// The payload's chunks under one file key and nonce.
class AgeChunks {
  public:
    AgeChunks(const Secret& file_key, ByteView nonce);
    void seal(std::uint64_t index, bool last, ByteView plaintext, MutableBytes out);
    bool open(std::uint64_t index, bool last, ByteView sealed, MutableBytes out);

  private:
    ChaCha20Poly1305 cipher_;
};

/// Reads until `out` is full or the source ends; fewer bytes mean the end.
Result<std::size_t> fill_from(const ReadSome& read, MutableBytes out);

/// Bytes already read, then the rest of their source. Requires: `rest` outlives it.
class Rewound {
  public:
    Rewound(Bytes first, const ReadSome& rest) : first_(std::move(first)), rest_(rest) {}
    Result<std::size_t> read(MutableBytes out);

  private:
    Bytes first_;
    std::size_t given_ = 0;
    const ReadSome& rest_;
};

/// Takes the armor off a stream, with bounded memory. The end is reported only once the end line
/// and all that follows it have been seen to be right. Requires: `source` outlives it.
/// Errors: corrupt; those of the source.
class ArmorReader {
  public:
    explicit ArmorReader(const ReadSome& source);
    Result<std::size_t> read(MutableBytes out);

  private:
    enum class Place : std::uint8_t { before, body, done };
    Result<> refill();
    Result<> skip_white_space();
    Result<std::string_view> next_line();
    Result<> begin();
    Result<> next_body_line();

    const ReadSome& source_;
    Place place_ = Place::before;
    Bytes input_;
    std::size_t at_ = 0;
    std::size_t held_ = 0;
    bool source_ended_ = false;
    bool short_line_seen_ = false;
    Bytes decoded_;
    std::size_t given_ = 0;
};

/// Puts armor on a stream. Requires: `sink` outlives it.
class ArmorWriter {
  public:
    explicit ArmorWriter(const WriteAll& sink) : sink_(sink) {}
    Result<> begin();
    Result<> write(ByteView bytes);
    Result<> finish();

  private:
    Result<> put_lines(ByteView bytes);
    const WriteAll& sink_;
    Bytes pending_;  // less than a line
};

}  // namespace keepsake::crypto
