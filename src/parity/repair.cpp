#include "parity/repair.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
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
#include "parity/galois.h"
#include "parity/kernel.h"
#include "parity/matrix.h"
#include "parity/md5.h"
#include "parity/memory_plan.h"
#include "parity/new_file.h"
#include "parity/recovery_set.h"
#include "parity/slice_input.h"
#include "parity/verify.h"
#include "parity/work.h"

namespace keepsake::parity {
namespace {

constexpr std::size_t kSlotsATask = 8;
constexpr std::uint64_t kPieceBytes = 1ULL << 20U;

class Repair {
  public:
    Repair(os::FileSystem& files, const RecoverySet& set, const Findings& findings,
           std::span<const RepairTarget> targets, const Work& work)
        : files_(files),
          set_(set),
          findings_(findings),
          targets_(targets),
          work_(work),
          crew_(work.threads, work.stop),
          wanted_(set.slice_count, kNotWanted) {}

    Result<> run() {
        TRY(plan());
        if (wanted_count_ > 0) TRY(compute());
        written_.resize(targets_.size());
        TRY(crew_.run(targets_.size(), [this](std::size_t i) { return write(i); }));
        for (auto& file : written_) file->keep();
        return {};
    }

  private:
    static constexpr std::size_t kNotWanted = SIZE_MAX;

    // Which slices are lost, and which of them the targets need: those come first.
    Result<> plan() {
        for (const auto& target : targets_) {
            if (target.file >= set_.files.size())
                return Error(ErrorCode::invalid, "no such file in the recovery set");
            const auto& file = set_.files[target.file];
            for (std::uint32_t i = 0; i < file.slice_count; ++i) {
                const auto slice = file.first_slice + i;
                if (findings_.slices[slice] || wanted_[slice] != kNotWanted) continue;
                wanted_[slice] = lost_.size();
                lost_.push_back(slice);
            }
        }
        wanted_count_ = lost_.size();
        for (std::uint32_t slice = 0; slice < set_.slice_count; ++slice)
            if (!findings_.slices[slice] && wanted_[slice] == kNotWanted) lost_.push_back(slice);
        return {};
    }

    Result<> compute() {
        const auto count = lost_.size();
        if (count > set_.recovery.size())
            return Error(ErrorCode::corrupt, "more is lost than the recovery set can bring back");
        most_slots_ = most_slots(work_.memory_bytes, count, best_kernel());
        if (count > most_slots_)
            return Error(ErrorCode::limit, "too much is lost to compute it in the memory allowed");
        const auto constants = input_constants(set_.slice_count);
        std::vector<Element> lost;
        lost.reserve(count);
        for (const auto slice : lost_) lost.push_back(constants[slice]);
        std::vector<std::uint32_t> exponents;
        exponents.reserve(set_.recovery.size());
        for (const auto& recovery : set_.recovery) exponents.push_back(recovery.exponent);
        auto solution = solve(lost, exponents);
        if (!solution)
            return Error(ErrorCode::corrupt, "these recovery slices cannot be solved for");
        for (std::uint32_t slice = 0; slice < set_.slice_count; ++slice) {
            if (!findings_.slices[slice]) continue;
            const auto& place = *findings_.slices[slice];
            inputs_.push_back({place.source, place.offset_bytes, valid_bytes(slice)});
            constants_.push_back(constants[slice]);
        }
        plan_ = plan_memory(work_.memory_bytes, count, set_.slice_bytes,
                            (inputs_.size() + count) * set_.slice_bytes);
        return run_passes(*solution);
    }

    // A short slice is followed by zeros in the sums, by anything in the file where it was found.
    std::uint64_t valid_bytes(std::uint32_t slice) const {
        const auto after = std::ranges::upper_bound(set_.files, slice, {}, &SetFile::first_slice);
        // Of files without slices, several have one first slice: the last of them has this one.
        const auto& file = *std::prev(after);
        return std::min(set_.slice_bytes,
                        file.size_bytes - (slice - file.first_slice) * set_.slice_bytes);
    }

