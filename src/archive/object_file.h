#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "model/ids.h"
#include "os/file_system.h"

/// Object files: one original's bytes each, sealed in one pass, proved by reading back.
/// Source: docs/formats/objects.md.
namespace keepsake::archive {

/// What a thread needs to seal or to open objects: made once, used for many.
/// Memory: about 3 MiB.
class ObjectBuffers {
  public:
    static constexpr std::size_t kBlockChunks = 16;  ///< 1 MiB of plaintext at a time
    static constexpr std::size_t kBlockBytes = kBlockChunks * crypto::kAgeChunkBytes;
    static constexpr std::size_t kSealedBlockBytes =
        kBlockChunks * (crypto::kAgeChunkBytes + crypto::kAgeTagBytes);
    ObjectBuffers();
    ~ObjectBuffers();  // plaintext is wiped
    ObjectBuffers(const ObjectBuffers&) = delete;
    ObjectBuffers& operator=(const ObjectBuffers&) = delete;
    /// A block that begins at a page.
    MutableBytes plain(std::size_t which) { return plain_[which]; }
    /// For reading and writing whole pages: a sealed block and what stands around it, at a page's
    /// beginning.
    static constexpr std::size_t kPageBytes = 4096;
    MutableBytes pages() { return pages_; }

  private:
    Bytes memory_;
    MutableBytes plain_[2];  // in memory_, as are the pages
    MutableBytes pages_;
};

/// From this size on a file is written past the cache. Smaller ones are better gathered there, and
/// written in the order that suits the disk.
inline constexpr std::uint64_t kLeastPastCacheBytes = 1UL << 20U;

/// An object under a temporary name: written, not yet synced.
struct SealedObject {
    model::ObjectId object;
    model::ContentId content;
    std::uint64_t content_bytes = 0;
    std::uint64_t object_bytes = 0;
    std::string header;
    crypto::Secret file_key;
    std::string temporary_path;
};

/// Seals `content_bytes` of `source` into a new file at `temporary_path`, hashing what goes in and
/// what comes out in the same pass. `sync`: fsync before closing (where nothing syncs it later).
/// Errors: changed if the source ends early; cancelled; those of the source and of writing. On
/// failure the temporary file is removed.
Result<SealedObject> seal_object(os::FileSystem& files, const std::string& temporary_path,
                                 const crypto::ReadAt& source, std::uint64_t content_bytes,
                                 const crypto::AgeRecipient& recipient,
                                 crypto::RandomSource& random, ObjectBuffers& buffers, bool sync,
                                 const std::stop_token& stop);

/// What a whole reading of an object file proved.
struct ObjectProof {
    model::ObjectId object;  ///< SHA-256 of the file as it is
    std::string header;
    std::optional<model::ContentId>
        content;  ///< SHA-256 of the plaintext; none if asked without a key
    std::uint64_t content_bytes = 0;
};

/// Which of the two hashes a reading is to give; a hash that is not asked for is left zero.
enum class ProofOf { file, content, both };

/// Where the plaintext goes while it is read (may be empty: nowhere); each call is authenticated.
using PlaintextSink = std::function<Result<>(ByteView)>;

/// Reads a whole object file, opens every chunk. Errors: corrupt; wrong_key; cancelled; io.
Result<ObjectProof> read_object(
    const os::ReadableFile& file,
    const std::function<Result<crypto::Secret>(const crypto::AgeHeader&)>& unwrap, ProofOf proof,
    ObjectBuffers& buffers, const PlaintextSink& sink, const std::stop_token& stop);

/// SHA-256 of a file as it is. Errors: cancelled; io.
Result<model::FileHash> hash_file(const os::ReadableFile& file, MutableBytes buffer,
                                  const std::stop_token& stop);
/// The same of a file of an archive. Errors: also corrupt if it holds a whole buffer of zeros: none
/// does, and a hole of a terabyte, which takes no room, would take an hour to hash.
Result<model::FileHash> hash_archive_file(const os::ReadableFile& file, MutableBytes buffer,
                                          const std::stop_token& stop);

/// An object whose damaged header is replaced by the journal's while it is read; the file is not
/// touched. Requires: `file` outlives the result.
std::unique_ptr<os::ReadableFile> with_header(const os::ReadableFile& file, std::string header);

}  // namespace keepsake::archive
