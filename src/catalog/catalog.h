#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/taken.h"
#include "model/entry.h"
#include "model/ids.h"
#include "model/segment.h"

/// The derived index of one copy of an archive: everything that the journal says, merged, in a
/// sealed SQLite file outside the archive. It can be deleted at any time; rebuilt from the same
/// segments in any order it has the same content.
namespace keepsake::catalog {

/// A journal file that has been taken in (a segment, or a rollup of several).
struct JournalFile {
    model::FileHash file;
    model::DeviceId device;
    std::uint64_t first_seq = 0;
    std::uint64_t last_seq = 0;
    friend auto operator<=>(const JournalFile&, const JournalFile&) = default;
};

/// A segment that counts, as remembered.
struct SegmentRecord {
    model::DeviceId device;
    std::uint64_t seq = 0;
    model::TextHash text;
    std::optional<model::TextHash> previous;
    model::HybridTime clock;
    Instant time;
    std::map<model::DeviceId, model::Head> seen;
};

struct AuthorityEntry {
    model::DeviceId writer;
    model::Head segment;
    model::Entry entry;
};

struct ObjectRecord {
    model::ObjectId object;
    std::uint64_t object_bytes = 0;
    std::string header;
};

struct ContentRecord {
    model::ContentId content;
    std::uint64_t bytes = 0;
    std::vector<ObjectRecord> objects;  ///< by hash, lowest first
};

/// Of a picture, in pixels; zeros where none is known.
struct Dimensions {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    friend bool operator==(const Dimensions&, const Dimensions&) = default;
};

struct FileRecord {
    model::ContentId content;
    std::uint64_t bytes = 0;
    std::string name;
    std::string folder;
    model::RootId root;
    Instant modified;
    std::optional<std::string> taken;  ///< RFC 3339 or the start of it, from facts; none if unknown
    std::optional<media::Kind> kind;   ///< none until facts were read
    model::ItemId item;                ///< whose file it is: the item itself, or a part of it
};

struct WordsRecord {
    model::Version version;
    std::string field;
    std::string text;  ///< inline, or the long text if put in by set_long_text
    std::optional<model::ContentId> content;  ///< for a long text
    std::optional<model::PersonId> person;    ///< who wrote them, where that is known
    bool replaced = false;                    ///< by another version
};

struct ItemRecord {
    model::ItemId item;
    Instant kept;
    model::HybridTime kept_clock;  ///< of its first keep entry: the order in which things were kept
    /// By hand, else what the most believed of its files and their names says; none if unknown.
    std::optional<std::string> taken;
    std::optional<media::Taken> when;  ///< the same with its source; from facts or file time
    std::string date;                  ///< what it is listed by: taken, else modified (RFC 3339)
    std::optional<media::Kind> kind;   ///< of its first file that tells of no other
    Dimensions size;                   ///< of its first file that has one, as that is stored
    bool let_go = false;
    std::vector<FileRecord> files;      ///< its own, then those of its parts
    std::vector<model::ItemId> parts;   ///< items that are shown as a part of this one
    std::optional<model::ItemId> lead;  ///< the item that this one is shown as a part of
    std::vector<WordsRecord> words;     ///< versions that stand, all fields, by (field, version)
    std::optional<std::string>
        cover;  ///< the strictest is the caller's to decide; this is the family's own
};

struct MomentRecord {
    model::MomentId moment;
    std::string name;
    std::optional<std::string> cover;
    std::vector<model::ItemId> items;  ///< by order, then clock; items let go are left out
    std::vector<WordsRecord> words;
};

struct WayRecord {
    model::Way way;
    model::HybridTime since;
    bool revoked = false;
    std::optional<model::HybridTime> revoked_at;
};

struct DeviceRecord {
    model::DeviceId device;
    std::string key;   ///< "ssh-ed25519 ..."
    std::string name;  ///< "" if nobody named it
    Instant enrolled;  ///< clock of its first enroll entry
    std::uint64_t last_seq = 0;
    Instant last_time;
    bool retired = false;
};

struct Tombstone {
    model::ItemId item;
    model::HybridTime clock;
    model::DeviceId device;
    std::uint64_t seq = 0;  ///< where it stands: what a `seen` head must cover
};

struct FoundItems {
    std::uint64_t total = 0;
    std::vector<model::ItemId> items;
};

struct ItemFilter {
    std::vector<std::string>
        words;  ///< all must be found, each as a prefix, in words, names, folders, moment names
    /// RFC 3339 or a prefix of it: what is of then, and what has it where words are looked for; ""
    /// for none.
    std::string date;
    std::string from;      ///< RFC 3339 or a prefix of it ("2020-09"), inclusive; "" for none
    std::string before;    ///< exclusive; "" for none
    bool by_kept = false;  ///< in the order of kept_clock instead of date; without words
    bool let_go = false;   ///< those let go instead of those kept
    std::vector<media::Kind> kinds;  ///< any of these; empty: whatever it is
};

/// How many items are listed on a day ("2020-09-14", or less where no more is known).
struct DayCount {
    std::string day;
    std::uint64_t items = 0;
};

/// A field that stands.
struct FieldRecord {
    model::Subject subject;
    std::optional<model::PersonId> person;  ///< whose own it is
    std::string value;                      ///< JSON, not null
};

/// A link that stands.
struct LinkRecord {
    model::Subject to;
    std::string value;  ///< JSON, not null
};

/// An item as a timeline's outline needs it.
struct ListedItem {
    model::ItemId item;
    std::string_view date;  ///< what it is listed by; lives during the visit
    bool dated = false;     ///< somebody or its files say when it was; else it is a file's time
    std::optional<media::Kind> kind;
    Dimensions size;  ///< as ItemRecord's
};

/// How a content looks (media::Facts).
struct Look {
    model::ContentId content;
    std::uint64_t look = 0;
    std::string pixels;  ///< 16 bytes, or ""
};

/// Thread safety: one thread at a time.
class Catalog {
  public:
    static constexpr int kVersion = 6;

