#include "library/playable.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "catalog/preview_cache.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "library/environment.h"
#include "library/library.h"
#include "library/original_source.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/reader_pool.h"
#include "model/ids.h"
#include "os/file_system.h"

namespace keepsake::library {
namespace {

using catalog::FilmRecord;

constexpr std::string_view kFolder = "films";
constexpr std::string_view kEnding = ".age";
constexpr std::string_view kMakingEnding = ".tmp";

/// A part of another source.
class PartSource final : public media::Source {
  public:
    PartSource(std::unique_ptr<media::Source> of, media::EmbeddedFilm part)
        : of_(std::move(of)), part_(part) {}
    std::uint64_t size_bytes() const override { return part_.size_bytes; }
    Result<> read_at(std::uint64_t offset_bytes, MutableBytes out) override {
        return of_->read_at(part_.offset_bytes + offset_bytes, out);
    }

  private:
    std::unique_ptr<media::Source> of_;
    media::EmbeddedFilm part_;
};

/// A copy as it stands on disk: its body, and then its head. One that is found damaged is removed,
/// so that it is made again the next time.
class CopySource final : public media::Source {
  public:
    CopySource(os::FileSystem& files, std::string path, std::uint64_t head_bytes)
        : files_(files), path_(std::move(path)), head_bytes_(head_bytes) {}

    Result<> open(const crypto::AgeIdentity& identity) {
        TRY_LET(file_, files_.open(path_));
        TRY_LET(const auto info, file_->info());
        TRY_LET(auto reader, crypto::AgeFileReader::open(
                                 [this](std::uint64_t offset, MutableBytes out) {
                                     return file_->read_at(offset, out);
                                 },
                                 info.size_bytes,
                                 [&identity](const crypto::AgeHeader& header) {
                                     return crypto::unwrap_with_identities(header, {&identity, 1});
                                 }));
        reader_.emplace(std::move(reader));
        if (head_bytes_ > size_bytes()) return Error(ErrorCode::corrupt, "a damaged copy");
        return {};
    }
    std::uint64_t size_bytes() const override { return reader_->plaintext_bytes(); }
    Result<> read_at(std::uint64_t offset_bytes, MutableBytes out) override {
        const auto body_bytes = size_bytes() - head_bytes_;
        if (offset_bytes < head_bytes_) {
            const auto piece = out.first(static_cast<std::size_t>(
                std::min<std::uint64_t>(out.size(), head_bytes_ - offset_bytes)));
            TRY(read_all(body_bytes + offset_bytes, piece));
            out = out.subspan(piece.size());
            offset_bytes = head_bytes_;
        }
        return out.empty() ? Result<>() : read_all(offset_bytes - head_bytes_, out);
    }

  private:
    Result<> read_all(std::uint64_t offset_bytes, MutableBytes out) {
        const auto got = reader_->read_at(offset_bytes, out);
        if (got && *got == out.size()) return {};
        if (!got && got.error().code() != ErrorCode::corrupt) return got.error();
        static_cast<void>(files_.remove_file(path_));
        return Error(ErrorCode::corrupt, "the copy that was made of it is damaged; ask again");
    }

    os::FileSystem& files_;
    std::string path_;
    std::unique_ptr<os::ReadableFile> file_;
    std::uint64_t head_bytes_;
    std::optional<crypto::AgeFileReader> reader_;
};

/// Seals what comes, as it comes, into a new file. The file is removed where it is not finished.
class SealedCopy final : public media::PlayableSink {
  public:
    SealedCopy(const Environment& environment, std::string path,
               const std::function<void(double)>& progress)
        : environment_(environment), path_(std::move(path)), progress_(progress) {}
    SealedCopy(const SealedCopy&) = delete;
    SealedCopy& operator=(const SealedCopy&) = delete;
    ~SealedCopy() override {
        if (!file_) return;
        file_.reset();
        static_cast<void>(environment_.files.remove_file(path_));
    }

    Result<> begin(const crypto::AgeRecipient& recipient) {
        auto header = crypto::new_age_file({&recipient, 1}, environment_.random);
        writer_.emplace(header.file_key, environment_.random);
        TRY_LET(file_, environment_.files.create(path_, true));
        TRY(file_->append(as_bytes(header.header)));
        return file_->append(writer_->nonce());
    }
    Result<> body(ByteView bytes) override {
        size_bytes_ += bytes.size();
        while (!bytes.empty()) {
            // The last chunk is sealed by finish() alone.
            if (chunk_.size() == crypto::kAgeChunkBytes) TRY(seal(false));
            const auto piece =
                bytes.first(std::min(bytes.size(), crypto::kAgeChunkBytes - chunk_.size()));
            chunk_.insert(chunk_.end(), piece.begin(), piece.end());
            bytes = bytes.subspan(piece.size());
        }
        return {};
    }
    void progress(double done) override {
        if (progress_) progress_(done);
    }
    Result<> finish() {
        TRY(seal(true));
        TRY(file_->close());
        file_.reset();
        return {};
    }
    std::uint64_t size_bytes() const { return size_bytes_; }

