#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/age_keys.h"
#include "crypto/random.h"
#include "crypto/secret.h"

/// age v1 encryption: the header, its X25519 and scrypt stanzas, and the STREAM payload.
/// Source: https://age-encryption.org/v1 (C2SP/age.md).
namespace keepsake::crypto {

inline constexpr std::size_t kAgeChunkBytes = 64UL * 1024;  ///< plaintext of a full chunk
inline constexpr std::size_t kAgeTagBytes = 16;
inline constexpr std::size_t kAgeNonceBytes = 16;  ///< between header and first chunk
inline constexpr std::size_t kAgeLargestHeaderBytes =
    64UL * 1024;                               ///< a limit of ours, against hostile input
inline constexpr int kScryptLogN = 18;         ///< what is written
inline constexpr int kScryptLargestLogN = 22;  ///< what is read
/// Identities times X25519 stanzas tried on one header (about a second), against hostile headers.
inline constexpr std::size_t kAgeLargestUnwrapTries = 20'000;

/// Payload arithmetic. The empty plaintext has one empty chunk.
std::uint64_t age_payload_bytes(std::uint64_t plaintext_bytes);  ///< nonce and chunks with tags
/// Plaintext size of a payload (nonce included). Errors: corrupt if no payload has that size.
Result<std::uint64_t> age_plaintext_bytes(std::uint64_t payload_bytes);

/// One recipient stanza as it stands in a header.
struct AgeStanza {
    std::string type;
    std::vector<std::string> arguments;
    Bytes body;
};

/// A parsed header; `bytes` is the header verbatim, from "age-encryption.org/v1" to the MAC line's
/// LF.
struct AgeHeader {
    std::vector<AgeStanza> stanzas;
    Bytes mac;  ///< 32 bytes
    std::string bytes;
    bool is_scrypt() const;
    /// logN of the scrypt stanza, if it is one.
    std::optional<int> scrypt_log_n() const;
};

/// Parses a header at the start of `input` (which may go on with the payload).
/// Errors: corrupt by the grammar (scrypt not alone and a version past v1 included);
/// limit; not_found if `input` ends before the header does.
Result<AgeHeader> parse_age_header(ByteView input);

/// The file key by the first identity that fits. Verifies the header's MAC.
/// Errors: wrong_key if none fits ("no match"); corrupt for a malformed X25519 stanza or a bad MAC,
/// and for a malformed hybrid post-quantum stanza if none fits; unsupported if none fits and a
/// well-formed hybrid stanza is there; limit past kAgeLargestUnwrapTries.
Result<Secret> unwrap_with_identities(const AgeHeader& header,
                                      std::span<const AgeIdentity> identities);
/// The same by a passphrase. Errors: wrong_key, also if the header has no scrypt stanza; corrupt
/// for a malformed one or a bad MAC; limit for a work factor over `largest_log_n` or 22, or past
/// the system's memory.
Result<Secret> unwrap_with_passphrase(const AgeHeader& header, const Secret& passphrase,
                                      int largest_log_n = kScryptLargestLogN);

/// A new file's header and keys. Requires: at least one recipient, each from an identity or from
/// AgeRecipient::from_text; the memory for the passphrase's scrypt (1024 << log_n bytes), without
/// which the process ends.
struct AgeNewFile {
    std::string header;  ///< bytes of the header
    Secret file_key;     ///< 16 bytes
};
AgeNewFile new_age_file(std::span<const AgeRecipient> recipients, RandomSource& random);
AgeNewFile new_age_file_for_passphrase(const Secret& passphrase, RandomSource& random,
                                       int log_n = kScryptLogN);

/// Seals a payload chunk by chunk. Thread safety: one thread at a time.
/// Memory: the caller's buffers only.
class AgePayloadWriter {
  public:
    /// Takes the file key and a fresh nonce.
    AgePayloadWriter(const Secret& file_key, RandomSource& random);
    AgePayloadWriter(AgePayloadWriter&&) noexcept;
    AgePayloadWriter& operator=(AgePayloadWriter&&) noexcept;
    ~AgePayloadWriter();

