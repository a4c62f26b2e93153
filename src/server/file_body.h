#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "http/message.h"
#include "http/target.h"
#include "os/file_system.h"

namespace keepsake::server {

/// A part of a file that stands on this device, for as long as `is_open` says: it is asked about
/// once a second.
class FileBody final : public http::BodySource {
  public:
    FileBody(std::unique_ptr<os::ReadableFile> file, http::Range range,
             std::function<bool()> is_open)
        : file_(std::move(file)), range_(range), is_open_(std::move(is_open)) {}
    std::uint64_t size_bytes() const override { return range_.count; }
    Result<> read(MutableBytes out) override {
        constexpr std::chrono::seconds kLookAgain{1};
        const auto now = std::chrono::steady_clock::now();
        if (now - looked_ >= kLookAgain) {
            looked_ = now;
            if (!is_open_()) return Error(ErrorCode::cancelled, "closed");
        }
        TRY_LET(const auto got, file_->read_at(range_.first + sent_, out));
        if (got < out.size()) return Error(ErrorCode::corrupt, "a file became shorter");
        sent_ += out.size();
        return {};
    }

  private:
    std::unique_ptr<os::ReadableFile> file_;
    http::Range range_;
    std::function<bool()> is_open_;
    std::uint64_t sent_ = 0;
    std::chrono::steady_clock::time_point looked_ = std::chrono::steady_clock::now();
};

}  // namespace keepsake::server
