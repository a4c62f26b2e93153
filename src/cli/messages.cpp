#include "cli/messages.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/text.h"
#include "cli/output.h"
#include "cli/plain_words.h"
#include "cli/settings.h"
#include "cli/terminal.h"
#include "cli/text_layout.h"
#include "library/environment.h"

namespace keepsake::cli {
namespace {

constexpr auto kBetweenPlainLines = std::chrono::seconds(5);
constexpr std::size_t kBarColumns = 24;

std::string bar(const library::Progress& progress) {
    const bool by_bytes = progress.bytes_total > 0;
    const auto total = by_bytes ? progress.bytes_total : progress.files_total;
    const auto done = by_bytes ? progress.bytes_done : progress.files_done;
    const auto share =
        total == 0 ? 0.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
    const auto filled = static_cast<std::size_t>(share * static_cast<double>(kBarColumns));
    return "[" + std::string(filled, '=') + std::string(kBarColumns - filled, ' ') + "] ";
}

bool can_draw(int descriptor) {
    const auto term = environment_variable("TERM");
    return is_terminal(descriptor) && term && *term != "dumb";
}

}  // namespace

std::string progress_text(const library::Progress& progress, std::size_t columns) {
    auto counts = grouped(progress.files_done);
    if (progress.files_total > 0) counts += " of " + grouped(progress.files_total);
    counts += progress.files_total == 1 || (progress.files_total == 0 && progress.files_done == 1)
                  ? " file"
                  : " files";
    if (progress.bytes_done > 0 || progress.bytes_total > 0)
        counts += ", " + human_bytes(progress.bytes_done);
    if (progress.bytes_total > 0) counts += " of " + human_bytes(progress.bytes_total);
    const auto doing = std::string(progress.doing) + "  ";
    if (columns == 0) return std::string(progress.doing) + ": " + counts;
    const bool has_total = progress.files_total > 0 || progress.bytes_total > 0;
    auto with_bar = doing + (has_total ? bar(progress) : "") + counts;
    if (display_width(with_bar) <= columns) return with_bar;
    return truncated(doing + counts, columns);
}

Messages::Messages(int descriptor)
    : descriptor_(descriptor), is_terminal_(can_draw(descriptor)), last_line_(Clock::now()) {}

Messages::~Messages() { clear(); }

// What cannot be said on standard error can be said nowhere: its failures end here.

void Messages::draw(std::string_view text) {
    if (text == drawn_) return;
    drawn_ = text;
    [[maybe_unused]] const auto written =
        write_all(descriptor_, "\r" + std::string(text) + "\x1B[K");
}

void Messages::clear() {
    if (drawn_.empty()) return;
    drawn_.clear();
    [[maybe_unused]] const auto written = write_all(descriptor_, "\r\x1B[K");
}

void Messages::line(std::string_view text) {
    clear();
    [[maybe_unused]] const auto written = write_all(descriptor_, std::string(text) + "\n");
}

void Messages::progress(const library::Progress& progress) {
    if (is_terminal_) {
        // The last column stays free: some terminals break the line there.
        draw(progress_text(progress, std::max<std::size_t>(terminal_width(descriptor_), 2) - 1));
        return;
    }
    const auto now = Clock::now();
    if (now - last_line_ < kBetweenPlainLines) return;
    last_line_ = now;
    line(progress_text(progress, 0));
}

void Messages::problem(const std::string& name, const std::string& why) {
    line(problem_prefix_ + printable_line(name) + ": " + printable_line(without_name(why, name)));
}

void Messages::note(const std::string& text) { line(printable_line(text)); }

void Messages::unlocking() {
    if (is_terminal_) draw("Opening...");
}

}  // namespace keepsake::cli
