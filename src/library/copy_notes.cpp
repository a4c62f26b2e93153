#include "library/copy_notes.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/sha256.h"
#include "model/ids.h"
#include "os/file_system.h"

namespace keepsake::library {
namespace {

constexpr std::string_view kPrefix = "copy-";
constexpr std::string_view kSuffix = ".json";
constexpr std::uint64_t kLargestNotesBytes = 64UL * 1024;

std::optional<Instant> time_in(const nlohmann::json& json, const char* name) {
    const auto at = json.find(name);
    if (at == json.end() || !at->is_string()) return std::nullopt;
    return from_rfc3339(at->get_ref<const std::string&>());
}

std::uint64_t count_in(const nlohmann::json& json, const char* name) {
    const auto at = json.find(name);
    return at != json.end() && at->is_number_unsigned() ? at->get<std::uint64_t>() : 0;
}

void put(nlohmann::ordered_json& json, const char* name, const std::optional<Instant>& time) {
    if (time) json[name] = to_rfc3339(*time, Fraction::none);
}

}  // namespace

CopyNotesStore::CopyNotesStore(os::FileSystem& files, const std::string& folder,
                               const model::ArchiveId& archive)
    : files_(&files), folder_(os::join_path(folder, archive.hex())) {}

std::string CopyNotesStore::file_of(const std::string& real_path) const {
    const auto digest = crypto::sha256(as_bytes(real_path));
    return std::string(kPrefix) + to_hex(ByteView(digest).first(8)) + std::string(kSuffix);
}

CopyNotes CopyNotesStore::read(const std::string& name) const {
    CopyNotes notes;
    const auto bytes = os::read_file(*files_, os::join_path(folder_, name), kLargestNotesBytes);
    const auto json =
        bytes ? nlohmann::json::parse(as_text(*bytes), nullptr, false) : nlohmann::json();
    if (!json.is_object()) return notes;
    notes.seen = time_in(json, "seen");
    notes.began = time_in(json, "began");
    notes.whole = time_in(json, "whole");
    notes.disk = count_in(json, "disk");
    notes.damaged = count_in(json, "damaged");
    notes.missing = count_in(json, "missing");
    notes.restored = time_in(json, "restored");
    notes.restored_originals = count_in(json, "restored_originals");
    if (const auto cursor = json.find("cursor"); cursor != json.end() && cursor->is_string())
        notes.cursor = model::ObjectId::from_hex(cursor->get_ref<const std::string&>());
    return notes;
}

CopyNotes CopyNotesStore::load(const std::string& real_path) const {
    return read(file_of(real_path));
}

Result<> CopyNotesStore::save(const std::string& real_path, const CopyNotes& notes) const {
    nlohmann::ordered_json json;
    put(json, "seen", notes.seen);
    put(json, "began", notes.began);
    put(json, "whole", notes.whole);
    if (notes.cursor) json["cursor"] = notes.cursor->hex();
    json["disk"] = notes.disk;
    json["damaged"] = notes.damaged;
    json["missing"] = notes.missing;
    put(json, "restored", notes.restored);
    if (notes.restored) json["restored_originals"] = notes.restored_originals;
    TRY(os::make_directories(*files_, folder_, true));
    return os::write_file(*files_, os::join_path(folder_, file_of(real_path)),
                          as_bytes(json.dump() + "\n"), os::Existing::replace, true);
}

std::vector<CopyNotes> CopyNotesStore::others(const std::string& real_path) const {
    std::vector<CopyNotes> notes;
    const auto entries = files_->list(folder_);
    if (!entries) return notes;
    const auto own = file_of(real_path);
    for (const auto& entry : *entries)
        if (entry.name.starts_with(kPrefix) && entry.name.ends_with(kSuffix) && entry.name != own)
            notes.push_back(read(entry.name));
    return notes;
}

}  // namespace keepsake::library
