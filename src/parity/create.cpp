#include "parity/create.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <set>
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
#include "parity/crc32.h"
#include "parity/crew.h"
#include "parity/galois.h"
#include "parity/kernel.h"
#include "parity/md5.h"
#include "parity/memory_plan.h"
#include "parity/packets.h"
#include "parity/recovery_set.h"
#include "parity/recovery_writer.h"
#include "parity/set_shape.h"
#include "parity/slice_input.h"
#include "parity/work.h"

namespace keepsake::parity {
namespace {

constexpr std::size_t kStartBytes = 16'384;
constexpr std::size_t kSlotsATask = 16;

/// What is known of one file of the new set, in the caller's order.
struct Described {
    FileBody body;
    std::uint32_t first_slice = 0;  ///< in the set's order
    std::uint32_t slices = 0;
    std::uint32_t first_input = 0;  ///< in the caller's order
    Md5State state;                 ///< of the whole file
};

/// What is known of one input slice, in the caller's order.
struct Hashed {
    Md5State state;
    std::uint32_t crc = kCrc32Start;
    SliceChecksum checksum;
};

/// The slots of one file in a round: one run of its bytes.
struct FileRun {
    std::size_t file = 0;
    const std::uint8_t* data = nullptr;
    std::size_t bytes = 0;
    bool ends = false;
};

class Creation {
  public:
    Creation(os::FileSystem& files, const NewSet& set, const Work& work)
        : files_(files), set_(set), work_(work), crew_(work.threads, work.stop) {}

    Result<CreatedSet> run(const std::string& path) {
        TRY(check());
        TRY(describe());
        order();
        TRY_LET(auto writer, RecoveryWriter::create(files_, path, set_id_, set_.shape, memory_));
        for (std::uint64_t from = 0; from < set_.shape.slice_bytes;
             from += memory_.columns_a_pass) {
            const Columns columns{from,
                                  std::min(memory_.columns_a_pass, set_.shape.slice_bytes - from)};
            Accumulators sums(best_kernel(), set_.shape.recovery_slices, columns);
            TRY(pass(sums));
            buffer_.reset();
            if (from == 0) TRY(writer.begin(packets()));
            TRY(writer.take(sums, crew_));
        }
        TRY_LET(const auto bytes, writer.finish());
        return CreatedSet{set_id_, bytes};
    }

  private:
    Result<> check() const {
        const auto& shape = set_.shape;
        const bool fits = shape.slice_bytes > 0 && shape.slice_bytes % kMd5BlockBytes == 0 &&
                          shape.slices > 0 && shape.slices <= kMostSlices &&
                          shape.recovery_slices > 0 && shape.recovery_slices < kMostSlices;
        if (!fits) return Error(ErrorCode::invalid, "a recovery set cannot have this shape");
        if (set_.names.empty()) return Error(ErrorCode::invalid, "a recovery set needs files");
        std::set<std::string> seen;
        for (const auto& name : set_.names) {
            if (safe_name(name) != name)
                return Error(ErrorCode::invalid, "not a name for a recovery set: " + name);
            if (!seen.insert(name).second)
                return Error(ErrorCode::invalid, "twice in a recovery set: " + name);
        }
        return {};
    }

    // Sizes, first bytes, ids.
    Result<> describe() {
        described_.resize(set_.names.size());
        paths_.reserve(set_.names.size());
        for (const auto& name : set_.names) paths_.push_back(os::join_path(set_.base, name));
        TRY(crew_.run(described_.size(), [this](std::size_t i) { return describe_file(i); }));
        std::uint64_t slices = 0;
        for (auto& file : described_) {
            const auto count = (file.body.size_bytes - 1) / set_.shape.slice_bytes + 1;
            file.first_input = static_cast<std::uint32_t>(slices);
            slices += count;
            if (slices > kMostSlices) break;
            file.slices = static_cast<std::uint32_t>(count);
            add_inputs(file);
        }
        if (slices != set_.shape.slices)
            return Error(ErrorCode::invalid, "the shape of the recovery set is for other files");
        hashed_.resize(slices);
        memory_ = plan_memory(work_.memory_bytes, set_.shape.recovery_slices,
                              set_.shape.slice_bytes, slices * set_.shape.slice_bytes);
        return {};
    }

