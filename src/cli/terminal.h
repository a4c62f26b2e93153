#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "cli/descriptor.h"
#include "crypto/secret.h"

namespace keepsake::cli {

bool is_terminal(int descriptor);
/// Columns of the terminal at `descriptor`; 80 where it does not tell.
std::size_t terminal_width(int descriptor);

/// The terminal at which a person sits: what is asked goes there and not into a pipe.
class Terminal {
  public:
    /// None if nobody can be asked: standard input is no terminal (or is taken by something else
    /// and standard error is none either).
    static std::optional<Terminal> find(bool stdin_is_taken);

    /// Asks for a line without showing it. Echo is restored however this ends.
    /// Errors: cancelled when asked to stop, or at the end of input.
    Result<crypto::Secret> ask_secret(std::string_view prompt, const std::stop_token& stop);
    /// Asks twice until both are the same (three times at most), and hints at short ones.
    Result<crypto::Secret> ask_new_secret(std::string_view what, const std::stop_token& stop);
    /// A question answered with Enter (yes), y or n.
    Result<bool> ask_yes(std::string_view question, const std::stop_token& stop);
    /// Shows text, here and nowhere else.
    Result<> show(std::string_view text);

  private:
    explicit Terminal(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
    Result<crypto::Secret> read_line(const std::stop_token& stop);
    Descriptor descriptor_;
};

}  // namespace keepsake::cli
