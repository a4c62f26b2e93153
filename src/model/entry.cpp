#include "model/entry.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"

namespace keepsake::model {
namespace {

constexpr std::size_t kClockTextSize = 29;

template <class Id>
std::optional<Id> id_after(std::string_view prefix, std::string_view text) {
    if (!text.starts_with(prefix)) return std::nullopt;
    return Id::from_hex(text.substr(prefix.size()));
}

std::optional<int> two_digits(std::string_view text) {
    if (text.size() != 2 || text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
        return std::nullopt;
    return (text[0] - '0') * 10 + (text[1] - '0');
}

// 29 February is a day of the year too.
bool is_month_and_day(std::string_view text) {
    if (text.size() != 5 || text[2] != '-') return false;
    const auto month = two_digits(text.substr(0, 2));
    const auto day = two_digits(text.substr(3));
    if (!month || !day || *month < 1 || *month > 12 || *day < 1) return false;
    const bool is_short = *month == 4 || *month == 6 || *month == 9 || *month == 11;
    return *day <= (*month == 2 ? 29 : is_short ? 30 : 31);
}

}  // namespace

std::optional<ItemId> Subject::item() const { return id_after<ItemId>("item:", text); }
std::optional<MomentId> Subject::moment() const { return id_after<MomentId>("moment:", text); }
std::optional<PersonId> Subject::person() const { return id_after<PersonId>("person:", text); }
std::optional<DeviceId> Subject::device() const { return id_after<DeviceId>("device:", text); }
std::optional<ShareId> Subject::share() const { return id_after<ShareId>("share:", text); }

std::optional<Subject> Subject::from_text(std::string_view text) {
    Subject subject{std::string(text)};
    constexpr std::string_view kDate = "date:";
    const bool known = text == "archive" || subject.item() || subject.moment() ||
                       subject.person() || subject.device() || subject.share() ||
                       (text.starts_with(kDate) && is_month_and_day(text.substr(kDate.size())));
    if (!known) return std::nullopt;
    return subject;
}

std::string Version::to_text() const { return clock.to_text() + "/" + device.hex(); }

std::optional<Version> Version::from_text(std::string_view text) {
    if (text.size() != kClockTextSize + 1 + 2 * DeviceId::kBytes || text[kClockTextSize] != '/')
        return std::nullopt;
    const auto clock = HybridTime::from_text(text.substr(0, kClockTextSize));
    const auto device = DeviceId::from_hex(text.substr(kClockTextSize + 1));
    if (!clock || !device) return std::nullopt;
    return Version{*clock, *device};
}

bool is_file_name(std::string_view name) {
    constexpr std::string_view kForbidden("/\0", 2);
    return !name.empty() && name.size() <= kLargestFileNameBytes && name != "." && name != ".." &&
           name.find_first_of(kForbidden) == std::string_view::npos;
}

bool is_folder(std::string_view folder) {
    if (folder.empty()) return true;
    if (folder.size() > kLargestFolderBytes) return false;
    for (;;) {
        const auto slash = folder.find('/');
        if (!is_file_name(folder.substr(0, slash))) return false;
        if (slash == std::string_view::npos) return true;
        folder.remove_prefix(slash + 1);
    }
}

std::string_view to_text(WayKind kind) {
    switch (kind) {
        case WayKind::passphrase:
            return "passphrase";
        case WayKind::recovery:
            return "recovery";
        case WayKind::recipient:
            break;
    }
    return "recipient";
}

std::string enroll_text(const ArchiveId& archive, const Enroll& enroll) {
    std::string text = "keepsake-enroll-v1\narchive " + archive.hex();
    text += "\ndevice " + enroll.device.hex();
    text += "\nkey " + enroll.key;
    text += "\nroot " + enroll.root + "\n";
    return text;
}

std::string epoch_text(const ArchiveId& archive, const Epoch& epoch) {
    std::string text = "keepsake-epoch-v1\narchive " + archive.hex();
    text += "\nnumber " + std::to_string(epoch.number);
    text += "\nroot " + epoch.root;
    text += "\nprevious " + epoch.previous;
    text += "\nopened " + epoch.opened.to_text() + "\n";
    for (const auto& [device, head] : epoch.devices)
        text += "device " + device.hex() + " " + std::to_string(head.seq) + " " + head.text.hex() +
                "\n";
    for (const auto& file : epoch.revoked) text += "revoked " + file.hex() + "\n";
    for (const auto& way : epoch.ways) {
        text += "way " + way.way.hex() + " " + std::string(to_text(way.kind)) + " " +
                way.recipient + " " + to_base64(as_bytes(way.name), Padding::with) + "\n";
        for (const auto& file : way.files) text += "file " + file.hex() + "\n";
    }
    return text;
}

std::string retire_text(const ArchiveId& archive, const Retire& retire) {
    std::string text = "keepsake-retire-v1\narchive " + archive.hex();
    text += "\ndevice " + retire.device.hex() + " " + std::to_string(retire.head.seq) + " " +
            retire.head.text.hex();
    text += "\nroot " + retire.root + "\n";
    return text;
}

}  // namespace keepsake::model
