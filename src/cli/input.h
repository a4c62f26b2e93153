#pragma once

#include <cstddef>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "crypto/secret.h"

/// Reading what a person hands to the program: small files, pipes, standard input. (Sources to be
/// kept are read by the library, which never opens pipes and devices.)
namespace keepsake::cli {

/// Waits until reading will not block. Errors: cancelled when asked to stop; io.
Result<> wait_readable(int descriptor, const std::stop_token& stop);

/// All of a file, pipe or ("-") standard input. Errors: not_found; permission; invalid for a
/// folder; limit; cancelled; io.
Result<crypto::Secret> read_input(const std::string& path, std::size_t limit_bytes,
                                  const std::stop_token& stop);

/// A passphrase: the first line without its end. Errors: also invalid if that is empty.
Result<crypto::Secret> read_passphrase_file(const std::string& path, const std::stop_token& stop);

}  // namespace keepsake::cli