    /// The 16 bytes that follow the header.
    ByteView nonce() const;
    /// Seals one chunk into `out`. Requires: plaintext is kAgeChunkBytes long unless `last`; only
    /// an empty file's single chunk may be empty; out has plaintext.size() + kAgeTagBytes.
    void seal_chunk(ByteView plaintext, bool last, MutableBytes out);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Opens a payload's chunks in any order, each authenticated before a byte of it is given out.
/// Thread safety: open_chunk may be called from several threads only on separate objects.
class AgePayloadReader {
  public:
    /// `nonce`: the 16 bytes after the header. `plaintext_bytes`: from the payload's size, by
    /// age_plaintext_bytes; that it is true is proved only when the last chunk opens.
    AgePayloadReader(const Secret& file_key, ByteView nonce, std::uint64_t plaintext_bytes);
    AgePayloadReader(AgePayloadReader&&) noexcept;
    AgePayloadReader& operator=(AgePayloadReader&&) noexcept;
    ~AgePayloadReader();

    std::uint64_t plaintext_bytes() const;
    std::uint64_t chunk_count() const;
    /// Sealed bytes of chunk `index` (with its tag), and where they start, counted from the nonce's
    /// first byte.
    std::size_t sealed_chunk_bytes(std::uint64_t index) const;
    std::uint64_t sealed_chunk_offset(std::uint64_t index) const;
    /// Opens chunk `index` into `out` (sealed size less the tag). Errors: corrupt; `out` is then
    /// wiped.
    Result<> open_chunk(std::uint64_t index, ByteView sealed, MutableBytes out);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Reads `out` from offset; fewer bytes mean the end (the shape of os::ReadableFile::read_at).
using ReadAt = std::function<Result<std::size_t>(std::uint64_t offset_bytes, MutableBytes out)>;

/// A whole age file for reading at any offset, with one chunk's worth of memory.
/// Invariant: the end is authenticated before anything is given out (the last chunk opens in
/// open()), so a truncated file is never taken for a shorter one, also when seeking.
class AgeFileReader {
  public:
    /// Errors: those of parse_age_header and unwrap_*; corrupt.
    static Result<AgeFileReader> open(
        ReadAt source, std::uint64_t size_bytes,
        const std::function<Result<Secret>(const AgeHeader&)>& unwrap);
    const AgeHeader& header() const { return header_; }
    std::uint64_t plaintext_bytes() const { return payload_.plaintext_bytes(); }
    /// Plaintext at an offset; fewer bytes than asked mean the end. Errors: corrupt; those of the
    /// source.
    Result<std::size_t> read_at(std::uint64_t offset_bytes, MutableBytes out);

  private:
    AgeFileReader(ReadAt source, AgeHeader header, AgePayloadReader payload);
    Result<> read_sealed(std::uint64_t index);
    Result<> load_chunk(std::uint64_t index);
    ReadAt source_;
    AgeHeader header_;
    AgePayloadReader payload_;
    Secret chunk_;  // sealed bytes as they are read, then the plaintext of chunk_index_
    std::size_t chunk_bytes_ = 0;
    std::uint64_t chunk_index_ = UINT64_MAX;
};

/// Whole small files in memory.
Bytes age_seal(ByteView plaintext, std::span<const AgeRecipient> recipients, RandomSource& random);
Bytes age_seal_for_passphrase(ByteView plaintext, const Secret& passphrase, RandomSource& random,
                              int log_n = kScryptLogN);
/// Errors: those of AgeFileReader::open; trailing bytes are corrupt.
Result<Secret> age_open(ByteView file,
                        const std::function<Result<Secret>(const AgeHeader&)>& unwrap);
Result<Secret> age_open(ByteView file, std::span<const AgeIdentity> identities);

/// ASCII armor ("-----BEGIN AGE ENCRYPTED FILE-----"): whole, in memory.
std::string age_armor(ByteView file);
bool looks_armored(ByteView input);
/// Strict by the specification (LF or CRLF, 64 columns, canonical base64; white space only around
/// it). Errors: corrupt; limit past `limit_bytes`.
Result<Bytes> age_dearmor(ByteView text, std::size_t limit_bytes = 64UL * 1024 * 1024);

/// Whether a stream's input is armored.
enum class ArmorInput : std::uint8_t { none, detected, required };

/// Streams: from a source without seeking to a sink, with bounded memory; armor detected or asked
/// for. `read` fills what it can (0 means the end); `write` gets only authenticated plaintext.
using ReadSome = std::function<Result<std::size_t>(MutableBytes out)>;
using WriteAll = std::function<Result<>(ByteView bytes)>;
Result<> age_decrypt_stream(const ReadSome& read, const WriteAll& write,
                            const std::function<Result<Secret>(const AgeHeader&)>& unwrap,
                            ArmorInput armor = ArmorInput::detected);
Result<> age_encrypt_stream(const ReadSome& read, const WriteAll& write, const AgeNewFile& file,
                            RandomSource& random, bool armored);

}  // namespace keepsake::crypto
