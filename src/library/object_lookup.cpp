#include "library/object_lookup.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "archive/layout.h"
#include "archive/object_file.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "crypto/secret.h"
#include "library/library.h"
#include "model/entry.h"
#include "model/ids.h"
#include "os/file_system.h"

namespace keepsake::library {
namespace {

// One object, as it is; then, if its header is not the journal's, with that.
Result<WasWhole> read_one(
    const os::ReadableFile& file, const catalog::ObjectRecord& object,
    const model::ContentId& content,
    const std::function<Result<crypto::Secret>(const crypto::AgeHeader&)>& unwrap,
    archive::ObjectBuffers& buffers, const archive::PlaintextSink& sink,
    const std::function<Result<>()>& restart, const std::stop_token& stop) {
    const auto proved = [&](const os::ReadableFile& source) -> Result<> {
        TRY_LET(const auto proof, archive::read_object(source, unwrap, archive::ProofOf::content,
                                                       buffers, sink, stop));
        if (proof.content != content)
            return Error(ErrorCode::corrupt, "it holds other bytes than were kept");
        return {};
    };
    const auto read = proved(file);
    if (read) return WasWhole::yes;
    if (read.error().code() == ErrorCode::cancelled) return read.error();
    Bytes start(object.header.size());
    const auto got = file.read_at(0, start);
    if (!got || *got < start.size() || as_text(start) == object.header) return read.error();
    TRY(restart());
    TRY(proved(*archive::with_header(file, object.header)));
    return WasWhole::no;
}

bool stands(os::FileSystem& files, const std::string& archive_path,
            const catalog::ObjectRecord& object) {
    const auto info = files.info(os::join_path(archive_path, archive::object_path(object.object)));
    return info && info->kind == os::FileKind::regular && info->size_bytes == object.object_bytes;
}

}  // namespace

std::function<Result<crypto::Secret>(const crypto::AgeHeader&)> unwrap_with(
    const std::vector<crypto::AgeIdentity>& identities) {
    return [&identities](const crypto::AgeHeader& header) {
        return crypto::unwrap_with_identities(header, identities);
    };
}

Result<WasWhole> read_content(os::FileSystem& files, const std::string& archive_path,
                              const std::vector<crypto::AgeIdentity>& identities,
                              const catalog::ContentRecord& content,
                              archive::ObjectBuffers& buffers, const archive::PlaintextSink& sink,
                              const std::function<Result<>()>& restart,
                              const std::stop_token& stop) {
    std::optional<Error> failure;
    bool sink_failed = false;
    const archive::PlaintextSink watched = [&](ByteView plain) -> Result<> {
        if (!sink) return {};
        auto written = sink(plain);
        sink_failed = !written;
        return written;
    };
    for (const auto& object : content.objects) {
        auto file = files.open(os::join_path(archive_path, archive::object_path(object.object)));
        if (!file) {
            if (!failure || file.error().code() != ErrorCode::not_found)
                failure = std::move(file).error();
            continue;
        }
        if (failure) TRY(restart());
        auto read = read_one(**file, object, content.content, unwrap_with(identities), buffers,
                             watched, restart, stop);
        // An object that is not there is no damage: another of the same content is enough.
        const bool other_damaged = failure && failure->code() != ErrorCode::not_found;
        if (read) return other_damaged ? WasWhole::no : *read;
        if (sink_failed || read.error().code() == ErrorCode::cancelled) return read;
        failure = std::move(read).error();
    }
    if (!failure || failure->code() == ErrorCode::not_found)
        return Error(ErrorCode::not_found, "its original is not in this copy");
    return std::move(*failure).with("its original is damaged in this copy");
}

Result<std::string> read_text_content(Library& library, const model::ContentId& content,
                                      std::size_t limit_bytes) {
    TRY_LET(const auto record, library.catalog().content(content));
    if (!record) return Error(ErrorCode::not_found, "the words are not in this copy");
    if (record->bytes > limit_bytes)
        return Error(ErrorCode::limit, "the words are longer than 16 MiB");
    std::string text;
    const auto identities = library.identity().identities();
    archive::ObjectBuffers buffers;
    const auto restart = [&]() -> Result<> {
        text.clear();
        return {};
    };
    TRY(read_content(
        library.environment().files, library.copy().path, identities, *record, buffers,
        [&](ByteView plain) -> Result<> {
            text += as_text(plain);
            return {};
        },
        restart, library.environment().stop));
    return text;
}

Result<bool> is_whole(os::FileSystem& files, const std::string& archive_path,
                      const std::vector<crypto::AgeIdentity>& identities,
                      const catalog::ContentRecord& content, archive::ObjectBuffers& buffers,
                      const std::stop_token& stop) {
    for (const auto& object : content.objects) {
        const auto file =
            files.open(os::join_path(archive_path, archive::object_path(object.object)));
        if (!file) continue;
        const auto proof = archive::read_object(**file, unwrap_with(identities),
                                                archive::ProofOf::both, buffers, {}, stop);
        if (proof && proof->object == object.object && proof->content == content.content)
            return true;
        if (!proof && proof.error().code() == ErrorCode::cancelled) return proof.error();
    }
    return false;
}

Result<std::optional<model::Object>> true_entry(os::FileSystem& files,
                                                const std::string& archive_path,
                                                const std::vector<crypto::AgeIdentity>& identities,
                                                const catalog::ContentRecord& content,
                                                const catalog::ObjectRecord& object, Proved proved,
                                                const std::stop_token& stop) {
    const auto file = files.open(os::join_path(archive_path, archive::object_path(object.object)));
    const auto info = file ? (*file)->info() : Result<os::FileInfo>(file.error());
    if (!info || info->kind != os::FileKind::regular) return std::optional<model::Object>();
    if (proved == Proved::yes && info->size_bytes == object.object_bytes) {
        // The end opens with it, too: so it is the header of these very bytes.
        const auto headed = archive::with_header(**file, object.header);
        const auto reader = crypto::AgeFileReader::open(
            [&](std::uint64_t offset, MutableBytes out) { return headed->read_at(offset, out); },
            info->size_bytes, unwrap_with(identities));
        if (reader && reader->header().bytes == object.header &&
            reader->plaintext_bytes() == content.bytes)
            return model::Object{object.object, content.content, content.bytes, object.object_bytes,
                                 object.header};
    }
    archive::ObjectBuffers buffers;
    auto proof = archive::read_object(**file, unwrap_with(identities), archive::ProofOf::both,
                                      buffers, {}, stop);
    if (!proof && proof.error().code() == ErrorCode::cancelled) return std::move(proof).error();
    if (!proof || proof->object != object.object || proof->content != content.content)
        return std::optional<model::Object>();
    return model::Object{object.object, content.content, proof->content_bytes, info->size_bytes,
                         std::move(proof->header)};
}

Result<> name_again(Library& library, const model::ContentId& content,
                    std::vector<model::EntryBody>& entries) {
    TRY_LET(const auto record, library.catalog().content(content));
    if (!record) return {};
    const auto& environment = library.environment();
    const auto identities = library.identity().identities();
    // One of them is whole: the only one, or nobody knows which.
    const auto proved = record->objects.size() == 1 ? Proved::yes : Proved::no;
    for (const auto& object : record->objects) {
        TRY_LET(auto entry, true_entry(environment.files, library.copy().path, identities, *record,
                                       object, proved, environment.stop));
        if (entry) entries.emplace_back(*std::move(entry));
    }
    return {};
}

bool is_present(os::FileSystem& files, const std::string& archive_path,
                const catalog::ContentRecord& content) {
    return std::ranges::any_of(content.objects, [&](const catalog::ObjectRecord& object) {
        return stands(files, archive_path, object);
    });
}

}  // namespace keepsake::library
