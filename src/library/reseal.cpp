#include "library/reseal.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "archive/layout.h"
#include "archive/object_file.h"
#include "archive/staging.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "library/environment.h"
#include "library/library.h"
#include "library/object_lookup.h"
#include "library/seal_proof.h"
#include "model/entry.h"
#include "model/ids.h"
#include "os/file_system.h"

namespace keepsake::library {
namespace {

constexpr std::size_t kGroup = 100;

class Resealing {
  public:
    explicit Resealing(Library& library)
        : library_(&library),
          files_(&library.environment().files),
          identities_(library.identity().identities()) {}

    // The objects that hold a content and are not for the current epoch, where none is.
    bool needs(const catalog::ContentRecord& content) const {
        const auto& newest = library_->current_epoch().identity;
        return std::ranges::none_of(content.objects, [&](const catalog::ObjectRecord& object) {
            const auto header = crypto::parse_age_header(as_bytes(object.header));
            return header && crypto::unwrap_with_identities(*header, {&newest, 1}).has_value() &&
                   files_->info(path_of(object.object)).has_value();
        });
    }

    Result<> add(const catalog::ContentRecord& content) {
        TRY_LET(auto sealed, seal_again(content));
        if (auto named = give_name(sealed); !named) {
            static_cast<void>(files_->remove_file(sealed.temporary_path));
            return named;
        }
        entries_.emplace_back(entry_of(sealed));
        for (const auto& object : content.objects) old_.push_back(object.object);
        return entries_.size() >= kGroup ? flush() : Result<>();
    }

    Result<> flush() {
        if (entries_.empty()) return {};
        TRY(library_->commit(std::exchange(entries_, {})));
        for (const auto& object : std::exchange(old_, {})) {
            auto removed = archive::remove_own_file(*files_, library_->copy().path,
                                                    archive::object_path(object));
            if (!removed && removed.error().code() != ErrorCode::not_found) return removed;
        }
        return {};
    }

  private:
    std::string path_of(const model::ObjectId& object) const {
        return os::join_path(library_->copy().path, archive::object_path(object));
    }

    // The old object's plaintext at offsets, so that a whole original never stands in memory.
    Result<archive::SealedObject> seal_again(const catalog::ContentRecord& content) {
        Error last(ErrorCode::not_found, "its original is not in this copy");
        for (const auto& object : content.objects) {
            auto file = files_->open(path_of(object.object));
            if (!file) continue;
            auto sealed = seal_from(**file, object, content);
            if (sealed || sealed.error().code() == ErrorCode::cancelled) return sealed;
            last = std::move(sealed).error();
        }
        return last;
    }
    Result<archive::SealedObject> seal_from(const os::ReadableFile& damaged_or_whole,
                                            const catalog::ObjectRecord& object,
                                            const catalog::ContentRecord& content) {
        const auto file = archive::with_header(damaged_or_whole, object.header);
        TRY_LET(const auto info, file->info());
        TRY_LET(auto reader, crypto::AgeFileReader::open(
                                 [&](std::uint64_t offset, MutableBytes out) {
                                     return file->read_at(offset, out);
                                 },
                                 info.size_bytes, unwrap_with(identities_)));
        TRY_LET(const auto temporary, library_->staging().new_path());
        TRY_LET(
            auto sealed,
            archive::seal_object(
                *files_, temporary,
                [&](std::uint64_t offset, MutableBytes out) { return reader.read_at(offset, out); },
                content.bytes, library_->current_epoch().identity.recipient(),
                library_->environment().random, buffers_, true, library_->environment().stop));
        auto proved =
            sealed.content == content.content
                ? prove_sealed(*files_, sealed, buffers_)
                : Result<>(Error(ErrorCode::corrupt, "its original is damaged in this copy"));
        if (proved) return sealed;
        static_cast<void>(files_->remove_file(temporary));
        return std::move(proved).error();
    }
    Result<> give_name(const archive::SealedObject& sealed) {
        const auto target = path_of(sealed.object);
        TRY(library_->staging().make_folder(os::parent_of(archive::object_path(sealed.object))));
        TRY(files_->rename_exclusive(sealed.temporary_path, target));
        return files_->sync_directory(os::parent_of(target));
    }

    Library* library_;
    os::FileSystem* files_;
    std::vector<crypto::AgeIdentity> identities_;
    archive::ObjectBuffers buffers_;
    std::vector<model::EntryBody> entries_;
    std::vector<model::ObjectId> old_;
};

}  // namespace

Result<> reseal_everything(Library& library, Listener& listener) {
    Resealing resealing(library);
    std::vector<model::ContentId> todo;
    TRY(library.catalog().for_each_content(
        [&](const catalog::ContentRecord& content, bool) -> Result<> {
            if (resealing.needs(content) &&
                is_present(library.environment().files, library.copy().path, content))
                todo.push_back(content.content);
            return {};
        }));
    std::uint64_t done = 0;
    for (const auto& id : todo) {
        if (library.environment().stop.stop_requested()) {
            TRY(resealing.flush());
            return Error(ErrorCode::cancelled, "stopped");
        }
        TRY_LET(const auto content, library.catalog().content(id));
        auto added = content ? resealing.add(*content) : Result<>();
        if (!added && added.error().code() != ErrorCode::corrupt) return added;
        if (!added) listener.problem(id.hex(), added.error().message());
        listener.progress({"Encrypting anew", ++done, todo.size(), 0, 0});
    }
    return resealing.flush();
}

}  // namespace keepsake::library
