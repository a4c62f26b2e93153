#include "share/wish.h"

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "library/tell.h"
#include "share/record.h"

namespace keepsake::share {
namespace {

constexpr std::size_t kLargestName = 256;
constexpr std::size_t kLargestMore = 32UL << 10U;  // the head holds it, at most 64 KiB of JSON

Result<> check_name(std::string_view text, std::string_view what) {
    if (!is_utf8(text) || text.find_first_of("\r\n") != std::string_view::npos ||
        text.find('\0') != std::string_view::npos)
        return Error(ErrorCode::invalid, std::string(what) + " must be one line of text.");
    if (text.size() > kLargestName)
        return Error(ErrorCode::invalid, std::string(what) + " is too long.");
    return {};
}

}  // namespace

Result<> check_until(const std::string& until, const std::string& today) {
    if (!is_day(until))
        return Error(ErrorCode::invalid, printable(until) + " is no day, such as 2027-06-30.");
    if (until < today) return Error(ErrorCode::invalid, until + " has passed; name a day to come.");
    return {};
}

Result<> check_wish(const Wish& wish, const std::string& today) {
    if (wish.to.empty()) return Error(ErrorCode::invalid, "Say whom it is for.");
    TRY(check_name(wish.to, "The name"));
    if (wish.from) TRY(check_name(*wish.from, "The sender's name"));
    if (wish.hint) TRY(check_name(*wish.hint, "The hint"));
    if (wish.hint && !wish.passphrase)
        return Error(ErrorCode::invalid, "A hint goes with a passphrase.");
    if (wish.passphrase && wish.passphrase->empty())
        return Error(ErrorCode::invalid, "The passphrase is empty.");
    if (wish.cover) TRY(library::check_cover(*wish.cover));
    if (wish.more) {
        if (!wish.cover)
            return Error(ErrorCode::invalid, "Words for whoever asks go with a line before them.");
        if (!is_utf8(*wish.more) || wish.more->find('\0') != std::string::npos)
            return Error(ErrorCode::invalid, "The words for whoever asks must be text.");
        if (wish.more->size() > kLargestMore)
            return Error(ErrorCode::invalid, "The words for whoever asks are too long.");
    }
    return wish.until ? check_until(*wish.until, today) : Result<>();
}

}  // namespace keepsake::share
