// Keeping from a browser by tus 1.0.
// Source: https://tus.io/protocols/resumable-upload (1.0.0)
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
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
#include "http/message.h"
#include "http/target.h"
#include "library/library.h"
#include "os/file_system.h"
#include "server/answers.h"
#include "server/api.h"
#include "server/house.h"
#include "server/uploads.h"

namespace keepsake::server {
namespace {

constexpr std::uint64_t kLargestFile = 1ULL << 43U;
constexpr std::uint64_t kCheckpointBytes = 64ULL << 20U;
constexpr std::size_t kUsualFiles = 1'000;
constexpr std::size_t kMostFiles = 10'000;
constexpr std::size_t kLargestMetadata = 8'192;
constexpr std::size_t kDeepestFolder = 64;

http::Response tus_error(unsigned status, std::string_view code, std::string_view message) {
    return error_answer(status, code, message);
}

bool speaks_tus(const http::RequestHead& head) { return head.header("tus-resumable") == "1.0.0"; }

http::Response wrong_version() {
    return tus_error(412, "invalid", "tus 1.0.0 is spoken here.").with("Tus-Version", "1.0.0");
}

/// Where there is no room it is told how much there would be.
http::Response refusal_of(const Error& error, const std::function<Result<std::uint64_t>()>& room) {
    const auto free = error.code() == ErrorCode::no_space ? room() : Result<std::uint64_t>(error);
    return free ? error_answer(error, *free) : error_answer(error);
}

/// Digests that a client may name, one at a time.
class Digest {
  public:
    explicit Digest(const EVP_MD* kind) : context_(EVP_MD_CTX_new()) {
        good_ = context_ != nullptr && EVP_DigestInit_ex(context_, kind, nullptr) == 1;
    }
    Digest(const Digest&) = delete;
    Digest& operator=(const Digest&) = delete;
    ~Digest() { EVP_MD_CTX_free(context_); }
    void update(ByteView bytes) {
        good_ = good_ && EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1;
    }
    bool is(ByteView expected) {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned size = 0;
        good_ = good_ && EVP_DigestFinal_ex(context_, digest.data(), &size) == 1;
        return good_ && std::ranges::equal(ByteView(digest).first(size), expected);
    }

  private:
    EVP_MD_CTX* context_;
    bool good_ = false;
};

/// "sha256 <base64>"; false: it is malformed, or of another kind.
bool read_checksum(std::string_view header, std::unique_ptr<Digest>& digest, Bytes& expected) {
    const auto space = header.find(' ');
    if (space == std::string_view::npos) return false;
    const auto name = header.substr(0, space);
    const auto* const kind = name == "sha1"     ? EVP_sha1()
                             : name == "sha256" ? EVP_sha256()
                                                : nullptr;
    auto bytes = from_base64(header.substr(space + 1), Padding::with);
    if (kind == nullptr || !bytes) return false;
    digest = std::make_unique<Digest>(kind);
    expected = *std::move(bytes);
    return true;
}

class UploadBody final : public http::BodySink {
  public:
    UploadBody(std::unique_ptr<Uploads::Writer> writer, std::uint64_t left,
               std::unique_ptr<Digest> digest, Bytes expected,
               std::function<http::Response(http::Response)> finished,
               std::function<bool()> is_here)
        : finished_(std::move(finished)),
          is_here_(std::move(is_here)),
          writer_(std::move(writer)),
          left_(left),
          digest_(std::move(digest)),
          expected_(std::move(expected)) {}

    bool write(ByteView bytes) override {
        if (!is_here_()) {
            locked_ = true;
            return false;
        }
        if (bytes.size() > left_) {
            too_much_ = true;
            return false;
        }
        left_ -= bytes.size();
        if (digest_) digest_->update(bytes);
        auto done = writer_->append(bytes);
        since_ += bytes.size();
        // A long body stands as far as it has come; one with a checksum stands or falls as a whole.
        if (done && !digest_ && since_ >= kCheckpointBytes) {
            since_ = 0;
            const auto stands = writer_->commit();
            if (!stands) done = stands.error();
        }
        if (!done) failure_ = std::move(done).error();
        return !failure_;
    }

