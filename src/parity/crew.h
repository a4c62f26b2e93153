#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

#include "base/result.h"

namespace keepsake::parity {

/// Does the tasks of one stretch of work on several threads, the caller's among them.
class Crew {
  public:
    /// `threads` 0: as many as there are processors.
    Crew(unsigned threads, std::stop_token stop);
    /// Calls task(0) to task(count - 1), each once, begun in that order, and returns when all have
    /// ended. After an error or a stop no more are begun; of several errors the first one counts.
    /// Errors: cancelled; those of the tasks.
    Result<> run(std::size_t count, const std::function<Result<>(std::size_t)>& task) const;
    /// Errors: cancelled, after a stop. For within long tasks.
    Result<> check() const;
    std::size_t threads() const { return threads_; }

  private:
    std::size_t threads_;
    std::stop_token stop_;
};

}  // namespace keepsake::parity
