#include "archive/object_file.h"

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"
#include "crypto/sha256_pair.h"
#include "model/ids.h"
#include "os/file_system.h"

namespace keepsake::archive {
namespace {

// Below this a second thread costs more than it gains: whole files already keep all cores busy.
constexpr std::uint64_t kParallelHashBytes = 16UL << 20U;

// Hashes blocks in order; from a certain size on in a thread of its own, so that one large file
// uses two cores.
class ContentHasher {
  public:
    explicit ContentHasher(std::uint64_t expected_bytes) {
        if (expected_bytes >= kParallelHashBytes)
            thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    }
    ContentHasher(const ContentHasher&) = delete;
    ContentHasher& operator=(const ContentHasher&) = delete;
    ~ContentHasher() {
        if (!thread_.joinable()) return;
        thread_.request_stop();
        wake_.notify_all();
    }

    // The block must stay as it is until the next call of begin() or finish().
    void begin(ByteView block) {
        if (!thread_.joinable()) {
            hash_.update(block);
            return;
        }
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return block_.empty(); });
        block_ = block;
        wake_.notify_all();
    }
    crypto::Sha256Digest finish() {
        if (thread_.joinable()) {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [&] { return block_.empty(); });
        }
        return hash_.finish();
    }

  private:
    void run(const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        while (wake_.wait(lock, stop, [&] { return !block_.empty(); })) {
            const auto block = block_;
            lock.unlock();
            hash_.update(block);
            lock.lock();
            block_ = {};
            wake_.notify_all();
        }
    }

    crypto::Sha256 hash_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    ByteView block_;
    std::jthread thread_;  // last: it ends before what it uses
};

Error stopped() { return {ErrorCode::cancelled, "stopped"}; }

// Seals chunk by chunk, hashing what goes in and what comes out side by side. Gathers what is
// sealed and writes it in whole pages, as a disk takes no others past the cache.
class Sealing {
  public:
    Sealing(os::WritableFile& file, crypto::AgePayloadWriter& writer, ObjectBuffers& buffers)
        : file_(&file), writer_(&writer), memory_(buffers.pages()) {}

    void begin(ByteView header) {
        for (const auto bytes : {header, writer_->nonce()}) {
            std::ranges::copy(bytes, memory_.subspan(waiting_bytes_).begin());
            hashes_.update(bytes, {});
            count(bytes.size());
        }
    }
    void seal(ByteView block, bool last) {
        do {
            const auto chunk = block.first(std::min(block.size(), crypto::kAgeChunkBytes));
            block = block.subspan(chunk.size());
            const auto sealed =
                memory_.subspan(waiting_bytes_, chunk.size() + crypto::kAgeTagBytes);
            writer_->seal_chunk(chunk, last && block.empty(), sealed);
            hashes_.update(sealed, chunk);
            count(sealed.size());
        } while (!block.empty());
    }
    Result<> write_pages() {
        const auto rest = waiting_bytes_ % ObjectBuffers::kPageBytes;
        const auto whole = memory_.first(waiting_bytes_ - rest);
        TRY(file_->append(whole));
        std::ranges::copy(memory_.subspan(whole.size(), rest), memory_.begin());
        waiting_bytes_ = rest;
        return {};
    }
    Result<> write_all() { return file_->append(memory_.first(std::exchange(waiting_bytes_, 0))); }
    void start_writeback() { file_->start_writeback(); }

    std::uint64_t bytes() const { return bytes_; }
    // Of the file, and of what is sealed in it.
    crypto::Sha256Digests hashes() { return hashes_.finish(); }

  private:
    void count(std::size_t size_bytes) {
        waiting_bytes_ += size_bytes;
        bytes_ += size_bytes;
    }

    os::WritableFile* file_;
    crypto::AgePayloadWriter* writer_;
    MutableBytes memory_;
    std::size_t waiting_bytes_ = 0;  // at the beginning of memory_, not yet appended
    crypto::Sha256Pair hashes_;
    std::uint64_t bytes_ = 0;
};

