#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/taken.h"
#include "model/entry.h"

/// What the catalog makes of the facts that were read in originals.
namespace keepsake::catalog {

/// What every list needs of a content's facts.
struct Brief {
    media::Kind kind = media::Kind::other;
    Dimensions size;
    std::optional<media::Taken> taken;
    friend bool operator==(const Brief&, const Brief&) = default;
};

std::string pack_taken(const media::Taken& taken);
/// None for "", and for what is none.
std::optional<media::Taken> unpack_taken(std::string_view packed);
/// Not empty: "" stands for a content without facts.
std::string pack_brief(const Brief& brief);
std::optional<Brief> unpack_brief(std::string_view packed);
/// The same without `taken`, which takes longest: for whoever goes through all items.
std::optional<Brief> unpack_brief_without_taken(std::string_view packed);
/// An item has the size of the first of its files that has one and is no companion of another.
void take_size(Dimensions& of_item, const Brief& of_file);

/// All that a content is found by, one thing a line: title, caption, keywords, people, places,
/// camera, the text of a document.
std::string words_of(const media::Facts& facts);

/// What its companions are found by: exact words, one a line.
std::string exact_words_of(const media::Facts& facts);

/// `taken` as the family set it by hand; none where that is no date.
std::optional<media::Taken> taken_by_hand(std::string_view json);

/// When an item was taken: by hand, else what its files' facts, names and times say, as
/// media::choose_taken believes them. Dates past `kept` are in the future, and not believed: so
/// the answer is the same whenever it is asked for.
std::optional<media::Taken> choose_item_taken(const std::optional<media::Taken>& by_hand,
                                              const std::vector<model::KeptFile>& files,
                                              const std::vector<std::optional<Brief>>& briefs,
                                              Instant kept);

/// The digits of dates that a text names ("2020-09", "2020-09-14", a year by itself) as words that
/// search finds them by.
std::string date_words(std::string_view text);
/// The word that finds such a date: "2020", "2020-09" or "2020-09-14".
std::string date_word(std::string_view date);
/// One word that finds what bears this name or number exactly: `what` is 'n' for a name's stem, 'l'
/// for a Live Photo, 's' for a series.
std::string exact_word(char what, std::string_view text);
/// A file's name in small letters, without what tells of an edited copy or a sidecar, and without
/// its ending: equal for IMG_1234.JPG, IMG_1234.CR2, IMG_E1234.JPG and IMG_1234.JPG.xmp.
std::string name_stem(std::string_view name);
/// Whether the name tells that it is an edited copy.
bool is_edited_name(std::string_view name);
/// The word that finds what is itself of a date ("2020-09"), and of what kind it is.
std::string own_date_word(std::string_view date);
std::string kind_word(media::Kind kind);
/// Text of others, without the letters that mark date words.
std::string without_marks(std::string text);

}  // namespace keepsake::catalog
