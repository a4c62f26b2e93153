#include "base/error.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>

namespace keepsake {

std::string_view name_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::corrupt:
            return "corrupt";
        case ErrorCode::wrong_key:
            return "wrong_key";
        case ErrorCode::not_found:
            return "not_found";
        case ErrorCode::exists:
            return "exists";
        case ErrorCode::no_space:
            return "no_space";
        case ErrorCode::read_only:
            return "read_only";
        case ErrorCode::permission:
            return "permission";
        case ErrorCode::unsupported:
            return "unsupported";
        case ErrorCode::limit:
            return "limit";
        case ErrorCode::cancelled:
            return "cancelled";
        case ErrorCode::changed:
            return "changed";
        case ErrorCode::invalid:
            return "invalid";
        case ErrorCode::io:
            return "io";
    }
    return "unknown";
}

Error::Error(ErrorCode code, std::string message, std::source_location where)
    : detail_(std::make_unique<Detail>(Detail{code, 0, std::move(message), where})) {}

Error::Error(const Error& other) : detail_(std::make_unique<Detail>(*other.detail_)) {}

Error& Error::operator=(const Error& other) {
    if (this != &other) detail_ = std::make_unique<Detail>(*other.detail_);
    return *this;
}

ErrorCode Error::code() const { return detail_->code; }
int Error::system_code() const { return detail_->system_code; }
std::string Error::message() const { return detail_->message; }

std::string Error::describe() const {
    return detail_->message + " [" + std::string(name_of(detail_->code)) + ", " +
           detail_->where.file_name() + ":" + std::to_string(detail_->where.line()) + "]";
}

Error&& Error::with(std::string_view context) && {
    detail_->message = std::string(context) + ": " + detail_->message;
    return std::move(*this);
}

Error& Error::with(std::string_view context) & {
    detail_->message = std::string(context) + ": " + detail_->message;
    return *this;
}

namespace {
ErrorCode code_of_errno(int number, bool writing) {
    switch (number) {
        case ENOENT:
        case ENOTDIR:
            return ErrorCode::not_found;
        case EEXIST:
        case ENOTEMPTY:
            return ErrorCode::exists;
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return ErrorCode::no_space;
        case EROFS:
            return ErrorCode::read_only;
        case EACCES:
        case EPERM:
            return writing ? ErrorCode::read_only : ErrorCode::permission;
        case ENAMETOOLONG:
        case ELOOP:
            return ErrorCode::limit;
        case EOPNOTSUPP:
        case ENOSYS:
            return ErrorCode::unsupported;
        default:
            return ErrorCode::io;
    }
}
}  // namespace

Error Error::from_errno(int number, std::string_view doing, bool writing,
                        std::source_location where) {
    Error error(code_of_errno(number, writing), std::string(doing) + ": " + std::strerror(number),
                where);  // NOLINT(concurrency-mt-unsafe)
    error.detail_->system_code = number;
    return error;
}

}  // namespace keepsake