Result<> seal_blocks(Sealing& sealing, const crypto::ReadAt& source, std::uint64_t content_bytes,
                     ObjectBuffers& buffers, const std::stop_token& stop) {
    std::uint64_t done = 0;
    for (std::size_t turn = 0; turn == 0 || done < content_bytes; ++turn) {
        if (stop.stop_requested()) return stopped();
        const auto wanted = static_cast<std::size_t>(
            std::min<std::uint64_t>(content_bytes - done, ObjectBuffers::kBlockBytes));
        const auto block = buffers.plain(0).first(wanted);
        TRY_LET(const auto got, source(done, block));
        if (got != wanted) return Error(ErrorCode::changed, "it became shorter while it was read");
        done += wanted;
        const bool last = done == content_bytes;
        sealing.seal(block, last);
        TRY(last ? sealing.write_all() : sealing.write_pages());
        // The disk works while the next is sealed; the group's sync then finds little left.
        if (turn % 8 == 7 || last) sealing.start_writeback();
    }
    return {};
}

Result<SealedObject> seal_into(os::WritableFile& file, const crypto::ReadAt& source,
                               std::uint64_t content_bytes, const crypto::AgeRecipient& recipient,
                               crypto::RandomSource& random, ObjectBuffers& buffers,
                               const std::stop_token& stop) {
    auto age = crypto::new_age_file({&recipient, 1}, random);
    crypto::AgePayloadWriter writer(age.file_key, random);
    if (content_bytes >= kLeastPastCacheBytes) file.write_past_cache();
    Sealing sealing(file, writer, buffers);
    sealing.begin(as_bytes(age.header));
    TRY(seal_blocks(sealing, source, content_bytes, buffers, stop));
    SealedObject sealed;
    const auto hashes = sealing.hashes();
    sealed.object = {hashes.first};
    sealed.content = {hashes.second};
    sealed.content_bytes = content_bytes;
    sealed.object_bytes = sealing.bytes();
    sealed.header = std::move(age.header);
    sealed.file_key = std::move(age.file_key);
    return sealed;
}

// A file of which the first bytes are replaced.
class Reheaded final : public os::ReadableFile {
  public:
    Reheaded(const os::ReadableFile& file, std::string header)
        : file_(&file), header_(std::move(header)) {}
    Result<std::size_t> read_at(std::uint64_t offset_bytes, MutableBytes out) const override {
        TRY_LET(const auto got, file_->read_at(offset_bytes, out));
        for (std::size_t i = 0; i < got && offset_bytes + i < header_.size(); ++i)
            out[i] = static_cast<std::uint8_t>(header_[static_cast<std::size_t>(offset_bytes) + i]);
        return got;
    }
    Result<os::FileInfo> info() const override { return file_->info(); }
    void drop_cache() const override { file_->drop_cache(); }

  private:
    const os::ReadableFile* file_;
    std::string header_;
};

Result<Bytes> read_start(const os::ReadableFile& file, std::uint64_t size_bytes) {
    // An X25519 header has about 170 bytes; the limit is for what others may have written.
    constexpr std::size_t kUsual = 4096;
    for (const std::size_t wanted :
         {kUsual, crypto::kAgeLargestHeaderBytes + crypto::kAgeNonceBytes}) {
        Bytes start(static_cast<std::size_t>(std::min<std::uint64_t>(size_bytes, wanted)));
        TRY_LET(const auto got, file.read_at(0, start));
        start.resize(got);
        const auto header = crypto::parse_age_header(start);
        if (header || header.error().code() != ErrorCode::not_found || got < wanted) return start;
    }
    return Error(ErrorCode::corrupt, "its header does not end");
}

// The hashes that a reading is asked for; both at once cost about what one does.
class ReadingHashes {
  public:
    ReadingHashes(ProofOf proof, std::uint64_t content_bytes)
        : proof_(proof), content_(proof == ProofOf::content ? content_bytes : 0) {}

