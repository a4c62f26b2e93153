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
inline constexpr std::size_t kLargestFileNameBytes = 255;
inline constexpr std::size_t kLargestFolderBytes = 64UL << 10U;
inline constexpr std::size_t kLargestFieldNameBytes = 64;  ///< `op`, `field`, `as`
inline constexpr std::size_t kLargestWayNameBytes = 256;
inline constexpr std::size_t kMostListed = 10'000;  ///< in any list of an entry
inline constexpr std::size_t kMostWays = 256;       ///< that an epoch's opening tells of
inline constexpr std::size_t kLargestFilesPerItem = 10'000;

/// What an entry speaks of: "item:<id>", "moment:<id>", "person:<id>", "device:<id>",
/// "share:<id>", "date:<MM-DD>", "archive".
struct Subject {
    std::string text;
    static Subject of(const ItemId& id) { return {"item:" + id.hex()}; }
    static Subject of(const MomentId& id) { return {"moment:" + id.hex()}; }
    static Subject of(const PersonId& id) { return {"person:" + id.hex()}; }
    static Subject of(const DeviceId& id) { return {"device:" + id.hex()}; }
    static Subject of(const ShareId& id) { return {"share:" + id.hex()}; }
    std::optional<ItemId> item() const;
    std::optional<MomentId> moment() const;
    std::optional<PersonId> person() const;
    std::optional<DeviceId> device() const;
    std::optional<ShareId> share() const;
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
    friend bool operator==(const Enroll&, const Enroll&) = default;
};
/// A place in a device's series: the segment's number and the SHA-256 of its text, and by `prev`
/// all before it.
struct Head {
    std::uint64_t seq = 0;
    TextHash text;
    friend auto operator<=>(const Head&, const Head&) = default;
};
enum class WayKind : std::uint8_t { passphrase, recovery, recipient };
/// "passphrase", "recovery" or "recipient".
std::string_view to_text(WayKind kind);
struct Way {  // a way in and the key file that serves it now
    WayId way;
    WayKind kind = WayKind::passphrase;
    std::string name;       // the family's word for it
    std::string recipient;  // "age1...": what a later epoch's key file for it is encrypted to
    std::vector<FileHash> files;
    friend auto operator<=>(const Way&, const Way&) = default;
};
struct Epoch {  // a new identity and root, signed by the previous root and by its own
    std::uint32_t number = 1;
    std::string root;
    std::string previous;  // the same for the first
    HybridTime opened;     // when its ways were told: the entry's own clock is not signed here
    /// Accepted from before, each with the segments that lead to this head; for any others a device
    /// must be enrolled anew.
    std::map<DeviceId, Head> devices;
    std::vector<FileHash> revoked;  // every key file that opens nothing any more
    /// Who may open it from here on, in order of id; stands here so that it is told in one segment
    /// with the epoch.
    std::vector<Way> ways;
    std::string signature;  // by `previous`
    std::string accepted;   // by `root`, over the same text
    friend bool operator==(const Epoch&, const Epoch&) = default;
};
struct Revoke {  // a way in ends
    WayId way;
    friend bool operator==(const Revoke&, const Revoke&) = default;
};
struct Object {  // one age file that holds one content
    ObjectId object;
    ContentId content;
    std::uint64_t content_bytes = 0;
    std::uint64_t object_bytes = 0;
    std::string header;  // the age header, verbatim
    friend bool operator==(const Object&, const Object&) = default;
};
struct KeptFile {
    ContentId content;
    std::uint64_t bytes = 0;
    std::string name;    // bytes as they came
    std::string folder;  // "src/2020", bytes; "" for none
    Instant modified;
    friend bool operator==(const KeptFile&, const KeptFile&) = default;
};
struct Keep {
    ItemId item;
    Instant kept;
    RootId root;
    std::vector<KeptFile> files;
    friend bool operator==(const Keep&, const Keep&) = default;
};
struct Facts {  // what a reader found in a content; later reader versions win
    ContentId content;
    std::uint64_t reader = 0;  // its version
    std::string facts;         // a JSON object, verbatim
    friend bool operator==(const Facts&, const Facts&) = default;
};
struct Words {  // words in the family's hand; versions not replaced stand side by side
    Subject of;
    std::string field;                 // "words", "story", ...
    std::string text;                  // at most kLargestInlineTextBytes
    std::optional<ContentId> content;  // or a longer text's content
    std::vector<Version> replaces;
    std::optional<PersonId> person{};  // who wrote them, where they said who is here
    friend bool operator==(const Words&, const Words&) = default;
};
struct Set {  // one field, last writer wins
    Subject of;
    std::string field;               // "name", "cover", "quiet", "order", ...
    std::optional<PersonId> person;  // where the field is one person's own
    std::string value;               // JSON, verbatim; "null" takes it away
    friend bool operator==(const Set&, const Set&) = default;
};
struct Link {  // membership and the like, last writer wins for each (of, to, as)
    Subject of;
    Subject to;
    std::string as;     // "holds", "shows" (a person in a photograph), ...
    std::string value;  // JSON, verbatim; "null" takes it away
    friend bool operator==(const Link&, const Link&) = default;
};
struct LetGo {
    ItemId item;
    friend bool operator==(const LetGo&, const LetGo&) = default;
};
struct BringBack {
    ItemId item;
    friend bool operator==(const BringBack&, const BringBack&) = default;
};
struct Retire {  // of a device only the segments that lead to this head count; signed by a root
    DeviceId device;
    Head head;  // seq 0: none
    std::string root;
    std::string signature;
    friend bool operator==(const Retire&, const Retire&) = default;
};
struct Adopt {  // said by another device: the segments that lead to this head count after all
    DeviceId device;
    Head head;
    friend bool operator==(const Adopt&, const Adopt&) = default;
};
struct Plain {
    std::map<std::string, FileHash> files;
    friend bool operator==(const Plain&, const Plain&) = default;
};  // keepsake.json, README.txt, the script
struct Met {  // a let-go that the writer met, by its version
    ItemId item;
    Version let_go;
    friend bool operator==(const Met&, const Met&) = default;
};
struct Tick {  // the device was here, and met these for the first time
    std::vector<Met> met;
    friend bool operator==(const Tick&, const Tick&) = default;
};
struct Unknown {
    std::string op;
    std::string line;
    friend bool operator==(const Unknown&, const Unknown&) = default;
};  // from a newer version; kept as it is

