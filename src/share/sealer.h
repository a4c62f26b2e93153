#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/age_keys.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "media/reader_pool.h"
#include "share/destination.h"

namespace keepsake::share {

using Json = nlohmann::ordered_json;

/// Seals what a share holds, each file under an identity of its own, into its destination.
/// Memory: one chunk of a file. Thread safety: one thread at a time.
class Sealer {
  public:
    Sealer(Destination& destination, crypto::RandomSource& random, std::stop_token stop)
        : destination_(&destination), random_(&random), stop_(std::move(stop)) {}

    /// A new file under a random name; gives FILE (docs/formats/share.md). Errors: cancelled; those
    /// of source and destination.
    Result<Json> seal(ByteView plaintext);
    Result<Json> seal(media::Source& plaintext);
    /// TOLD behind a passphrase: for the link's identity, and within it for the passphrase. Gives
    /// FILE without a key.
    Result<Json> seal_locked(ByteView plaintext, const crypto::AgeRecipient& link,
                             const crypto::Secret& passphrase);
    /// The head, for the link's identity.
    Result<> seal_head(ByteView plaintext, const crypto::AgeRecipient& link);

    std::uint64_t sealed_bytes() const { return sealed_bytes_; }

  private:
    Result<Json> seal_for(const crypto::AgeRecipient& recipient, media::Source& plaintext,
                          const std::string& name);

    Destination* destination_;
    crypto::RandomSource* random_;
    std::stop_token stop_;
    std::uint64_t sealed_bytes_ = 0;
};

}  // namespace keepsake::share
