#include "parity/verify.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "os/file_system.h"
#include "parity/buffer.h"
#include "parity/crew.h"
#include "parity/md5.h"
#include "parity/memory_plan.h"
#include "parity/recovery_set.h"
#include "parity/slice_input.h"
#include "parity/slice_search.h"
#include "parity/work.h"

namespace keepsake::parity {
namespace {

constexpr std::size_t kSlotsATask = 16;
constexpr std::size_t kPieceBytes = 1ULL << 20U;

class Verification {
  public:
    Verification(os::FileSystem& files, const std::string& base, const RecoverySet& set,
                 const Work& work)
        : files_(files), base_(base), set_(set), work_(work), crew_(work.threads, work.stop) {}

    Result<Findings> run(const std::vector<std::string>& further_paths) {
        findings_.slices.resize(set_.slice_count);
        findings_.files.resize(set_.files.size());
        sizes_.resize(set_.files.size());
        for (const auto& file : set_.files)
            findings_.sources.push_back(os::join_path(base_, file.name));
        findings_.sources.insert(findings_.sources.end(), further_paths.begin(),
                                 further_paths.end());
        TRY(crew_.run(set_.files.size(), [this](std::size_t i) { return look_at(i); }));
        TRY(check_slices());
        TRY(crew_.run(set_.files.size(), [this](std::size_t i) { return judge(i); }));
        TRY(search());
        count();
        return std::move(findings_);
    }

  private:
    Result<> look_at(std::size_t number) {
        auto& found = findings_.files[number];
        if (set_.files[number].name.empty()) return {};
        const auto& path = findings_.sources[number];
        auto info = files_.info(path);
        if (!info.has_value()) {
            if (info.error().code() != ErrorCode::not_found) give_up(number, info.error());
            return {};
        }
        if (info->kind != os::FileKind::regular) return {};
        found.state = FileState::damaged;  // until it is proved whole
        sizes_[number] = info->size_bytes;
        return {};
    }

    void give_up(std::size_t number, const Error& error) {
        const std::scoped_lock lock(mutex_);
        findings_.files[number].state = FileState::unreadable;
        findings_.files[number].problem = error.message();
    }

    // Every slice at its place.
    Result<> check_slices() {
        for (std::uint32_t i = 0; i < set_.files.size(); ++i) add_inputs(i);
        states_.resize(inputs_.size());
        const auto memory = plan_memory(work_.memory_bytes / 2, 0, set_.slice_bytes, padded_bytes_);
        const Buffer buffer(memory.buffer_bytes);
        Rounds rounds(inputs_, {0, set_.slice_bytes}, buffer.size());
        std::uint64_t done = 0;
        for (auto slots = rounds.next(); !slots.empty(); slots = rounds.next()) {
            const std::span<const Slot> all(slots);
            const auto tasks = (slots.size() + kSlotsATask - 1) / kSlotsATask;
            TRY(crew_.run(tasks, [&](std::size_t task) -> Result<> {
                const auto first = task * kSlotsATask;
                check(all.subspan(first, std::min(kSlotsATask, slots.size() - first)),
                      buffer.data());
                return {};
            }));
            for (const auto& slot : slots) done += slot.columns.bytes;
            if (work_.progress) work_.progress(done, padded_bytes_);
        }
        return {};
    }

    void add_inputs(std::uint32_t number) {
        const auto& file = set_.files[number];
        if (findings_.files[number].state != FileState::damaged) return;
        for (std::uint32_t i = 0; i < file.slices.size(); ++i) {
            const auto offset = std::uint64_t{i} * set_.slice_bytes;
            const auto there = std::min(file.size_bytes, sizes_[number]);
            if (offset >= there) break;
            inputs_.push_back({number, offset, std::min(set_.slice_bytes, there - offset)});
            slices_.push_back(file.first_slice + i);
            checksums_.push_back(&file.slices[i]);
            padded_bytes_ += set_.slice_bytes;
        }
    }

    void check(std::span<const Slot> slots, std::uint8_t* buffer) {
        SlotReader reader(files_, findings_.sources);
        std::vector<Md5Run> runs;
        std::vector<bool> is_read;
        for (const auto& slot : slots) {
            const auto& input = inputs_[slot.input];
            auto read = reader.read(input, slot, buffer + slot.at);
            if (!read.has_value()) give_up(input.source, read.error());
            is_read.push_back(read.has_value());
            runs.push_back(
                {&states_[slot.input], buffer + slot.at, slot.columns.bytes / kMd5BlockBytes});
        }
        md5_advance(best_md5_engine(), runs);
        for (std::size_t i = 0; i < slots.size(); ++i) {
            const auto& slot = slots[i];
            if (slot.columns.end() < set_.slice_bytes || !is_read[i]) continue;
            const auto tail = slot.columns.bytes % kMd5BlockBytes;
            const auto digest =
                md5_finish(states_[slot.input],
                           {buffer + slot.at + slot.columns.bytes - tail, tail}, set_.slice_bytes);
            if (digest != checksums_[slot.input]->md5) continue;
            const auto& input = inputs_[slot.input];
            findings_.slices[slices_[slot.input]] = SlicePlace{input.source, input.offset_bytes};
        }
    }

