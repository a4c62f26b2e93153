#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"

/// The journal's entries, one type an operation. Source: docs/formats/journal.md, "Entries".
namespace keepsake::model {

inline constexpr std::size_t kLargestLineBytes = 1UL << 20U;  ///< one entry's line
inline constexpr std::size_t kLargestInlineTextBytes = 256;   ///< longer words are objects
inline constexpr std::size_t kLargestCoverCharacters = 160;
inline constexpr std::size_t kLargestFilesPerItem = 10'000;

/// What an entry speaks of: "item:<id>", "moment:<id>", "person:<id>", "device:<id>",
/// "date:<MM-DD>", "archive".
struct Subject {
    std::string text;
    static Subject of(const ItemId& id) { return {"item:" + id.hex()}; }
    static Subject of(const MomentId& id) { return {"moment:" + id.hex()}; }
    static Subject of(const PersonId& id) { return {"person:" + id.hex()}; }
    static Subject of(const DeviceId& id) { return {"device:" + id.hex()}; }
    std::optional<ItemId> item() const;
    std::optional<MomentId> moment() const;
    std::optional<PersonId> person() const;
    std::optional<DeviceId> device() const;
    /// Strict: one of the forms above, ids in lower-case hex, a day that some year has.
    static std::optional<Subject> from_text(std::string_view text);
    friend auto operator<=>(const Subject&, const Subject&) = default;
};

/// One version of words: the clock and device of the entry that wrote it, "<clock>/<device>".
struct Version {
    HybridTime clock;
    DeviceId device;
    std::string to_text() const;
    static std::optional<Version> from_text(std::string_view text);
    friend auto operator<=>(const Version&, const Version&) = default;
};

struct Enroll {  // a device joins, signed by a root
    DeviceId device;
    std::string key;   // "ssh-ed25519 ..."
    std::string root;  // "ssh-ed25519 ..." of the root that signs
    std::string signature;
};
struct Epoch {  // a new identity and root, signed by the previous root (the first by itself)
    std::uint32_t number = 1;
    std::string root;
    std::string previous;
    std::vector<DeviceId> devices;  // accepted from before
    std::vector<FileHash> revoked;  // key files that open nothing any more
    std::string signature;
};
enum class WayKind { passphrase, recovery, recipient };
struct Way {  // a way in and the key file that serves it now
    WayId way;
    WayKind kind = WayKind::passphrase;
    std::string name;       // the family's word for it
    std::string recipient;  // "age1...": what a later epoch's key file for it is encrypted to
    std::vector<FileHash> files;
};
struct Revoke {  // a way in ends
    WayId way;
};
struct Object {  // one age file that holds one content
    ObjectId object;
    ContentId content;
    std::uint64_t content_bytes = 0;
    std::uint64_t object_bytes = 0;
    std::string header;  // the age header, verbatim
};
struct KeptFile {
    ContentId content;
    std::uint64_t bytes = 0;
    std::string name;    // bytes as they came
    std::string folder;  // "src/2020", bytes; "" for none
    Instant modified;
};
struct Keep {
    ItemId item;
    Instant kept;
    RootId root;
    std::vector<KeptFile> files;
};
struct Facts {  // what a reader found in a content; later reader versions win
    ContentId content;
    std::uint64_t reader = 0;  // its version
    std::string facts;         // a JSON object, verbatim
};
struct Words {  // words in the family's hand; versions not replaced stand side by side
    Subject of;
    std::string field;                 // "words", "story", ...
    std::string text;                  // at most kLargestInlineTextBytes
    std::optional<ContentId> content;  // or a longer text's content
    std::vector<Version> replaces;
};
struct Set {  // one field, last writer wins
    Subject of;
    std::string field;               // "name", "cover", "quiet", "order", ...
    std::optional<PersonId> person;  // where the field is one person's own
    std::string value;               // JSON, verbatim: a scalar or an object; "null" takes it away
};
struct Link {  // membership and the like, last writer wins for each (of, to, as)
    Subject of;
    Subject to;
    std::string as;     // "holds", "shows" (a person in a photograph), ...
    std::string value;  // JSON; "null" takes it away
};
struct LetGo {
    ItemId item;
};
struct BringBack {
    ItemId item;
};
struct Retire {
    DeviceId device;
    std::uint64_t last_seq = 0;
};  // segments past it count no more
struct Adopt {
    DeviceId device;
    std::uint64_t last_seq = 0;
    TextHash head;
};  // unless adopted by its new self
struct Plain {
    std::map<std::string, FileHash> files;
};  // keepsake.json, README.txt, the script
struct Tick {};  // says only that the device was here
struct Unknown {
    std::string op;
    std::string line;
};  // from a newer version; kept as it is

using EntryBody = std::variant<Enroll, Epoch, Way, Revoke, Object, Keep, Facts, Words, Set, Link,
                               LetGo, BringBack, Retire, Adopt, Plain, Tick, Unknown>;
struct Entry {
    HybridTime clock;
    EntryBody body;
};

/// One line of JSON without its LF. Requires: at most kLargestLineBytes when written.
std::string to_line(const Entry& entry);

/// Where an entry stands: its place in the total order of last-writer-wins, with its clock before
/// it.
struct Place {
    DeviceId device;
    std::uint64_t seq = 0;
};

/// Parses many lines with one parser's memory. Fields that it does not know are passed over (the
/// segment keeps them verbatim). Thread safety: one thread at a time.
class EntryParser {
  public:
    EntryParser();
    EntryParser(EntryParser&&) noexcept;
    EntryParser& operator=(EntryParser&&) noexcept;
    ~EntryParser();
    /// Errors: corrupt with the field's name; limit (line length, depth over 32, counts).
    Result<Entry> parse(std::string_view line);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// What a root signs for a device, and for a next epoch (docs/formats/journal.md, "Signed texts").
std::string enroll_text(const ArchiveId& archive, const Enroll& enroll);
std::string epoch_text(const ArchiveId& archive, const Epoch& epoch);

}  // namespace keepsake::model
