#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "media/kind.h"
#include "media/taken.h"

/// What a reader found in an original. Only of its bytes (and, where these leave it open, its
/// name): so one content has one set of facts, whatever it is called and wherever it lies.
namespace keepsake::media {

/// Goes up whenever a reader would find other facts in the same bytes: then originals are read
/// anew, and the journal's newer entry wins.
inline constexpr std::uint64_t kReaderVersion = 4;

inline constexpr std::size_t kLargestFactsBytes = 256UL << 10U;  ///< their JSON
inline constexpr std::size_t kLargestFactText = 16UL << 10U;     ///< captions and the like, bytes
inline constexpr std::size_t kLargestSearchText = 128UL << 10U;  ///< the text of a PDF, bytes
inline constexpr std::size_t kMostFactWords = 1'000;             ///< keywords, people
inline constexpr std::size_t kWaveformBars = 240;

struct Position {
    double latitude = 0;   ///< degrees, -90 to 90
    double longitude = 0;  ///< degrees, -180 to 180
    std::optional<double> altitude_m;
    friend bool operator==(const Position&, const Position&) = default;
};

struct Camera {
    std::string make;
    std::string model;
    std::string lens;
    bool empty() const { return make.empty() && model.empty() && lens.empty(); }
    friend bool operator==(const Camera&, const Camera&) = default;
};

/// A person named in the picture by whoever wrote the file (XMP regions of faces, IPTC).
struct Person {
    std::string name;
    /// The middle and the size of the face, 0 to 1 of the picture as it is shown.
    struct Face {
        double x = 0;
        double y = 0;
        double width = 0;
        double height = 0;
        friend bool operator==(const Face&, const Face&) = default;
    };
    std::optional<Face> face;
    friend bool operator==(const Person&, const Person&) = default;
};

/// The film inside of a photograph (motion photos).
struct EmbeddedFilm {
    std::uint64_t offset_bytes = 0;
    std::uint64_t size_bytes = 0;
    friend bool operator==(const EmbeddedFilm&, const EmbeddedFilm&) = default;
};

struct Streams {
    std::string video;  ///< "h264", "hevc", ...; empty: none
    std::string audio;  ///< "aac", "mp3", ...; empty: none
    bool browsers_play = false;
    friend bool operator==(const Streams&, const Streams&) = default;
};

/// DICOM's own order of things. `patient`: who the examination is of; it is read so that it can be
/// found, and leaves the archive only if somebody says so.
struct Examination {
    std::string study;     ///< Study Instance UID
    std::string series;    ///< Series Instance UID
    std::string instance;  ///< SOP Instance UID
    std::string study_description;
    std::string series_description;
    std::string modality;  ///< "US"
    std::string institution;
    std::optional<std::int64_t> number;  ///< Instance Number
    std::string patient;
    std::string patient_id;
    std::string patient_born;
    friend bool operator==(const Examination&, const Examination&) = default;
};

struct Facts {
    Kind kind = Kind::other;
    Format format = Format::unknown;
    std::string type_detail;  ///< what the format alone does not say: "Canon CR2", "DNG"
    /// As it is shown: after rotation and cropping. 0: unknown, or it has no size.
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    /// By which the file says it is to be turned and mirrored (EXIF, 1 to 8); 0: it does not say.
    /// Size and pictures are upright already.
    int orientation = 0;
    std::optional<Taken> taken;
    std::optional<Position> place;
    std::string place_name;  ///< city and country, if the file names them
    Camera camera;
    std::optional<double> duration_s;
    std::uint32_t pages = 0;   ///< of a document or TIFF; 0: has none
    std::uint32_t frames = 0;  ///< of an animation or cine loop; 0: has none
    std::string title;
    std::string caption;
    std::string author;
    std::vector<std::string> keywords;
    std::vector<Person> people;
    std::optional<int> rating;  ///< -1 (rejected) to 5
    std::string software;
    std::string live_id;  ///< content identifier of a Live Photo: the same in picture and film
    std::optional<EmbeddedFilm> film;
    std::string of_file;  ///< in a sidecar: the file's name that it tells of
    Streams streams;
    std::vector<std::uint8_t> waveform;  ///< at most kWaveformBars peaks, 0 to 255
    std::optional<Examination> examination;
    /// How it looks (64 bits; few differing bits: alike), and of which pixels it is made.
    std::optional<std::uint64_t> look;
    std::optional<std::array<std::uint8_t, 16>> pixels;
    std::string text;  ///< for finding; cut at kLargestSearchText
    friend bool operator==(const Facts&, const Facts&) = default;
};

/// The JSON object of a `facts` entry (docs/formats/facts.md): one line, without white space, no
/// fields for what is not known. Text that is not UTF-8 is mended, too long text cut, numbers that
/// are none left out: what comes out always reads back. At most kLargestFactsBytes.
std::string to_json(const Facts& facts);
/// Reads what to_json writes, and what a newer version wrote as far as it is understood; what does
/// not fit is passed over. Errors: corrupt if it is no JSON object; limit if it is longer than
/// kLargestFactsBytes.
Result<Facts> facts_from_json(std::string_view json);

/// What a sidecar says, laid over what was read in the original: its date, place, words, people and
/// rating win where it has any.
Facts with_sidecar(Facts original, const Facts& sidecar);

}  // namespace keepsake::media
