#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "model/entry.h"
#include "model/ids.h"

/// What the journal holds of a share. Source: docs/formats/share.md, "In the archive".
namespace keepsake::share {

enum class As : std::uint8_t { folder, file, guests, download };
std::string_view to_text(As as);

/// Where it was put.
struct Where {
    As as = As::folder;
    model::DeviceId device;
    std::string path;                ///< absolute; of `guests` and `download` ""
    std::string name;                ///< of `guests`: 32 hex; of `download`: as it was saved
    std::string at;                  ///< the URL of the folder, "" if it was not told
    std::vector<std::string> files;  ///< of a folder; of a large share without the sealed ones
    std::string sha256;              ///< of a file
};

struct Record {
    model::ShareId share;
    std::string to;
    std::string from;  ///< "" if nobody was named
    std::optional<model::MomentId> moment;
    bool story_alone = false;
    std::vector<model::ItemId> items;
    std::string made;                       ///< "2026-11-25"
    std::optional<std::string> until;       ///< as it holds now
    std::optional<std::string> made_until;  ///< as it was made
    bool redated = false;                   ///< another date was said since
    std::string key;                        ///< the link's identity
    bool passphrase = false;
    std::optional<std::string> hint;
    std::optional<std::string> cover;
    std::optional<std::string> more;
    bool originals = false;
    bool places = false;
    std::vector<Where> where;
    bool ended = false;

    bool is_over(std::string_view today) const {
        return ended || (until && std::string_view(*until) < today);
    }
};

/// The entry that says it.
model::Set shown_entry(const Record& record);
model::Set until_entry(const model::ShareId& share, const std::optional<std::string>& until);
model::Set ended_entry(const model::ShareId& share);

/// Every share, the newest first. What cannot be read of one is passed over with it.
Result<std::vector<Record>> read_records(catalog::Catalog& catalog);

/// "2026-11-25", in UTC.
std::string day_of(Instant instant);
/// "2027-06-30": a day that there is.
bool is_day(std::string_view text);

/// "https://…/#AGE-SECRET-KEY-1…"; where nobody said the folder's address, "index.html#…" and the
/// like.
std::string link_of(const Record& record, const Where& where);

}  // namespace keepsake::share
