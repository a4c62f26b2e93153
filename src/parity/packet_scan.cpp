#include "parity/packet_scan.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "os/file_system.h"
#include "parity/buffer.h"
#include "parity/crew.h"
#include "parity/limits.h"
#include "parity/md5.h"
#include "parity/packets.h"

namespace keepsake::parity {
namespace {

constexpr std::size_t kWindowBytes = 8ULL << 20U;
constexpr std::size_t kPieceBytes = 1ULL << 20U;

struct Range {
    std::uint64_t from = 0;
    std::uint64_t end = 0;
};

struct Candidate {
    PacketHeader header;
    std::uint64_t offset_bytes = 0;
    const std::uint8_t* data = nullptr;
};

class Scan {
  public:
    Scan(const os::ReadableFile& file, std::uint64_t size_bytes, const Crew& crew,
         const std::function<void(const FoundPacket&)>& found)
        : file_(file),
          size_(size_bytes),
          crew_(crew),
          found_(found),
          window_(std::min<std::uint64_t>(kWindowBytes, size_bytes)),
          vain_left_(kVainHashings * size_bytes) {}

    Result<> run() {
        ranges_.push_back({0, size_});
        while (!ranges_.empty()) {
            auto& range = ranges_.back();
            if (range.from + kPacketHeaderBytes > size_ || range.from >= range.end) {
                ranges_.pop_back();
                continue;
            }
            TRY(step());
        }
        return {};
    }

  private:
    // Takes what a window shows off the beginning of the last range.
    Result<> step() {
        const auto range = ranges_.back();
        TRY(crew_.check());
        TRY_LET(const auto got,
                file_.read_at(range.from, MutableBytes(window_.data(), window_.size())));
        const ByteView bytes(window_.data(), got);
        if (got < kPacketHeaderBytes) {
            ranges_.pop_back();
            return {};
        }
        std::vector<Candidate> candidates;
        std::optional<Candidate> large;
        auto at = next_packet(bytes, 0);
        while (at + kPacketHeaderBytes <= bytes.size() && range.from + at < range.end) {
            const auto header = parse_packet_header(bytes.subspan(at));
            const auto offset = range.from + at;
            if (!header || header->length_bytes > size_ - offset) {
                at = next_packet(bytes, at + 1);
                continue;
            }
            if (header->length_bytes > bytes.size() - at) {
                if (at == 0) large = Candidate{*header, offset, nullptr};
                break;  // a window that begins here may hold it
            }
            candidates.push_back({*header, offset, bytes.data() + at});
            at = next_packet(bytes, at + header->length_bytes);
        }
        if (large) return take_large(*large);
        // Without a whole header behind it, what is left may be the beginning of one.
        const bool ends = got < window_.size();
        const auto past =
            ends && at + kPacketHeaderBytes > bytes.size() ? range.end : range.from + at;
        ranges_.back().from = std::max(past, range.from + 1);
        take(candidates);
        return {};
    }

    // The next place where a header may begin; near the window's end that is any place.
    static std::size_t next_packet(ByteView bytes, std::size_t from) {
        if (from >= bytes.size()) return from;
        const auto text = as_text(bytes);
        const auto found = text.find(kPacketMagic, from);
        if (found != std::string_view::npos) return found;
        return std::max(from, bytes.size() - std::min(bytes.size(), kPacketMagic.size() - 1));
    }

    void take(std::span<const Candidate> candidates) {
        std::vector<Md5State> states(candidates.size());
        std::vector<Md5Run> runs;
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            const auto hashed = candidates[i].header.length_bytes - kPacketHashedFrom;
            runs.push_back(
                {&states[i], candidates[i].data + kPacketHashedFrom, hashed / kMd5BlockBytes});
        }
        md5_advance(best_md5_engine(), runs);
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            const auto& candidate = candidates[i];
            const auto length = candidate.header.length_bytes;
            const auto hashed = length - kPacketHashedFrom;
            const auto tail = hashed % kMd5BlockBytes;
            const auto digest =
                md5_finish(states[i], {candidate.data + length - tail, tail}, hashed);
            if (digest == candidate.header.digest) {
                tell(candidate, {candidate.data + kPacketHeaderBytes, length - kPacketHeaderBytes});
            } else {
                look_inside(candidate);
            }
        }
    }

