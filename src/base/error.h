#pragma once

#include <memory>
#include <source_location>
#include <string>
#include <string_view>

namespace keepsake {

/// What a failure means for the person and for the caller, not which call failed.
enum class ErrorCode {
    corrupt,      ///< bytes that fail a hash, a tag, a signature or a grammar
    wrong_key,    ///< a passphrase or identity that does not open this
    not_found,    ///< a named thing that is not there
    exists,       ///< exclusive creation met something
    no_space,     ///< ENOSPC, EDQUOT, EFBIG
    read_only,    ///< EROFS, or EACCES / EPERM on writing
    permission,   ///< not allowed to read
    unsupported,  ///< well formed, but from a newer version or of a kind not handled
    limit,        ///< a documented bound was exceeded
    cancelled,    ///< the person asked to stop
    changed,      ///< a source changed while it was read
    invalid,      ///< a malformed argument, from the person or a caller's input
    io,           ///< any other failure of the system
};

/// The code's stable lower-case name ("no_space").
std::string_view name_of(ErrorCode code);

/// A failure: a code, one line of cause, and the context gathered on the way up. One pointer wide.
/// Thread safety: a value; not shared.
class [[nodiscard]] Error {
  public:
    Error(ErrorCode code, std::string message,
          std::source_location where = std::source_location::current());
    Error(Error&&) noexcept = default;
    Error& operator=(Error&&) noexcept = default;
    Error(const Error& other);
    Error& operator=(const Error& other);
    ~Error() = default;

    ErrorCode code() const;
    /// The errno behind it, 0 where there was none.
    int system_code() const;
    /// "outer context: inner context: cause", one line, for the person.
    std::string message() const;
    /// message() with the code and the source location, for a report.
    std::string describe() const;

    /// Adds what was being done; returns itself so that it can be returned onward.
    Error&& with(std::string_view context) &&;
    Error& with(std::string_view context) &;

    /// From errno, with the code chosen by consequence.
    static Error from_errno(int number, std::string_view doing, bool writing = false,
                            std::source_location where = std::source_location::current());

  private:
    struct Detail {
        ErrorCode code;
        int system_code = 0;
        std::string message;
        std::source_location where;
    };
    std::unique_ptr<Detail> detail_;
};

}  // namespace keepsake
