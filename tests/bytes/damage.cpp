#include "bytes/damage.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "bytes/small_archive.h"
#include "os/file_system.h"

namespace keepsake::testing {
namespace {

constexpr std::array<std::string_view, 10> kKinds{"flip",   "empty", "cut",  "half",  "grow",
                                                  "remove", "twin",  "swap", "older", "rollback"};
constexpr std::array<std::string_view, 3> kPlaces{"main", "mirror", "both"};
constexpr std::size_t kHashDigits = 64;

template <class Enum, std::size_t N>
std::optional<Enum> named(const std::array<std::string_view, N>& names, std::string_view name) {
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) return std::nullopt;
    return static_cast<Enum>(found - names.begin());
}

bool has_mirror(const SmallArchive& archive, const std::string& path) {
    return archive.now.files.contains(std::string(SmallArchive::kPath) + "/mirror/" + path);
}

// "objects/ab" for an object, "journal/<device>/0" for a segment, "" for a plain file: files that
// stand together.
std::string kind_of(const std::string& path) {
    if (path.starts_with("objects/")) return "objects";
    return path.contains('/') ? os::parent_of(path) : "";
}

// The file before or after one among those of its kind; the last is followed by the first.
std::string neighbour(const SmallArchive& archive, const std::string& path, bool after) {
    std::vector<std::string> kin;
    for (const auto& file : archive.files())
        if (!file.starts_with("mirror/") && kind_of(file) == kind_of(path)) kin.push_back(file);
    const auto at = static_cast<std::size_t>(std::ranges::find(kin, path) - kin.begin());
    return kin.at((at + (after ? 1 : kin.size() - 1)) % kin.size());
}

// Another name that looks right: an object or key of another hash, a segment with another number.
std::string twin_of(const std::string& path) {
    auto name = os::file_name_of(path);
    const auto folder = os::parent_of(path);
    if (path.starts_with("journal/")) {
        const auto dash = name.find('-');
        return folder + "/" + std::to_string(std::stoul(name.substr(0, dash)) + 90) +
               name.substr(name.rfind('-'));
    }
    if (!path.contains('/')) return path + ".age";
    auto& digit = name[kHashDigits - 1];
    digit = digit == 'f' ? '0' : 'f';
    return folder + "/" + name;
}

class Doing {
  public:
    Doing(const SmallArchive& archive, const Damage& damage)
        : archive_(&archive), damage_(&damage), moment_(archive.now) {}

    Moment done() {
        if (damage_->place != DamagePlace::mirror) at("");
        if (damage_->place != DamagePlace::main) at("mirror/");
        return std::move(moment_);
    }

  private:
    static std::string whole(const std::string& relative) {
        return std::string(SmallArchive::kPath) + "/" + relative;
    }
    Bytes& bytes(const std::string& relative) { return moment_.files.at(whole(relative)); }

    void at(const std::string& base) {
        const auto path = base + damage_->path;
        switch (damage_->kind) {
            case DamageKind::flip:
                bytes(path).at(damage_->offset) ^=
                    static_cast<std::uint8_t>(1U << (damage_->offset % 8));
                return;
            case DamageKind::empty:
                return bytes(path).clear();
            case DamageKind::cut:
                return bytes(path).pop_back();
            case DamageKind::half:
                return bytes(path).resize(bytes(path).size() / 2);
            case DamageKind::grow:
                return bytes(path).push_back(0);
            case DamageKind::remove:
                return remove(path);
            case DamageKind::twin:
                moment_.files[whole(base + twin_of(damage_->path))] = bytes(path);
                return;
            case DamageKind::swap:
                return std::swap(bytes(path),
                                 bytes(base + neighbour(*archive_, damage_->path, true)));
            case DamageKind::older:
                bytes(path) = archive_->now.files.at(
                    whole(base + neighbour(*archive_, damage_->path, false)));
                return;
            case DamageKind::rollback:
                return roll_back(path);
        }
    }

