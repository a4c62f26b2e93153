#include "library/pool_looker.h"

#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/result.h"
#include "library/environment.h"
#include "media/reader_pool.h"

namespace keepsake::library {

Result<media::Answer> PoolLooker::look(media::Source& source, const media::Question& question,
                                       std::stop_token stop) {
    TRY_LET(auto* const pool, this->pool());
    return pool->look(source, question, stop);
}

Result<media::PlayableAnswer> PoolLooker::make_playable(media::Source& source,
                                                        const media::PlayableQuestion& question,
                                                        media::PlayableSink& sink,
                                                        const std::stop_token& stop) {
    TRY_LET(auto* const pool, this->pool());
    return pool->make_playable(source, question, sink, stop);
}

Result<media::PlayableAnswer> Looker::make_playable(media::Source&, const media::PlayableQuestion&,
                                                    media::PlayableSink&, const std::stop_token&) {
    return Error(ErrorCode::unsupported, std::string(media::kWillNotOpen));
}

Result<media::ReaderPool*> PoolLooker::pool() {
    const std::lock_guard lock(mutex_);
    if (pool_) return pool_.get();
    if (failure_) return Error(failure_->first, failure_->second);
    auto started = [this]() -> Result<std::unique_ptr<media::ReaderPool>> {
        media::PoolOptions options;
        TRY_LET(options.program, media::reader_program());
        options.readers = readers_;
        options.clock = clock_;
        return media::ReaderPool::start(std::move(options));
    }();
    if (!started) {
        failure_ = {started.error().code(), started.error().message()};
        return std::move(started).error();
    }
    pool_ = *std::move(started);
    return pool_.get();
}

}  // namespace keepsake::library
