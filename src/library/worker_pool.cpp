#include "library/worker_pool.h"

#include <cstddef>
#include <mutex>
#include <utility>

#include "archive/object_file.h"

namespace keepsake::library {

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

void WorkerPool::add(Job job) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return jobs_.size() < most_queued_; });
    jobs_.push_back(std::move(job));
    wake_.notify_all();
}

void WorkerPool::add_urgent(Job job) {
    const std::lock_guard guard(mutex_);
    urgent_.push_back(std::move(job));
    wake_.notify_all();
}

void WorkerPool::wait() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return jobs_.empty() && urgent_.empty() && running_ == 0; });
}

void WorkerPool::run() {
    archive::ObjectBuffers buffers;
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [&] { return ending_ || !jobs_.empty() || !urgent_.empty(); });
        auto& queue = urgent_.empty() ? jobs_ : urgent_;
        if (queue.empty()) return;  // ending, and nothing left
        const auto job = std::move(queue.front());
        queue.pop_front();
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
