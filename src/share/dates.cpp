#include "share/dates.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "library/environment.h"
#include "library/library.h"
#include "model/ids.h"
#include "os/file_system.h"
#include "share/destination.h"
#include "share/end.h"
#include "share/record.h"
#include "share/sealer.h"
#include "share/shelf.h"
#include "share/wish.h"

namespace keepsake::share {
namespace {

constexpr std::uint64_t kLargestHeadFile = 1ULL << 20U;

/// Seals the head that stands in `folder` with another date. Only that file is written: all others
/// are named by it, and stay. Errors: corrupt where it is not this share's.
Result<> seal_anew(library::Library& library, const Record& record, const std::string& folder,
                   bool secret) {
    const auto& environment = library.environment();
    const auto path = os::join_path(folder, std::string(kHeadName));
    TRY_LET(const auto sealed, os::read_file(environment.files, path, kLargestHeadFile));
    TRY_LET(auto link, crypto::AgeIdentity::from_text(record.key));
    const auto recipients = std::to_array({link.recipient()});
    const auto identities = std::to_array({std::move(link)});
    TRY_LET(const auto opened, crypto::age_open(sealed, identities));
    auto head = Json::parse(opened.text(), nullptr, false);
    if (!head.is_object() || head["keepsake"] != "share")
        return Error(ErrorCode::corrupt, "another thing stands there by now");
    const auto until = record.until ? Json(*record.until) : Json(nullptr);
    if (head.contains("until") && head["until"] == until) return {};
    head["until"] = until;
    const auto text = head.dump();
    return os::write_file(environment.files, path,
                          crypto::age_seal(as_bytes(text), recipients, environment.random),
                          os::Existing::replace, secret);
}

Result<> bring_to_date(library::Library& library, const Record& record, const Where& where) {
    const auto& environment = library.environment();
    switch (where.as) {
        case As::folder:
            return seal_anew(library, record, where.path, false);
        case As::guests: {
            const auto shelf = shelf_folder(environment.state_folder);
            // The listener goes by the note, also while the archive is locked.
            TRY(note_until(environment.files, shelf, where.name, record.until));
            return seal_anew(library, record, os::join_path(shelf, where.name), true);
        }
        case As::file:
        case As::download:
            return Error(ErrorCode::unsupported, "a file keeps the date that it was made with");
    }
    return {};
}

}  // namespace

Result<std::vector<Remains>> change_until(library::Library& library, const Record& record,
                                          const std::optional<std::string>& until) {
    const auto today = day_of(library.environment().clock.now());
    if (until) TRY(check_until(*until, today));
    if (record.is_over(today))
        return Error(ErrorCode::invalid,
                     "It is closed, and its copies are removed; show it again.");
    TRY_LET(const auto own, library.join());
    TRY(library.commit({until_entry(record.share, until)}));
    auto dated = record;
    dated.until = until;
    std::vector<Remains> remains;
    for (const auto& where : dated.where) {
        if (where.device != own && where.as != As::download) {
            TRY_LET(auto device, library.device_name(where.device));
            remains.push_back({where, std::move(device), ""});
        } else if (const auto done = bring_to_date(library, dated, where); !done) {
            remains.push_back({where, "", done.error().message()});
        }
    }
    return remains;
}

void follow_date(library::Library& library, const model::DeviceId& own, const Record& record) {
    if (!record.redated) return;
    const auto& environment = library.environment();
    const auto shelf = shelf_folder(environment.state_folder);
    for (const auto& where : record.where) {
        if (where.device != own || where.as == As::file || where.as == As::download) continue;
        // The listener's note is written last: where it says so, the head does.
        if (where.as == As::guests &&
            noted_until(environment.files, shelf, where.name) == note_of(record.until))
            continue;
        static_cast<void>(bring_to_date(library, record, where));
    }
}

}  // namespace keepsake::share