    void remove(const std::string& relative) {
        moment_.files.erase(whole(relative));
        const auto folder = whole(relative) + "/";
        std::erase_if(moment_.files,
                      [&](const auto& file) { return file.first.starts_with(folder); });
        std::erase_if(moment_.folders, [&](const auto& path) { return path.starts_with(folder); });
    }

    void roll_back(const std::string& relative) {
        const auto folder = relative == "." ? whole("") : whole(relative) + "/";
        remove(relative == "." ? "keepsake.json" : relative);
        std::erase_if(moment_.files,
                      [&](const auto& file) { return file.first.starts_with(folder); });
        for (const auto& path : archive_->before.folders)
            if (path.starts_with(folder) &&
                std::ranges::find(moment_.folders, path) == moment_.folders.end())
                moment_.folders.push_back(path);
        std::ranges::sort(moment_.folders);
        for (const auto& [path, bytes] : archive_->before.files)
            if (path.starts_with(folder)) moment_.files[path] = bytes;
    }

    const SmallArchive* archive_;
    const Damage* damage_;
    Moment moment_;
};

std::vector<DamagePlace> places_of(const SmallArchive& archive, const std::string& path) {
    if (!has_mirror(archive, path)) return {DamagePlace::main};
    return {DamagePlace::main, DamagePlace::mirror, DamagePlace::both};
}

}  // namespace

std::string Damage::to_text() const {
    return std::string(kKinds.at(static_cast<std::size_t>(kind))) + " " +
           std::string(kPlaces.at(static_cast<std::size_t>(place))) + " " + path + " " +
           std::to_string(offset);
}

std::optional<Damage> Damage::from_text(std::string_view text) {
    std::istringstream words{std::string(text)};
    Damage damage;
    std::string kind;
    std::string place;
    if (!(words >> kind >> place >> damage.path >> damage.offset)) return std::nullopt;
    const auto a = named<DamageKind>(kKinds, kind);
    const auto b = named<DamagePlace>(kPlaces, place);
    if (!a || !b) return std::nullopt;
    damage.kind = *a;
    damage.place = *b;
    return damage;
}

Moment Damage::done_to(const SmallArchive& archive) const { return Doing(archive, *this).done(); }

std::vector<Damage> damage_to_files(const SmallArchive& archive) {
    std::vector<Damage> all;
    for (const auto& path : archive.files()) {
        if (path.starts_with("mirror/")) continue;
        for (const auto place : places_of(archive, path))
            for (const auto kind :
                 {DamageKind::empty, DamageKind::cut, DamageKind::half, DamageKind::grow,
                  DamageKind::remove, DamageKind::twin, DamageKind::swap, DamageKind::older})
                all.push_back({kind, place, path, 0});
    }
    return all;
}

std::vector<Damage> damage_to_folders(const SmallArchive& archive) {
    std::set<std::string> folders;
    for (const auto& path : archive.files())
        for (auto folder = os::parent_of(path); folder != "."; folder = os::parent_of(folder))
            if (!folder.starts_with("mirror/")) folders.insert(folder);
    std::vector<Damage> all;
    for (const auto& folder : folders) {
        const bool mirrored = folder.starts_with("keys") || folder.starts_with("journal");
        all.push_back({DamageKind::remove, DamagePlace::main, folder, 0});
        if (!mirrored) continue;
        all.push_back({DamageKind::remove, DamagePlace::mirror, folder, 0});
        all.push_back({DamageKind::remove, DamagePlace::both, folder, 0});
    }
    for (const auto* const folder : {"keys", "journal"})
        for (const auto place : {DamagePlace::main, DamagePlace::mirror, DamagePlace::both})
            all.push_back({DamageKind::rollback, place, folder, 0});
    all.push_back({DamageKind::rollback, DamagePlace::main, "objects", 0});
    all.push_back({DamageKind::rollback, DamagePlace::main, "mirror", 0});
    all.push_back({DamageKind::rollback, DamagePlace::main, ".", 0});
    return all;
}

}  // namespace keepsake::testing