    // Whole or not; where the checksums of the slices were lost, by the hash of the file.
    Result<> judge(std::size_t number) {
        const auto& file = set_.files[number];
        auto& found = findings_.files[number];
        if (found.state != FileState::damaged || sizes_[number] != file.size_bytes) return {};
        const auto first = findings_.slices.begin() + file.first_slice;
        if (file.slices.empty() && file.slice_count > 0) {
            TRY_LET(const auto is_right, has_right_hash(number));
            if (!is_right) return {};
            for (std::uint32_t i = 0; i < file.slice_count; ++i)
                first[i] = SlicePlace{static_cast<std::uint32_t>(number), i * set_.slice_bytes};
        }
        const bool is_whole = std::all_of(first, first + file.slice_count,
                                          [](const auto& place) { return place.has_value(); });
        if (is_whole) found.state = FileState::whole;
        return {};
    }

    Result<bool> has_right_hash(std::size_t number) {
        SlotReader reader(files_, findings_.sources);
        auto file = reader.open(static_cast<std::uint32_t>(number));
        if (!file.has_value()) {
            give_up(number, file.error());
            return false;
        }
        Md5 digest;
        Bytes piece(kPieceBytes);
        for (std::uint64_t at = 0;;) {
            TRY(crew_.check());
            const auto got = (*file)->read_at(at, piece);
            if (!got.has_value()) {
                give_up(number, got.error());
                return false;
            }
            digest.update(ByteView(piece).first(*got));
            at += *got;
            if (*got < piece.size()) return digest.finish() == set_.files[number].md5;
        }
    }

    // Slices that moved: in what is damaged, wherever no slice is at its place.
    Result<> search() {
        const bool all_there = std::ranges::all_of(
            findings_.slices, [](const auto& place) { return place.has_value(); });
        if (all_there) return {};
        std::vector<Gap> gaps;
        for (std::uint32_t i = 0; i < set_.files.size(); ++i) {
            const auto state = findings_.files[i].state;
            if (state == FileState::damaged || state == FileState::unreadable) add_gaps(gaps, i);
        }
        for (auto i = set_.files.size(); i < findings_.sources.size(); ++i) {
            const auto info = files_.info(findings_.sources[i]);
            if (info.has_value())
                gaps.push_back({static_cast<std::uint32_t>(i), 0, info->size_bytes});
        }
        return SliceSearch(files_, set_, findings_).run(gaps, crew_);
    }

    void add_gaps(std::vector<Gap>& gaps, std::uint32_t number) const {
        const auto& file = set_.files[number];
        std::uint64_t from = 0;
        for (std::uint32_t i = 0; i < file.slice_count; ++i) {
            if (!findings_.slices[file.first_slice + i]) continue;
            const auto offset = i * set_.slice_bytes;
            if (offset > from) gaps.push_back({number, from, offset});
            from = offset + set_.slice_bytes;
        }
        if (from < sizes_[number]) gaps.push_back({number, from, sizes_[number]});
    }

    void count() {
        for (std::size_t i = 0; i < set_.files.size(); ++i) {
            const auto& file = set_.files[i];
            auto& found = findings_.files[i];
            for (std::uint32_t n = 0; n < file.slice_count; ++n) {
                const auto& place = findings_.slices[file.first_slice + n];
                if (!place) {
                    ++found.slices_lost;
                } else if (place->source != i || place->offset_bytes != n * set_.slice_bytes) {
                    ++found.slices_moved;
                }
            }
            findings_.slices_lost += found.slices_lost;
        }
    }

    os::FileSystem& files_;
    const std::string& base_;
    const RecoverySet& set_;
    const Work& work_;
    Crew crew_;
    Findings findings_;
    std::mutex mutex_;
    std::vector<std::uint64_t> sizes_;  ///< of the files as they are
    std::vector<SliceInput> inputs_;
    std::vector<Md5State> states_;       ///< of the inputs, as all below
    std::vector<std::uint32_t> slices_;  ///< their numbers in the set
    std::vector<const SliceChecksum*> checksums_;
    std::uint64_t padded_bytes_ = 0;
};

}  // namespace

bool Findings::all_whole() const {
    return std::ranges::all_of(
        files, [](const FileFindings& file) { return file.state == FileState::whole; });
}

bool can_repair(const RecoverySet& set, const Findings& findings) {
    return findings.slices_lost <= set.recovery.size();
}

Result<Findings> verify_set(os::FileSystem& files, const std::string& base, const RecoverySet& set,
                            const std::vector<std::string>& further_paths, const Work& work) {
    return Verification(files, base, set, work).run(further_paths);
}

}  // namespace keepsake::parity
