#pragma once

#include <stop_token>
#include <thread>

#include "base/result.h"
#include "cli/descriptor.h"

namespace keepsake::cli {

/// Turns SIGINT, SIGTERM, SIGHUP and SIGQUIT into a request to stop; a second one ends the program
/// at once, with the exit code for "stopped". Signals that the caller ignores stay ignored. A pipe
/// whose reader went away gives an error instead of a signal.
/// Requires: made in main() before any other thread, once.
class StopSignals {
  public:
    /// Errors: io.
    static Result<StopSignals> watch(std::stop_source source);
    StopSignals(StopSignals&&) noexcept = default;
    StopSignals& operator=(StopSignals&&) noexcept = delete;
    ~StopSignals();

  private:
    StopSignals(Descriptor signals, Descriptor end, std::stop_source source);
    Descriptor signals_;
    Descriptor end_;
    std::jthread thread_;
};

}  // namespace keepsake::cli