    /// Opens or creates the file (mode 0600; its folder is the caller's), sealed with a 32-byte
    /// key. Errors: corrupt (not ours, another key, another version, damaged): delete it and
    /// rebuild; no_space; read_only; io.
    static Result<Catalog> open(const std::string& path, ByteView key);
    /// In memory, for tests and for readers of a place where nothing may be written.
    static Result<Catalog> in_memory();
    /// Forgets everything, so that it can be built anew.
    Result<> clear();
    /// Removes the file and what SQLite put beside it.
    static Result<> remove(const std::string& path);

    Catalog(Catalog&&) noexcept;
    Catalog& operator=(Catalog&&) noexcept;
    ~Catalog();

    /// A question or a change met damage in the file, which goes with this object.
    bool is_damaged() const;

    // ---- taking in ----
    /// All that `work` does is kept together, or nothing of it.
    Result<> in_transaction(const std::function<Result<>()>& work);
    /// The same segment twice changes nothing. Requires: in_transaction; verified by the caller.
    Result<> add_segment(const SegmentRecord& record, const std::vector<model::Entry>& entries);
    Result<> add_file(const JournalFile& file);
    Result<> remove_file(const model::FileHash& file);
    /// Long words become findable. The same twice changes nothing.
    Result<> set_long_text(const model::ContentId& content, std::string_view text);
    Result<std::vector<model::ContentId>> missing_long_texts();

    // ---- about the journal ----
    Result<std::vector<JournalFile>> files();
    Result<std::vector<SegmentRecord>> segments_of(const model::DeviceId& device);
    Result<bool> has_segment(const model::DeviceId& device, std::uint64_t seq,
                             const model::TextHash& text);
    /// The highest segment of each device; of a fork's two, the lower hash.
    Result<std::map<model::DeviceId, model::Head>> heads();
    Result<model::HybridTime> latest_clock();
    /// The epoch, enroll, retire and adopt entries, as taken in, with the segments that hold them.
    Result<std::vector<AuthorityEntry>> authority_entries();
    /// Devices of which two different segments with one number were taken in.
    Result<std::vector<model::DeviceId>> forked_devices();
    /// How many segments of each device are known to exist and are not here: from numbers left out,
    /// from the heads that segments name, and from `known` heads. Devices that lack nothing are
    /// left out.
    Result<std::map<model::DeviceId, std::uint64_t>> missing_segments(
        const std::map<model::DeviceId, model::Head>& known);
    Result<std::vector<WayRecord>> ways();
    Result<std::vector<DeviceRecord>> devices();
    Result<std::map<std::string, std::vector<model::FileHash>>> plain_files();

