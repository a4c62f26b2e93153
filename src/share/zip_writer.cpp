#include "share/zip_writer.h"

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/bytes.h"

namespace keepsake::share {
namespace {

constexpr std::uint32_t kLocalMark = 0x04034b50;
constexpr std::uint32_t kCentralMark = 0x02014b50;
constexpr std::uint32_t kEndMark = 0x06054b50;
constexpr std::uint32_t kEnd64Mark = 0x06064b50;
constexpr std::uint32_t kLocator64Mark = 0x07064b50;
constexpr std::uint16_t kVersion = 20;     // 2.0
constexpr std::uint16_t kVersion64 = 45;   // 4.5: ZIP64
constexpr std::uint16_t kFirstDay = 0x21;  // 1980-01-01, as no day is told
constexpr std::uint16_t kFull16 = 0xFFFF;
constexpr std::uint32_t kFull32 = 0xFFFFFFFF;

template <class Number>
void put(Bytes& to, Number value) {
    auto rest = static_cast<std::uint64_t>(value);
    for (std::size_t i = 0; i < sizeof(Number); ++i, rest >>= 8U)
        to.push_back(static_cast<std::uint8_t>(rest));
}

void put_text(Bytes& to, std::string_view text) { to.insert(to.end(), text.begin(), text.end()); }

}  // namespace

Bytes ZipWriter::begin(std::string_view name, ByteView content) {
    Entry entry;
    entry.name = name;
    entry.size_bytes = static_cast<std::uint32_t>(content.size());
    entry.crc = static_cast<std::uint32_t>(crc32_z(0, content.data(), content.size()));
    entry.offset_bytes = written_bytes_;
    Bytes head;
    put(head, kLocalMark);
    put(head, kVersion);
    put(head, std::uint32_t{0});  // no flags; stored
    put(head, std::uint16_t{0});
    put(head, kFirstDay);
    put(head, entry.crc);
    put(head, entry.size_bytes);
    put(head, entry.size_bytes);
    put(head, static_cast<std::uint16_t>(name.size()));
    put(head, std::uint16_t{0});
    put_text(head, name);
    written_bytes_ += head.size() + content.size();
    entries_.push_back(std::move(entry));
    return head;
}

Bytes ZipWriter::finish() const {
    Bytes bytes;
    for (const auto& entry : entries_) {
        const bool far = entry.offset_bytes >= kFull32;
        put(bytes, kCentralMark);
        put(bytes, far ? kVersion64 : kVersion);
        put(bytes, far ? kVersion64 : kVersion);
        put(bytes, std::uint32_t{0});
        put(bytes, std::uint16_t{0});
        put(bytes, kFirstDay);
        put(bytes, entry.crc);
        put(bytes, entry.size_bytes);
        put(bytes, entry.size_bytes);
        put(bytes, static_cast<std::uint16_t>(entry.name.size()));
        put(bytes, static_cast<std::uint16_t>(far ? 12 : 0));
        put(bytes, std::uint16_t{0});  // no comment
        put(bytes, std::uint32_t{0});  // one disk; no attributes
        put(bytes, std::uint32_t{0});
        put(bytes, far ? kFull32 : static_cast<std::uint32_t>(entry.offset_bytes));
        put_text(bytes, entry.name);
        if (!far) continue;
        put(bytes, std::uint16_t{1});
        put(bytes, std::uint16_t{8});
        put(bytes, entry.offset_bytes);
    }
    const std::uint64_t directory_bytes = bytes.size();
    const std::uint64_t count = entries_.size();
    const bool large = count >= kFull16 || directory_bytes >= kFull32 || written_bytes_ >= kFull32;
    if (large) {
        put(bytes, kEnd64Mark);
        put(bytes, std::uint64_t{44});
        put(bytes, kVersion64);
        put(bytes, kVersion64);
        put(bytes, std::uint64_t{0});  // one disk
        put(bytes, count);
        put(bytes, count);
        put(bytes, directory_bytes);
        put(bytes, written_bytes_);
        put(bytes, kLocator64Mark);
        put(bytes, std::uint32_t{0});
        put(bytes, written_bytes_ + directory_bytes);
        put(bytes, std::uint32_t{1});
    }
    const auto short_count =
        large ? kFull16 : static_cast<std::uint16_t>(std::min<std::uint64_t>(count, kFull16));
    put(bytes, kEndMark);
    put(bytes, std::uint32_t{0});
    put(bytes, short_count);
    put(bytes, short_count);
    put(bytes, large ? kFull32 : static_cast<std::uint32_t>(directory_bytes));
    put(bytes, large ? kFull32 : static_cast<std::uint32_t>(written_bytes_));
    put(bytes, std::uint16_t{0});
    return bytes;
}

}  // namespace keepsake::share
