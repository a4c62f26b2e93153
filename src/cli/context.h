#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "cli/invocation.h"
#include "cli/messages.h"
#include "cli/output.h"
#include "cli/plain_words.h"
#include "cli/terminal.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "library/environment.h"
#include "library/library.h"
#include "os/file_system.h"

namespace keepsake::cli {

/// What the program stands on; main() puts it together.
struct Wiring {
    os::FileSystem& files;
    crypto::RandomSource& random;
    const WallClock& clock;
    std::stop_token stop;
    library::Looker* looker = nullptr;
};

/// What every command works with: where the archive is, the way in, and whom to talk to.
class Context {
  public:
    /// `stdin_is_taken`: the command reads standard input itself.
    Context(Wiring& wiring, GlobalOptions options, bool stdin_is_taken);

    Output& out() { return out_; }
    Messages& messages() { return messages_; }
    const std::stop_token& stop() const { return wiring_->stop; }
    os::FileSystem& files() { return wiring_->files; }
    const GlobalOptions& options() const { return options_; }
    /// "keepsake: why", for a person.
    void tell_error(const Error& error, Stands stands = Stands::nothing);
    /// None where nobody can be asked.
    Terminal* terminal();

    /// Made once; it lives as long as this. Errors: not_found without a home folder.
    Result<const library::Environment*> environment();
    /// Where the archive is: the option, the environment, or the folder stood in. Errors:
    /// not_found; invalid for what is no folder.
    Result<std::string> archive_path();
    /// Whether options or environment name a way in.
    bool has_way_in() const;
    /// Opens the archive: by what was named, else by asking (three times). Then says what is wrong
    /// with its journal and what is missing in this copy.
    Result<library::Library> open();
    /// The same; where no way in was given and nobody can be asked, for adding alone, if this
    /// device may.
    Result<library::Library> open_for_keeping();
    /// The same without saying so.
    Result<library::Library> open_quietly();
    /// Says what is wrong with the journal and what is missing.
    Result<> tell_damage(library::Library& library);
    /// Whether there was any such thing to say.
    bool found_damage() const { return found_damage_; }

    /// A new passphrase: from a file if one is named, else asked for twice.
    /// Errors: invalid where neither can be.
    Result<crypto::Secret> new_passphrase(const std::optional<std::string>& file);
    /// Shows recovery words once, in numbered columns; on an output that is no terminal on one
    /// line, joined by '-', which is the form that stock age takes.
    enum class ShownOn { output, terminal };
    Result<> show_recovery_words(const crypto::Secret& words, ShownOn where);

  private:
    Result<std::string> named_archive();
    Result<std::optional<library::WayIn>> named_way_in();
    Result<library::Library> open_by_asking(const library::Environment& environment,
                                            const std::string& path);

    Wiring* wiring_;
    GlobalOptions options_;
    Output out_;
    Messages messages_;
    bool stdin_is_taken_;
    bool looked_for_terminal_ = false;
    std::optional<Terminal> terminal_;
    std::optional<library::Environment> environment_;
    std::string archive_;  // once it was looked for
    bool found_damage_ = false;
};

}  // namespace keepsake::cli
