#include "decode/input.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "media/kind.h"
#include "media/protocol.h"

namespace keepsake::decode {

ByteView Input::head() const {
    if (!is_whole()) return head_;
    return whole_.first(std::min(whole_.size(), media::kDetectBytes));
}

Result<ByteView> Input::whole() const {
    if (!is_whole()) return Error(ErrorCode::limit, "it is too large to be looked at");
    return whole_;
}

Result<std::size_t> Input::read_at(std::uint64_t offset_bytes, MutableBytes out) const {
    if (offset_bytes >= size_bytes_ || out.empty()) return std::size_t{0};
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), size_bytes_ - offset_bytes));
    if (is_whole()) {
        std::ranges::copy(whole_.subspan(static_cast<std::size_t>(offset_bytes), size),
                          out.begin());
        return size;
    }
    for (std::size_t done = 0; done < size;) {
        const auto piece = std::min(size - done, media::kLargestNeedBytes);
        TRY_LET(const auto bytes, need_(offset_bytes + done, static_cast<std::uint32_t>(piece)));
        std::ranges::copy(bytes, out.begin() + static_cast<std::ptrdiff_t>(done));
        done += piece;
    }
    return size;
}

}  // namespace keepsake::decode
