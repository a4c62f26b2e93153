#include "parity/recovery_writer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "os/file_system.h"
#include "parity/accumulators.h"
#include "parity/buffer.h"
#include "parity/crew.h"
#include "parity/md5.h"
#include "parity/memory_plan.h"
#include "parity/new_file.h"
#include "parity/packets.h"
#include "parity/recovery_set.h"
#include "parity/set_shape.h"
#include "parity/slice_input.h"

namespace keepsake::parity {
namespace {

constexpr std::size_t kDigestFrom = 16;
constexpr std::uint64_t kPieceBytes = 4ULL << 20U;

}  // namespace

RecoveryWriter::RecoveryWriter(os::FileSystem& files, NewFile file, const SetId& set,
                               const SetShape& shape, const MemoryPlan& memory)
    : files_(&files), file_(std::move(file)), set_(set), shape_(shape), memory_(memory) {}

Result<RecoveryWriter> RecoveryWriter::create(os::FileSystem& files, const std::string& path,
                                              const SetId& set, const SetShape& shape,
                                              const MemoryPlan& memory) {
    TRY_LET(auto file, NewFile::create(files, path));
    RecoveryWriter writer(files, std::move(file), set, shape, memory);
    if (memory.columns_a_pass < shape.slice_bytes) {
        TRY_LET(auto part, NewFile::create(files, path + ".part"));
        writer.part_.emplace(std::move(part));
        writer.digests_.resize(shape.recovery_slices);
    }
    return writer;
}

Result<> RecoveryWriter::append(ByteView bytes) {
    written_bytes_ += bytes.size();
    return file_.append(bytes);
}

Result<> RecoveryWriter::begin(std::vector<Bytes> packets) {
    packets_ = std::move(packets);
    for (const auto& packet : packets_) TRY(append(packet));
    return {};
}

Result<> RecoveryWriter::take(const Accumulators& sums, const Crew& crew) {
    return part_ ? gather(sums, crew) : write_whole(sums, crew);
}

Result<std::uint64_t> RecoveryWriter::finish() {
    if (part_) TRY(write_gathered());
    for (const auto& packet : packets_) TRY(append(packet));
    TRY(file_.finish());
    file_.keep();
    return written_bytes_;
}

// One copy stands before all recovery slices and one after them; the others are spread between.
Result<> RecoveryWriter::write_small_packets_after(std::uint32_t recovery_slice) {
    const std::uint64_t all = (critical_copies(shape_.recovery_slices) - 2) * packets_.size();
    const auto wanted = all * (recovery_slice + 1) / shape_.recovery_slices;
    for (; packets_between_ < wanted; ++packets_between_)
        TRY(append(packets_[packets_between_ % packets_.size()]));
    return {};
}

std::size_t RecoveryWriter::packets_at_once(std::uint64_t each_bytes) const {
    const auto fitting = memory_.buffer_bytes / each_bytes;
    return std::clamp<std::uint64_t>(fitting, 1, shape_.recovery_slices);
}

Result<> RecoveryWriter::write_whole(const Accumulators& sums, const Crew& crew) {
    const auto packet_bytes = kRecoveryDataFrom + shape_.slice_bytes;
    const auto at_once = packets_at_once(packet_bytes);
    const Buffer buffer(at_once * packet_bytes);
    for (std::uint32_t first = 0; first < shape_.recovery_slices;
         first += static_cast<std::uint32_t>(at_once)) {
        const auto count = std::min<std::size_t>(at_once, shape_.recovery_slices - first);
        std::vector<Md5State> states(count);
        std::vector<Md5Run> runs;
        runs.reserve(count);
        const auto packet_at = [&](std::size_t i) { return buffer.data() + i * packet_bytes; };
        TRY(crew.run(count, [&](std::size_t i) -> Result<> {
            const auto prefix =
                recovery_prefix(set_, shape_.slice_bytes, static_cast<std::uint32_t>(first + i));
            std::ranges::copy(prefix, packet_at(i));
            sums.get(first + i, {packet_at(i) + kRecoveryDataFrom, shape_.slice_bytes});
            return {};
        }));
        const auto hashed_bytes = packet_bytes - kPacketHashedFrom;
        for (std::size_t i = 0; i < count; ++i)
            runs.push_back(
                {&states[i], packet_at(i) + kPacketHashedFrom, hashed_bytes / kMd5BlockBytes});
        md5_advance(best_md5_engine(), runs);
        const auto tail = hashed_bytes % kMd5BlockBytes;
        for (std::size_t i = 0; i < count; ++i) {
            auto* const packet = packet_at(i);
            const auto digest =
                md5_finish(states[i], {packet + packet_bytes - tail, tail}, hashed_bytes);
            std::ranges::copy(digest, packet + kDigestFrom);
            TRY(append({packet, packet_bytes}));
            TRY(write_small_packets_after(static_cast<std::uint32_t>(first + i)));
        }
        file_.start_writeback();
    }
    return {};
}

Result<> RecoveryWriter::gather(const Accumulators& sums, const Crew& crew) {
    const auto column_bytes = sums.columns().bytes;
    const auto at_once = packets_at_once(column_bytes);
    const Buffer buffer(at_once * column_bytes);
    for (std::size_t first = 0; first < sums.outputs(); first += at_once) {
        const auto count = std::min(at_once, sums.outputs() - first);
        TRY(crew.run(count, [&](std::size_t i) -> Result<> {
            const auto output = first + i;
            const MutableBytes data(buffer.data() + i * column_bytes, column_bytes);
            sums.get(output, data);
            if (sums.columns().from == 0) {
                const auto prefix =
                    recovery_prefix(set_, shape_.slice_bytes, static_cast<std::uint32_t>(output));
                digests_[output].update(ByteView(prefix).subspan(kPacketHashedFrom));
            }
            digests_[output].update(data);
            return {};
        }));
        TRY(part_->append({buffer.data(), count * column_bytes}));
    }
    gathered_.push_back(sums.columns());
    return {};
}

Result<> RecoveryWriter::write_gathered() {
    TRY_LET(const auto part, files_->open(part_->path()));
    const Buffer buffer(std::min(kPieceBytes, memory_.columns_a_pass));
    for (std::uint32_t output = 0; output < shape_.recovery_slices; ++output) {
        auto prefix = recovery_prefix(set_, shape_.slice_bytes, output);
        std::ranges::copy(digests_[output].finish(), prefix.begin() + kDigestFrom);
        TRY(append(prefix));
        for (const auto& columns : gathered_) {
            const auto from = columns.from * shape_.recovery_slices + output * columns.bytes;
            for (std::uint64_t done = 0; done < columns.bytes;) {
                const MutableBytes piece(
                    buffer.data(), std::min<std::uint64_t>(buffer.size(), columns.bytes - done));
                TRY_LET(const auto read, part->read_at(from + done, piece));
                if (read != piece.size())
                    return Error(ErrorCode::io, "it is shorter than written").with(part_->path());
                TRY(append(piece));
                done += piece.size();
            }
        }
        TRY(write_small_packets_after(output));
    }
    return {};
}

}  // namespace keepsake::parity
