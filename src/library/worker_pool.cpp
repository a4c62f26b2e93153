#include "library/worker_pool.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>

#include "archive/object_file.h"

namespace keepsake::library {
namespace {

constexpr auto kMeanwhileTime = std::chrono::milliseconds(100);

}  // namespace

WorkerPool::WorkerPool(unsigned threads, std::size_t most_queued) : most_queued_(most_queued) {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

WorkerPool::~WorkerPool() {
    {
        const std::lock_guard guard(mutex_);
        ending_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_) thread.join();
}

// The lock is let go of while `meanwhile` runs.
void WorkerPool::wait_until(std::unique_lock<std::mutex>& lock, const std::function<bool()>& so,
                            const std::function<void()>& meanwhile) {
    while (!wake_.wait_for(lock, kMeanwhileTime, so)) {
        lock.unlock();
        meanwhile();
        lock.lock();
    }
}

void WorkerPool::add(Job job) {
    add(std::move(job), [] {});
}

void WorkerPool::add(Job job, const std::function<void()>& meanwhile) {
    std::unique_lock lock(mutex_);
    wait_until(lock, [&] { return jobs_.size() < most_queued_; }, meanwhile);
    jobs_.push_back(std::move(job));
    wake_.notify_all();
}

void WorkerPool::wait() {
    wait([] {});
}

void WorkerPool::wait(const std::function<void()>& meanwhile) {
    std::unique_lock lock(mutex_);
    wait_until(lock, [&] { return jobs_.empty() && running_ == 0; }, meanwhile);
}

void WorkerPool::run() {
    archive::ObjectBuffers buffers;
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [&] { return ending_ || !jobs_.empty(); });
        if (jobs_.empty()) return;  // ending, and nothing left
        const auto job = std::move(jobs_.front());
        jobs_.pop_front();
        ++running_;
        lock.unlock();
        wake_.notify_all();
        job(buffers);
        lock.lock();
        --running_;
        wake_.notify_all();
    }
}

}  // namespace keepsake::library
