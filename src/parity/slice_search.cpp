#include "parity/slice_search.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "os/file_system.h"
#include "parity/crc32.h"
#include "parity/crew.h"
#include "parity/md5.h"
#include "parity/recovery_set.h"
#include "parity/verify.h"

namespace keepsake::parity {
namespace {

constexpr std::size_t kChunkBytes = 256ULL << 10U;
constexpr std::uint64_t kSegmentBytes = 16ULL << 20U;
constexpr std::uint64_t kVainTimes = 16;
constexpr std::uint64_t kVainBytes = 64ULL << 20U;

}  // namespace

struct SliceSearch::Scan {
    const os::ReadableFile& file;
    std::uint32_t source;
    std::uint64_t vain_left;  ///< bytes that may still be hashed in vain
    std::uint32_t last_found = 0;
    Bytes piece = Bytes(kChunkBytes);

    // Fills `out` with the file's bytes from `offset`, then zeros. False where reading fails.
    bool fill(std::uint64_t offset, MutableBytes out) const {
        const auto got = file.read_at(offset, out);
        if (!got.has_value()) return false;
        std::ranges::fill(out.subspan(*got), std::uint8_t{0});
        return true;
    }
    // The MD5 of `valid` bytes and zeros up to `total`.
    std::optional<Md5Digest> digest(std::uint64_t offset, std::uint64_t valid,
                                    std::uint64_t total) {
        Md5 md5;
        for (std::uint64_t done = 0; done < total;) {
            const auto is_zeros = done >= valid;
            const auto left = (is_zeros ? total : valid) - done;
            const MutableBytes out(piece.data(), std::min<std::uint64_t>(left, piece.size()));
            if (is_zeros) {
                std::ranges::fill(out, std::uint8_t{0});
            } else if (!fill(offset + done, out)) {
                return std::nullopt;
            }
            md5.update(out);
            done += out.size();
        }
        return md5.finish();
    }
    // The register over `total` bytes from `offset`.
    std::optional<std::uint32_t> register_at(std::uint64_t offset, std::uint64_t total,
                                             std::uint64_t file_bytes) {
        auto state = kCrc32Start;
        const auto valid = std::min(total, file_bytes - std::min(file_bytes, offset));
        for (std::uint64_t done = 0; done < valid;) {
            const MutableBytes out(piece.data(),
                                   std::min<std::uint64_t>(valid - done, piece.size()));
            if (!fill(offset + done, out)) return std::nullopt;
            state = best_crc32_engine().advance(state, out.data(), out.size());
            done += out.size();
        }
        return crc32_over_zeros(state, total - valid);
    }
};

SliceSearch::SliceSearch(os::FileSystem& files, const RecoverySet& set, Findings& findings)
    : files_(files), set_(set), findings_(findings), rolling_(set.slice_bytes) {
    for (const auto& file : set.files) {
        for (std::uint32_t i = 0; i < file.slices.size(); ++i) {
            if (findings.slices[file.first_slice + i]) continue;
            const auto offset = std::uint64_t{i} * set.slice_bytes;
            const auto bytes = std::min(set.slice_bytes, file.size_bytes - offset);
            wanted_.push_back({file.slices[i].crc32, file.slices[i].md5, file.first_slice + i,
                               bytes < set.slice_bytes, bytes});
            filter_.set(file.slices[i].crc32 % kFilterBits);
        }
    }
    std::ranges::sort(wanted_, {}, &Wanted::crc32);
    left_ = wanted_.size();
}

bool SliceSearch::all_found() {
    const std::scoped_lock lock(mutex_);
    return left_ == 0;
}

Result<> SliceSearch::run(const std::vector<Gap>& gaps, const Crew& crew) {
    std::vector<Gap> segments;
    for (const auto& gap : gaps)
        for (auto from = gap.from; from < gap.end; from += std::min(kSegmentBytes, gap.end - from))
            segments.push_back({gap.source, from, from + std::min(kSegmentBytes, gap.end - from)});
    return crew.run(segments.size(), [&](std::size_t i) { return search(segments[i], crew); });
}

Result<> SliceSearch::search(const Gap& gap, const Crew& crew) {
    if (all_found()) return {};
    const auto file = files_.open(findings_.sources[gap.source]);
    if (!file.has_value()) return {};
    const auto info = (*file)->info();
    if (!info.has_value()) return {};
    Scan scan{.file = **file,
              .source = gap.source,
              .vain_left = kVainTimes * (gap.end - gap.from) + kVainBytes};
    Bytes leaving(kChunkBytes);
    Bytes entering(kChunkBytes);
    const auto end = std::min(gap.end, info->size_bytes);
    for (auto at = gap.from; at < end;) {
        TRY(crew.check());
        if (all_found()) return {};
        auto state = scan.register_at(at, set_.slice_bytes, info->size_bytes);
        if (!state) {
            at += kChunkBytes;
            continue;
        }
        bool has_jumped = false;
        while (at < end && !has_jumped) {
            TRY(crew.check());
            const auto count = std::min<std::uint64_t>(kChunkBytes, end - at);
            if (!scan.fill(at, MutableBytes(leaving).first(count)) ||
                !scan.fill(at + set_.slice_bytes, MutableBytes(entering).first(count))) {
                at += count;  // a fresh start beyond what cannot be read
                break;
            }
            for (std::size_t i = 0; i < count; ++i) {
                const auto crc = crc32_of(*state);
                if (filter_.test(crc % kFilterBits) && try_at(scan, at + i, crc)) {
                    at += i + set_.slice_bytes;
                    try_tail(scan, at);
                    has_jumped = true;
                    break;
                }
                state = rolling_.slide(*state, leaving[i], entering[i]);
            }
            if (!has_jumped) at += count;
        }
    }
    return {};
}

bool SliceSearch::try_at(Scan& scan, std::uint64_t offset, std::uint32_t crc) {
    const auto [begin, end] = std::ranges::equal_range(wanted_, crc, {}, &Wanted::crc32);
    if (begin == end || scan.vain_left == 0) return false;
    const auto digest = scan.digest(offset, set_.slice_bytes, set_.slice_bytes);
    if (!digest) return false;
    bool is_right = false;
    for (auto wanted = begin; wanted != end; ++wanted) {
        if (wanted->md5 != *digest) continue;
        enter(*wanted, scan.source, offset);
        scan.last_found = wanted->slice;
        is_right = true;
    }
    if (!is_right) scan.vain_left -= std::min(scan.vain_left, set_.slice_bytes);
    return is_right;
}

// A short slice that follows its predecessor, whatever follows itself.
void SliceSearch::try_tail(Scan& scan, std::uint64_t offset) {
    const auto tail = std::ranges::find_if(wanted_, [&](const Wanted& wanted) {
        return wanted.is_tail && wanted.slice == scan.last_found + 1;
    });
    if (tail == wanted_.end()) return;
    const auto digest = scan.digest(offset, tail->bytes, set_.slice_bytes);
    if (digest == tail->md5) enter(*tail, scan.source, offset);
}

void SliceSearch::enter(const Wanted& wanted, std::uint32_t source, std::uint64_t offset) {
    const std::scoped_lock lock(mutex_);
    auto& place = findings_.slices[wanted.slice];
    if (!place) --left_;
    const bool is_earlier = !place || source < place->source ||
                            (source == place->source && offset < place->offset_bytes);
    if (is_earlier) place = SlicePlace{source, offset};
}

}  // namespace keepsake::parity
