#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"

/// When a picture was taken: what the sources say, and which of them is believed. The rules stand
/// in docs/dates.md. Pure code, so that the reader (which sees one file's bytes) and the library
/// (which knows names, sidecars and file times) choose in the same way.
namespace keepsake::media {

/// How much of a moment is known. Each holds all before it.
enum class Precision : std::uint8_t { year, month, day, minute, second, fraction };

/// What is known of the clock's zone.
enum class ZoneKind : std::uint8_t {
    unknown,   ///< a clock on some wall: no zone is written anywhere
    utc_only,  ///< the instant is known; what the clocks around showed is not ("Z")
    offset,    ///< the clocks around were `offset_minutes` ahead of UTC ("+02:00")
};

/// A moment as the clocks around showed it, as far as it is known.
struct Moment {
    std::int16_t year = 0;  ///< 1 to 9999
    std::uint8_t month = 1;
    std::uint8_t day = 1;
    std::uint8_t hour = 0;
    std::uint8_t minute = 0;
    std::uint8_t second = 0;  ///< 0 to 59
    std::uint32_t nanosecond = 0;
    Precision precision = Precision::second;
    ZoneKind zone = ZoneKind::unknown;
    std::int16_t offset_minutes = 0;  ///< within 18 hours; 0 unless `zone` is `offset`
    friend bool operator==(const Moment&, const Moment&) = default;
};

/// "1987", "1987-05", "1987-05-03", "1987-05-03T12:30", "...:15", "...:15.25", the last three with
/// "Z" or "+02:00" where the zone is known. At most 40 characters; the beginning of RFC 3339, which
/// sorts as text within one zone.
std::string to_text(const Moment& moment);
/// Strict: one of those forms, days that the calendar has.
std::optional<Moment> moment_from_text(std::string_view text);
/// Lenient, for what files hold: "2016:09:28 18:18:05", "2016-09-28T18:18:05.123+02:00",
/// "20160928", with months, days and times that are blank or zero left out. Nothing for
/// "0000:00:00".
std::optional<Moment> moment_from_file(std::string_view text);
/// "+02:00", "+0200", "Z": minutes ahead of UTC.
std::optional<int> offset_from_text(std::string_view text);
/// The instant; a moment without a zone as if it were UTC, with the first that its precision
/// allows.
Instant instant_of(const Moment& moment);
/// As UTC, to the second or finer, zone `utc_only`.
Moment moment_of(Instant instant);
/// Whether year, month, day, hours and offset are ones that exist.
bool is_valid(const Moment& moment);
/// The same instant as the clocks of another offset showed it. Requires: zone is not `unknown`.
Moment at_offset(const Moment& moment, int offset_minutes);

/// Who says so. The order is that of belief, the first the most believed.
enum class TakenSource : std::uint8_t {
    by_hand,    ///< a person of the family (never from a file)
    sidecar,    ///< XMP or a service's JSON beside the original
    original,   ///< EXIF DateTimeOriginal, QuickTime's own creationdate with its zone
    digitized,  ///< EXIF DateTimeDigitized, IPTC date created, XMP CreateDate
    gps,        ///< the satellites' clock alone
    container,  ///< creation_time of MP4 and kin; DICOM's dates of acquisition
    file_name,  ///< IMG_20200912_170300.jpg
    changed,    ///< EXIF DateTime, XMP ModifyDate: when a program last wrote it
    file_time,  ///< the file system's, as it was kept
};
std::string_view name_of(TakenSource source);
std::optional<TakenSource> taken_source_from_name(std::string_view name);

struct Taken {
    Moment at;
    TakenSource source = TakenSource::original;
    bool certain = true;  ///< false: shown as "perhaps"; see is_bogus and docs/dates.md
    bool about = false;   ///< "about 1987"
    friend bool operator==(const Taken&, const Taken&) = default;
};

/// Days that cameras show whose clock was never set, years before photography, the future: a date
/// that is not to be believed. `now`: one day of grace, as zones differ.
bool is_bogus(const Moment& moment, Instant now);

/// The most believed of them: sources in order, those not bogus before those that are; a bogus one
/// alone is returned as not certain. A zone that only another candidate of the same moment knows is
/// taken over (local time from EXIF, the instant from GPS or the container).
std::optional<Taken> choose_taken(std::span<const Taken> candidates, Instant now);

/// The offset by which `local` (zone unknown) runs ahead of `utc`, if it is one that some place on
/// earth has, give or take two minutes.
std::optional<int> offset_between(const Moment& local, const Moment& utc);

/// From a name: "IMG_20200912_170300.jpg", "PXL_20210304_101112123.jpg" (UTC), "2020-09-12
/// 17.03.00", "WhatsApp Image 2020-09-12 at 17.03.00", "Screenshot 2020-09-12 at 5.03.00 PM",
/// "signal-2020-09-12-170300", "1599930180000.jpg" and the like; a day alone where it stands as
/// such. Source: docs/dates.md, "File names".
std::optional<Taken> taken_from_name(std::string_view file_name);
/// From the time of the file: the least believed.
Taken taken_from_file_time(Instant modified);

}  // namespace keepsake::media
