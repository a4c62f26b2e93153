#include "parity/recovery_set.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "os/file_system.h"
#include "parity/crew.h"
#include "parity/galois.h"
#include "parity/limits.h"
#include "parity/md5.h"
#include "parity/packet_scan.h"
#include "parity/packets.h"
#include "parity/work.h"

namespace keepsake::parity {
namespace {

/// The packets of one set id, the first of each kind.
struct Gathered {
    std::optional<MainBody> main;
    std::map<FileId, FileBody> files;
    std::map<FileId, std::vector<SliceChecksum>> slices;
    /// By the packet's length and exponent: only the main packet says which length is right.
    std::map<std::pair<std::uint64_t, std::uint32_t>, RecoverySlice> recovery;
    std::uint64_t packets = 0;
    std::map<std::size_t, std::uint64_t> bytes_by_file;  ///< of right packets
};

class Opening {
  public:
    enum class Reading : std::uint8_t { everything, outline };
    Opening(os::FileSystem& files, const Work& work, Reading reading)
        : files_(files), work_(work), reading_(reading), crew_(work.threads, work.stop) {}

    Result<RecoverySet> run(const std::vector<std::string>& paths) {
        std::uint64_t all = 0;
        std::optional<Error> missing;
        for (const auto& path : paths) {
            parity_files_.push_back({.path = path, .problem = {}});
            auto info = files_.info(path);
            if (info.has_value()) {
                parity_files_.back().size_bytes = info->size_bytes;
                all += info->size_bytes;
            } else {
                parity_files_.back().problem = info.error().message();
                if (!missing) missing = std::move(info).error().with(path);
            }
        }
        std::uint64_t done = 0;
        for (std::size_t i = 0; i < paths.size(); ++i) {
            TRY(read(i));
            done += parity_files_[i].size_bytes;
            if (work_.progress) work_.progress(done, all);
        }
        auto* const best = best_set();
        if (best == nullptr) {
            if (missing) return *std::move(missing);
            return Error(ErrorCode::corrupt, "no recovery set is left in its PAR2 files");
        }
        return assembled(*best);
    }

  private:
    // What cannot be read is told in the file's `problem`.
    Result<> read(std::size_t number) {
        auto& parity_file = parity_files_[number];
        if (!parity_file.problem.empty()) return {};
        auto file = files_.open(parity_file.path);
        if (!file.has_value()) {
            parity_file.problem = file.error().message();
            return {};
        }
        const auto found = [&](const FoundPacket& packet) { take(number, packet); };
        if (reading_ == Reading::outline)
            return walk_small_packets(**file, parity_file.size_bytes, crew_, found);
        auto scanned = scan_packets(**file, parity_file.size_bytes, crew_, found);
        if (scanned.has_value()) return {};
        if (scanned.error().code() == ErrorCode::cancelled) return scanned;
        parity_file.problem = scanned.error().message();
        return {};
    }

    void take(std::size_t number, const FoundPacket& packet) {
        const auto& header = packet.header;
        if (!sets_.contains(header.set) && sets_.size() >= kMostSets) return;
        auto& set = sets_[header.set];
        ++set.packets;
        set.bytes_by_file[number] += header.length_bytes;
        if (header.type == kMainPacket) {
            // The id is the body's hash: nothing else can claim to describe this set.
            if (set.main || md5(packet.body) != header.set || !has_room(header)) return;
            set.main = parse_main(packet.body);
        } else if (header.type == kFilePacket) {
            auto file = parse_file(packet.body);
            if (!file) return;
            // One that has the id that its own words give cannot be pushed aside by one that has
            // not.
            const auto id = file->id;
            const auto known = set.files.find(id);
            const bool is_better = known != set.files.end() && file_id_of(known->second) != id &&
                                   file_id_of(*file) == id;
            if ((known != set.files.end() && !is_better) || !has_room(header)) return;
            set.files.insert_or_assign(id, *std::move(file));
        } else if (header.type == kSlicesPacket) {
            auto slices = parse_slices(packet.body);
            if (!slices || set.slices.contains(slices->id) || !has_room(header)) return;
            set.slices.emplace(slices->id, std::move(slices->slices));
        } else if (header.type == kRecoveryPacket) {
            take_recovery(set, number, packet);
        }
    }

