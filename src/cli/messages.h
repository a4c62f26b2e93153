#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "library/environment.h"

namespace keepsake::cli {

/// What the program says beside its output, on standard error: one bar on a terminal, now and then
/// a plain line in a pipe or a file; problems and notes on lines of their own.
/// Thread safety: one thread at a time, as library::Listener asks.
class Messages final : public library::Listener {
  public:
    explicit Messages(int descriptor);
    Messages(const Messages&) = delete;
    Messages& operator=(const Messages&) = delete;
    ~Messages() override;

    /// What stands before a problem's name: "could not keep ".
    void name_problems(std::string_view prefix) { problem_prefix_ = prefix; }

    void progress(const library::Progress& progress) override;
    void problem(const std::string& name, const std::string& why) override;
    void note(const std::string& line) override;
    void unlocking() override;

    /// One line of ours; the bar is taken away first.
    void line(std::string_view text);
    /// Takes the bar away.
    void clear();

  private:
    using Clock = std::chrono::steady_clock;
    void draw(std::string_view text);

    int descriptor_;
    bool is_terminal_;
    std::string problem_prefix_;
    std::string drawn_;  // what stands on the terminal's last line
    Clock::time_point last_line_;
};

/// The bar's text in a line of `columns`, or the plain line if that is 0.
std::string progress_text(const library::Progress& progress, std::size_t columns);

}  // namespace keepsake::cli
