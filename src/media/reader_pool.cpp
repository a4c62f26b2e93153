#include "media/reader_pool.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "media/conversation.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/memory_file.h"
#include "media/playable_conversation.h"
#include "media/protocol.h"
#include "media/reader_process.h"
#include "os/descriptor.h"

namespace keepsake::media {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kLeastSecondAsking{200};
constexpr std::chrono::seconds kLongestService{240};  // of busy time; then it is replaced

/// A thread that lives as long as the pool and starts the readers: they die with the thread that
/// started them, also where the whole program is killed.
class Starter {
  public:
    Starter(std::string program, std::chrono::milliseconds deadline)
        : program_(std::move(program)), deadline_(deadline), thread_([this] { run(); }) {}
    Starter(const Starter&) = delete;
    Starter& operator=(const Starter&) = delete;
    ~Starter() {
        {
            const std::scoped_lock lock(mutex_);
            ending_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }

    Result<ReaderProcess> start(ReaderWork work) {
        std::promise<Result<ReaderProcess>> promise;
        auto future = promise.get_future();
        {
            const std::scoped_lock lock(mutex_);
            wanted_.push_back({.reader = std::move(promise), .work = work});
        }
        changed_.notify_all();
        return future.get();
    }

  private:
    struct Wanted {
        std::promise<Result<ReaderProcess>> reader;
        ReaderWork work = ReaderWork::look;
    };
    void run() {
        for (;;) {
            Wanted next;
            {
                std::unique_lock lock(mutex_);
                changed_.wait(lock, [this] { return ending_ || !wanted_.empty(); });
                if (wanted_.empty()) return;
                next = std::move(wanted_.front());
                wanted_.erase(wanted_.begin());
            }
            next.reader.set_value(ReaderProcess::start(
                program_, {.until = Clock::now() + deadline_, .stop = {}}, next.work));
        }
    }

    std::string program_;
    std::chrono::milliseconds deadline_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Wanted> wanted_;
    bool ending_ = false;
    std::thread thread_;
};

struct WarmReader {
    ReaderProcess process;
    unsigned files = 0;
    Clock::duration busy{};
};

/// What may be asked of a file, and what the parent knows of it itself.
Result<LookBody> prepare(Source& source, const Question& question, const PoolOptions& options,
                         Answer& answer) {
    LookBody look{.question = question,
                  .size_bytes = source.size_bytes(),
                  .in_memory = source.size_bytes() <= kLargestInMemory,
                  .now = options.clock->now(),
                  .head = {}};
    look.head.resize(std::min<std::uint64_t>(look.size_bytes, kDetectBytes));
    if (!look.head.empty()) TRY(source.read_at(0, look.head));
    answer.facts.format = detect(look.head, look.size_bytes, question.name);
    answer.facts.kind = kind_of(answer.facts.format);
    // The words of a JPEG file stand at its beginning: the rest need not be decrypted.
    if (answer.facts.format == Format::jpeg && !question.pictures) look.in_memory = false;
    if (look.in_memory) look.head.clear();
    return look;
}

}  // namespace

class ReaderPool::Readers {
  public:
    explicit Readers(PoolOptions options)
        : options_(std::move(options)), starter_(options_.program, options_.start_deadline) {}

    /// Starts the first one.
    Result<> begin() {
        TRY_LET(auto reader, fresh());
        give_back(std::move(reader));
        return {};
    }

    Result<Answer> look(Source& source, const Question& question, const std::stop_token& stop) {
        Answer answer;
        TRY_LET(auto look, prepare(source, question, options_, answer));
        if (look.size_bytes == 0) {
            answer.outcome = Outcome::no_picture;
            return answer;
        }
        os::Descriptor file;
        if (look.in_memory) {
            TRY_LET(file, memory_file(source, stop));
        }
        auto left = std::chrono::duration_cast<Clock::duration>(options_.deadline);
        TRY_LET(const auto heard, ask(look, file, source, stop, left, answer));
        if (heard.answered || heard.facts || !question.facts || !question.pictures) return answer;
        // It died over the words in the file. The picture may still be had without them, in the
        // time that is left.
        if (left < kLeastSecondAsking) return answer;
        look.question.facts = false;
        const auto why = answer.why;
        TRY(ask(look, file, source, stop, left, answer));
        answer.why = why;
        return answer;
    }

