#include "parity/crc32.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "parity/processor.h"

namespace keepsake::parity {
namespace {

constexpr std::uint32_t kPolynomial = 0xEDB88320;  // bits reversed: x^31 is bit 0
constexpr std::size_t kAtOnce = 8;
using Table = std::array<std::uint32_t, 256>;

constexpr std::uint32_t times_x(std::uint32_t value) {
    return value >> 1U ^ ((value & 1U) != 0 ? kPolynomial : 0);
}

// kTables[n][b]: byte b followed by n bytes of zero.
constexpr std::array<Table, kAtOnce> make_tables() {
    std::array<Table, kAtOnce> tables{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        auto value = byte;
        for (int bit = 0; bit < 8; ++bit) value = times_x(value);
        tables[0][byte] = value;
    }
    for (std::size_t n = 1; n < kAtOnce; ++n)
        for (std::size_t byte = 0; byte < 256; ++byte) {
            const auto before = tables[n - 1][byte];
            tables[n][byte] = before >> 8U ^ tables[0][before & 0xFFU];
        }
    return tables;
}

constexpr std::array<Table, kAtOnce> kTables = make_tables();

std::uint32_t advance(std::uint32_t state, const std::uint8_t* data, std::size_t bytes) noexcept {
    for (; bytes >= kAtOnce; bytes -= kAtOnce, data += kAtOnce) {
        state ^= data[0] | std::uint32_t{data[1]} << 8U | std::uint32_t{data[2]} << 16U |
                 std::uint32_t{data[3]} << 24U;
        state = kTables[7][state & 0xFFU] ^ kTables[6][state >> 8U & 0xFFU] ^
                kTables[5][state >> 16U & 0xFFU] ^ kTables[4][state >> 24U] ^ kTables[3][data[4]] ^
                kTables[2][data[5]] ^ kTables[1][data[6]] ^ kTables[0][data[7]];
    }
    for (; bytes > 0; --bytes, ++data) state = state >> 8U ^ kTables[0][(state ^ *data) & 0xFFU];
    return state;
}

// The product of two polynomials, reduced.
std::uint32_t product(std::uint32_t a, std::uint32_t b) {
    std::uint32_t sum = 0;
    for (std::uint32_t bit = 1U << 31U; bit != 0; bit >>= 1U) {
        if ((a & bit) != 0) sum ^= b;
        b = times_x(b);
    }
    return sum;
}

}  // namespace

constinit const Crc32Engine kPortableCrc32{.name = "portable", .advance = advance};

std::vector<const Crc32Engine*> crc32_engines() {
    std::vector<const Crc32Engine*> usable{&kPortableCrc32};
#if defined(__x86_64__)
    if (this_processor().has_pclmul) usable.push_back(&kPclmulCrc32);
#endif
    return usable;
}

const Crc32Engine& best_crc32_engine() { return *crc32_engines().back(); }

std::uint32_t crc32(ByteView bytes) {
    return crc32_of(best_crc32_engine().advance(kCrc32Start, bytes.data(), bytes.size()));
}

std::uint32_t crc32_over_zeros(std::uint32_t state, std::uint64_t zeros) {
    std::uint32_t square = 1U << 23U;  // x^8: one byte
    for (; zeros != 0; zeros >>= 1U) {
        if ((zeros & 1U) != 0) state = product(square, state);
        square = product(square, square);
    }
    return state;
}

RollingCrc32::RollingCrc32(std::uint64_t window_bytes) {
    // The register starts with ones, which must leave and enter as well.
    const auto ones = crc32_over_zeros(kCrc32Start, window_bytes);
    const auto start = ones ^ crc32_over_zeros(ones, 1);
    for (std::size_t byte = 0; byte < leaving_.size(); ++byte)
        leaving_[byte] = start ^ crc32_over_zeros(kTables[0][byte], window_bytes);
}

std::uint32_t RollingCrc32::slide(std::uint32_t state, std::uint8_t leaving,
                                  std::uint8_t entering) const {
    return state >> 8U ^ kTables[0][(state ^ entering) & 0xFFU] ^ leaving_[leaving];
}

}  // namespace keepsake::parity
