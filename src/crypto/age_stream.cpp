#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/age.h"
#include "crypto/age_parts.h"
#include "crypto/random.h"
#include "crypto/secret.h"

namespace keepsake::crypto {

Result<std::size_t> fill_from(const ReadSome& read, MutableBytes out) {
    std::size_t filled = 0;
    while (filled < out.size()) {
        TRY_LET(const std::size_t got, read(out.subspan(filled)));
        assert(got <= out.size() - filled);
        if (got == 0) break;
        filled += got;
    }
    return filled;
}

Result<std::size_t> Rewound::read(MutableBytes out) {
    if (given_ == first_.size()) return rest_(out);
    const std::size_t now = std::min(out.size(), first_.size() - given_);
    std::ranges::copy(ByteView(first_).subspan(given_, now), out.begin());
    given_ += now;
    return now;
}

namespace {

struct HeaderAndRest {
    AgeHeader header;
    Bytes rest;  // read past the header
};

Result<HeaderAndRest> read_header(const ReadSome& read) {
    Bytes start;
    for (std::size_t want = 1024;; want = std::min(want * 8, kAgeLargestHeaderBytes)) {
        const std::size_t had = start.size();
        start.resize(want);
        TRY_LET(const std::size_t got, fill_from(read, MutableBytes(start).subspan(had)));
        start.resize(had + got);
        Result<AgeHeader> header = parse_age_header(start);
        if (header) {
            const auto end = static_cast<std::ptrdiff_t>(header->bytes.size());
            start.erase(start.begin(), start.begin() + end);
            return HeaderAndRest{*std::move(header), std::move(start)};
        }
        if (header.error().code() != ErrorCode::not_found) return std::move(header).error();
        if (start.size() < want) return age_header_error("the file ends within it");
    }
}

/// Gives out each chunk as soon as it is authenticated. Whether a full chunk is the last one is
/// known only by which of the two nonces opens it.
Result<> decrypt_payload(const ReadSome& read, const WriteAll& write, const Secret& file_key) {
    std::array<std::uint8_t, kAgeNonceBytes> nonce{};
    TRY_LET(const std::size_t nonce_got, fill_from(read, nonce));
    if (nonce_got != nonce.size())
        return age_header_error("the file ends before the payload's nonce");
    AgeChunks chunks(file_key, nonce);
    Bytes sealed(kAgeSealedChunkBytes);
    Secret plaintext(kAgeChunkBytes);
    for (std::uint64_t index = 0;; ++index) {
        TRY_LET(const std::size_t got, fill_from(read, sealed));
        if (got < kAgeTagBytes) return age_payload_error("it ends before its last chunk does");
        if (got == kAgeTagBytes && index > 0) return age_payload_error("its last chunk is empty");
        const ByteView chunk = ByteView(sealed).first(got);
        const MutableBytes opened = plaintext.mutable_view().first(got - kAgeTagBytes);
        const bool more = got == kAgeSealedChunkBytes && chunks.open(index, false, chunk, opened);
        if (!more && !chunks.open(index, true, chunk, opened))
            return age_payload_error("a chunk fails authentication");
        TRY(write(opened));
        if (more) continue;
        TRY_LET(const std::size_t after, read(MutableBytes(sealed).first(1)));
        if (after != 0) return age_payload_error("something follows its last chunk");
        return {};
    }
}

Result<> decrypt_binary(const ReadSome& read, const WriteAll& write,
                        const std::function<Result<Secret>(const AgeHeader&)>& unwrap) {
    TRY_LET(HeaderAndRest start, read_header(read));
    TRY_LET(const Secret file_key, unwrap(start.header));
    Rewound rewound(std::move(start.rest), read);
    return decrypt_payload([&rewound](MutableBytes out) { return rewound.read(out); }, write,
                           file_key);
}

Result<> encrypt_binary(const ReadSome& read, const WriteAll& write, const AgeNewFile& file,
                        RandomSource& random) {
    AgePayloadWriter payload(file.file_key, random);
    TRY(write(as_bytes(file.header)));
    TRY(write(payload.nonce()));
    // Two buffers: a chunk is the last one if nothing can be read after it.
    Secret current(kAgeChunkBytes);
    Secret next(kAgeChunkBytes);
    Bytes sealed(kAgeSealedChunkBytes);
    TRY_LET(std::size_t current_bytes, fill_from(read, current.mutable_view()));
    for (;;) {
        std::size_t next_bytes = 0;
        if (current_bytes == kAgeChunkBytes) {
            TRY_LET(next_bytes, fill_from(read, next.mutable_view()));
        }
        const MutableBytes out = MutableBytes(sealed).first(current_bytes + kAgeTagBytes);
        payload.seal_chunk(current.view().first(current_bytes), next_bytes == 0, out);
        TRY(write(out));
        if (next_bytes == 0) return {};
        std::swap(current, next);
        current_bytes = next_bytes;
    }
}

}  // namespace

Result<> age_decrypt_stream(const ReadSome& read, const WriteAll& write,
                            const std::function<Result<Secret>(const AgeHeader&)>& unwrap,
                            ArmorInput armor) {
    if (armor == ArmorInput::detected) {
        Bytes start(kAgeArmorDetectBytes);
        TRY_LET(const std::size_t got, fill_from(read, start));
        start.resize(got);
        armor = looks_armored(start) ? ArmorInput::required : ArmorInput::none;
        Rewound rewound(std::move(start), read);
        return age_decrypt_stream([&rewound](MutableBytes out) { return rewound.read(out); }, write,
                                  unwrap, armor);
    }
    if (armor == ArmorInput::none) return decrypt_binary(read, write, unwrap);
    ArmorReader reader(read);
    return decrypt_binary([&reader](MutableBytes out) { return reader.read(out); }, write, unwrap);
}

Result<> age_encrypt_stream(const ReadSome& read, const WriteAll& write, const AgeNewFile& file,
                            RandomSource& random, bool armored) {
    if (!armored) return encrypt_binary(read, write, file, random);
    ArmorWriter armor(write);
    TRY(armor.begin());
    TRY(encrypt_binary(
        read, [&armor](ByteView bytes) { return armor.write(bytes); }, file, random));
    return armor.finish();
}

}  // namespace keepsake::crypto
