#include "server/uploads.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "base/time.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "crypto/secret.h"
#include "library/environment.h"
#include "library/library.h"
#include "model/ids.h"
#include "os/file_system.h"
#include "os/growing_file.h"
#include "server/answers.h"

namespace keepsake::server {
namespace {

constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kLargestNoteBytes = 256UL << 10U;
constexpr std::string_view kNoteEnding = ".note";
constexpr std::string_view kBytesEnding = ".bytes";
constexpr std::array kStates{"arriving", "waiting", "kept", "already", "failed"};

Json to_json(const Upload& upload) {
    Json json;
    json["keep"] = upload.keep;
    json["name"] = to_base64(as_bytes(upload.name), Padding::with);
    json["folder"] = to_base64(as_bytes(upload.folder), Padding::with);
    json["bytes"] = upload.bytes;
    json["modified"] = to_rfc3339(upload.modified, Fraction::nano);
    json["offset"] = upload.offset;
    json["state"] = name_of(upload.state);
    json["why"] = upload.why;
    json["item"] = upload.item ? upload.item->hex() : "";
    json["person"] = upload.person ? upload.person->hex() : "";
    json["touched"] = to_rfc3339(upload.touched, Fraction::none);
    return json;
}

std::optional<Upload> upload_from(const std::string& id, std::string_view text) {
    const auto json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    const auto text_of = [&](const char* name) -> std::string {
        const auto found = json.find(name);
        return found != json.end() && found->is_string() ? found->get<std::string>() : "";
    };
    const auto number_of = [&](const char* name) -> std::uint64_t {
        const auto found = json.find(name);
        return found != json.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
    };
    const auto name = from_base64(text_of("name"), Padding::with);
    const auto folder = from_base64(text_of("folder"), Padding::with);
    const auto modified = from_rfc3339(text_of("modified"));
    const auto touched = from_rfc3339(text_of("touched"));
    const auto* const state = std::ranges::find(kStates, text_of("state"));
    if (!name || !folder || !modified || !touched || state == kStates.end()) return std::nullopt;
    Upload upload{.id = id,
                  .keep = text_of("keep"),
                  .name = std::string(as_text(*name)),
                  .folder = std::string(as_text(*folder)),
                  .bytes = number_of("bytes"),
                  .modified = *modified,
                  .offset = number_of("offset"),
                  .state = static_cast<UploadState>(state - kStates.begin()),
                  .why = text_of("why"),
                  .free = std::nullopt,  // asked anew when there is need
                  .item = model::ItemId::from_hex(text_of("item")),
                  .person = model::PersonId::from_hex(text_of("person")),
                  .touched = *touched};
    if (!os::is_file_name(upload.name)) return std::nullopt;
    return upload;
}

bool has_bytes(UploadState state) {
    return state == UploadState::arriving || state == UploadState::waiting;
}

}  // namespace

std::string_view name_of(UploadState state) { return kStates.at(static_cast<std::size_t>(state)); }

Uploads::Uploads(const library::Environment& environment, std::string folder,
                 const crypto::AgeRecipient& recipient, std::vector<crypto::AgeIdentity> identities)
    : environment_(environment),
      folder_(std::move(folder)),
      recipient_(recipient),
      identities_(std::move(identities)) {}

Result<std::unique_ptr<Uploads>> Uploads::open(library::Library& library) {
    const auto folder = folder_of(library);
    auto uploads = std::unique_ptr<Uploads>(new Uploads(
        library.environment(), folder, library.recipient(), library.identity().identities()));
    TRY(os::make_directories(library.environment().files, folder, true));
    TRY(uploads->take_up());
    uploads->identities_.clear();  // only what an earlier run left had to be opened
    return uploads;
}

std::string Uploads::folder_of(const library::Library& library) {
    return os::join_path(library.local_folder(), "arriving");
}

std::string Uploads::note_path(const std::string& id) const {
    return os::join_path(folder_, id + std::string(kNoteEnding));
}
std::string Uploads::bytes_path(const std::string& id) const {
    return os::join_path(folder_, id + std::string(kBytesEnding));
}

std::string Uploads::keeping_path(const Upload& upload) const {
    const auto folder = os::join_path(folder_, std::string(kKeepingFolder));
    return os::join_path(upload.folder.empty() ? folder : os::join_path(folder, upload.folder),
                         upload.name);
}

Result<> Uploads::take_up() {
    TRY_LET(const auto entries, environment_.files.list(folder_));
    for (const auto& entry : entries)
        if (entry.name.ends_with(kNoteEnding)) take_up_one(entry.name);
    for (const auto& entry : entries) {  // bytes of which nothing is known
        if (!entry.name.ends_with(kBytesEnding)) continue;
        const auto id = entry.name.substr(0, entry.name.size() - kBytesEnding.size());
        const auto known = uploads_.find(id);
        if (known == uploads_.end() || !has_bytes(known->second.state))
            static_cast<void>(environment_.files.remove_file(bytes_path(id)));
    }
    for (const auto& [id, upload] : uploads_) order_.push_back(id);
    std::ranges::stable_sort(order_, {},
                             [&](const auto& id) { return uploads_.find(id)->second.touched; });
    const std::lock_guard guard(mutex_);
    forget_old();
    return {};
}

void Uploads::take_up_one(const std::string& file_name) {
    const auto id = file_name.substr(0, file_name.size() - kNoteEnding.size());
    const auto sealed = os::read_file(environment_.files, note_path(id), kLargestNoteBytes);
    const auto plain =
        sealed ? crypto::age_open(*sealed, identities_) : Result<crypto::Secret>(sealed.error());
    auto upload = plain ? upload_from(id, plain->text()) : std::nullopt;
    if (!upload) return;
    if (has_bytes(upload->state)) {
        auto info = environment_.files.info(bytes_path(id));
        if (!info) {  // it was being kept
            const auto away = keeping_path(*upload);
            if (!environment_.files.rename_exclusive(away, bytes_path(id))) return;
            info = environment_.files.info(bytes_path(id));
        }
        if (!info) return;
        // Only what was synced is told by the note; what came after it may be no more than a hole.
        upload->offset = std::min(upload->offset, info->size_bytes);
        if (info->size_bytes > upload->offset) {
            auto file = os::GrowingFile::open(bytes_path(id));
            if (!file || !file->cut_to(upload->offset)) return;
        }
        upload->state =
            upload->offset == upload->bytes ? UploadState::waiting : UploadState::arriving;
    }
    keeps_.insert(upload->keep);
    uploads_.emplace(id, *std::move(upload));
}

void Uploads::forget_old() {
    const auto now = environment_.clock.now().seconds;
    std::erase_if(order_, [&](const std::string& id) {
        const auto& upload = uploads_.find(id)->second;
        const bool arriving = upload.state == UploadState::arriving;
        if (upload.state == UploadState::waiting || being_written_.contains(id) ||
            now - upload.touched.seconds < (arriving ? kArrivingSeconds : kRememberedSeconds))
            return false;
        forget(id);
        return true;
    });
}

void Uploads::forget_settled() {
    constexpr std::size_t kAtOnce = 1'000;  // so that not each file looks for room anew
    std::size_t forgotten = 0;
    std::erase_if(order_, [&](const std::string& id) {
        const auto& upload = uploads_.find(id)->second;
        if (forgotten == kAtOnce || has_bytes(upload.state)) return false;
        ++forgotten;
        ++forgotten_[upload.keep];
        forget(id);
        return true;
    });
}

void Uploads::forget(const std::string& id) {
    static_cast<void>(environment_.files.remove_file(note_path(id)));
    static_cast<void>(environment_.files.remove_file(bytes_path(id)));
    uploads_.erase(id);
}

Result<> Uploads::note(const Upload& upload) {
    const auto text = to_json(upload).dump();
    const auto sealed = crypto::age_seal(as_bytes(text), {&recipient_, 1}, environment_.random);
    return os::write_file(environment_.files, note_path(upload.id), sealed, os::Existing::replace,
                          true);
}

std::string Uploads::begin_keep() {
    model::ItemId random;
    environment_.random.fill(random.bytes);
    const std::lock_guard guard(mutex_);
    forget_old();
    keeps_.insert(random.hex());
    return random.hex();
}

void Uploads::tend() {
    constexpr std::int64_t kPause = 600;
    const std::lock_guard guard(mutex_);
    const auto now = environment_.clock.now().seconds;
    if (now >= tended_ && now - tended_ < kPause) return;
    tended_ = now;
    forget_old();
}

bool Uploads::has_keep(const std::string& keep) {
    const std::lock_guard guard(mutex_);
    return keeps_.contains(keep);
}

Result<std::uint64_t> Uploads::room() {
    constexpr std::uint64_t kLeftFree = 64UL << 20U;
    TRY_LET(const auto free, environment_.files.free_bytes(folder_));
    return free - std::min(free, kLeftFree);
}

Result<Upload> Uploads::create(Upload described) {
    {
        const std::lock_guard guard(mutex_);
        if (!keeps_.contains(described.keep))
            return Error(ErrorCode::not_found, "Nothing is being kept by this number.");
        if (uploads_.size() >= kMostUploads) forget_settled();
        if (uploads_.size() >= kMostUploads)
            return Error(ErrorCode::limit, "Too many files are on their way.");
    }
    TRY_LET(const auto room, this->room());
    if (described.bytes > room)
        return Error(ErrorCode::no_space, "On its way into the archive this needs " +
                                              human_bytes(described.bytes) + ", " +
                                              human_bytes(room) + " are free on this computer.");
    std::array<std::uint8_t, kIdBytes> random{};
    environment_.random.fill(random);
    described.id = to_hex(random);
    described.touched = environment_.clock.now();
    described.state = described.bytes == 0 ? UploadState::waiting : UploadState::arriving;
    TRY(os::GrowingFile::open(bytes_path(described.id)));
    if (auto noted = note(described); !noted) {
        static_cast<void>(environment_.files.remove_file(bytes_path(described.id)));
        return std::move(noted).error();
    }
    const std::lock_guard guard(mutex_);
    uploads_.emplace(described.id, described);
    order_.push_back(described.id);
    work_.notify_all();
    return described;
}

std::optional<Upload> Uploads::find(std::string_view id) {
    const std::lock_guard guard(mutex_);
    const auto found = uploads_.find(id);
    return found == uploads_.end() ? std::nullopt : std::optional(found->second);
}

Result<std::unique_ptr<Uploads::Writer>> Uploads::write(const std::string& id,
                                                        std::uint64_t offset) {
    {
        const std::lock_guard guard(mutex_);
        const auto found = uploads_.find(id);
        if (found == uploads_.end()) return Error(ErrorCode::not_found, "There is no such upload.");
        if (found->second.offset != offset)
            return Error(ErrorCode::changed, "So much has not arrived, or more.");
        if (found->second.state != UploadState::arriving)
            return Error(ErrorCode::changed, "It has arrived.");
        if (!being_written_.insert(id).second)
            return Error(ErrorCode::exists, "Another connection sends it.");
    }
    auto file = open_at(id, offset);
    if (!file) {
        const std::lock_guard guard(mutex_);
        being_written_.erase(id);
        return file.error();
    }
    return std::make_unique<Writer>(*this, id, *std::move(file), offset);
}

Result<os::GrowingFile> Uploads::open_at(const std::string& id, std::uint64_t offset) {
    TRY_LET(auto file, os::GrowingFile::open(bytes_path(id)));
    TRY_LET(const auto size, file.size_bytes());
    if (size < offset) {  // somebody took of it: never a hole
        const std::lock_guard guard(mutex_);
        uploads_[id].offset = size;
        return Error(ErrorCode::changed, "Less is there than had arrived.");
    }
    // What is behind was written, but could not be noted.
    if (size > offset) TRY(file.cut_to(offset));
    return file;
}

Uploads::Writer::~Writer() {
    if (added_ > 0) static_cast<void>(undo());
    const std::lock_guard guard(uploads_->mutex_);
    uploads_->being_written_.erase(id_);
}

Result<> Uploads::Writer::append(ByteView bytes) {
    added_ += bytes.size();
    return file_.append(bytes);
}

Result<> Uploads::Writer::undo() {
    added_ = 0;
    return file_.cut_to(offset_);
}

Result<std::uint64_t> Uploads::Writer::room() {
    TRY_LET(const auto room, uploads_->room());
    return room + offset_;
}

Result<std::uint64_t> Uploads::Writer::commit() {
    TRY(file_.sync());
    auto upload = uploads_->find(id_);
    if (!upload) return Error(ErrorCode::not_found, "There is no such upload.");
    upload->offset = offset_ + added_;
    upload->touched = uploads_->environment_.clock.now();
    if (upload->offset == upload->bytes) upload->state = UploadState::waiting;
    TRY(uploads_->note(*upload));  // what is not noted does not stand
    offset_ = upload->offset;
    added_ = 0;
    const std::lock_guard guard(uploads_->mutex_);
    uploads_->uploads_[id_] = *upload;
    uploads_->work_.notify_all();
    return offset_;
}

Result<> Uploads::remove(const std::string& id) {
    const std::lock_guard guard(mutex_);
    const auto found = uploads_.find(id);
    if (found == uploads_.end()) return Error(ErrorCode::not_found, "There is no such upload.");
    if (found->second.state != UploadState::arriving || being_written_.contains(id))
        return Error(ErrorCode::exists, "It has arrived, or is arriving now.");
    static_cast<void>(environment_.files.remove_file(note_path(id)));
    static_cast<void>(environment_.files.remove_file(bytes_path(id)));
    uploads_.erase(found);
    std::erase(order_, id);
    return {};
}

Uploads::Report Uploads::report(const std::string& keep, std::size_t first, std::size_t count) {
    Report report;
    const std::lock_guard guard(mutex_);
    const auto before = forgotten_.find(keep);
    // Files keep their numbers for whoever reads on.
    std::size_t number = before == forgotten_.end() ? 0 : before->second;
    for (const auto& id : order_) {
        const auto& upload = uploads_.find(id)->second;
        if (upload.keep != keep) continue;
        ++report.counts[upload.state];
        if (upload.state == UploadState::kept) report.bytes += upload.bytes;
        if (number >= first && number - first < count) report.files.push_back(upload);
        ++number;
    }
    return report;
}

std::vector<Upload> Uploads::waiting(std::size_t most) {
    std::vector<Upload> all;
    const std::lock_guard guard(mutex_);
    for (const bool lacks_room : {false, true}) {
        for (const auto& id : order_) {
            if (all.size() == most) return all;
            const auto& upload = uploads_.find(id)->second;
            if (upload.state == UploadState::waiting && upload.free.has_value() == lacks_room)
                all.push_back(upload);
        }
    }
    return all;
}

bool Uploads::is_any_waiting() { return !waiting(1).empty(); }

Upload Uploads::settle(const std::string& id, UploadState state, const std::string& why,
                       const std::optional<model::ItemId>& item) {
    auto upload = find(id).value_or(Upload());
    if (upload.id.empty()) return upload;
    upload.state = state;
    upload.why = why;
    upload.free.reset();
    upload.item = item;
    upload.touched = environment_.clock.now();
    // Where it cannot be noted it is kept again after the next start, and found to be kept already.
    static_cast<void>(note(upload));
    if (!has_bytes(state)) static_cast<void>(environment_.files.remove_file(bytes_path(id)));
    const std::lock_guard guard(mutex_);
    uploads_[id] = upload;
    return upload;
}

void Uploads::lacks_room(const std::string& id, std::uint64_t free) {
    const std::lock_guard guard(mutex_);
    const auto found = uploads_.find(id);
    if (found == uploads_.end()) return;
    auto& upload = found->second;
    upload.free = free;
    upload.why = "This needs " + human_bytes(upload.bytes) + ", " + human_bytes(free) +
                 " are free on the archive's disk. It is kept once there is room.";
}

void Uploads::wait_for_work(std::chrono::milliseconds most) {
    const auto is_waiting = [&] {
        return woken_ || std::ranges::any_of(uploads_, [](const auto& upload) {
                   return upload.second.state == UploadState::waiting;
               });
    };
    std::unique_lock lock(mutex_);
    work_.wait_for(lock, most, is_waiting);
    woken_ = false;
}

void Uploads::wake() {
    const std::lock_guard guard(mutex_);
    woken_ = true;
    work_.notify_all();
}

}  // namespace keepsake::server
