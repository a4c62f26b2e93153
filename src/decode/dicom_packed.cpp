#include "decode/dicom_packed.h"

// clang-format off
#include "dcmtk/config/osconfig.h"
// DCMTK wants its configuration first.
#include "dcmtk/dcmdata/dctk.h"
// clang-format on

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "decode/picture.h"
#include "media/byte_reader.h"

namespace keepsake::decode {
namespace {

using media::Order;

constexpr std::size_t kMostFragments = 100'000;

Error corrupt() { return {ErrorCode::corrupt, "a frame without pixels"}; }

/// The items from `at` on; nothing if they do not end as a sequence does.
std::optional<std::vector<ByteView>> items_at(ByteView file, std::uint64_t at) {
    constexpr std::string_view kItem("\xfe\xff\x00\xe0", 4);
    constexpr std::string_view kEnd("\xfe\xff\xdd\xe0", 4);
    std::vector<ByteView> items;
    while (media::has_at(file, at, kItem) && items.size() < kMostFragments) {
        const auto size = media::u32_at(file, at + 4, Order::little).value_or(0);
        if (at + 8 + size > file.size()) return std::nullopt;
        items.push_back(media::slice(file, at + 8, size));
        at += 8ULL + size;
    }
    return media::has_at(file, at, kEnd) && !items.empty() ? std::optional(items) : std::nullopt;
}

/// The fragments of the pixels, which are the last element of this kind that is whole: an icon's
/// stand before them.
std::vector<ByteView> fragments_of(ByteView file) {
    constexpr std::string_view kPixels("\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff", 12);
    const auto text = as_text(file);
    for (auto at = text.rfind(kPixels); at != std::string_view::npos;
         at = at == 0 ? std::string_view::npos : text.rfind(kPixels, at - 1)) {
        auto items = items_at(file, at + kPixels.size());
        if (!items) continue;
        items->erase(items->begin());  // where the frames begin
        return *std::move(items);
    }
    return {};
}

/// Runs and copies, one after the other. Source: PS3.5, G.3.
Result<Bytes> without_run_lengths(ByteView fragment, std::size_t size) {
    constexpr std::uint64_t kHeader = 64;
    if (media::u32_at(fragment, 0, Order::little) != 1U) return corrupt();
    Bytes bytes;
    for (auto at = kHeader; bytes.size() < size && at < fragment.size();) {
        const auto count = fragment[static_cast<std::size_t>(at++)];
        if (count == 0x80) continue;
        const auto part = media::slice(fragment, at, count < 0x80 ? count + 1U : 1U);
        if (part.empty()) break;
        if (count < 0x80)
            bytes.insert(bytes.end(), part.begin(), part.end());
        else
            bytes.insert(bytes.end(), 257U - count, part[0]);
        at += part.size();
    }
    if (bytes.size() < size) return corrupt();
    bytes.resize(size);
    return bytes;
}

Result<Bytes> inflated(ByteView fragment, std::size_t size) {
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return corrupt();
    Bytes bytes(size);
    stream.next_in = const_cast<Bytef*>(fragment.data());  // zlib only reads from it
    stream.avail_in = static_cast<uInt>(fragment.size());
    stream.next_out = bytes.data();
    stream.avail_out = static_cast<uInt>(bytes.size());
    inflate(&stream, Z_FINISH);
    const bool is_whole = stream.avail_out == 0;
    inflateEnd(&stream);
    if (!is_whole) return corrupt();
    return bytes;
}

std::uint16_t number_of(DcmDataset& data, const DcmTagKey& key) {
    Uint16 number = 0;
    data.findAndGetUint16(key, number);
    return number;
}

/// How many bytes a frame has, unpacked.
Result<std::size_t> frame_bytes(DcmDataset& data) {
    const auto pixels = std::uint64_t{number_of(data, DCM_Rows)} * number_of(data, DCM_Columns);
    const auto samples = std::max<std::uint16_t>(1, number_of(data, DCM_SamplesPerPixel));
    const auto bits = pixels * samples * number_of(data, DCM_BitsAllocated);
    if (pixels > kMostPixels || bits == 0 || bits > 64 * kMostPixels)
        return Error(ErrorCode::limit, "more pixels than 400 million");
    return static_cast<std::size_t>((bits + 7) / 8);
}

}  // namespace

Result<bool> unpack_frame(ByteView file, DcmFileFormat& format, unsigned frame) {
    OFString syntax;
    auto& data = *format.getDataset();
    format.getMetaInfo()->findAndGetOFString(DCM_TransferSyntaxUID, syntax);
    const bool is_deflated = syntax == "1.2.840.10008.1.2.8.1";
    const bool is_bits =
        syntax == UID_RLELosslessTransferSyntax && number_of(data, DCM_BitsAllocated) == 1;
    if (!is_deflated && !is_bits) return false;
    const auto fragments = fragments_of(file);
    if (fragments.empty()) return corrupt();
    const auto fragment = fragments[std::min<std::size_t>(frame, fragments.size() - 1)];
    TRY_LET(const auto size, frame_bytes(data));
    TRY_LET(auto pixels,
            is_deflated ? inflated(fragment, size) : without_run_lengths(fragment, size));
    if (pixels.size() % 2 != 0) pixels.push_back(0);
    delete data.remove(DCM_PixelData);
    const bool is_put = data.putAndInsertUint8Array(DCM_PixelData, pixels.data(),
                                                    static_cast<unsigned long>(pixels.size()))
                            .good() &&
                        data.putAndInsertString(DCM_NumberOfFrames, "1").good();
    if (!is_put) return corrupt();
    return true;
}

}  // namespace keepsake::decode
