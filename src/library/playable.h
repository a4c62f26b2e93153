#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/preview_cache.h"
#include "crypto/age_keys.h"
#include "library/environment.h"
#include "library/library.h"
#include "media/facts.h"
#include "media/reader_pool.h"
#include "model/ids.h"

/// Copies of films and recordings that browsers play, without a word of what the original says of
/// itself (docs/media.md). Made when they are asked for, kept sealed on this computer in
/// `<state>/<archive>/films/`, bounded; each file's own key stands in the sealed cache of pictures.
namespace keepsake::library {

struct Playable {
    /// An MP4 file whose index stands first, or an MP3 file; decrypted as it is read. Lives as long
    /// as the environment's file system.
    std::unique_ptr<media::Source> bytes;
    std::string type;         ///< "video/mp4", "audio/mp4", "audio/mpeg"
    std::string ending;       ///< ".mp4", ".m4a", ".mp3"
    std::uint32_t width = 0;  ///< as it is shown; 0: sound
    std::uint32_t height = 0;
    std::optional<double> duration_s;
};

/// What is to be made of which original: all that it takes while others use the library.
struct PlayableWish {
    catalog::ContentRecord content;
    std::string name;                         ///< the file's, as a hint
    std::optional<media::EmbeddedFilm> film;  ///< inside of a photograph
    std::optional<double> duration_s;
    std::vector<crypto::AgeIdentity> identities;
    std::string archive_path;
    std::string folder;  ///< where copies stand
    std::optional<catalog::FilmRecord> stored;
};

/// The wish for the first film or recording of the item, or for the film inside of a photograph.
/// Errors: not_found where there is none ("There is nothing to play in notes.txt."); read_only
/// where this computer can hold no copies.
/// Whether this file is a film or recording, or holds one (a motion photo).
bool can_play(const catalog::FileRecord& file, const std::optional<media::Facts>& facts);
Result<PlayableWish> wish_for_playable(Library& library, const model::ItemId& item);
/// The copy that was made before; none where it is to be made.
Result<std::optional<Playable>> stored_playable(const Environment& environment,
                                                const PlayableWish& wish);
/// Makes the copy: seconds to minutes; no Library is touched. `progress` (may be empty): how much
/// is done, 0 to 1, some times a second. Errors: unsupported with media::kWillNotOpen where it
/// cannot be made; cancelled by environment.stop; no_space; those of reading.
Result<catalog::FilmRecord> make_playable(const Environment& environment, const PlayableWish& wish,
                                          const std::function<void(double)>& progress);
/// Notes what was made, removes files of copies that are known no more, and opens it.
Result<Playable> keep_playable(Library& library, const PlayableWish& wish,
                               const catalog::FilmRecord& made);

/// All of it, one after the other; tells how far it is by Listener::progress.
Result<Playable> playable_of(Library& library, const model::ItemId& item, Listener& listener);

/// Removes the files of copies that are known no more.
Result<> sweep_playables(Library& library);

}  // namespace keepsake::library
