#include "library/pictures.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "archive/staging.h"
#include "archive/thumbnail_pack.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "catalog/preview_cache.h"
#include "crypto/age.h"
#include "crypto/sha256.h"
#include "library/library.h"
#include "library/original_source.h"
#include "library/playable.h"
#include "library/thumbnail_packs.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/reader_pool.h"
#include "model/ids.h"

namespace keepsake::library {
namespace {

using catalog::PictureSize;

constexpr std::size_t kPackBytes = 4UL << 20U;
constexpr std::size_t kPackThumbnails = 500;
/// Sealed and named by its hash, as everything in an archive is.
Result<model::FileHash> write_pack(Library& library, std::span<const archive::Thumbnail> pictures) {
    const auto recipient = library.recipient();
    const auto sealed = crypto::age_seal(archive::write_thumbnail_pack(pictures), {&recipient, 1},
                                         library.environment().random);
    const model::FileHash name{crypto::sha256(sealed)};
    TRY(library.staging().publish(sealed, archive::thumbnail_pack_path(name)));
    return name;
}

/// The pictures of a pack that can be read and are not of these contents.
std::vector<archive::Thumbnail> others_of(archive::ThumbnailPack& pack,
                                          std::span<const model::ContentId> contents) {
    std::vector<archive::Thumbnail> others;
    for (const auto& place : pack.places()) {
        if (std::ranges::find(contents, place.content) != contents.end()) continue;
        auto jpeg = pack.read(place);
        if (jpeg && is_jpeg(*jpeg)) others.push_back({place.content, *std::move(jpeg)});
    }
    return others;
}

std::vector<model::ContentId> contents_of(std::span<const archive::Thumbnail> pictures) {
    std::vector<model::ContentId> contents;
    for (const auto& picture : pictures) contents.push_back(picture.content);
    return contents;
}

Result<std::unique_ptr<media::Source>> open(Library& library, const catalog::FileRecord& file) {
    TRY_LET(const auto content, library.catalog().content(file.content));
    if (!content) return Error(ErrorCode::not_found, "its original is not in this copy");
    const auto identities = library.identity().identities();
    return open_original(library.environment().files, library.copy().path, identities, *content);
}

/// `page`: from 0.
Result<media::Answer> look_at(Library& library, const catalog::FileRecord& file,
                              std::uint32_t page) {
    const auto& environment = library.environment();
    if (environment.looker == nullptr)
        return Error(ErrorCode::unsupported, std::string(media::kWillNotOpen));
    TRY_LET(const auto source, open(library, file));
    media::Question question;
    question.name = to_utf8_lossy(file.name);
    question.page = page;
    return environment.looker->look(*source, question, environment.stop);
}

Result<catalog::ItemRecord> item_with_files(Library& library, const model::ItemId& item) {
    TRY_LET(auto record, library.catalog().item(item));
    if (!record || record->files.empty())
        return Error(ErrorCode::not_found, "There is no item " + item.hex() + " here.");
    return *std::move(record);
}

/// None where the file has no picture. Errors: unsupported where it could not be made.
Result<std::optional<Bytes>> make_picture(Library& library, const catalog::FileRecord& file,
                                          PictureSize size) {
    TRY_LET(auto answer, look_at(library, file, 0));
    PictureKeeper keeper(library);
    keeper.put(file.content, answer);
    auto& picture = size == PictureSize::preview ? answer.preview : answer.thumbnail;
    if (!picture.empty()) return std::optional(std::move(picture));
    if (answer.outcome == media::Outcome::no_picture) return std::optional<Bytes>();
    return Error(ErrorCode::unsupported, std::string(media::kWillNotOpen));
}

}  // namespace

void PictureKeeper::put(const model::ContentId& content, const media::Answer& answer) {
    if (auto* const cache = library_->pictures(); cache != nullptr) {
        if (is_jpeg(answer.preview))
            static_cast<void>(cache->put(content, PictureSize::preview, answer.preview));
        if (is_jpeg(answer.thumbnail))
            static_cast<void>(cache->put(content, PictureSize::thumbnail, answer.thumbnail));
    }
    if (!is_jpeg(answer.thumbnail) || answer.thumbnail.size() > archive::kLargestThumbnailBytes)
        return;
    waiting_.push_back({content, answer.thumbnail});
    waiting_bytes_ += answer.thumbnail.size();
    if (waiting_bytes_ >= kPackBytes || waiting_.size() >= kPackThumbnails) flush();
}

void PictureKeeper::flush() {
    if (waiting_.empty()) return;
    const auto written = write_pack(*library_, waiting_);
    if (auto* const cache = library_->pictures(); written && cache != nullptr)
        static_cast<void>(cache->note_packs({{*written, contents_of(waiting_)}}));
    waiting_.clear();
    waiting_bytes_ = 0;
}

Result<std::optional<Bytes>> stored_picture(Library& library, const model::ContentId& content,
                                            PictureSize size) {
    auto* const cache = library.pictures();
    if (cache == nullptr) return std::optional<Bytes>();
    TRY_LET(auto found, cache->get(content, size));
    if (found || size != PictureSize::thumbnail) return found;
    auto& packs = library.thumbnail_packs();
    TRY_LET(found, packs.get(library, content));
    if (found) return found;
    TRY(ThumbnailPacks::learn(library));
    return packs.get(library, content);
}

Result<Bytes> picture_of(Library& library, const model::ItemId& item, PictureSize size) {
    TRY_LET(const auto record, item_with_files(library, item));
    std::optional<Error> failure;
    for (const auto& file : record.files) {
        if (file.kind == media::Kind::sidecar) continue;
        TRY_LET(auto found, stored_picture(library, file.content, size));
        if (found) return *std::move(found);
        auto made = make_picture(library, file, size);
        if (made && *made) return **std::move(made);
        if (made) continue;
        if (made.error().code() == ErrorCode::cancelled) return std::move(made).error();
        if (!failure) failure = std::move(made).error();
    }
    if (failure) return std::move(*failure);
    return Error(ErrorCode::not_found,
                 "There is no picture of " + printable(record.files.front().name) + ".");
}

Result<Bytes> page_of(Library& library, const model::ItemId& item, std::uint32_t page,
                      PictureSize size) {
    TRY_LET(const auto record, item_with_files(library, item));
    std::uint32_t most = 0;
    for (const auto& file : record.files) {
        if (file.kind == media::Kind::sidecar || page == 0) continue;
        TRY_LET(auto answer, look_at(library, file, page - 1));
        const auto& facts = answer.facts;
        auto& picture = size == PictureSize::preview ? answer.preview : answer.thumbnail;
        const auto count = std::max({facts.pages, facts.frames, picture.empty() ? 0U : 1U});
        most = std::max(most, count);
        if (page > count && answer.outcome != media::Outcome::not_opened) continue;
        if (picture.empty()) return Error(ErrorCode::unsupported, std::string(media::kWillNotOpen));
        return std::move(picture);
    }
    const auto name = printable(record.files.front().name);
    if (most == 0) return Error(ErrorCode::not_found, "There is no picture of " + name + ".");
    return Error(ErrorCode::not_found,
                 name + " has " + std::to_string(most) + (most == 1 ? " page." : " pages."));
}

Result<> forget_pictures(Library& library, std::span<const model::ContentId> contents) {
    auto* const cache = library.pictures();
    if (contents.empty() || cache == nullptr) return {};
    TRY(ThumbnailPacks::learn(library));
    std::set<model::FileHash> packs;
    for (const auto& content : contents) {
        TRY(cache->forget(content));
        TRY_LET(const auto holding, cache->packs_with(content));
        packs.insert(holding.begin(), holding.end());
    }
    for (const auto& pack : packs) {
        if (auto opened = open_thumbnail_pack(library, pack)) {
            const auto others = others_of(*opened, contents);
            // On a full disk the others are made anew another time.
            const auto anew = others.empty()
                                  ? Result<model::FileHash>(Error(ErrorCode::not_found, ""))
                                  : write_pack(library, others);
            if (anew) TRY(cache->note_packs({{*anew, contents_of(others)}}));
        }
        library.thumbnail_packs().close(pack);
        auto removed = archive::remove_own_file(library.environment().files, library.copy().path,
                                                archive::thumbnail_pack_path(pack));
        if (!removed && removed.error().code() != ErrorCode::not_found) return removed;
        TRY(cache->forget_pack(pack));
    }
    return sweep_playables(library);
}

}  // namespace keepsake::library