    Result<PlayableAnswer> make_playable(Source& source, const PlayableQuestion& question,
                                         PlayableSink& sink, const std::stop_token& stop) {
        PlayableAnswer answer;
        LookBody look{.question = {.name = question.name},
                      .size_bytes = source.size_bytes(),
                      .in_memory = false,
                      .now = options_.clock->now(),
                      .head = {}};
        if (look.size_bytes == 0) {
            answer.outcome = Outcome::no_picture;
            return answer;
        }
        look.head.resize(std::min<std::uint64_t>(look.size_bytes, kDetectBytes));
        TRY(source.read_at(0, look.head));
        TRY_LET(auto reader, starter_.start(ReaderWork::play));
        TRY_LET(const bool answered,
                hear_playable(reader.socket(), look, source, question, sink, stop, answer));
        if (!answered) {
            answer.outcome = Outcome::not_opened;
            answer.why += " (" + reader.end() + ")";
        }
        return answer;
    }

  private:
    Result<WarmReader> fresh() {
        TRY_LET(auto process, starter_.start(ReaderWork::look));
        return WarmReader{.process = std::move(process)};
    }

    /// A free reader, or a new one where fewer than allowed are there.
    Result<WarmReader> take(const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        freed_.wait(lock, stop, [this] { return lent_ < options_.readers; });
        if (stop.stop_requested()) return Error(ErrorCode::cancelled, "stopped");
        ++lent_;
        if (!free_.empty()) {
            auto reader = std::move(free_.back());
            free_.pop_back();
            return reader;
        }
        lock.unlock();
        auto reader = fresh();
        if (!reader) release();
        return reader;
    }

    void give_back(WarmReader reader) {
        if (reader.files >= options_.files_per_reader || reader.busy > kLongestService) return;
        const std::scoped_lock lock(mutex_);
        free_.push_back(std::move(reader));
    }

    void release() {
        {
            const std::scoped_lock lock(mutex_);
            --lent_;
        }
        freed_.notify_one();
    }

    Result<Heard> ask(const LookBody& look, const os::Descriptor& file, Source& source,
                      const std::stop_token& stop, Clock::duration& left, Answer& answer) {
        TRY_LET(auto reader, take(stop));
        auto heard = ask_one(reader, look, file, source, stop, left, answer);
        if (heard && heard->answered) {
            give_back(std::move(reader));
        } else {
            const auto how = reader.process.end();
            answer.outcome = Outcome::not_opened;
            if (heard) answer.why = heard->why + " (" + how + ")";
        }
        release();
        return heard;
    }

    /// `left`: of the time for one file; less what this took afterwards.
    static Result<Heard> ask_one(WarmReader& reader, const LookBody& look,
                                 const os::Descriptor& file, Source& source,
                                 const std::stop_token& stop, Clock::duration& left,
                                 Answer& answer) {
        const auto begin = Clock::now();
        auto heard = converse(reader.process.socket(), look, file, source,
                              {.until = begin + left, .stop = stop}, answer);
        const auto taken = Clock::now() - begin;
        left -= taken;
        reader.busy += taken;
        ++reader.files;
        return heard;
    }

    PoolOptions options_;
    std::mutex mutex_;
    std::condition_variable_any freed_;
    unsigned lent_ = 0;
    std::vector<WarmReader> free_;
    Starter starter_;  // last: its thread ends before the rest goes
};

ReaderPool::ReaderPool(std::unique_ptr<Readers> readers) : readers_(std::move(readers)) {}
ReaderPool::~ReaderPool() = default;

Result<std::unique_ptr<ReaderPool>> ReaderPool::start(PoolOptions options) {
    if (options.clock == nullptr || options.readers == 0)
        return Error(ErrorCode::invalid, "a pool needs a clock and at least one reader");
    auto readers = std::make_unique<Readers>(std::move(options));
    TRY(readers->begin());
    return std::unique_ptr<ReaderPool>(new ReaderPool(std::move(readers)));
}

Result<Answer> ReaderPool::look(Source& source, const Question& question,
                                const std::stop_token& stop) {
    return readers_->look(source, question, stop);
}

Result<PlayableAnswer> ReaderPool::make_playable(Source& source, const PlayableQuestion& question,
                                                 PlayableSink& sink, const std::stop_token& stop) {
    return readers_->make_playable(source, question, sink, stop);
}

Result<std::string> reader_program() {
    std::string own(4096, '\0');
    const auto size = ::readlink("/proc/self/exe", own.data(), own.size());
    if (size <= 0) return Error(ErrorCode::not_found, "this program does not know where it stands");
    own.resize(static_cast<std::size_t>(size));
    const auto folder = own.substr(0, own.rfind('/'));
    for (const auto& place :
         {folder + "/keepsake-reader", folder + "/../libexec/keepsake/keepsake-reader"})
        if (::access(place.c_str(), X_OK) == 0) return place;
    return Error(ErrorCode::not_found, "keepsake-reader is not beside this program");
}

}  // namespace keepsake::media
