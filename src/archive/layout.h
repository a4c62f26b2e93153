#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/ids.h"

/// Where everything stands in an archive. Source: docs/formats/archive.md.
namespace keepsake::archive {

inline constexpr std::string_view kManifestName = "keepsake.json";
inline constexpr std::string_view kReadmeName = "README.txt";
inline constexpr std::string_view kScriptName = "open-without-keepsake.sh";
inline constexpr std::string_view kKeysName = "keys";
inline constexpr std::string_view kJournalName = "journal";
inline constexpr std::string_view kObjectsName = "objects";
inline constexpr std::string_view kPreviewsName = "previews";
inline constexpr std::string_view kParityName = "parity";
inline constexpr std::string_view kMirrorName = "mirror";
inline constexpr std::string_view kTemporaryName = "tmp";
inline constexpr std::string_view kReserveName = "reserve";  ///< in tmp/

/// A journal file's place and name.
struct JournalFileName {
    model::DeviceId device;
    std::uint64_t first_seq = 0;
    std::uint64_t last_seq = 0;
    model::FileHash file;
    /// "journal/<device>/<first div 1000>/<name>", relative to the archive (or to mirror/).
    std::string path() const;
    /// The file's own name. Strict: decimals without leading zeros, 1 <= first <= last.
    static std::optional<JournalFileName> from_name(const model::DeviceId& device,
                                                    std::string_view name);
    friend auto operator<=>(const JournalFileName&, const JournalFileName&) = default;
};

/// Which journal files a rollup stands for, by their names. Names cost their maker nothing: telling
/// costs the logarithm of how many there are.
class RollupIndex {
  public:
    /// Passes over what is no rollup. Requires: covers() was not called yet.
    void add(const JournalFileName& name);
    /// Whether a rollup of the same device holds all of its numbers and more.
    bool covers(const JournalFileName& name);
    /// The same, or another rollup holds just these numbers.
    bool stands_for(const JournalFileName& name);

  private:
    struct Span {
        std::uint64_t first = 0;
        std::uint64_t last = 0;
        model::FileHash file;
        std::uint64_t furthest = 0;  ///< the greatest `last` up to here
        friend auto operator<=>(const Span&, const Span&) = default;
    };
    const std::vector<Span>& spans_of(const model::DeviceId& device);
    std::map<model::DeviceId, std::vector<Span>> spans_;
    bool sorted_ = false;
};

/// "objects/ab/<sha256>.age", "keys/<sha256>.age"
std::string object_path(const model::ObjectId& object);
std::string key_path(const model::FileHash& file);
/// "parity/<sha256>.par2"
std::string parity_path(const model::FileHash& file);
/// Whether it is the mark that something here is still without recovery data, "parity/pending".
bool is_parity_mark(std::string_view path);
std::string parity_mark_path();
/// "<sha256>.age" to its hash; none for any other name.
std::optional<model::FileHash> hash_of_name(std::string_view name);
/// "<sha256>.par2" to its hash; none for any other name.
std::optional<model::FileHash> hash_of_parity_name(std::string_view name);

}  // namespace keepsake::archive