    Result<> run_passes(const Solution& solution) {
        const auto slice_bytes = set_.slice_bytes;
        if (plan_.columns_a_pass < slice_bytes) {
            TRY_LET(auto part, NewFile::create(files_, targets_.front().path + ".part"));
            part_.emplace(std::move(part));
        }
        for (std::uint64_t from = 0; from < slice_bytes; from += plan_.columns_a_pass) {
            const Columns columns{from, std::min(plan_.columns_a_pass, slice_bytes - from)};
            sums_.emplace(best_kernel(), lost_.size(), columns);
            TRY(start_with_recovery_slices(solution));
            TRY(add_what_is_there(solution));
            const Factors factors(best_kernel(), wanted_count_, lost_.size(),
                                  [&](std::size_t output, std::size_t input) {
                                      return solution.inverse[output * lost_.size() + input];
                                  });
            TRY(crew_.run(sums_->tiles(), [&](std::size_t tile) -> Result<> {
                sums_->transform(tile, factors, wanted_count_);
                return {};
            }));
            if (part_) TRY(gather());
        }
        if (part_) sums_.reset();
        return {};
    }

    Result<> start_with_recovery_slices(const Solution& solution) {
        std::vector<std::string> paths;
        paths.reserve(set_.parity_files.size());
        for (const auto& file : set_.parity_files) paths.push_back(file.path);
        const auto columns = sums_->columns();
        return crew_.run(lost_.size(), [&](std::size_t output) -> Result<> {
            const auto& recovery = set_.recovery[solution.rows[output]];
            const SliceInput input{static_cast<std::uint32_t>(recovery.parity_file),
                                   recovery.offset_bytes, set_.slice_bytes};
            SlotReader reader(files_, paths);
            const Buffer buffer(columns.bytes);
            TRY(reader.read(input, {.columns = columns, .valid_bytes = columns.bytes},
                            buffer.data()));
            sums_->set(output, {buffer.data(), columns.bytes});
            return {};
        });
    }

    Result<> add_what_is_there(const Solution& solution) {
        const Buffer buffer(plan_.buffer_bytes);
        Rounds rounds(inputs_, sums_->columns(), buffer.size(), most_slots_);
        for (auto slots = rounds.next(); !slots.empty(); slots = rounds.next()) {
            const std::span<const Slot> all(slots);
            const auto tasks = (slots.size() + kSlotsATask - 1) / kSlotsATask;
            TRY(crew_.run(tasks, [&](std::size_t task) -> Result<> {
                SlotReader reader(files_, findings_.sources);
                const auto first = task * kSlotsATask;
                const auto count = std::min(kSlotsATask, slots.size() - first);
                for (const auto& slot : all.subspan(first, count))
                    TRY(reader.read(inputs_[slot.input], slot, buffer.data() + slot.at));
                return {};
            }));
            const Factors factors(best_kernel(), lost_.size(), slots.size(),
                                  [&](std::size_t output, std::size_t slot) {
                                      return power(constants_[slots[slot].input],
                                                   set_.recovery[solution.rows[output]].exponent);
                                  });
            TRY(crew_.run(sums_->tiles(), [&](std::size_t tile) -> Result<> {
                sums_->add(tile, all, buffer.data(), factors);
                return {};
            }));
            for (const auto& slot : slots) done_ += slot.columns.bytes;
            if (work_.progress) work_.progress(done_, inputs_.size() * set_.slice_bytes);
        }
        return {};
    }

    // These columns of each wanted slice, one slice after another.
    Result<> gather() {
        const Buffer buffer(sums_->columns().bytes);
        for (std::size_t i = 0; i < wanted_count_; ++i) {
            sums_->get(i, {buffer.data(), buffer.size()});
            TRY(part_->append({buffer.data(), buffer.size()}));
        }
        return {};
    }