    void take_recovery(Gathered& set, std::size_t number, const FoundPacket& packet) {
        constexpr std::size_t kExponentBytes = kRecoveryDataFrom - kPacketHeaderBytes;
        if (packet.body.size() < kExponentBytes || recovery_slices_ >= kMostRecoverySlices) return;
        std::uint32_t exponent = 0;
        for (std::size_t i = 0; i < kExponentBytes; ++i)
            exponent |= std::uint32_t{packet.body[i]} << (8 * i);
        if (exponent >= kFieldOrder) return;
        const bool is_new = set.recovery
                                .try_emplace({packet.header.length_bytes, exponent},
                                             RecoverySlice{exponent, number,
                                                           packet.offset_bytes + kRecoveryDataFrom})
                                .second;
        if (is_new) ++recovery_slices_;
    }

    bool has_room(const PacketHeader& header) {
        if (header.length_bytes > kMostKeptBytes - kept_bytes_) return false;
        kept_bytes_ += header.length_bytes;
        return true;
    }

    std::pair<const SetId, Gathered>* best_set() {
        std::pair<const SetId, Gathered>* best = nullptr;
        for (auto& set : sets_) {
            if (!set.second.main) continue;
            if (best == nullptr || set.second.packets > best->second.packets) best = &set;
        }
        return best;
    }

    Result<RecoverySet> assembled(std::pair<const SetId, Gathered>& found) {
        auto& [id, gathered] = found;
        RecoverySet set;
        set.id = id;
        set.slice_bytes = gathered.main->slice_bytes;
        TRY(add_files(set, gathered));
        for (const auto& [key, slice] : gathered.recovery)
            if (key.first == kRecoveryDataFrom + set.slice_bytes) set.recovery.push_back(slice);
        for (std::size_t i = 0; i < parity_files_.size(); ++i) {
            auto& file = parity_files_[i];
            const auto useful = gathered.bytes_by_file[i];
            file.useless_bytes = file.size_bytes - std::min(file.size_bytes, useful);
        }
        set.parity_files = std::move(parity_files_);
        return set;
    }

    static Result<> add_files(RecoverySet& set, Gathered& gathered) {
        std::uint64_t slices = 0;
        std::uint64_t all_bytes = 0;
        std::set<std::string> names;
        std::set<FileId> ids;
        for (const auto& id : gathered.main->files) {
            const auto body = gathered.files.find(id);
            if (body == gathered.files.end())
                return Error(ErrorCode::corrupt, "the recovery set has lost a file's description");
            if (!ids.insert(id).second)
                return Error(ErrorCode::corrupt, "the recovery set names a file twice");
            const auto size = body->second.size_bytes;
            const auto count = size / set.slice_bytes + (size % set.slice_bytes != 0 ? 1 : 0);
            if (count > kMostSlices - slices)
                return Error(ErrorCode::limit, "the recovery set has more than 32,768 slices");
            SetFile file{.id = id,
                         .name = safe_name(body->second.name).value_or(""),
                         .given_name = body->second.name,
                         .size_bytes = size,
                         .md5 = body->second.md5,
                         .md5_of_16_kib = body->second.md5_of_16_kib,
                         .first_slice = static_cast<std::uint32_t>(slices),
                         .slice_count = static_cast<std::uint32_t>(count),
                         .slices = {}};
            // Of two files with one path neither can be told to be the right one to write.
            if (!file.name.empty() && !names.insert(file.name).second) file.name.clear();
            auto checksums = gathered.slices.find(id);
            if (checksums != gathered.slices.end() && checksums->second.size() == count)
                file.slices = std::move(checksums->second);
            slices += count;
            all_bytes = size > UINT64_MAX / 8 - all_bytes ? UINT64_MAX / 8 : all_bytes + size;
            set.files.push_back(std::move(file));
        }
        set.slice_count = static_cast<std::uint32_t>(slices);
        const auto padded_limit = all_bytes * 4 + kMostPaddingBytes;
        if (slices > 0 && set.slice_bytes > padded_limit / slices)
            return Error(ErrorCode::limit, "its slices are far larger than its files");
        return {};
    }

    os::FileSystem& files_;
    const Work& work_;
    Reading reading_;
    Crew crew_;
    std::vector<ParityFile> parity_files_;
    std::map<SetId, Gathered> sets_;
    std::uint64_t kept_bytes_ = 0;
    std::size_t recovery_slices_ = 0;
};

}  // namespace

bool RecoverySet::undamaged() const {
    return std::ranges::all_of(parity_files, [](const ParityFile& file) {
        return file.useless_bytes == 0 && file.problem.empty();
    });
}

Result<RecoverySet> open_set(os::FileSystem& files, const std::vector<std::string>& par2_paths,
                             const Work& work) {
    return Opening(files, work, Opening::Reading::everything).run(par2_paths);
}

Result<RecoverySet> open_outline(os::FileSystem& files, const std::string& par2_path,
                                 const Work& work) {
    return Opening(files, work, Opening::Reading::outline).run({par2_path});
}

}  // namespace keepsake::parity
