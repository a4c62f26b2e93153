#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/time.h"
#include "media/reader_pool.h"

namespace keepsake::testing {

/// 2026-11-25.
class FixedClock final : public WallClock {
  public:
    Instant now() const override { return {.seconds = 1'795'564'800}; }
};

/// A pool of one program, or a test that is skipped where readers cannot be caged.
class PoolTest : public ::testing::Test {
  protected:
    void start(const std::string& program, media::PoolOptions options = {}) {
        options.program = program;
        options.clock = &clock_;
        auto pool = media::ReaderPool::start(std::move(options));
        if (!pool && pool.error().code() == ErrorCode::unsupported)
            GTEST_SKIP() << pool.error().message();
        ASSERT_TRUE(pool) << pool.error().message();
        pool_ = *std::move(pool);
    }
    media::Answer look(std::string_view bytes, const media::Question& question = {}) {
        media::MemorySource source(as_bytes(bytes));
        auto answer = pool_->look(source, question);
        EXPECT_TRUE(answer) << answer.error().message();
        return answer ? *std::move(answer) : media::Answer{};
    }
    media::ReaderPool& pool() { return *pool_; }
    bool started() const { return pool_ != nullptr; }

  private:
    FixedClock clock_;
    std::unique_ptr<media::ReaderPool> pool_;
};

inline std::string file_bytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace keepsake::testing
