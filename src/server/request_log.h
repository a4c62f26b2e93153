#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "base/time.h"
#include "http/message.h"
#include "os/file_system.h"
#include "os/growing_file.h"

namespace keepsake::server {

/// One line an answer: when, the method, what kind of address, the status, how long it took. No
/// address as it was asked for, no name of a file or a person, no number of an item, and nothing of
/// looks: of who looked, or did not, no record is kept. Durability: none. Thread safety: all calls
/// from any thread.
class RequestLog {
  public:
    /// Then it begins anew; the one before stands beside it as FILE.1.
    static constexpr std::uint64_t kMostBytes = 8ULL << 20U;

    /// Goes on with what stands there. Errors: those of os::GrowingFile.
    static Result<std::unique_ptr<RequestLog>> open(os::FileSystem& files, const WallClock& clock,
                                                    std::string path);
    void note(const http::RequestHead& head, std::string_view route, unsigned status,
              std::chrono::milliseconds took);
    /// Of what was no request.
    void note_refused(unsigned status);

  private:
    RequestLog(os::FileSystem& files, const WallClock& clock, std::string path,
               os::GrowingFile file)
        : files_(&files), clock_(&clock), path_(std::move(path)), file_(std::move(file)) {}
    Result<> begin_anew();
    void write(std::string_view what);

    os::FileSystem* files_;
    const WallClock* clock_;
    std::mutex mutex_;
    std::string path_;
    std::optional<os::GrowingFile> file_;  ///< none: it could not be begun anew
};

/// Tells what kind of address a request asks for: "api/v1/items/*/preview".
class NamesRoutes {
  public:
    virtual ~NamesRoutes() = default;
    virtual std::string route_of(const http::RequestHead& head) const = 0;
};

/// Notes whatever another handler answers.
class LoggingHandler final : public http::Handler {
  public:
    LoggingHandler(http::Handler& answers, const NamesRoutes& names, RequestLog& log)
        : answers_(&answers), names_(&names), log_(&log) {}
    http::Admission admit(const http::RequestHead& head) override;
    std::optional<http::Response> answer_at_once(const http::RequestHead& head) override;
    http::Response answer(http::Request request) override;
    std::unique_ptr<http::BodySink> open_sink(const http::RequestHead& head,
                                              http::Response& refusal) override;
    void refused(unsigned status) override;

  private:
    http::Handler* answers_;
    const NamesRoutes* names_;
    RequestLog* log_;
};

}  // namespace keepsake::server