    Result<> describe_file(std::size_t number) {
        auto& body = described_[number].body;
        SlotReader reader(files_, paths_);
        TRY_LET(const auto* const file, reader.open(static_cast<std::uint32_t>(number)));
        auto info = file->info();
        if (!info.has_value()) return std::move(info).error().with(paths_[number]);
        if (info->size_bytes == 0)
            return Error(ErrorCode::invalid, "an empty file cannot be in a recovery set")
                .with(paths_[number]);
        body.name = set_.names[number];
        body.size_bytes = info->size_bytes;
        Bytes start(std::min<std::uint64_t>(kStartBytes, info->size_bytes));
        auto read = file->read_at(0, start);
        if (!read.has_value()) return std::move(read).error().with(paths_[number]);
        if (*read != start.size()) return changed(number);
        body.md5_of_16_kib = md5(start);
        body.id = file_id_of(body);
        return {};
    }

    void add_inputs(const Described& file) {
        const auto source = static_cast<std::uint32_t>(&file - described_.data());
        for (std::uint64_t offset = 0; offset < file.body.size_bytes;
             offset += set_.shape.slice_bytes) {
            inputs_.push_back(
                {source, offset, std::min(set_.shape.slice_bytes, file.body.size_bytes - offset)});
        }
    }

    // The set's order is that of the ids, and decides each slice's constant.
    void order() {
        order_.resize(described_.size());
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        std::ranges::sort(order_, is_before,
                          [this](std::size_t i) { return described_[i].body.id; });
        MainBody main{.slice_bytes = set_.shape.slice_bytes, .files = {}, .other_files = 0};
        const auto constants = input_constants(inputs_.size());
        constants_.resize(inputs_.size());
        std::uint32_t slice = 0;
        for (const auto i : order_) {
            auto& file = described_[i];
            file.first_slice = slice;
            slice += file.slices;
            main.files.push_back(file.body.id);
            for (std::uint32_t n = 0; n < file.slices; ++n)
                constants_[file.first_input + n] = constants[file.first_slice + n];
        }
        main_body_ = main_body(main);
        set_id_ = md5(main_body_);
    }

    // Adds some columns of every slice to the sums; the first pass reads and hashes all of them.
    Result<> pass(Accumulators& sums) {
        const bool is_first = sums.columns().from == 0;
        const auto columns = is_first ? Columns{0, set_.shape.slice_bytes} : sums.columns();
        if (!buffer_) buffer_.emplace(memory_.buffer_bytes);
        Rounds rounds(inputs_, columns, buffer_->size(),
                      most_slots(work_.memory_bytes, sums.outputs(), best_kernel()));
        for (auto slots = rounds.next(); !slots.empty(); slots = rounds.next()) {
            TRY(read(slots, is_first));
            const auto runs = is_first ? file_runs(slots) : std::vector<FileRun>();
            TRY(use(slots, runs, sums));
            tell(slots);
        }
        return {};
    }

    Result<> read(std::span<const Slot> slots, bool hash) {
        const auto tasks = (slots.size() + kSlotsATask - 1) / kSlotsATask;
        return crew_.run(tasks, [&](std::size_t task) -> Result<> {
            const auto first = task * kSlotsATask;
            const auto some = slots.subspan(first, std::min(kSlotsATask, slots.size() - first));
            SlotReader reader(files_, paths_);
            std::vector<Md5Run> runs;
            for (const auto& slot : some) {
                const auto& input = inputs_[slot.input];
                auto* const data = buffer_->data() + slot.at;
                TRY_LET(const auto got, reader.read(input, slot, data));
                if (got != slot.valid_bytes) return changed(input.source);
                if (!hash) continue;
                auto& hashed = hashed_[slot.input];
                hashed.crc = best_crc32_engine().advance(hashed.crc, data, slot.columns.bytes);
                runs.push_back({&hashed.state, data, slot.columns.bytes / kMd5BlockBytes});
            }
            md5_advance(best_md5_engine(), runs);
            return {};
        });
    }

    std::vector<FileRun> file_runs(std::span<const Slot> slots) const {
        std::vector<FileRun> runs;
        for (const auto& slot : slots) {
            const auto& input = inputs_[slot.input];
            if (runs.empty() || runs.back().file != input.source)
                runs.push_back({.file = input.source, .data = buffer_->data() + slot.at});
            runs.back().bytes += slot.valid_bytes;
            const auto end = input.offset_bytes + slot.columns.from + slot.valid_bytes;
            runs.back().ends = end == described_[input.source].body.size_bytes;
        }
        return runs;
    }

