#include "parity/crew.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"

namespace keepsake::parity {

Crew::Crew(unsigned threads, std::stop_token stop)
    : threads_(threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency())),
      stop_(std::move(stop)) {}

Result<> Crew::check() const {
    if (stop_.stop_requested()) return Error(ErrorCode::cancelled, "stopped");
    return {};
}

Result<> Crew::run(std::size_t count, const std::function<Result<>(std::size_t)>& task) const {
    std::atomic<std::size_t> next{0};
    std::atomic<bool> failed{false};
    std::mutex mutex;
    std::optional<Error> error;
    const auto work = [&] {
        for (auto i = next++; i < count && !failed; i = next++) {
            auto result =
                stop_.stop_requested() ? Result<>(Error(ErrorCode::cancelled, "stopped")) : task(i);
            if (result.has_value()) continue;
            const std::scoped_lock lock(mutex);
            if (!error) error = std::move(result).error();
            failed = true;
        }
    };
    {
        std::vector<std::jthread> helpers;
        for (std::size_t i = 1; i < std::min(threads_, count); ++i) helpers.emplace_back(work);
        work();
    }
    if (error) return *std::move(error);
    return {};
}

}  // namespace keepsake::parity
