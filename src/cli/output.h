#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace keepsake::cli {

/// What a command gives: standard output, gathered and written in large pieces.
/// A reader that went away (`keepsake list | head`) is no failure: what follows is dropped.
/// Thread safety: one thread at a time.
class Output {
  public:
    explicit Output(int descriptor) : descriptor_(descriptor) {}
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    void write(std::string_view text);
    void line(std::string_view text);
    /// Written at once, and nothing of it stays in memory.
    void write_secret(std::string_view text);
    /// Writes what was gathered. Errors: the first one that writing met (a full disk).
    Result<> flush();
    /// Nobody reads any more: more need not be made.
    bool is_closed() const { return closed_; }
    bool is_terminal() const;
    int descriptor() const { return descriptor_; }

  private:
    int descriptor_;
    std::string gathered_;
    bool closed_ = false;
    Result<> state_;
};

/// Writes all of it. Errors: those of write(2).
Result<> write_all(int descriptor, std::string_view text);

}  // namespace keepsake::cli