    // Hashes the files, shows them to the caller and multiplies, all at once.
    Result<> use(std::span<const Slot> slots, const std::vector<FileRun>& runs,
                 Accumulators& sums) {
        const Factors factors(
            best_kernel(), sums.outputs(), slots.size(), [&](std::size_t output, std::size_t slot) {
                return power(constants_[slots[slot].input], static_cast<std::uint32_t>(output));
            });
        std::vector<std::size_t> tiles;
        for (std::size_t tile = 0; tile < sums.tiles(); ++tile) {
            const auto touches = [&](const Slot& slot) { return sums.touches(tile, slot.columns); };
            if (std::ranges::any_of(slots, touches)) tiles.push_back(tile);
        }
        const std::size_t hashings = runs.empty() ? 0 : 1;
        const auto taps = set_.tap ? runs.size() : 0;
        return crew_.run(hashings + taps + tiles.size(), [&](std::size_t task) -> Result<> {
            if (task < hashings) {
                hash_files(runs);
            } else if (task < hashings + taps) {
                const auto& run = runs[task - hashings];
                set_.tap(run.file, {run.data, run.bytes});
            } else {
                sums.add(tiles[task - hashings - taps], slots, buffer_->data(), factors);
            }
            return {};
        });
    }

    void hash_files(const std::vector<FileRun>& file_runs) {
        std::vector<Md5Run> runs;
        runs.reserve(file_runs.size());
        for (const auto& run : file_runs)
            runs.push_back({&described_[run.file].state, run.data, run.bytes / kMd5BlockBytes});
        md5_advance(best_md5_engine(), runs);
        for (const auto& run : file_runs) {
            if (!run.ends) continue;
            auto& file = described_[run.file];
            const auto tail = run.bytes % kMd5BlockBytes;
            file.body.md5 =
                md5_finish(file.state, {run.data + run.bytes - tail, tail}, file.body.size_bytes);
        }
    }

    void tell(std::span<const Slot> slots) {
        for (const auto& slot : slots) done_ += slot.columns.bytes;
        if (!work_.progress) return;
        // The first pass reads all, the others their columns: in all one pass less the first part.
        const auto all = inputs_.size() * set_.shape.slice_bytes;
        const auto again =
            inputs_.size() *
            (set_.shape.slice_bytes - std::min(set_.shape.slice_bytes, memory_.columns_a_pass));
        work_.progress(done_, all + again);
    }

    // The small packets, in the order in which they are written.
    std::vector<Bytes> packets() {
        std::vector<Bytes> packets{packet(set_id_, kMainPacket, main_body_)};
        for (auto& hashed : hashed_)
            hashed.checksum = {md5_finish(hashed.state, {}, set_.shape.slice_bytes),
                               crc32_of(hashed.crc)};
        for (const auto i : order_) {
            const auto& file = described_[i];
            SlicesBody slices{.id = file.body.id, .slices = {}};
            for (std::uint32_t n = 0; n < file.slices; ++n)
                slices.slices.push_back(hashed_[file.first_input + n].checksum);
            packets.push_back(packet(set_id_, kFilePacket, file_body(file.body)));
            packets.push_back(packet(set_id_, kSlicesPacket, slices_body(slices)));
        }
        packets.push_back(packet(set_id_, kCreatorPacket, as_bytes("Keepsake")));
        return packets;
    }

    Error changed(std::size_t file) const {
        return Error(ErrorCode::changed, "it changed while it was read").with(paths_[file]);
    }

    os::FileSystem& files_;
    const NewSet& set_;
    const Work& work_;
    Crew crew_;
    std::vector<std::string> paths_;
    std::vector<Described> described_;
    std::vector<SliceInput> inputs_;
    std::vector<Element> constants_;  ///< of the inputs
    std::vector<Hashed> hashed_;      ///< of the inputs
    std::vector<std::size_t> order_;
    Bytes main_body_;
    SetId set_id_{};
    MemoryPlan memory_;
    std::optional<Buffer> buffer_;
    std::uint64_t done_ = 0;
};

}  // namespace

Result<CreatedSet> create_set(os::FileSystem& files, const NewSet& set, const std::string& path,
                              const Work& work) {
    return Creation(files, set, work).run(path);
}

}  // namespace keepsake::parity