    void take_header(ByteView bytes) {
        if (proof_ != ProofOf::content) pair_.update(bytes, {});
    }
    // `plain` must stay as it is until the next call.
    void take_block(ByteView sealed, ByteView plain) {
        if (proof_ == ProofOf::content)
            content_.begin(plain);
        else
            pair_.update(sealed, proof_ == ProofOf::both ? plain : ByteView());
    }
    void finish(ObjectProof& proof) {
        if (proof_ == ProofOf::content) {
            proof.content = model::ContentId{content_.finish()};
            return;
        }
        const auto hashes = pair_.finish();
        proof.object = {hashes.first};
        if (proof_ == ProofOf::both) proof.content = model::ContentId{hashes.second};
    }

  private:
    ProofOf proof_;
    crypto::Sha256Pair pair_;  // of the file and of its content
    ContentHasher content_;
};

// Reads and opens the payload block by block.
class ObjectReading {
  public:
    ObjectReading(const os::ReadableFile& file, crypto::AgePayloadReader reader,
                  std::uint64_t payload_offset, ObjectBuffers& buffers)
        : file_(&file),
          reader_(std::move(reader)),
          payload_offset_(payload_offset),
          buffers_(&buffers) {}

    Result<> run(ReadingHashes& hashes, const PlaintextSink& sink, const std::stop_token& stop) {
        const auto chunks = reader_.chunk_count();
        std::size_t turn = 0;
        for (std::uint64_t first = 0; first < chunks;
             first += ObjectBuffers::kBlockChunks, ++turn) {
            if (stop.stop_requested()) return stopped();
            const auto count = std::min<std::uint64_t>(ObjectBuffers::kBlockChunks, chunks - first);
            TRY_LET(const auto sealed, read_sealed(first, count));
            TRY_LET(const auto plain, open_block(first, count, sealed, buffers_->plain(turn % 2)));
            hashes.take_block(sealed, plain);
            if (sink) TRY(sink(plain));
        }
        return {};
    }

  private:
    Result<ByteView> read_sealed(std::uint64_t first, std::uint64_t count) {
        std::size_t bytes = 0;
        for (std::uint64_t i = 0; i < count; ++i) bytes += reader_.sealed_chunk_bytes(first + i);
        // Whole pages are read, as a disk read past the cache gives no others.
        const auto offset = payload_offset_ + reader_.sealed_chunk_offset(first);
        const auto before = static_cast<std::size_t>(offset % ObjectBuffers::kPageBytes);
        const auto whole = (before + bytes + ObjectBuffers::kPageBytes - 1) /
                           ObjectBuffers::kPageBytes * ObjectBuffers::kPageBytes;
        const auto pages = buffers_->pages().first(whole);
        TRY_LET(const auto got, file_->read_at(offset - before, pages));
        if (got < before + bytes) return Error(ErrorCode::corrupt, "the file ends early");
        return ByteView(pages.subspan(before, bytes));
    }
    Result<ByteView> open_block(std::uint64_t first, std::uint64_t count, ByteView sealed,
                                MutableBytes out) {
        std::size_t written = 0;
        for (std::uint64_t i = 0; i < count; ++i) {
            const auto bytes = reader_.sealed_chunk_bytes(first + i);
            TRY(reader_.open_chunk(first + i, sealed.first(bytes),
                                   out.subspan(written, bytes - crypto::kAgeTagBytes)));
            sealed = sealed.subspan(bytes);
            written += bytes - crypto::kAgeTagBytes;
        }
        return ByteView(out.first(written));
    }

    const os::ReadableFile* file_;
    crypto::AgePayloadReader reader_;
    std::uint64_t payload_offset_;
    ObjectBuffers* buffers_;
};

enum class Zeros : std::uint8_t { fine, damage };

Result<model::FileHash> hash_blocks(const os::ReadableFile& file, MutableBytes buffer, Zeros zeros,
                                    const std::stop_token& stop) {
    crypto::Sha256 hash;
    for (std::uint64_t offset = 0;;) {
        if (stop.stop_requested()) return stopped();
        TRY_LET(const auto got, file.read_at(offset, buffer));
        const auto is_zero = [](std::uint8_t byte) { return byte == 0; };
        if (zeros == Zeros::damage && got == buffer.size() && std::ranges::all_of(buffer, is_zero))
            return Error(ErrorCode::corrupt,
                         "it holds nothing from byte " + std::to_string(offset) + " on");
        hash.update(buffer.first(got));
        offset += got;
        if (got < buffer.size()) break;
    }
    return model::FileHash{hash.finish()};
}