    Result<> write(std::size_t number) {
        const auto& target = targets_[number];
        const auto& file = set_.files[target.file];
        TRY_LET(auto out, NewFile::create(files_, target.path));
        SlotReader reader(files_, findings_.sources);
        Md5 digest;
        for (std::uint32_t i = 0; i < file.slice_count; ++i) {
            TRY(crew_.check());
            const auto slice = file.first_slice + i;
            const auto bytes = std::min(set_.slice_bytes, file.size_bytes - i * set_.slice_bytes);
            if (const auto& place = findings_.slices[slice]) {
                TRY(copy(reader, *place, bytes, out, digest));
            } else {
                TRY(write_computed(wanted_[slice], bytes, out, digest));
            }
        }
        if (digest.finish() != file.md5)
            return Error(ErrorCode::corrupt, "what was repaired has not the recovery set's hash")
                .with(target.path);
        TRY(out.finish());
        written_[number].emplace(std::move(out));
        return {};
    }

    Result<> copy(SlotReader& reader, const SlicePlace& place, std::uint64_t bytes, NewFile& out,
                  Md5& digest) const {
        const Buffer buffer(std::min(bytes, kPieceBytes));
        const SliceInput input{place.source, place.offset_bytes, bytes};
        for (std::uint64_t at = 0; at < bytes;) {
            const auto size = std::min<std::uint64_t>(buffer.size(), bytes - at);
            TRY(reader.read(input, {.columns = {at, size}, .valid_bytes = size}, buffer.data()));
            const ByteView piece(buffer.data(), size);
            digest.update(piece);
            TRY(out.append(piece));
            at += size;
        }
        return {};
    }

    Result<> write_computed(std::size_t number, std::uint64_t bytes, NewFile& out, Md5& digest) {
        if (sums_) {
            const Buffer buffer(set_.slice_bytes);
            sums_->get(number, {buffer.data(), buffer.size()});
            digest.update({buffer.data(), bytes});
            return out.append({buffer.data(), bytes});
        }
        TRY_LET(const auto part, files_.open(part_->path()));
        const Buffer buffer(std::min(kPieceBytes, plan_.columns_a_pass));
        for (std::uint64_t at = 0; at < bytes;) {
            const auto pass = at / plan_.columns_a_pass;
            const auto from = pass * plan_.columns_a_pass;
            const auto columns = std::min(plan_.columns_a_pass, set_.slice_bytes - from);
            const auto offset = from * wanted_count_ + number * columns + (at - from);
            const auto size =
                std::min({std::uint64_t{buffer.size()}, from + columns - at, bytes - at});
            const MutableBytes piece(buffer.data(), size);
            TRY_LET(const auto got, part->read_at(offset, piece));
            if (got != size)
                return Error(ErrorCode::io, "it is shorter than written").with(part_->path());
            digest.update(piece);
            TRY(out.append(piece));
            at += size;
        }
        return {};
    }

    os::FileSystem& files_;
    const RecoverySet& set_;
    const Findings& findings_;
    std::span<const RepairTarget> targets_;
    const Work& work_;
    Crew crew_;
    std::vector<std::size_t> wanted_;  ///< by slice: its number among the lost ones
    std::vector<std::uint32_t> lost_;  ///< those that the targets need come first
    std::size_t wanted_count_ = 0;
    std::vector<SliceInput> inputs_;
    std::vector<Element> constants_;  ///< of the inputs
    MemoryPlan plan_;
    std::size_t most_slots_ = 1;
    std::optional<Accumulators> sums_;
    std::optional<NewFile> part_;
    std::vector<std::optional<NewFile>> written_;
    std::uint64_t done_ = 0;
};

}  // namespace

Result<> repair_files(os::FileSystem& files, const RecoverySet& set, const Findings& findings,
                      std::span<const RepairTarget> targets, const Work& work) {
    return Repair(files, set, findings, targets, work).run();
}

}  // namespace keepsake::parity