    // A packet larger than the window.
    Result<> take_large(const Candidate& candidate) {
        Md5 digest;
        Bytes beginning;
        const auto end = candidate.offset_bytes + candidate.header.length_bytes;
        for (auto at = candidate.offset_bytes + kPacketHashedFrom; at < end;) {
            TRY(crew_.check());
            const MutableBytes piece(
                window_.data(),
                std::min<std::uint64_t>(std::min(kPieceBytes, window_.size()), end - at));
            TRY_LET(const auto got, file_.read_at(at, piece));
            if (got != piece.size()) break;
            digest.update(piece);
            if (beginning.empty()) beginning.assign(piece.begin(), piece.end());
            at += got;
        }
        ranges_.back().from = end;
        if (digest.finish() != candidate.header.digest) {
            look_inside(candidate);
            return {};
        }
        constexpr auto kSkipped = kPacketHeaderBytes - kPacketHashedFrom;
        tell(candidate, ByteView(beginning).subspan(std::min(kSkipped, beginning.size())));
        return {};
    }

    void tell(const Candidate& candidate, ByteView body) const {
        const bool is_recovery = candidate.header.type == kRecoveryPacket;
        constexpr std::size_t kExponentBytes = kRecoveryDataFrom - kPacketHeaderBytes;
        if (is_recovery) {
            body = body.first(std::min(body.size(), kExponentBytes));
        } else if (candidate.header.length_bytes > kLargestSmallPacketBytes) {
            body = {};
        }
        found_({candidate.header, candidate.offset_bytes, body});
    }

    // The header may be a piece of damage, and right packets stand where it claims its own body.
    void look_inside(const Candidate& candidate) {
        const auto length = candidate.header.length_bytes;
        if (length > vain_left_) return;
        vain_left_ -= length;
        ranges_.push_back(
            {candidate.offset_bytes + kPacketMagic.size(), candidate.offset_bytes + length});
    }

    const os::ReadableFile& file_;
    std::uint64_t size_;
    const Crew& crew_;
    const std::function<void(const FoundPacket&)>& found_;
    Buffer window_;
    std::uint64_t vain_left_;
    std::vector<Range> ranges_;
};

// A small packet as it stands at `offset_bytes`, whole and right, read into `bytes`.
Result<> read_small_packet(const os::ReadableFile& file, std::uint64_t offset_bytes,
                           const PacketHeader& header, Bytes& bytes) {
    const Error damaged(ErrorCode::corrupt, "a packet of the PAR2 file is damaged");
    if (header.length_bytes > kLargestSmallPacketBytes) return damaged;
    bytes.resize(header.length_bytes);
    TRY_LET(const auto got, file.read_at(offset_bytes, bytes));
    if (got != bytes.size()) return damaged;
    if (md5(ByteView(bytes).subspan(kPacketHashedFrom)) != header.digest) return damaged;
    return {};
}

}  // namespace

Result<> walk_small_packets(const os::ReadableFile& file, std::uint64_t size_bytes,
                            const Crew& crew,
                            const std::function<void(const FoundPacket&)>& found) {
    Bytes bytes;
    for (std::uint64_t at = 0; at < size_bytes;) {
        TRY(crew.check());
        std::array<std::uint8_t, kPacketHeaderBytes> beginning{};
        TRY_LET(const auto got, file.read_at(at, beginning));
        const auto header = parse_packet_header(ByteView(beginning).first(got));
        if (!header || header->length_bytes > size_bytes - at)
            return Error(ErrorCode::corrupt, "the PAR2 file is damaged");
        if (header->type != kRecoveryPacket) {
            TRY(read_small_packet(file, at, *header, bytes));
            found({*header, at, ByteView(bytes).subspan(kPacketHeaderBytes)});
        }
        at += header->length_bytes;
    }
    return {};
}

Result<> scan_packets(const os::ReadableFile& file, std::uint64_t size_bytes, const Crew& crew,
                      const std::function<void(const FoundPacket&)>& found) {
    return Scan(file, size_bytes, crew, found).run();
}

}  // namespace keepsake::parity
