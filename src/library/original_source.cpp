#include "library/original_source.h"

#include <cstdint>
#include <memory>
#include <optional>
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
#include "library/object_lookup.h"
#include "media/reader_pool.h"
#include "os/file_system.h"

namespace keepsake::library {
namespace {

class OriginalSource final : public media::Source {
  public:
    OriginalSource(std::unique_ptr<os::ReadableFile> file, std::unique_ptr<os::ReadableFile> mended)
        : file_(std::move(file)), mended_(std::move(mended)) {}

    Result<> open(std::uint64_t object_bytes, const std::vector<crypto::AgeIdentity>& identities) {
        const auto* const from = mended_ ? mended_.get() : file_.get();
        TRY_LET(auto reader, crypto::AgeFileReader::open(
                                 [from](std::uint64_t offset, MutableBytes out) {
                                     return from->read_at(offset, out);
                                 },
                                 object_bytes, unwrap_with(identities)));
        reader_.emplace(std::move(reader));
        return {};
    }
    std::uint64_t size_bytes() const override { return reader_->plaintext_bytes(); }
    Result<> read_at(std::uint64_t offset_bytes, MutableBytes out) override {
        TRY_LET(const auto got, reader_->read_at(offset_bytes, out));
        if (got < out.size()) return Error(ErrorCode::corrupt, "an original ends early");
        return {};
    }

  private:
    std::unique_ptr<os::ReadableFile> file_;
    std::unique_ptr<os::ReadableFile> mended_;  // the same with the journal's header
    std::optional<crypto::AgeFileReader> reader_;
};

Result<std::unique_ptr<media::Source>> open_one(os::FileSystem& files, const std::string& path,
                                                const catalog::ObjectRecord& object,
                                                const std::vector<crypto::AgeIdentity>& identities,
                                                bool with_journal_header) {
    TRY_LET(auto file, files.open(path));
    std::unique_ptr<os::ReadableFile> mended;
    if (with_journal_header) mended = archive::with_header(*file, object.header);
    auto source = std::make_unique<OriginalSource>(std::move(file), std::move(mended));
    TRY(source->open(object.object_bytes, identities));
    return std::unique_ptr<media::Source>(std::move(source));
}

}  // namespace

Result<std::unique_ptr<media::Source>> open_original(
    os::FileSystem& files, const std::string& archive_path,
    const std::vector<crypto::AgeIdentity>& identities, const catalog::ContentRecord& content) {
    std::optional<Error> failure;
    for (const auto& object : content.objects) {
        const auto path = os::join_path(archive_path, archive::object_path(object.object));
        for (const bool with_journal_header : {false, true}) {
            auto opened = open_one(files, path, object, identities, with_journal_header);
            if (opened && (*opened)->size_bytes() == content.bytes) return opened;
            const bool is_there = opened || opened.error().code() != ErrorCode::not_found;
            if (is_there)
                failure = Error(ErrorCode::corrupt, "its original is damaged in this copy");
            if (!is_there) break;
        }
    }
    if (failure) return std::move(*failure);
    return Error(ErrorCode::not_found, "its original is not in this copy");
}

}  // namespace keepsake::library
