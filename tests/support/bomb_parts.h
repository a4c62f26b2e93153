#pragma once

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

/// What bombs are put together from.
namespace keepsake::testing {

inline std::string little(std::uint64_t value, int bytes) {
    std::string out;
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
    return out;
}
inline std::string big(std::uint64_t value, int bytes) {
    auto out = little(value, bytes);
    std::ranges::reverse(out);
    return out;
}
inline std::string repeated(std::string_view text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += text;
    return out;
}

/// So many equal bytes as raw deflate: a piece that others can follow, or the last one.
inline std::string deflated_piece(std::string_view plain, int flush) {
    z_stream stream{};
    if (deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
    std::string in(plain);
    std::string out(in.size() / 64 + 1024, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, flush);
    out.resize(out.size() - stream.avail_out);
    deflateEnd(&stream);
    return out;
}

/// So many equal bytes as zlib writes them, in a thousandth of the room and at once: one piece of a
/// megabyte, again and again.
inline std::string deflated(std::uint64_t count, char byte) {
    const std::string megabyte(1U << 20U, byte);
    const auto sum_of = [](std::string_view plain) {
        return adler32(1, reinterpret_cast<const Bytef*>(plain.data()),
                       static_cast<uInt>(plain.size()));
    };
    const auto piece = deflated_piece(megabyte, Z_FULL_FLUSH);
    const auto piece_sum = sum_of(megabyte);
    std::string out = "\x78\xda";
    uLong sum = 1;
    for (; count >= megabyte.size(); count -= megabyte.size()) {
        out += piece;
        sum = adler32_combine(sum, piece_sum, static_cast<z_off_t>(megabyte.size()));
    }
    const auto rest = std::string_view(megabyte).substr(0, count);
    sum = adler32_combine(sum, sum_of(rest), static_cast<z_off_t>(rest.size()));
    return out + deflated_piece(rest, Z_FINISH) + big(sum, 4);
}

inline std::string box(std::string_view type, std::string_view body) {
    return big(body.size() + 8, 4) + std::string(type) + std::string(body);
}
inline std::string full_box(std::string_view type, std::string_view body) {
    return box(type, std::string(4, '\0') + std::string(body));
}

}  // namespace keepsake::testing
