#include "catalog/marks.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "catalog/packing.h"
#include "catalog/sqlite_handle.h"

namespace keepsake::catalog {
namespace {

constexpr std::int64_t kInBlock = 1000;  // their four bytes each fill a page
constexpr std::size_t kMarkBytes = 4;
constexpr std::size_t kBlockBytes = kInBlock * kMarkBytes;

void put_mark(Bytes& block, std::int64_t number, Mark mark) {
    auto* const place = block.data() + static_cast<std::size_t>(number % kInBlock) * kMarkBytes;
    for (std::size_t i = 0; i < kMarkBytes; ++i)
        place[i] = static_cast<std::uint8_t>(mark.bits() >> (8 * i));
}

Mark mark_in(ByteView block, std::int64_t number) {
    const auto* const place =
        block.data() + static_cast<std::size_t>(number % kInBlock) * kMarkBytes;
    std::uint32_t bits = 0;
    for (std::size_t i = kMarkBytes; i-- > 0;) bits = bits << 8U | place[i];
    return Mark::of_bits(bits);
}

std::uint32_t number_of(std::string_view digits) {
    std::uint32_t value = 0;
    for (const char c : digits)
        if (c >= '0' && c <= '9') value = 10 * value + static_cast<std::uint32_t>(c - '0');
    return value;
}

}  // namespace

std::uint32_t day_key(std::string_view date) {
    if (date.empty()) return 0;
    const auto part = [&](std::size_t at, std::size_t size) {
        return date.size() < at + size ? 0 : number_of(date.substr(at, size));
    };
    // 13 months of 32 days, as a month or a day may be missing.
    const auto key = (part(0, 4) * 13 + std::min(part(5, 2), 12U)) * 32 + std::min(part(8, 2), 31U);
    return std::min(key + 1, kLastDay);
}

Result<> write_marks(Database& database, std::span<const std::pair<std::int64_t, Mark>> marks) {
    TRY_LET(auto read, database.prepare("SELECT marks FROM marks WHERE block = ?1"));
    TRY_LET(auto put, database.prepare("INSERT INTO marks(block, marks) VALUES(?1, ?2) ON CONFLICT "
                                       "DO UPDATE SET marks = excluded.marks"));
    while (!marks.empty()) {
        const auto block = marks.front().first / kInBlock;
        Bytes bytes(kBlockBytes, 0xFF);
        TRY_LET(const bool found, read.bind(1, block).step());
        if (found) {
            if (read.column_blob(0).size() != kBlockBytes) return damaged("marks of items");
            std::ranges::copy(read.column_blob(0), bytes.begin());
            read.reset();
        }
        std::size_t count = 0;
        for (; count < marks.size() && marks[count].first / kInBlock == block; ++count)
            put_mark(bytes, marks[count].first, marks[count].second);
        TRY(put.bind(1, block).bind_blob(2, bytes).run());
        marks = marks.subspan(count);
    }
    return {};
}

Result<std::vector<Mark>> read_marks(Database& database, std::span<const std::int64_t> numbers) {
    std::vector<Mark> marks;
    marks.reserve(numbers.size());
    TRY_LET(auto read, database.prepare("SELECT marks FROM marks WHERE block = ?1"));
    while (!numbers.empty()) {
        const auto block = numbers.front() / kInBlock;
        TRY_LET(const bool found, read.bind(1, block).step());
        if (!found || read.column_blob(0).size() != kBlockBytes) return damaged("marks of items");
        std::size_t count = 0;
        for (; count < numbers.size() && numbers[count] / kInBlock == block; ++count) {
            marks.push_back(mark_in(read.column_blob(0), numbers[count]));
            if (marks.back().bits() == Mark().bits()) return damaged("marks of items");
        }
        read.reset();
        numbers = numbers.subspan(count);
    }
    return marks;
}

Result<> for_each_mark(Database& database, const std::function<void(std::int64_t, Mark)>& visit) {
    TRY_LET(auto rows, database.prepare("SELECT block, marks FROM marks ORDER BY block"));
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return {};
        const auto block = rows.column_blob(1);
        if (block.size() != kBlockBytes) return damaged("marks of items");
        const auto first = rows.column_int(0) * kInBlock;
        for (std::int64_t i = 0; i < kInBlock; ++i)
            if (const auto mark = mark_in(block, i); mark.bits() != Mark().bits())
                visit(first + i, mark);
    }
}

}  // namespace keepsake::catalog
