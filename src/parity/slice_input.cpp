#include "parity/slice_input.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "os/file_system.h"

namespace keepsake::parity {
namespace {

std::uint64_t valid_in(const SliceInput& input, const Columns& columns) {
    return input.bytes <= columns.from ? 0 : std::min(input.bytes - columns.from, columns.bytes);
}

}  // namespace

Rounds::Rounds(const std::vector<SliceInput>& inputs, Columns columns, std::size_t buffer_bytes,
               std::size_t most_slots)
    : inputs_(inputs),
      columns_(columns),
      buffer_bytes_(buffer_bytes),
      most_slots_(most_slots),
      column_(columns.from) {}

std::vector<Slot> Rounds::next() {
    std::vector<Slot> round;
    std::uint64_t used = 0;
    while (input_ < inputs_.size() && round.size() < most_slots_) {
        const auto wanted = columns_.end() - column_;
        if (wanted > buffer_bytes_ - used && used > 0) break;
        const Columns columns{column_, std::min(wanted, buffer_bytes_ - used)};
        round.push_back({.input = input_,
                         .columns = columns,
                         .at = used,
                         .valid_bytes = valid_in(inputs_[input_], columns)});
        used += columns.bytes;
        column_ = columns.end();
        if (column_ < columns_.end()) break;
        ++input_;
        column_ = columns_.from;
    }
    return round;
}

Result<const os::ReadableFile*> SlotReader::open(std::uint32_t source) {
    if (file_ == nullptr || source_ != source) {
        file_.reset();
        auto opened = files_.open(paths_[source]);
        if (!opened.has_value()) return std::move(opened).error().with(paths_[source]);
        file_ = *std::move(opened);
        source_ = source;
    }
    return file_.get();
}

Result<std::size_t> SlotReader::read(const SliceInput& input, const Slot& slot, std::uint8_t* out) {
    std::size_t got = 0;
    if (slot.valid_bytes > 0) {
        TRY_LET(const auto* const file, open(input.source));
        auto read = file->read_at(input.offset_bytes + slot.columns.from,
                                  MutableBytes(out, slot.valid_bytes));
        if (!read.has_value()) return std::move(read).error().with(paths_[input.source]);
        got = *read;
    }
    std::memset(out + got, 0, slot.columns.bytes - got);
    return got;
}

}  // namespace keepsake::parity
