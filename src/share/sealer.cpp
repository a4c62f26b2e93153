#include "share/sealer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"
#include "media/reader_pool.h"
#include "share/destination.h"
#include "share/random_name.h"

namespace keepsake::share {
namespace {

constexpr int kPhoneLogN = 15;  // a phone must do it: 32 MiB, some tenths of a second
constexpr std::size_t kNameBytes = 16;

std::string new_name(crypto::RandomSource& random) {
    return random_name(random, kNameBytes) + ".age";
}

}  // namespace

Result<Json> Sealer::seal(ByteView plaintext) {
    media::MemorySource source(plaintext);
    return seal(source);
}

Result<Json> Sealer::seal(media::Source& plaintext) {
    const auto identity = crypto::AgeIdentity::generate(*random_);
    TRY_LET(auto sealed, seal_for(identity.recipient(), plaintext, new_name(*random_)));
    Json file;
    file["name"] = sealed["name"];
    file["key"] = std::string(identity.to_text().text());
    file["bytes"] = sealed["bytes"];
    file["size"] = sealed["size"];
    file["sha256"] = sealed["sha256"];
    return file;
}

Result<Json> Sealer::seal_locked(ByteView plaintext, const crypto::AgeRecipient& link,
                                 const crypto::Secret& passphrase) {
    const auto inner = crypto::age_seal_for_passphrase(plaintext, passphrase, *random_, kPhoneLogN);
    media::MemorySource source(inner);
    return seal_for(link, source, new_name(*random_));
}

Result<> Sealer::seal_head(ByteView plaintext, const crypto::AgeRecipient& link) {
    media::MemorySource source(plaintext);
    TRY(seal_for(link, source, std::string(kHeadName)));
    return {};
}

Result<Json> Sealer::seal_for(const crypto::AgeRecipient& recipient, media::Source& plaintext,
                              const std::string& name) {
    const auto made = crypto::new_age_file({&recipient, 1}, *random_);
    crypto::AgePayloadWriter writer(made.file_key, *random_);
    const auto total = plaintext.size_bytes();
    const auto size = made.header.size() + crypto::age_payload_bytes(total);
    crypto::Sha256 hash;
    const auto put = [&](ByteView bytes) {
        hash.update(bytes);
        return destination_->append(bytes);
    };
    TRY(destination_->begin(name, size));
    TRY(put(as_bytes(made.header)));
    TRY(put(writer.nonce()));
    crypto::Secret chunk(crypto::kAgeChunkBytes);
    Bytes sealed(crypto::kAgeChunkBytes + crypto::kAgeTagBytes);
    std::uint64_t at = 0;
    do {
        if (stop_.stop_requested()) return Error(ErrorCode::cancelled, "stopped");
        const auto count =
            static_cast<std::size_t>(std::min<std::uint64_t>(crypto::kAgeChunkBytes, total - at));
        const auto part = chunk.mutable_view().first(count);
        if (count > 0) TRY(plaintext.read_at(at, part));
        at += count;
        const auto out = MutableBytes(sealed).first(count + crypto::kAgeTagBytes);
        writer.seal_chunk(part, at == total, out);
        TRY(put(out));
    } while (at < total);
    TRY(destination_->end());
    sealed_bytes_ += size;
    Json file;
    file["name"] = name;
    file["bytes"] = total;
    file["size"] = size;
    file["sha256"] = to_hex(hash.finish());
    return file;
}

}  // namespace keepsake::share