    http::Response finish(bool whole) override { return finished_(outcome(whole)); }

  private:
    http::Response outcome(bool whole) {
        if (failure_) {
            static_cast<void>(writer_->undo());
            return refused(*failure_);
        }
        if (too_much_ || digest_) {
            const bool stands = !too_much_ && whole && digest_->is(expected_);
            if (!stands) static_cast<void>(writer_->undo());
            if (too_much_) return tus_error(413, "limit", "This is more than was announced.");
            if (!stands && !locked_)
                return tus_error(460, "invalid", "The checksum is another one.");
        }
        const auto offset = writer_->commit();
        if (!offset) return refused(offset.error());
        if (locked_) return error_answer(401, "locked", "This archive is locked.");
        return nothing().with("Upload-Offset", std::to_string(*offset));
    }

    http::Response refused(const Error& error) {
        return refusal_of(error, [&] { return writer_->room(); });
    }

    std::function<http::Response(http::Response)> finished_;  ///< owns what the writer uses
    std::function<bool()> is_here_;
    std::unique_ptr<Uploads::Writer> writer_;
    std::uint64_t left_;
    std::unique_ptr<Digest> digest_;
    Bytes expected_;
    std::uint64_t since_ = 0;
    bool too_much_ = false;
    bool locked_ = false;
    std::optional<Error> failure_;
};

/// "name base64,name base64": tus' metadata.
Result<std::map<std::string, std::string>> read_metadata(std::string_view header) {
    const Error wrong(ErrorCode::invalid, "Upload-Metadata is not as it should be.");
    if (header.size() > kLargestMetadata) return wrong;
    std::map<std::string, std::string> metadata;
    while (!header.empty()) {
        const auto end = std::min(header.find(','), header.size());
        auto part = header.substr(0, end);
        header.remove_prefix(std::min(end + 1, header.size()));
        while (part.starts_with(' ')) part.remove_prefix(1);
        const auto space = std::min(part.find(' '), part.size());
        const auto value =
            from_base64(part.substr(std::min(space + 1, part.size())), Padding::with);
        if (!value || space == 0) return wrong;
        metadata.emplace(part.substr(0, space), as_text(*value));
    }
    return metadata;
}

/// "Fotos/2020/a.jpg" into folder and name. Errors: invalid: whatever would lead elsewhere.
Result<> read_path(std::string_view path, Upload& upload) {
    const Error wrong(ErrorCode::invalid, "A file cannot have this name.");
    std::size_t depth = 0;
    while (true) {
        const auto end = std::min(path.find('/'), path.size());
        const auto part = path.substr(0, end);
        if (!os::is_file_name(part) || !is_utf8(part) || ++depth > kDeepestFolder) return wrong;
        if (end == path.size()) {
            upload.name = part;
            return {};
        }
        upload.folder += (upload.folder.empty() ? "" : "/") + std::string(part);
        path.remove_prefix(end + 1);
    }
}

Result<Upload> upload_in(const http::RequestHead& head) {
    TRY_LET(auto metadata, read_metadata(head.header("upload-metadata").value_or("")));
    const auto length = http::number_from(head.header("upload-length").value_or(""));
    if (!length) return Error(ErrorCode::invalid, "Upload-Length is wanted.");
    if (*length > kLargestFile) return Error(ErrorCode::limit, "This file is too large.");
    Upload upload;
    upload.keep = metadata["keep"];
    upload.bytes = *length;
    auto& path = metadata["relativePath"].empty() ? metadata["filename"] : metadata["relativePath"];
    TRY(read_path(path, upload));
    constexpr std::uint64_t kMostMilliseconds = 253'402'300'799'000;  // the end of the year 9999
    const auto modified = http::number_from(metadata["lastModified"]);
    if (modified && *modified <= kMostMilliseconds)
        upload.modified = {static_cast<std::int64_t>(*modified / 1'000),
                           static_cast<std::uint32_t>(*modified % 1'000 * 1'000'000)};
    return upload;
}

std::uint64_t count_of(const Uploads::Report& report, UploadState state) {
    const auto found = report.counts.find(state);
    return found == report.counts.end() ? 0 : found->second;
}

Json counts_json(const std::string& keep, const Uploads::Report& report) {
    Json json;
    json["id"] = keep;
    json["arriving"] = count_of(report, UploadState::arriving);
    json["waiting"] = count_of(report, UploadState::waiting);
    json["kept"] = count_of(report, UploadState::kept);
    json["already"] = count_of(report, UploadState::already);
    json["failed"] = count_of(report, UploadState::failed);
    json["bytes"] = report.bytes;
    return json;
}

Error cannot_keep() {
    return {ErrorCode::read_only,
            "This computer has no place for files on their way into the archive."};
}

}  // namespace

std::shared_ptr<Uploads> Api::uploads() {
    const std::lock_guard guard(uploads_mutex_);
    return uploads_;
}

void Api::tell_keep(const std::string& keep) {
    const auto uploads = this->uploads();
    if (!uploads) return;
    auto json = counts_json(keep, uploads->report(keep, 0, 0));
    Json event;
    event["keep"] = keep;
    event["arrived"] = json["waiting"].get<std::uint64_t>() + json["kept"].get<std::uint64_t>() +
                       json["already"].get<std::uint64_t>() + json["failed"].get<std::uint64_t>();
    for (const char* name : {"waiting", "kept", "already", "failed", "bytes"})
        event[name] = json[name];
    visitors_.tell_all("keep", event.dump());
}

Api::Answer Api::begin_keep(Call& call) {
    TRY_LET(const auto json, json_body(call.request));
    TRY(only_members(json, {"files", "bytes"}));
    TRY(number_member(json, "files", 0, Uploads::kMostUploads));
    TRY_LET(const auto bytes,
            number_member(json, "bytes", 0, std::numeric_limits<std::uint64_t>::max()));
    const auto uploads = this->uploads();
    if (!uploads) return cannot_keep();
    std::uint64_t largest = 0;
    std::uint64_t free = 0;
    const auto fits = house_->with([&](library::Library& library) -> Result<> {
        TRY(library.may_write());
        auto& files = library.environment().files;
        TRY_LET(const auto most, files.largest_file_bytes(library.copy().path));
        largest = std::min(most, kLargestFile);
        TRY_LET(free, files.free_bytes(library.copy().path));
        if (bytes.value_or(0) > free)
            return Error(ErrorCode::no_space, "This needs " + human_bytes(*bytes) + ", " +
                                                  human_bytes(free) +
                                                  " are free on the archive's disk. Nothing was "
                                                  "changed.");
        return {};
    });
    if (!fits) return refusal_of(fits.error(), [&] { return Result<std::uint64_t>(free); });
    Json answer;
    answer["id"] = uploads->begin_keep();
    answer["largest_bytes"] = largest;
    return json_answer(201, answer);
}

Api::Answer Api::get_keep(Call& call) {
    TRY_LET(const auto page, page_of(call, kUsualFiles, kMostFiles));
    const auto uploads = this->uploads();
    if (!uploads || !uploads->has_keep(call.ids[0]))
        return Error(ErrorCode::not_found, "Nothing is known of this.");
    const auto report = uploads->report(call.ids[0], page.first, page.count);
    auto json = counts_json(call.ids[0], report);
    json["files"] = Json::array();
    for (const auto& upload : report.files) {
        Json file;
        file["upload"] = upload.id;
        file["name"] =
            to_utf8_lossy(upload.folder.empty() ? upload.name : upload.folder + "/" + upload.name);
        file["state"] = name_of(upload.state);
        file["bytes"] = upload.bytes;
        if (upload.state == UploadState::arriving) file["offset"] = upload.offset;
        if (!upload.why.empty()) file["why"] = to_utf8_lossy(upload.why);
        if (upload.free) file["free"] = *upload.free;
        if (upload.item) file["item"] = upload.item->hex();
        json["files"].push_back(std::move(file));
    }
    return json_answer(200, json);
}

Api::Answer Api::tus_options(Call& /*call*/) {
    return nothing()
        .with("Tus-Version", "1.0.0")
        .with("Tus-Extension", "creation,checksum,termination")
        .with("Tus-Max-Size", std::to_string(kLargestFile))
        .with("Tus-Checksum-Algorithm", "sha1,sha256");
}

Api::Answer Api::create_upload(Call& call) {
    if (!speaks_tus(call.request.head)) return wrong_version();
    TRY_LET(auto described, upload_in(call.request.head));
    described.person = call.visitor.person;
    const auto uploads = this->uploads();
    if (!uploads) return cannot_keep();
    const auto upload = uploads->create(std::move(described));
    if (!upload) return refusal_of(upload.error(), [&] { return uploads->room(); });
    std::string location;
    for (const auto& segment : options_.prefix) location += "/" + segment;
    http::Response response;
    response.status = 201;
    response.with("Location", location + "/api/v1/uploads/" + upload->id);
    return response;
}

Api::Answer Api::head_upload(Call& call) {
    if (!speaks_tus(call.request.head)) return wrong_version();
    const auto uploads = this->uploads();
    const auto upload = uploads ? uploads->find(call.ids[0]) : std::nullopt;
    if (!upload) return Error(ErrorCode::not_found, "There is no such upload.");
    http::Response response;
    response.with("Upload-Offset", std::to_string(upload->offset));
    response.with("Upload-Length", std::to_string(upload->bytes)).with("Cache-Control", "no-store");
    return response;
}

Api::Answer Api::end_upload(Call& call) {
    if (!speaks_tus(call.request.head)) return wrong_version();
    const auto uploads = this->uploads();
    if (!uploads) return Error(ErrorCode::not_found, "There is no such upload.");
    TRY(uploads->remove(call.ids[0]));
    return nothing();
}

/// Without a body nothing is streamed: it asks to add nothing.
Api::Answer Api::patch_upload(Call& /*call*/) {
    return tus_error(400, "invalid", "A body is wanted.");
}

std::unique_ptr<http::BodySink> Api::open_sink(const http::RequestHead& head,
                                               http::Response& refusal) {
    auto refuse = [&](http::Response response) -> std::unique_ptr<http::BodySink> {
        refusal = finished(head, std::move(response));
        return nullptr;
    };
    const auto found = find_route(head);
    const auto uploads = this->uploads();
    if (!visitor_of(head, true))
        return refuse(error_answer(401, "locked", "This archive is locked."));
    if (found.ids.empty() || !uploads)
        return refuse(error_answer(404, "not_found", "There is no such upload."));
    if (!speaks_tus(head)) return refuse(wrong_version());
    if (head.header("content-type") != "application/offset+octet-stream")
        return refuse(tus_error(415, "invalid", "application/offset+octet-stream is wanted."));
    const auto offset = http::number_from(head.header("upload-offset").value_or(""));
    if (!offset) return refuse(tus_error(400, "invalid", "Upload-Offset is wanted."));
    std::unique_ptr<Digest> digest;
    Bytes expected;
    const auto checksum = head.header("upload-checksum");
    if (checksum && !read_checksum(*checksum, digest, expected))
        return refuse(tus_error(400, "invalid", "sha1 or sha256 in base64 is wanted."));
    const auto upload = uploads->find(found.ids[0]);
    auto writer = uploads->write(found.ids[0], *offset);
    if (!writer) {
        const auto code = writer.error().code();
        if (code == ErrorCode::changed)
            return refuse(tus_error(409, "conflict", writer.error().message()));
        if (code == ErrorCode::exists)
            return refuse(tus_error(423, "conflict", writer.error().message()));
        return refuse(error_answer(writer.error()));
    }
    // What arrives is something that a person did, for as long as it arrives.
    return std::make_unique<UploadBody>(
        *std::move(writer), upload->bytes - *offset, std::move(digest), std::move(expected),
        [this, head, uploads](http::Response response) {
            return finished(head, std::move(response));
        },
        [this, head] { return visitor_of(head, true).has_value(); });
}

}  // namespace keepsake::server