// Whole pages that hold a sealed block, wherever it begins.
constexpr std::size_t kSealedPages =
    ObjectBuffers::kSealedBlockBytes / ObjectBuffers::kPageBytes + 2;

}  // namespace

ObjectBuffers::ObjectBuffers() : memory_(2 * kBlockBytes + (kSealedPages + 1) * kPageBytes) {
    const auto misplaced = reinterpret_cast<std::uintptr_t>(memory_.data()) % kPageBytes;
    const auto aligned = MutableBytes(memory_).subspan((kPageBytes - misplaced) % kPageBytes);
    plain_[0] = aligned.first(kBlockBytes);
    plain_[1] = aligned.subspan(kBlockBytes, kBlockBytes);
    pages_ = aligned.subspan(2 * kBlockBytes, kSealedPages * kPageBytes);
}

ObjectBuffers::~ObjectBuffers() {
    for (const auto block : plain_) crypto::wipe(block);
}

Result<SealedObject> seal_object(os::FileSystem& files, const std::string& temporary_path,
                                 const crypto::ReadAt& source, std::uint64_t content_bytes,
                                 const crypto::AgeRecipient& recipient,
                                 crypto::RandomSource& random, ObjectBuffers& buffers, bool sync,
                                 const std::stop_token& stop) {
    TRY_LET(auto file, files.create(temporary_path, false));
    auto sealed = seal_into(*file, source, content_bytes, recipient, random, buffers, stop);
    Result<> finished;
    if (sealed && sync) finished = file->sync();
    if (sealed && finished) finished = file->close();
    if (!sealed || !finished) {
        file.reset();
        static_cast<void>(files.remove_file(temporary_path));
        return sealed ? std::move(finished).error() : std::move(sealed).error();
    }
    sealed->temporary_path = temporary_path;
    return sealed;
}

Result<ObjectProof> read_object(
    const os::ReadableFile& file,
    const std::function<Result<crypto::Secret>(const crypto::AgeHeader&)>& unwrap, ProofOf proof,
    ObjectBuffers& buffers, const PlaintextSink& sink, const std::stop_token& stop) {
    TRY_LET(const auto info, file.info());
    TRY_LET(const auto start, read_start(file, info.size_bytes));
    auto header = crypto::parse_age_header(start);
    if (!header) {
        if (header.error().code() == ErrorCode::not_found)
            return Error(ErrorCode::corrupt, "its header is cut off");
        return std::move(header).error();
    }
    const auto payload_offset = header->bytes.size();
    if (start.size() < payload_offset + crypto::kAgeNonceBytes)
        return Error(ErrorCode::corrupt, "the file ends after its header");
    TRY_LET(const auto file_key, unwrap(*header));
    TRY_LET(const auto content_bytes,
            crypto::age_plaintext_bytes(info.size_bytes - payload_offset));
    const auto nonce = ByteView(start).subspan(payload_offset, crypto::kAgeNonceBytes);

    ReadingHashes hashes(proof, content_bytes);
    hashes.take_header(ByteView(start).first(payload_offset + crypto::kAgeNonceBytes));
    ObjectReading reading(file, crypto::AgePayloadReader(file_key, nonce, content_bytes),
                          payload_offset, buffers);
    TRY(reading.run(hashes, sink, stop));
    ObjectProof result;
    hashes.finish(result);
    result.header = std::move(header->bytes);
    result.content_bytes = content_bytes;
    return result;
}

Result<model::FileHash> hash_file(const os::ReadableFile& file, MutableBytes buffer,
                                  const std::stop_token& stop) {
    return hash_blocks(file, buffer, Zeros::fine, stop);
}

Result<model::FileHash> hash_archive_file(const os::ReadableFile& file, MutableBytes buffer,
                                          const std::stop_token& stop) {
    return hash_blocks(file, buffer, Zeros::damage, stop);
}

std::unique_ptr<os::ReadableFile> with_header(const os::ReadableFile& file, std::string header) {
    return std::make_unique<Reheaded>(file, std::move(header));
}

}  // namespace keepsake::archive
