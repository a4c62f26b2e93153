#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "library/environment.h"
#include "library/library.h"
#include "library/told.h"
#include "media/facts.h"
#include "media/reader_pool.h"
#include "model/ids.h"
#include "share/sealer.h"

namespace keepsake::share {

/// What goes along beside the copies. Both off, unless a person asks.
struct GoesAlong {
    bool originals = false;
    bool places = false;
};

/// What was made of an item for a share.
struct Copied {
    std::string kind;  ///< "photograph", ...: ITEM's
    Json leaf;
    std::uint32_t width = 0;  ///< as it is shown; 0: has none
    std::uint32_t height = 0;
    Json extent;            ///< of a cover
    bool shows = false;     ///< something of it can be seen, heard or read
    bool left_out = false;  ///< its original was asked for, and does not go along
};

/// Makes copies of items, without what is written in the originals: encoded anew, turned and
/// cropped as the family has it, under neutral names. Thread safety: one thread at a time.
class Copier {
  public:
    Copier(library::Library& library, const library::Told& told, Sealer& sealer, GoesAlong along,
           library::Listener& listener)
        : library_(&library), told_(&told), sealer_(&sealer), along_(along), listener_(&listener) {}

    /// Errors: not_found where an original is not in this copy; cancelled; those of reading and
    /// writing. What cannot be shown is no error.
    Result<Copied> copy(const catalog::ItemRecord& item);

  private:
    struct Main;
    Result<Main> main_file(const catalog::ItemRecord& item);
    Result<> learn(Main& main);
    /// An empty answer where nothing on this computer can look.
    Result<media::Answer> look(const Main& main, std::uint32_t page);
    Result<> add_picture(const Main& main, Copied& copied, std::string_view use);
    Result<> add_pages(const Main& main, Copied& copied, std::string_view use);
    Result<> add_words(const Main& main, Copied& copied);
    Result<> add_playable(const catalog::ItemRecord& item, const Main& main, Copied& copied,
                          std::string_view use);
    Result<> add_original(const Main& main, Copied& copied);
    Result<> add_jpeg(Copied& copied, std::string_view use, ByteView jpeg);
    Result<> put_words(const catalog::ItemRecord& item, const Main& main, Copied& copied);
    std::string neutral_name(const std::string& kind);

    library::Library* library_;
    const library::Told* told_;
    Sealer* sealer_;
    GoesAlong along_;
    library::Listener* listener_;
    std::map<std::string, std::uint32_t> numbers_;
};

}  // namespace keepsake::share
