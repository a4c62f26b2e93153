#include "server/checking.h"

#include <chrono>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "library/check.h"
#include "library/environment.h"
#include "library/library.h"
#include "library/restoring.h"
#include "model/ids.h"
#include "server/answers.h"
#include "server/house.h"

namespace keepsake::server {

class Checking::Listening final : public Quietly {
  public:
    explicit Listening(Checking& checking) : checking_(&checking) {}
    void progress(const library::Progress& progress) override {
        constexpr std::chrono::milliseconds kPause{250};
        {
            const std::lock_guard guard(checking_->mutex_);
            checking_->state_.progress = progress;
        }
        const auto now = std::chrono::steady_clock::now();
        if (now - told_ < kPause) return;
        told_ = now;
        checking_->tell_(checking_->state());
    }

  private:
    Checking* checking_;
    std::chrono::steady_clock::time_point told_;
};

Checking::Checking(House& house, std::function<void(const Json&)> tell)
    : house_(&house), tell_(std::move(tell)) {}

Result<> Checking::begin(What what) {
    const std::lock_guard thread_guard(thread_mutex_);
    {
        const std::lock_guard guard(mutex_);
        if (state_.name == "running") return Error(ErrorCode::exists, "A check is running.");
        // What a check found stands until the next one.
        auto hurt = what == What::restore ? std::move(state_.hurt) : std::vector<model::ObjectId>();
        state_ = {.name = "running",
                  .what = what,
                  .progress = {},
                  .damaged = 0,
                  .missing = 0,
                  .healed = 0,
                  .hurt = std::move(hurt),
                  .message = {}};
    }
    thread_ = std::jthread([this, what](const std::stop_token& stop) { run(stop, what); });
    return {};
}

void Checking::stop() {
    const std::lock_guard guard(thread_mutex_);
    thread_.request_stop();
}

Json Checking::state() {
    const std::lock_guard guard(mutex_);
    Json json;
    json["state"] = state_.name;
    json["what"] = state_.what == What::restore ? "restore" : "check";
    json["files_done"] = state_.progress.files_done;
    json["files_total"] = state_.progress.files_total;
    json["bytes_done"] = state_.progress.bytes_done;
    json["bytes_total"] = state_.progress.bytes_total;
    json["damaged"] = state_.damaged;
    json["missing"] = state_.missing;
    json["healed"] = state_.healed;
    json["message"] = state_.message;
    return json;
}

std::vector<model::ObjectId> Checking::hurt() {
    const std::lock_guard guard(mutex_);
    return state_.hurt;
}

void Checking::end_with(const Error& error) {
    {
        const std::lock_guard guard(mutex_);
        state_.name = "stopped";
        state_.message = error.code() == ErrorCode::cancelled ? "" : words_of(error);
    }
    tell_(state());
}

void Checking::run(const std::stop_token& stop, What what) {
    auto library = house_->another(stop);
    if (!library) return end_with(library.error());
    if (what == What::restore)
        restore(*library);
    else
        check(*library, what == What::repair);
}

void Checking::check(library::Library& library, bool repair) {
    Listening listening(*this);
    const auto report = library::check(library, {.repair = repair, .percent = 100}, listening);
    if (!report) return end_with(report.error());
    {
        const std::lock_guard guard(mutex_);
        state_.damaged = report->damaged;
        state_.missing = report->missing;
        state_.healed = report->healed;
        state_.hurt = report->hurt;
        state_.name = report->sound() ? "sound" : "damaged";
    }
    if (report->stopped) return end_with(*report->stopped);
    tell_(state());
}

void Checking::restore(library::Library& library) {
    Listening listening(*this);
    const auto report = library::try_restoring(library, {}, listening);
    if (!report) return end_with(report.error());
    {
        const std::lock_guard guard(mutex_);
        state_.damaged = report->problems;
        state_.name = report->sound() ? "sound" : "damaged";
    }
    if (report->stopped) return end_with(*report->stopped);
    tell_(state());
}

}  // namespace keepsake::server
