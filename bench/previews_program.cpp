// Looks at files through the readers, as the program does, and tells what came out and how long it
// took.
//
//   previews_program [--readers N] [--facts | --play] [--to FOLDER] [--json] FILE...
//
// --facts: the words alone; --play: copies that browsers play; --to: what is made is written there;
// --json: one object a file.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <ios>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/reader_pool.h"
#include "os/descriptor.h"

namespace {

using namespace keepsake;

struct Options {
    unsigned readers = 2;
    bool facts_only = false;
    bool play = false;
    bool json = false;
    std::string to;
    std::string program;
    std::vector<std::string> files;
};

/// A file on disk, read where it is asked for, as an original in an archive is.
class FileSource final : public media::Source {
  public:
    explicit FileSource(const std::string& path)
        : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
        struct stat status{};
        if (file_.is_open() && ::fstat(file_.get(), &status) == 0)
            size_bytes_ = static_cast<std::uint64_t>(status.st_size);
    }
    std::uint64_t size_bytes() const override { return size_bytes_; }
    Result<> read_at(std::uint64_t offset_bytes, MutableBytes out) override {
        while (!out.empty()) {
            const auto got =
                ::pread(file_.get(), out.data(), out.size(), static_cast<off_t>(offset_bytes));
            if (got <= 0) return Error::from_errno(got < 0 ? errno : EIO, "read a file", true);
            offset_bytes += static_cast<std::uint64_t>(got);
            out = out.subspan(static_cast<std::size_t>(got));
        }
        return {};
    }

  private:
    os::Descriptor file_;
    std::uint64_t size_bytes_ = 0;
};

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

void write_file(const std::string& path, ByteView bytes) {
    std::ofstream(path, std::ios::binary) << as_text(bytes);
}

constexpr std::string_view kOutcomes[] = {"whole", "no-picture", "not-opened"};

std::string line_of(const std::string& path, const media::Answer& answer) {
    auto line = nlohmann::ordered_json::object();
    line["file"] = path;
    line["outcome"] = kOutcomes[static_cast<std::size_t>(answer.outcome)];
    if (!answer.why.empty()) line["why"] = answer.why;
    line["facts"] = nlohmann::ordered_json::parse(media::to_json(answer.facts));
    line["preview"] = answer.preview.size();
    line["thumbnail"] = answer.thumbnail.size();
    return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

/// A playable copy on disk: the head goes in front when all of it is there.
class CopyOnDisk final : public media::PlayableSink {
  public:
    Result<> body(ByteView bytes) override {
        body_ += as_text(bytes);
        return {};
    }
    void progress(double) override {}
    const std::string& whole(ByteView head) { return body_.insert(0, as_text(head)); }

  private:
    std::string body_;
};

std::string line_of(const std::string& path, const media::PlayableAnswer& answer,
                    std::size_t bytes) {
    auto line = nlohmann::ordered_json::object();
    line["file"] = path;
    line["outcome"] = kOutcomes[static_cast<std::size_t>(answer.outcome)];
    if (!answer.why.empty()) line["why"] = answer.why;
    line["facts"] = nlohmann::ordered_json::parse(media::to_json(answer.facts));
    line["bytes"] = bytes;
    return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

class Work {
  public:
    Work(const Options& options, media::ReaderPool& pool) : options_(options), pool_(pool) {}

    void run() {
        for (;;) {
            const auto index = next_++;
            if (index >= options_.files.size()) return;
            if (options_.play)
                play(options_.files[index], index);
            else
                look(options_.files[index], index);
        }
    }
    std::size_t previews() const { return previews_; }

  private:
    void look(const std::string& path, std::size_t index) {
        FileSource source(path);
        const auto answer = pool_.look(
            source, {.name = std::string(base_name(path)), .pictures = !options_.facts_only});
        if (!answer) {
            std::fprintf(stderr, "%s: %s\n", path.c_str(), answer.error().message().c_str());
            return;
        }
        if (!answer->preview.empty()) ++previews_;
        const std::scoped_lock lock(mutex_);
        if (options_.json) std::printf("%s\n", line_of(path, *answer).c_str());
        if (options_.to.empty() || answer->preview.empty()) return;
        const auto stem =
            options_.to + "/" + std::to_string(index) + "-" + std::string(base_name(path));
        write_file(stem + ".preview.jpg", answer->preview);
        write_file(stem + ".thumbnail.jpg", answer->thumbnail);
    }

    void play(const std::string& path, std::size_t index) {
        FileSource source(path);
        CopyOnDisk copy;
        const auto answer =
            pool_.make_playable(source, {.name = std::string(base_name(path))}, copy);
        if (!answer) {
            std::fprintf(stderr, "%s: %s\n", path.c_str(), answer.error().message().c_str());
            return;
        }
        const bool made = answer->outcome == media::Outcome::whole;
        if (made) ++previews_;
        const auto& whole = copy.whole(answer->head);
        const std::scoped_lock lock(mutex_);
        if (options_.json) std::printf("%s\n", line_of(path, *answer, whole.size()).c_str());
        if (options_.to.empty() || !made) return;
        const auto* const ending =
            answer->facts.format == media::Format::mp3
                ? ".mp3"
                : (answer->facts.kind == media::Kind::film ? ".mp4" : ".m4a");
        write_file(
            options_.to + "/" + std::to_string(index) + "-" + std::string(base_name(path)) + ending,
            as_bytes(whole));
    }

    const Options& options_;
    media::ReaderPool& pool_;
    std::atomic<std::size_t> next_ = 0;
    std::atomic<std::size_t> previews_ = 0;
    std::mutex mutex_;
};

int run(const Options& options) {
    const SystemWallClock clock;
    auto program = options.program.empty() ? media::reader_program() : options.program;
    if (!program) {
        std::fprintf(stderr, "%s\n", program.error().message().c_str());
        return 1;
    }
    auto pool = media::ReaderPool::start(
        {.program = *program, .readers = options.readers, .clock = &clock});
    if (!pool) {
        std::fprintf(stderr, "%s\n", pool.error().message().c_str());
        return 1;
    }
    Work work(options, **pool);
    const auto begin = std::chrono::steady_clock::now();
    {
        std::vector<std::jthread> threads;
        threads.reserve(options.readers);
        for (unsigned i = 0; i < options.readers; ++i) threads.emplace_back([&] { work.run(); });
    }
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    std::fprintf(stderr, "%zu files, %zu previews, %.2f s, %.1f files a second\n",
                 options.files.size(), work.previews(), taken.count(),
                 static_cast<double>(options.files.size()) / taken.count());
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    CLI::App app("Looks at files through the readers.");
    Options options;
    app.add_option("--readers", options.readers);
    app.add_flag("--facts", options.facts_only);
    app.add_flag("--play", options.play);
    app.add_flag("--json", options.json);
    app.add_option("--to", options.to);
    app.add_option("--reader", options.program);
    app.add_option("files", options.files);
    CLI11_PARSE(app, count, arguments);
    return run(options);
}
