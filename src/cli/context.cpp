#include "cli/context.h"

#include <unistd.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "archive/copy.h"
#include "archive/identity_file.h"
#include "base/error.h"
#include "base/result.h"
#include "cli/input.h"
#include "cli/invocation.h"
#include "cli/plain_words.h"
#include "cli/settings.h"
#include "cli/terminal.h"
#include "cli/text_layout.h"
#include "crypto/secret.h"
#include "library/environment.h"
#include "library/library.h"
#include "os/file_system.h"

namespace keepsake::cli {
namespace {

constexpr int kTries = 3;

/// Options go before the environment, all of them together: an identity in the environment is not
/// used beside a passphrase file that was typed.
void complete_from_environment(GlobalOptions& options) {
    if (!options.archive) options.archive = environment_variable("KEEPSAKE_ARCHIVE");
    if (options.identity_file || options.passphrase_file) return;
    options.identity_file = environment_variable("KEEPSAKE_IDENTITY_FILE");
    options.passphrase_file = environment_variable("KEEPSAKE_PASSPHRASE_FILE");
}

}  // namespace

Context::Context(Wiring& wiring, GlobalOptions options, bool stdin_is_taken)
    : wiring_(&wiring),
      options_(std::move(options)),
      out_(STDOUT_FILENO),
      messages_(STDERR_FILENO),
      stdin_is_taken_(stdin_is_taken) {
    complete_from_environment(options_);
}

Terminal* Context::terminal() {
    if (!looked_for_terminal_) terminal_ = Terminal::find(stdin_is_taken_);
    looked_for_terminal_ = true;
    return terminal_ ? &*terminal_ : nullptr;
}

Result<const library::Environment*> Context::environment() {
    if (!environment_) {
        TRY_LET(auto folder, state_folder());
        environment_.emplace(library::Environment{.files = wiring_->files,
                                                  .random = wiring_->random,
                                                  .clock = wiring_->clock,
                                                  .state_folder = std::move(folder),
                                                  .stop = wiring_->stop,
                                                  .threads = thread_count(),
                                                  .looker = wiring_->looker});
    }
    return &*environment_;
}

Result<std::string> Context::named_archive() {
    if (!options_.archive) return archive::find_archive_above(files(), ".");
    const auto info = files().info_following(*options_.archive);
    if (info && info->kind != os::FileKind::directory)
        return Error(ErrorCode::invalid,
                     printable_line(*options_.archive) + " is a file, not an archive's folder.");
    return *options_.archive;
}

Result<std::string> Context::archive_path() {
    auto path = named_archive();
    if (path) archive_ = *path;
    return path;
}

void Context::tell_error(const Error& error, Stands stands) {
    messages_.line("keepsake: " + plain_words(error, archive_, stands));
}

bool Context::has_way_in() const { return options_.identity_file || options_.passphrase_file; }

Result<std::optional<library::WayIn>> Context::named_way_in() {
    if (options_.identity_file) {
        TRY_LET(auto text,
                read_input(*options_.identity_file, archive::kLargestIdentityFileBytes, stop()));
        return library::WayIn(library::IdentityText{std::move(text)});
    }
    if (options_.passphrase_file) {
        TRY_LET(auto text, read_passphrase_file(*options_.passphrase_file, stop()));
        return library::WayIn(library::Passphrase{std::move(text)});
    }
    return std::optional<library::WayIn>();
}

Result<library::Library> Context::open() {
    auto opened = open_quietly();
    if (opened) TRY(tell_damage(*opened));
    return opened;
}

Result<library::Library> Context::open_for_keeping() {
    if (has_way_in() || terminal() != nullptr) return open();
    TRY_LET(const auto path, archive_path());
    TRY_LET(const auto* environment, this->environment());
    auto locked = library::Library::open_locked(*environment, path);
    if (locked || locked.error().code() != ErrorCode::not_found) return locked;
    return open();
}

Result<library::Library> Context::open_quietly() {
    TRY_LET(const auto path, archive_path());
    // Before anything is asked: is there an archive at all?
    TRY(archive::open_copy(files(), path));
    TRY_LET(const auto* environment, this->environment());
    TRY_LET(const auto way_in, named_way_in());
    auto opened = way_in ? library::Library::open(*environment, path, *way_in, messages_)
                         : open_by_asking(*environment, path);
    messages_.clear();
    return opened;
}

Result<library::Library> Context::open_by_asking(const library::Environment& environment,
                                                 const std::string& path) {
    auto* asked = terminal();
    if (asked == nullptr)
        return Error(ErrorCode::invalid,
                     "No way in was given: use --passphrase-file, --identity, or a terminal.");
    for (int tried = 1;; ++tried) {
        TRY_LET(auto typed, asked->ask_secret("Passphrase, or the twelve words: ", stop()));
        if (typed.empty()) return Error(ErrorCode::cancelled, "Stopped: nothing was typed.");
        const library::WayIn way_in(library::Passphrase{std::move(typed)});
        auto opened = library::Library::open(environment, path, way_in, messages_);
        messages_.clear();
        const bool wrong = !opened && (opened.error().code() == ErrorCode::wrong_key ||
                                       opened.error().code() == ErrorCode::invalid);
        if (!wrong || tried == kTries) return opened;
        TRY(asked->show(printable_line(opened.error().message()) + "\n"));
    }
}

Result<> Context::tell_damage(library::Library& library) {
    std::set<std::string> told;
    for (const auto& problem : library.journal_problems()) {
        found_damage_ = true;
        if (!told.insert(problem.path).second) continue;
        messages_.line(printable_line(problem.path) + ": " +
                       printable_line(without_name(problem.why, problem.path)));
    }
    TRY_LET(const auto gaps, library.gaps());
    for (const auto& gap : gaps) {
        found_damage_ = true;
        TRY_LET(const auto name, library.device_name(gap.device));
        messages_.line("This copy lacks " + count_of(gap.missing, "change", "changes") + " from " +
                       printable_line(name) + ".");
    }
    return {};
}

Result<crypto::Secret> Context::new_passphrase(const std::optional<std::string>& file) {
    if (file) return read_passphrase_file(*file, stop());
    auto* asked = terminal();
    if (asked == nullptr)
        return Error(ErrorCode::invalid,
                     "No new passphrase was given: use --new-passphrase-file, or a terminal.");
    return asked->ask_new_secret("New passphrase", stop());
}

Result<> Context::show_recovery_words(const crypto::Secret& words, ShownOn where) {
    messages_.clear();
    if (where == ShownOn::output && !out_.is_terminal()) {
        out_.write_secret(words.text());
        out_.write_secret("\n");
        return out_.flush();
    }
    auto text =
        "\n" + numbered_words(words.text()) + "\nWrite them on paper; they are not shown again.\n";
    Result<> shown;
    if (auto* asked = terminal(); where == ShownOn::terminal && asked != nullptr) {
        TRY(out_.flush());
        shown = asked->show(text);
    } else {
        out_.write_secret(text);
        shown = out_.flush();
    }
    crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    return shown;
}

}  // namespace keepsake::cli