  private:
    Result<> seal(bool last) {
        sealed_.resize(chunk_.size() + crypto::kAgeTagBytes);
        writer_->seal_chunk(chunk_, last, sealed_);
        chunk_.clear();
        return file_->append(sealed_);
    }

    const Environment& environment_;
    std::string path_;
    const std::function<void(double)>& progress_;
    std::unique_ptr<os::WritableFile> file_;
    std::optional<crypto::AgePayloadWriter> writer_;
    Bytes chunk_;
    Bytes sealed_;
    std::uint64_t size_bytes_ = 0;
};

/// A long film takes long, and a hostile one no longer.
media::PlayableQuestion question_for(const PlayableWish& wish, std::uint64_t size_bytes) {
    constexpr double kLongest = 24.0 * 3600;
    constexpr double kUnknown = 600;
    constexpr std::uint64_t kFirstBytes = 64ULL << 20U;
    constexpr double kBytesASecond = 3 << 20;
    const double seconds = std::clamp(wish.duration_s.value_or(kUnknown), 0.0, kLongest);
    const double limit = 60 + 20 * seconds + static_cast<double>(size_bytes) / (1 << 20);
    media::PlayableQuestion question;
    question.name = wish.name;
    question.deadline = std::chrono::seconds(static_cast<std::int64_t>(std::min(limit, kLongest)));
    question.most_bytes =
        kFirstBytes + 2 * size_bytes + static_cast<std::uint64_t>(seconds * kBytesASecond);
    return question;
}

Result<std::unique_ptr<media::Source>> open_wish(const Environment& environment,
                                                 const PlayableWish& wish) {
    TRY_LET(auto source,
            open_original(environment.files, wish.archive_path, wish.identities, wish.content));
    if (!wish.film) return source;
    // What a reader said of it need not be so.
    const auto size = source->size_bytes();
    if (wish.film->offset_bytes > size || wish.film->size_bytes > size - wish.film->offset_bytes)
        return Error(ErrorCode::unsupported, std::string(media::kWillNotOpen));
    return std::unique_ptr<media::Source>(
        std::make_unique<PartSource>(std::move(source), *wish.film));
}

std::string copy_path(const PlayableWish& wish, const std::string& name) {
    return os::join_path(wish.folder, name);
}

/// Where it stands until it is known.
std::string making_path(const PlayableWish& wish, const std::string& name) {
    return copy_path(wish, name + std::string(kMakingEnding));
}

Result<Playable> open_copy(const Environment& environment, const PlayableWish& wish,
                           const FilmRecord& record) {
    TRY_LET(const auto identity, crypto::AgeIdentity::from_text(record.identity));
    auto source = std::make_unique<CopySource>(environment.files, copy_path(wish, record.name),
                                               record.head_bytes);
    TRY(source->open(identity));
    if (source->size_bytes() != record.bytes) return Error(ErrorCode::corrupt, "a damaged copy");
    TRY_LET(const auto facts, media::facts_from_json(record.facts));
    Playable playable;
    playable.bytes = std::move(source);
    playable.width = facts.width;
    playable.height = facts.height;
    playable.duration_s = facts.duration_s;
    const bool is_film = facts.kind == media::Kind::film;
    const bool is_mp3 = facts.format == media::Format::mp3;
    playable.type = is_film ? "video/mp4" : (is_mp3 ? "audio/mpeg" : "audio/mp4");
    playable.ending = is_film ? ".mp4" : (is_mp3 ? ".mp3" : ".m4a");
    return playable;
}

}  // namespace

bool can_play(const catalog::FileRecord& file, const std::optional<media::Facts>& facts) {
    return (facts && facts->film) || file.kind == media::Kind::film ||
           file.kind == media::Kind::sound;
}

Result<PlayableWish> wish_for_playable(Library& library, const model::ItemId& item) {
    TRY_LET(const auto record, library.catalog().item(item));
    if (!record || record->files.empty())
        return Error(ErrorCode::not_found, "There is no item " + item.hex() + " here.");
    auto* const cache = library.pictures();
    for (const auto& file : record->files) {
        TRY_LET(const auto facts, library.catalog().facts(file.content));
        if (!can_play(file, facts)) continue;
        if (cache == nullptr)
            return Error(ErrorCode::read_only, "this computer can hold no copies of films");
        TRY_LET(const auto content, library.catalog().content(file.content));
        if (!content) return Error(ErrorCode::not_found, "Its original is not in this copy.");
        PlayableWish wish;
        wish.content = *content;
        wish.name = to_utf8_lossy(file.name);
        if (facts && file.kind != media::Kind::film) wish.film = facts->film;
        if (facts) wish.duration_s = facts->duration_s;
        wish.identities = library.identity().identities();
        wish.archive_path = library.copy().path;
        wish.folder = os::join_path(library.local_folder(), std::string(kFolder));
        TRY_LET(wish.stored, cache->film(content->content, wish.film.has_value()));
        return wish;
    }
    return Error(ErrorCode::not_found,
                 "There is nothing to play in " + printable(record->files.front().name) + ".");
}

Result<std::optional<Playable>> stored_playable(const Environment& environment,
                                                const PlayableWish& wish) {
    std::optional<Playable> playable;
    if (!wish.stored) return playable;
    // One that is gone or damaged is made again.
    if (auto opened = open_copy(environment, wish, *wish.stored)) playable = *std::move(opened);
    return playable;
}

Result<FilmRecord> make_playable(const Environment& environment, const PlayableWish& wish,
                                 const std::function<void(double)>& progress) {
    const Error will_not(ErrorCode::unsupported, std::string(media::kWillNotOpen));
    if (environment.looker == nullptr) return will_not;
    TRY_LET(const auto source, open_wish(environment, wish));
    TRY(os::make_directories(environment.files, wish.folder, true));
    std::array<std::uint8_t, 16> digits{};
    environment.random.fill(digits);
    const auto identity = crypto::AgeIdentity::generate(environment.random);
    FilmRecord made;
    made.name = to_hex(digits) + std::string(kEnding);
    made.identity = as_text(identity.to_text().view());
    SealedCopy copy(environment, making_path(wish, made.name), progress);
    TRY(copy.begin(identity.recipient()));
    TRY_LET(const auto answer,
            environment.looker->make_playable(*source, question_for(wish, source->size_bytes()),
                                              copy, environment.stop));
    if (answer.outcome != media::Outcome::whole) return will_not;
    TRY(copy.body(answer.head));
    TRY(copy.finish());
    made.head_bytes = answer.head.size();
    made.bytes = copy.size_bytes();
    made.facts = media::to_json(answer.facts);
    return made;
}

Result<Playable> keep_playable(Library& library, const PlayableWish& wish, const FilmRecord& made) {
    auto* const cache = library.pictures();
    if (cache == nullptr)
        return Error(ErrorCode::read_only, "this computer can hold no copies of films");
    const auto& environment = library.environment();
    TRY(cache->put_film(wish.content.content, wish.film.has_value(), made));
    TRY(environment.files.rename_exclusive(making_path(wish, made.name),
                                           copy_path(wish, made.name)));
    // Opened first: one that is larger than all that may be kept is given once.
    TRY_LET(auto playable, open_copy(environment, wish, made));
    TRY(sweep_playables(library));
    return playable;
}

Result<> sweep_playables(Library& library) {
    auto* const cache = library.pictures();
    if (cache == nullptr) return {};
    const auto& environment = library.environment();
    const auto folder = os::join_path(library.local_folder(), std::string(kFolder));
    const auto listed = environment.files.list(folder);
    if (!listed) return listed.error().code() == ErrorCode::not_found ? Result<>() : listed.error();
    TRY_LET(const auto known, cache->film_names());
    // One that is being made is not known yet; nothing takes longer than a day.
    constexpr std::int64_t kDay = 86'400;
    for (const auto& entry : *listed) {
        if (std::ranges::binary_search(known, entry.name)) continue;
        const auto path = os::join_path(folder, entry.name);
        const auto info = environment.files.info(path);
        const bool is_young =
            !info || info->modified.seconds > environment.clock.now().seconds - kDay;
        if (is_young && entry.name.ends_with(kMakingEnding)) continue;
        static_cast<void>(environment.files.remove_file(path));
    }
    return {};
}

Result<Playable> playable_of(Library& library, const model::ItemId& item, Listener& listener) {
    TRY_LET(const auto wish, wish_for_playable(library, item));
    TRY_LET(auto stored, stored_playable(library.environment(), wish));
    if (stored) return *std::move(stored);
    const auto bytes = wish.film ? wish.film->size_bytes : wish.content.bytes;
    TRY_LET(const auto made, make_playable(library.environment(), wish, [&](double done) {
                listener.progress(
                    {.doing = "Making a copy that plays",
                     .bytes_done = static_cast<std::uint64_t>(done * static_cast<double>(bytes)),
                     .bytes_total = bytes});
            }));
    return keep_playable(library, wish, made);
}

}  // namespace keepsake::library
