#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "model/ids.h"

namespace keepsake::catalog {

enum class PictureSize : std::uint8_t { thumbnail, preview };

/// A playable copy of an original that stands in a sealed file of its own beside the cache.
struct FilmRecord {
    std::string name;              ///< of its file
    std::string identity;          ///< that opens it; it is nowhere else
    std::uint64_t head_bytes = 0;  ///< of the copy's beginning, which stands last in the file
    std::uint64_t bytes = 0;       ///< of the copy, with its head
    std::string facts;             ///< of the copy, as JSON
};

/// Pictures made from originals, in a sealed file of their own on this computer. Bounded: the ones
/// that nobody asked for longest go first. It can be deleted at any time; what was in it is made
/// again when it is asked for. Also remembers which thumbnail pack of the archive holds what.
/// Thread safety: one thread at a time.
class PreviewCache {
  public:
    static constexpr std::uint64_t kMostBytes = 4ULL << 30U;
    static constexpr std::uint64_t kMostFilmBytes = 8ULL << 30U;  ///< beside the pictures

    /// Opens or creates the file, sealed with a 32-byte key; one that is damaged, or another
    /// version's, is made anew. Errors: no_space; read_only; io.
    static Result<PreviewCache> open(const std::string& path, ByteView key,
                                     std::uint64_t most_bytes = kMostBytes);
    PreviewCache(PreviewCache&&) noexcept;
    PreviewCache& operator=(PreviewCache&&) noexcept;
    ~PreviewCache();

    /// That it was used is written down later, with other uses: 64 may be lost.
    Result<std::optional<Bytes>> get(const model::ContentId& content, PictureSize size);
    Result<> put(const model::ContentId& content, PictureSize size, ByteView jpeg);
    /// Of an original that was erased nothing stays: neither pictures nor what opens a film.
    Result<> forget(const model::ContentId& content);
    Result<std::uint64_t> size_bytes();

    /// The playable copy of an original, or of the film inside of it, as one that was just used.
    Result<std::optional<FilmRecord>> film(const model::ContentId& content, bool inside);
    /// Notes a copy in place of an earlier one, and forgets those that were not asked for longest
    /// where there is too much.
    Result<> put_film(const model::ContentId& content, bool inside, const FilmRecord& film,
                      std::uint64_t most_bytes = kMostFilmBytes);
    /// The names of all files that are still known.
    Result<std::vector<std::string>> film_names();

    /// A pack that was read, and what it holds.
    struct Pack {
        model::FileHash pack;
        std::vector<model::ContentId> contents;
    };
    /// All of them or none.
    Result<> note_packs(const std::vector<Pack>& packs);
    Result<> forget_pack(const model::FileHash& pack);
    Result<std::vector<model::FileHash>> packs();
    Result<std::vector<model::FileHash>> packs_with(const model::ContentId& content);

  private:
    struct State;
    explicit PreviewCache(std::unique_ptr<State> state);
    static Result<PreviewCache> try_open(const std::string& path, ByteView key,
                                         std::uint64_t most_bytes);
    std::unique_ptr<State> state_;
};

}  // namespace keepsake::catalog
