#include "server/request_log.h"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "http/message.h"
#include "os/file_system.h"
#include "os/growing_file.h"

namespace keepsake::server {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::string_view name_of(http::Method method) {
    switch (method) {
        case http::Method::get:
            return "GET";
        case http::Method::head:
            return "HEAD";
        case http::Method::post:
            return "POST";
        case http::Method::put:
            return "PUT";
        case http::Method::patch:
            return "PATCH";
        case http::Method::del:
            return "DELETE";
        case http::Method::options:
            return "OPTIONS";
        case http::Method::other:
            break;
    }
    return "?";
}

bool tells_of_a_look(const http::RequestHead& head, std::string_view route) {
    return head.parameter("look") || route.find("look") != std::string_view::npos;
}

class LoggedSink final : public http::BodySink {
  public:
    LoggedSink(std::unique_ptr<http::BodySink> sink, http::RequestHead head, std::string route,
               RequestLog& log)
        : sink_(std::move(sink)), head_(std::move(head)), route_(std::move(route)), log_(&log) {}
    bool write(ByteView bytes) override { return sink_->write(bytes); }
    http::Response finish(bool whole) override {
        auto response = sink_->finish(whole);
        log_->note(head_, route_, response.status,
                   duration_cast<milliseconds>(steady_clock::now() - began_));
        return response;
    }

  private:
    std::unique_ptr<http::BodySink> sink_;
    http::RequestHead head_;
    std::string route_;
    RequestLog* log_;
    steady_clock::time_point began_ = steady_clock::now();
};

}  // namespace

Result<std::unique_ptr<RequestLog>> RequestLog::open(os::FileSystem& files, const WallClock& clock,
                                                     std::string path) {
    TRY_LET(auto file, os::GrowingFile::open(path));
    return std::unique_ptr<RequestLog>(
        new RequestLog(files, clock, std::move(path), std::move(file)));
}

Result<> RequestLog::begin_anew() {
    file_.reset();
    TRY(files_->rename_replacing(path_, path_ + ".1"));
    TRY_LET(auto file, os::GrowingFile::open(path_));
    file_.emplace(std::move(file));
    return {};
}

void RequestLog::note(const http::RequestHead& head, std::string_view route, unsigned status,
                      milliseconds took) {
    if (tells_of_a_look(head, route)) return;
    write(std::string(name_of(head.method)) + " " + std::string(route) + " " +
          std::to_string(status) + " " + std::to_string(took.count()) + "ms");
}

void RequestLog::note_refused(unsigned status) { write("? - " + std::to_string(status) + " 0ms"); }

void RequestLog::write(std::string_view what) {
    const auto line = to_rfc3339(clock_->now(), Fraction::none) + " " + std::string(what) + "\n";
    const std::lock_guard guard(mutex_);
    if (!file_) return;
    const auto size = file_->size_bytes();
    if (size && *size + line.size() > kMostBytes && !begin_anew()) return;
    // A full disk costs lines of the log, and nothing else.
    static_cast<void>(file_->append(as_bytes(line)));
}

http::Admission LoggingHandler::admit(const http::RequestHead& head) {
    auto admission = answers_->admit(head);
    if (admission.refusal)
        log_->note(head, names_->route_of(head), admission.refusal->status, milliseconds(0));
    return admission;
}

std::optional<http::Response> LoggingHandler::answer_at_once(const http::RequestHead& head) {
    auto response = answers_->answer_at_once(head);
    if (response) log_->note(head, names_->route_of(head), response->status, milliseconds(0));
    return response;
}

http::Response LoggingHandler::answer(http::Request request) {
    const auto head = request.head;
    const auto began = steady_clock::now();
    auto response = answers_->answer(std::move(request));
    log_->note(head, names_->route_of(head), response.status,
               duration_cast<milliseconds>(steady_clock::now() - began));
    return response;
}

std::unique_ptr<http::BodySink> LoggingHandler::open_sink(const http::RequestHead& head,
                                                          http::Response& refusal) {
    auto sink = answers_->open_sink(head, refusal);
    auto route = names_->route_of(head);
    if (sink) return std::make_unique<LoggedSink>(std::move(sink), head, std::move(route), *log_);
    log_->note(head, route, refusal.status, milliseconds(0));
    return nullptr;
}

void LoggingHandler::refused(unsigned status) { log_->note_refused(status); }

}  // namespace keepsake::server
