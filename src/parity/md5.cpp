#include "parity/md5.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "parity/md5_rounds.h"
#include "parity/processor.h"

namespace keepsake::parity {
namespace {

using Words = std::array<std::uint32_t, 4>;

std::uint32_t word_at(const std::uint8_t* from) {
    return from[0] | std::uint32_t{from[1]} << 8U | std::uint32_t{from[2]} << 16U |
           std::uint32_t{from[3]} << 24U;
}

template <std::size_t kStep>
__attribute__((always_inline)) inline void steps(Words& w, const std::uint8_t* block) {
    if constexpr (kStep < kMd5Steps) {
        // The names of the RFC turn by one word a step.
        auto& a = w[(kMd5Steps - kStep) % 4];
        const auto b = w[(kMd5Steps - kStep + 1) % 4];
        const auto c = w[(kMd5Steps - kStep + 2) % 4];
        const auto d = w[(kMd5Steps - kStep + 3) % 4];
        std::uint32_t mixed = 0;
        if constexpr (kStep < 16) {
            mixed = d ^ (b & (c ^ d));
        } else if constexpr (kStep < 32) {
            mixed = (d & b) + (~d & c);  // no bit is in both: + lets the second wait for b alone
        } else if constexpr (kStep < 48) {
            mixed = b ^ c ^ d;
        } else {
            mixed = c ^ (b | ~d);
        }
        a = b + std::rotl(a + kMd5Sines[kStep] + word_at(block + 4 * md5_word(kStep)) + mixed,
                          md5_rotation(kStep));
        steps<kStep + 1>(w, block);
    }
}

void advance_one(Md5State& state, const std::uint8_t* data, std::size_t blocks) noexcept {
    for (; blocks > 0; --blocks, data += kMd5BlockBytes) {
        auto words = state.words;
        steps<0>(words, data);
        for (std::size_t i = 0; i < words.size(); ++i) state.words[i] += words[i];
    }
}

void advance_portably(Md5State* const* states, const std::uint8_t* const* data,
                      std::size_t blocks) noexcept {
    advance_one(**states, *data, blocks);
}

}  // namespace

constinit const Md5Engine kPortableMd5{.name = "portable", .lanes = 1, .advance = advance_portably};

std::vector<const Md5Engine*> md5_engines() {
    std::vector<const Md5Engine*> usable{&kPortableMd5};
#if defined(__x86_64__)
    const auto processor = this_processor();
    if (processor.has_avx2) usable.push_back(&kAvx2Md5);
    if (processor.has_avx512) usable.push_back(&kAvx512Md5);
#endif
    return usable;
}

const Md5Engine& best_md5_engine() { return *md5_engines().back(); }

void md5_advance(const Md5Engine& engine, std::span<Md5Run> runs) {
    constexpr std::size_t kMostLanes = 16;
    // A lane without a run of its own reads along with another and writes to nowhere.
    std::array<Md5State, kMostLanes> nowhere;
    std::array<Md5State*, kMostLanes> states{};
    std::array<const std::uint8_t*, kMostLanes> data{};
    // Long runs first: then the lanes end together.
    std::ranges::sort(runs, std::ranges::greater{}, &Md5Run::blocks);
    std::vector<Md5Run> active;
    std::size_t next = 0;
    while (true) {
        std::erase_if(active, [](const Md5Run& run) { return run.blocks == 0; });
        while (active.size() < engine.lanes && next < runs.size()) {
            if (runs[next].blocks > 0) active.push_back(runs[next]);
            ++next;
        }
        if (active.empty()) return;
        const auto blocks = std::ranges::min(active, {}, &Md5Run::blocks).blocks;
        if (active.size() == 1) {
            advance_one(*active[0].state, active[0].data, blocks);
        } else {
            for (std::size_t lane = 0; lane < engine.lanes; ++lane) {
                const bool is_used = lane < active.size();
                states[lane] = is_used ? active[lane].state : &nowhere[lane];
                data[lane] = is_used ? active[lane].data : active[0].data;
            }
            engine.advance(states.data(), data.data(), blocks);
        }
        for (auto& run : active) {
            run.data += blocks * kMd5BlockBytes;
            run.blocks -= blocks;
        }
    }
}

Md5Digest md5_finish(Md5State state, ByteView tail, std::uint64_t total_bytes) {
    const auto whole = tail.size() / kMd5BlockBytes;
    advance_one(state, tail.data(), whole);
    const auto rest = tail.subspan(whole * kMd5BlockBytes);
    std::array<std::uint8_t, 2 * kMd5BlockBytes> last{};
    std::ranges::copy(rest, last.begin());
    last[rest.size()] = 0x80;
    constexpr std::size_t kLengthBytes = 8;
    const std::size_t blocks = rest.size() + 1 + kLengthBytes <= kMd5BlockBytes ? 1 : 2;
    for (std::size_t i = 0; i < kLengthBytes; ++i) {
        last[blocks * kMd5BlockBytes - kLengthBytes + i] =
            static_cast<std::uint8_t>(total_bytes * 8 >> (8 * i));
    }
    advance_one(state, last.data(), blocks);
    Md5Digest digest{};
    for (std::size_t i = 0; i < digest.size(); ++i)
        digest[i] = static_cast<std::uint8_t>(state.words[i / 4] >> (8 * (i % 4)));
    return digest;
}

void Md5::update(ByteView bytes) {
    total_bytes_ += bytes.size();
    if (rest_bytes_ > 0) {
        const auto taken = std::min(bytes.size(), kMd5BlockBytes - rest_bytes_);
        std::ranges::copy(bytes.first(taken),
                          rest_.begin() + static_cast<std::ptrdiff_t>(rest_bytes_));
        rest_bytes_ += taken;
        bytes = bytes.subspan(taken);
        if (rest_bytes_ < kMd5BlockBytes) return;
        advance_one(state_, rest_.data(), 1);
        rest_bytes_ = 0;
    }
    const auto whole = bytes.size() / kMd5BlockBytes;
    advance_one(state_, bytes.data(), whole);
    const auto rest = bytes.subspan(whole * kMd5BlockBytes);
    std::ranges::copy(rest, rest_.begin());
    rest_bytes_ = rest.size();
}

Md5Digest Md5::finish() {
    const auto digest = md5_finish(state_, ByteView(rest_).first(rest_bytes_), total_bytes_);
    *this = Md5();
    return digest;
}

Md5Digest md5(ByteView bytes) { return md5_finish(Md5State(), bytes, bytes.size()); }

}  // namespace keepsake::parity
