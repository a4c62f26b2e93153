#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/aead.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "crypto/age_parts.h"
#include "crypto/kdf.h"
#include "crypto/random.h"
#include "crypto/secret.h"

namespace keepsake::crypto {
namespace {

std::uint64_t chunks_of(std::uint64_t plaintext_bytes) {
    if (plaintext_bytes == 0) return 1;
    return (plaintext_bytes - 1) / kAgeChunkBytes + 1;
}

/// The STREAM nonce: an 11-byte big-endian counter, of which 8 bytes are all that a file can need,
/// and the flag of the last chunk.
AeadNonce chunk_nonce(std::uint64_t index, bool last) {
    AeadNonce nonce{};
    for (std::size_t i = 0; i < 8; ++i) nonce[10 - i] = static_cast<std::uint8_t>(index >> (8 * i));
    nonce[11] = last ? 1 : 0;
    return nonce;
}

}  // namespace

std::uint64_t age_payload_bytes(std::uint64_t plaintext_bytes) {
    return kAgeNonceBytes + plaintext_bytes + chunks_of(plaintext_bytes) * kAgeTagBytes;
}

Result<std::uint64_t> age_plaintext_bytes(std::uint64_t payload_bytes) {
    if (payload_bytes < kAgeNonceBytes + kAgeTagBytes)
        return age_payload_error("it ends before its first chunk");
    const std::uint64_t sealed = payload_bytes - kAgeNonceBytes;
    const std::uint64_t chunks = (sealed - 1) / kAgeSealedChunkBytes + 1;
    const std::uint64_t last = sealed - (chunks - 1) * kAgeSealedChunkBytes;
    if (last < kAgeTagBytes) return age_payload_error("it ends within a chunk's tag");
    if (last == kAgeTagBytes && chunks > 1) return age_payload_error("its last chunk is empty");
    return sealed - chunks * kAgeTagBytes;
}

AgeChunks::AgeChunks(const Secret& file_key, ByteView nonce)
    : cipher_(hkdf_sha256(file_key.view(), nonce, "payload").view()) {
    assert(nonce.size() == kAgeNonceBytes);
}

void AgeChunks::seal(std::uint64_t index, bool last, ByteView plaintext, MutableBytes out) {
    cipher_.seal(chunk_nonce(index, last), plaintext, out);
}

bool AgeChunks::open(std::uint64_t index, bool last, ByteView sealed, MutableBytes out) {
    return cipher_.open(chunk_nonce(index, last), sealed, out);
}

struct AgePayloadWriter::State {
    std::array<std::uint8_t, kAgeNonceBytes> nonce;
    AgeChunks chunks;
    std::uint64_t next = 0;
    bool finished = false;
};

AgePayloadWriter::AgePayloadWriter(const Secret& file_key, RandomSource& random) {
    std::array<std::uint8_t, kAgeNonceBytes> nonce{};
    random.fill(nonce);
    state_ = std::make_unique<State>(State{nonce, AgeChunks(file_key, nonce)});
}
AgePayloadWriter::AgePayloadWriter(AgePayloadWriter&&) noexcept = default;
AgePayloadWriter& AgePayloadWriter::operator=(AgePayloadWriter&&) noexcept = default;
AgePayloadWriter::~AgePayloadWriter() = default;

ByteView AgePayloadWriter::nonce() const { return state_->nonce; }

void AgePayloadWriter::seal_chunk(ByteView plaintext, bool last, MutableBytes out) {
    assert(!state_->finished);
    assert(plaintext.size() == kAgeChunkBytes || (last && plaintext.size() < kAgeChunkBytes));
    assert(!plaintext.empty() || state_->next == 0);
    state_->chunks.seal(state_->next++, last, plaintext, out);
    state_->finished = last;
}

struct AgePayloadReader::State {
    AgeChunks chunks;
    std::uint64_t plaintext_bytes;
};

AgePayloadReader::AgePayloadReader(const Secret& file_key, ByteView nonce,
                                   std::uint64_t plaintext_bytes)
    : state_(std::make_unique<State>(State{AgeChunks(file_key, nonce), plaintext_bytes})) {}
AgePayloadReader::AgePayloadReader(AgePayloadReader&&) noexcept = default;
AgePayloadReader& AgePayloadReader::operator=(AgePayloadReader&&) noexcept = default;
AgePayloadReader::~AgePayloadReader() = default;

std::uint64_t AgePayloadReader::plaintext_bytes() const { return state_->plaintext_bytes; }
std::uint64_t AgePayloadReader::chunk_count() const { return chunks_of(state_->plaintext_bytes); }

std::size_t AgePayloadReader::sealed_chunk_bytes(std::uint64_t index) const {
    assert(index < chunk_count());
    const std::uint64_t left = state_->plaintext_bytes - index * kAgeChunkBytes;
    return static_cast<std::size_t>(std::min<std::uint64_t>(left, kAgeChunkBytes)) + kAgeTagBytes;
}

std::uint64_t AgePayloadReader::sealed_chunk_offset(std::uint64_t index) const {
    assert(index < chunk_count());
    return kAgeNonceBytes + index * kAgeSealedChunkBytes;
}

Result<> AgePayloadReader::open_chunk(std::uint64_t index, ByteView sealed, MutableBytes out) {
    assert(out.size() + kAgeTagBytes == sealed_chunk_bytes(index));
    const bool last = index + 1 == chunk_count();
    if (sealed.size() != sealed_chunk_bytes(index)) {
        wipe(out);
        return age_payload_error("a chunk is cut short");
    }
    if (!state_->chunks.open(index, last, sealed, out))
        return age_payload_error(last ? "its last chunk fails authentication"
                                      : "a chunk fails authentication");
    return {};
}

AgeFileReader::AgeFileReader(ReadAt source, AgeHeader header, AgePayloadReader payload)
    : source_(std::move(source)),
      header_(std::move(header)),
      payload_(std::move(payload)),
      chunk_(payload_.sealed_chunk_bytes(0)) {}

namespace {

/// Short reads of a first piece, as a header for one recipient has about 200 bytes.
Result<AgeHeader> read_header(const ReadAt& source, std::uint64_t size_bytes) {
    constexpr std::size_t kFirstBytes = 1024;
    const auto largest =
        static_cast<std::size_t>(std::min<std::uint64_t>(size_bytes, kAgeLargestHeaderBytes));
    Bytes start;
    for (std::size_t want = std::min(kFirstBytes, largest);; want = std::min(want * 8, largest)) {
        start.resize(want);
        TRY_LET(const std::size_t got, source(0, start));
        if (got != want) return age_header_error("the file ends within it");
        Result<AgeHeader> header = parse_age_header(start);
        if (header || header.error().code() != ErrorCode::not_found) return header;
        if (want == largest) return age_header_error("the file ends within it");
    }
}

}  // namespace

Result<AgeFileReader> AgeFileReader::open(
    ReadAt source, std::uint64_t size_bytes,
    const std::function<Result<Secret>(const AgeHeader&)>& unwrap) {
    TRY_LET(AgeHeader header, read_header(source, size_bytes));
    TRY_LET(const Secret file_key, unwrap(header));
    std::array<std::uint8_t, kAgeNonceBytes> nonce{};
    TRY_LET(const std::size_t got, source(header.bytes.size(), nonce));
    if (got != nonce.size()) return age_header_error("the file ends before the payload's nonce");
    TRY_LET(const std::uint64_t plaintext, age_plaintext_bytes(size_bytes - header.bytes.size()));
    AgeFileReader reader(std::move(source), std::move(header),
                         AgePayloadReader(file_key, nonce, plaintext));
    TRY(reader.load_chunk(reader.payload_.chunk_count() - 1));
    return reader;
}

Result<> AgeFileReader::read_sealed(std::uint64_t index) {
    chunk_index_ = UINT64_MAX;
    const MutableBytes sealed = chunk_.mutable_view().first(payload_.sealed_chunk_bytes(index));
    TRY_LET(const std::size_t got,
            source_(header_.bytes.size() + payload_.sealed_chunk_offset(index), sealed));
    if (got != sealed.size()) return age_payload_error("a chunk is cut short");
    return {};
}

Result<> AgeFileReader::load_chunk(std::uint64_t index) {
    if (chunk_index_ == index) return {};
    TRY(read_sealed(index));
    const ByteView sealed = chunk_.view().first(payload_.sealed_chunk_bytes(index));
    const MutableBytes plaintext = chunk_.mutable_view().first(sealed.size() - kAgeTagBytes);
    TRY(payload_.open_chunk(index, sealed, plaintext));
    chunk_bytes_ = plaintext.size();
    chunk_index_ = index;
    return {};
}

Result<std::size_t> AgeFileReader::read_at(std::uint64_t offset_bytes, MutableBytes out) {
    std::size_t given = 0;
    while (given < out.size() && offset_bytes < plaintext_bytes()) {
        const std::uint64_t index = offset_bytes / kAgeChunkBytes;
        const auto skip = static_cast<std::size_t>(offset_bytes % kAgeChunkBytes);
        const std::size_t whole = payload_.sealed_chunk_bytes(index) - kAgeTagBytes;
        const MutableBytes rest = out.subspan(given);
        const std::size_t now = std::min(rest.size(), whole - skip);
        if (now == whole && chunk_index_ != index) {
            // A whole chunk is wanted: opened where it is to go (and wiped there if it fails).
            TRY(read_sealed(index));
            TRY(payload_.open_chunk(index, chunk_.view().first(whole + kAgeTagBytes),
                                    rest.first(whole)));
        } else {
            TRY(load_chunk(index));
            std::ranges::copy(chunk_.view().subspan(skip, now), rest.begin());
        }
        given += now;
        offset_bytes += now;
    }
    return given;
}

namespace {

Bytes seal_whole(ByteView plaintext, const AgeNewFile& file, RandomSource& random) {
    AgePayloadWriter payload(file.file_key, random);
    Bytes sealed;
    sealed.reserve(file.header.size() + age_payload_bytes(plaintext.size()));
    sealed.insert(sealed.end(), file.header.begin(), file.header.end());
    sealed.insert(sealed.end(), payload.nonce().begin(), payload.nonce().end());
    bool last = false;
    for (std::size_t at = 0; !last; at += kAgeChunkBytes) {
        const std::size_t now = std::min(kAgeChunkBytes, plaintext.size() - at);
        last = at + now == plaintext.size();
        const std::size_t start = sealed.size();
        sealed.resize(start + now + kAgeTagBytes);
        payload.seal_chunk(plaintext.subspan(at, now), last, MutableBytes(sealed).subspan(start));
    }
    return sealed;
}

}  // namespace

Bytes age_seal(ByteView plaintext, std::span<const AgeRecipient> recipients, RandomSource& random) {
    return seal_whole(plaintext, new_age_file(recipients, random), random);
}

Bytes age_seal_for_passphrase(ByteView plaintext, const Secret& passphrase, RandomSource& random,
                              int log_n) {
    return seal_whole(plaintext, new_age_file_for_passphrase(passphrase, random, log_n), random);
}

Result<Secret> age_open(ByteView file,
                        const std::function<Result<Secret>(const AgeHeader&)>& unwrap) {
    const auto source = [file](std::uint64_t offset_bytes,
                               MutableBytes out) -> Result<std::size_t> {
        if (offset_bytes >= file.size()) return 0;
        const ByteView there = file.subspan(static_cast<std::size_t>(offset_bytes));
        const std::size_t now = std::min(there.size(), out.size());
        std::ranges::copy(there.first(now), out.begin());
        return now;
    };
    TRY_LET(AgeFileReader reader, AgeFileReader::open(source, file.size(), unwrap));
    Secret plaintext(static_cast<std::size_t>(reader.plaintext_bytes()));
    TRY(reader.read_at(0, plaintext.mutable_view()));
    return plaintext;
}

Result<Secret> age_open(ByteView file, std::span<const AgeIdentity> identities) {
    return age_open(file, [identities](const AgeHeader& header) {
        return unwrap_with_identities(header, identities);
    });
}

}  // namespace keepsake::crypto