using EntryBody = std::variant<Enroll, Epoch, Way, Revoke, Object, Keep, Facts, Words, Set, Link,
                               LetGo, BringBack, Retire, Adopt, Plain, Tick, Unknown>;
struct Entry {
    HybridTime clock;
    EntryBody body;
    friend bool operator==(const Entry&, const Entry&) = default;
};

/// One line of JSON without its LF. Requires: an entry within the bounds that EntryParser holds
/// (names, folders, texts without U+0000, well-formed `value` and `facts`), and at most
/// kLargestLineBytes when written. What a person typed is checked before it becomes an entry.
std::string to_line(const Entry& entry);

/// A file's name: 1 to 255 bytes, no '/', no NUL, not "." or "..".
bool is_file_name(std::string_view name);
/// File names joined with '/', at most kLargestFolderBytes; or empty.
bool is_folder(std::string_view folder);

/// Where an entry stands: its place in the total order of last-writer-wins, with its clock before
/// it.
struct Place {
    DeviceId device;
    std::uint64_t seq = 0;
};

class JsonReader;

/// Parses many lines with one parser's memory. Fields that it does not know are passed over (the
/// segment keeps them verbatim). Thread safety: one thread at a time.
class EntryParser {
  public:
    EntryParser();
    EntryParser(EntryParser&&) noexcept;
    EntryParser& operator=(EntryParser&&) noexcept;
    ~EntryParser();
    /// Errors: corrupt with the field's name; limit (line length, depth over 32, counts). A name
    /// that stands twice in one object is corrupt: two readers might see two different entries.
    Result<Entry> parse(std::string_view line);

    /// The memory, for the other lines of a segment.
    JsonReader& json() { return *json_; }

  private:
    std::unique_ptr<JsonReader> json_;
};

/// What a root signs for a device, and for a next epoch (docs/formats/journal.md, "Signed texts").
std::string enroll_text(const ArchiveId& archive, const Enroll& enroll);
std::string epoch_text(const ArchiveId& archive, const Epoch& epoch);
std::string retire_text(const ArchiveId& archive, const Retire& retire);

}  // namespace keepsake::model
