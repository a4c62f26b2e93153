#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "library/environment.h"
#include "media/reader_pool.h"

namespace keepsake::library {

/// Looks by keepsake-reader, in its cage. The readers are started when something is first looked
/// at.
class PoolLooker final : public Looker {
  public:
    PoolLooker(const WallClock& clock, unsigned readers) : clock_(&clock), readers_(readers) {}
    Result<media::Answer> look(media::Source& source, const media::Question& question,
                               std::stop_token stop) override;
    Result<media::PlayableAnswer> make_playable(media::Source& source,
                                                const media::PlayableQuestion& question,
                                                media::PlayableSink& sink,
                                                const std::stop_token& stop) override;

  private:
    Result<media::ReaderPool*> pool();

    const WallClock* clock_;
    unsigned readers_;
    std::mutex mutex_;
    std::unique_ptr<media::ReaderPool> pool_;
    std::optional<std::pair<ErrorCode, std::string>> failure_;  // starting is tried once
};

}  // namespace keepsake::library
