#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "archive/object_file.h"

namespace keepsake::library {

/// A few threads, each with its object buffers, and a bounded queue of jobs. Requires: jobs do not
/// throw. Thread safety: all calls from any thread but those of the pool.
class WorkerPool {
  public:
    using Job = std::function<void(archive::ObjectBuffers&)>;
    WorkerPool(unsigned threads, std::size_t most_queued);
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;
    /// Finishes the jobs that were handed in.
    ~WorkerPool();

    /// Waits while the queue is full.
    void add(Job job);
    /// The same; `meanwhile` is called ten times a second while it waits.
    void add(Job job, const std::function<void()>& meanwhile);
    /// Until every job that was handed in is done.
    void wait();
    /// The same; `meanwhile` is called ten times a second.
    void wait(const std::function<void()>& meanwhile);

  private:
    void run();
    void wait_until(std::unique_lock<std::mutex>& lock, const std::function<bool()>& so,
                    const std::function<void()>& meanwhile);

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> jobs_;
    std::size_t most_queued_;
    std::size_t running_ = 0;
    bool ending_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace keepsake::library