    // ---- about what is kept ----
    /// Whether any content of this size is known: cheap, asked before a file is hashed.
    Result<bool> any_content_of_size(std::uint64_t bytes);
    Result<std::optional<ContentRecord>> content(const model::ContentId& content);
    /// Whether something that was not let go refers to it.
    Result<bool> is_live(const model::ContentId& content);
    /// Bytes of all that the journal's objects hold, also of those that were erased since.
    Result<std::uint64_t> bytes_of_objects();
    /// Every content and its objects, in order of content; stops at the first error of `visit`.
    Result<> for_each_content(
        const std::function<Result<>(const ContentRecord&, bool live)>& visit);
    Result<std::optional<model::ContentId>> content_of_object(const model::ObjectId& object);
    /// Whether this very file (root, folder, name, content, modification time) stands in an item
    /// that was not let go.
    Result<std::optional<model::ItemId>> find_kept(const model::RootId& root,
                                                   std::string_view folder, std::string_view name,
                                                   const model::ContentId& content,
                                                   Instant modified);
    Result<std::optional<ItemRecord>> item(const model::ItemId& item);
    /// Items whose id starts with these hex digits, at most `most`.
    Result<std::vector<model::ItemId>> items_by_prefix(std::string_view hex, std::size_t most);
    Result<std::vector<model::MomentId>> moments_by_prefix(std::string_view hex, std::size_t most);
    /// By date, then item id; stops at the first error of `visit`.
    Result<> for_each_item(const ItemFilter& filter,
                           const std::function<Result<>(const ItemRecord&)>& visit);
    Result<std::uint64_t> item_count(const ItemFilter& filter);
    /// What is listed on each day, in order: a timeline's outline.
    Result<std::vector<DayCount>> days(bool let_go);
    /// Of all that the filter finds, by date, those from `first` to `first + count`, and how many
    /// there are; `without` is not among them. Errors: invalid where the filter's bounds are finer
    /// than days.
    Result<FoundItems> find(const ItemFilter& filter, std::uint64_t first, std::uint64_t count,
                            std::span<const model::ItemId> without = {});
    /// Items `first` to `first + count` of all that is listed, by date.
    Result<> for_each_item_from(std::uint64_t first, std::uint64_t count, bool let_go,
                                const std::function<Result<>(const ItemRecord&)>& visit);
    /// What the best reading of a content found; none if it was not read. Errors: also those of
    /// media::facts_from_json where a newer version wrote something else.
    Result<std::optional<media::Facts>> facts(const model::ContentId& content);
    /// Contents of files that were never read, in order of content, after `after`; at most `most`.
    Result<std::vector<model::ContentId>> unread(const std::optional<model::ContentId>& after,
                                                 std::size_t most);
    /// The same of those that were read by an older reader.
    Result<std::vector<model::ContentId>> read_before(std::uint64_t reader,
                                                      const std::optional<model::ContentId>& after,
                                                      std::size_t most);
    Result<std::vector<Look>> looks();
    /// Items that hold this content (not let go, or let go, as asked): by a file, or by any version
    /// of their words.
    Result<std::vector<model::ItemId>> items_of_content(const model::ContentId& content,
                                                        bool let_go);
    /// What an item refers to: its files, and every version of its words that is an object.
    Result<std::vector<model::ContentId>> contents_of_item(const model::ItemId& item);
    /// Contents that several objects hold.
    Result<std::vector<model::ContentId>> contents_with_several_objects();
    Result<std::vector<WordsRecord>> standing_words(const model::Subject& of,
                                                    std::string_view field);
    /// All versions, those that were replaced too, oldest first; their texts are left empty: there
    /// may be thousands, of a book's length each.
    Result<std::vector<WordsRecord>> versions(const model::Subject& of, std::string_view field);
    /// One of them with its text; none where there is no such version.
    Result<std::optional<WordsRecord>> version(const model::Subject& of, std::string_view field,
                                               const model::Version& version);
    Result<std::optional<std::string>> field(const model::Subject& of, std::string_view field);
    /// One field of all subjects, of the family and of each person, in order of subject.
    Result<> for_each_field(std::string_view field,
                            const std::function<Result<>(const FieldRecord&)>& visit);
    Result<std::vector<LinkRecord>> links(const model::Subject& of, std::string_view as);
    Result<std::vector<model::MomentId>> moments_that_hold(const model::ItemId& item);
    /// All that is listed, by date, without what is looked up for each: a million in a second or
    /// two.
    Result<> for_each_listed(const std::function<Result<>(const ListedItem&)>& visit);
    Result<std::vector<MomentRecord>> moments();
    Result<std::optional<MomentRecord>> moment(const model::MomentId& moment);
    Result<std::vector<Tombstone>> tombstones();
    /// The segment of `writer` that first said it met this let-go; none if none did.
    Result<std::optional<std::uint64_t>> first_met(const model::DeviceId& writer,
                                                   const Tombstone& tombstone);

    /// SHA-256 over a canonical dump of every table: two catalogs of one journal give the same.
    Result<std::string> content_hash();

  private:
    struct State;
    explicit Catalog(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace keepsake::catalog
