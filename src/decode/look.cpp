#include "decode/look.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "decode/dicom.h"
#include "decode/drawing.h"
#include "decode/film.h"
#include "decode/heif.h"
#include "decode/input.h"
#include "decode/jpeg_head.h"
#include "decode/jpeg_xl.h"
#include "decode/loose_words.h"
#include "decode/metadata.h"
#include "decode/pdf.h"
#include "decode/picture.h"
#include "decode/raster.h"
#include "decode/raw.h"
#include "decode/words.h"
#include "media/byte_reader.h"
#include "media/embedded_film.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/protocol.h"
#include "media/reader_pool.h"
#include "media/taken.h"
#include "media/written.h"

namespace keepsake::decode {
namespace {

using media::Format;
using media::Outcome;

/// Whose words Exiv2 finds by itself.
bool has_words_for_exiv2(Format format) {
    constexpr Format kFormats[] = {Format::jpeg, Format::png,       Format::webp,      Format::tiff,
                                   Format::gif,  Format::jpeg_2000, Format::photoshop, Format::raw,
                                   Format::xmp,  Format::postscript};
    return std::ranges::find(kFormats, format) != std::end(kFormats);
}

/// Files of one picture at most, whose words may stand where no reader looks.
bool may_have_loose_words(Format format) {
    constexpr Format kFormats[] = {
        Format::jpeg, Format::jpeg_2000,      Format::heif,   Format::avif,
        Format::raw,  Format::photoshop,      Format::xml,    Format::postscript,
        Format::gimp, Format::paint_shop_pro, Format::unknown};
    return std::ranges::find(kFormats, format) != std::end(kFormats);
}

/// One question on its way.
class Look {
  public:
    Look(const Input& input, const media::LookBody& question)
        : input_(input), question_(question) {}

    media::Facts& facts() { return findings_.facts; }

    void detect() {
        facts().format = media::detect(input_.head(), input_.size_bytes(), question_.question.name);
        facts().kind = media::kind_of(facts().format);
    }

    /// Reads what is written in the file, and opens what has a picture. Errors: unsupported where
    /// the kind has none.
    Result<Picture> open() {
        if (is_film(facts().format)) return open_by_film();
        if (facts().format == Format::jpeg && !wants_picture() && read_head()) return Picture{};
        TRY_LET(const auto bytes, whole());
        if (question_.question.facts) read_words(bytes);
        const auto format = facts().format;
        if (format == Format::jpeg || format == Format::heif)
            facts().film = media::find_embedded_film(bytes);
        auto picture = open_picture(bytes);
        if (question_.question.facts && may_have_loose_words(format)) read_loose(bytes);
        return picture;
    }

    /// Which of the dates is believed.
    void choose_date() { facts().taken = media::choose_taken(findings_.dates, question_.now); }

  private:
    bool wants_picture() const { return question_.question.pictures; }

    Result<Picture> open_by_film() {
        const bool is_small = input_.is_whole();
        if (is_small && question_.question.facts && facts().format == Format::photoshop) {
            TRY_LET(const auto bytes, input_.whole());
            read_metadata(bytes, findings_);
        }
        const auto there = is_small ? input_.whole() : Result<ByteView>(input_.head());
        const auto written = media::read_written(*there, facts().format);
        take_written(written, findings_);
        auto picture = open_film(input_, facts().format, wants_picture(), findings_);
        if (picture && written.turn != 0) picture->orientation = orientation_from(written.turn);
        return picture;
    }

    /// The words of a JPEG file without its pixels. False where more of it is wanted.
    bool read_head() {
        const auto head = read_jpeg_head(input_);
        if (!head) return false;
        const auto text = as_text(head->bytes);
        // Lists of what is behind: Samsung's own, and AFCP's.
        constexpr std::size_t kTailBytes = 12;
        Bytes tail(kTailBytes);
        const auto end =
            input_.size_bytes() - std::min<std::uint64_t>(input_.size_bytes(), kTailBytes);
        if (text.contains("MotionPhoto") || text.contains("MicroVideo") ||
            !input_.read_at(end, tail) || media::has_at(tail, 8, "SEFT") ||
            media::has_at(tail, 0, "AXS"))
            return false;
        if (question_.question.facts) {
            read_words(head->bytes);
            read_loose_words(head->bytes, findings_);
        }
        facts().width = head->width;
        facts().height = head->height;
        if (is_on_its_side(findings_.orientation)) std::swap(facts().width, facts().height);
        return true;
    }

    /// Of a JPEG file that is whole no more than before its pixels, as read_head() does.
    void read_loose(ByteView bytes) {
        const auto head =
            facts().format == Format::jpeg ? read_jpeg_head(input_) : std::optional<JpegHead>();
        read_loose_words(head ? ByteView(head->bytes) : bytes, findings_);
    }

    /// All bytes, also where they come in pieces and are few enough.
    Result<ByteView> whole() {
        if (input_.is_whole() || input_.size_bytes() > media::kLargestInMemory)
            return input_.whole();
        file_.resize(static_cast<std::size_t>(input_.size_bytes()));
        TRY_LET(const auto got, input_.read_at(0, file_));
        if (got < file_.size()) return Error(ErrorCode::corrupt, "it ends early");
        return ByteView(file_);
    }

    void read_words(ByteView bytes) {
        if (has_words_for_exiv2(facts().format)) read_metadata(bytes, findings_);
        if (facts().kind == media::Kind::text) read_text(bytes, findings_);
        if (facts().format == Format::takeout_json) read_takeout(bytes, findings_);
        take_written(media::read_written(bytes, facts().format), findings_);
    }

    Result<Picture> open_picture(ByteView bytes) {
        const auto page = question_.question.page;
        switch (facts().format) {
            case Format::heif:
            case Format::avif:
                return open_heif_or_sequence(bytes);
            case Format::jpeg_xl:
                return open_jpeg_xl(bytes, wants_picture(), findings_);
            case Format::raw:
                return open_raw(bytes, wants_picture(), room_, findings_);
            case Format::pdf:
                return open_pdf(bytes, page, wants_picture(), findings_);
            case Format::svg:
                return open_drawing(bytes, facts());
            case Format::dicom:
                return open_dicom(bytes, page, wants_picture(), findings_);
            default:
                return open_plain(bytes, page);
        }
    }

    /// A sequence may have no picture beside its track, which is a film's.
    Result<Picture> open_heif_or_sequence(ByteView bytes) {
        auto picture = open_heif(bytes, wants_picture(), findings_);
        if (picture || !as_text(bytes).contains("moov")) return picture;
        auto still = open_film(input_, Format::mp4, wants_picture(), findings_);
        return still ? std::move(still) : std::move(picture);
    }

    Result<Picture> open_plain(ByteView bytes, std::uint32_t page) {
        TRY_LET(auto picture,
                open_raster(bytes, facts().format, page, facts(), question_.question.framing));
        // EXIF is rare in PNG, so that programs write its turn into XMP alone.
        const auto number = findings_.xmp_orientation;
        if (facts().format != Format::png || facts().orientation != 0 || number == 0)
            return picture;
        picture.orientation = orientation_from(number);
        facts().orientation = number;
        if (is_on_its_side(picture.orientation)) std::swap(facts().width, facts().height);
        return picture;
    }

    const Input& input_;
    const media::LookBody& question_;
    Findings findings_;
    Bytes file_;  // where it came in pieces
    Bytes room_;  // holds what a picture is decoded from, where that is not the file itself
};

media::DoneBody not_opened(const Error& error) {
    const bool has_none = error.code() == ErrorCode::unsupported;
    return {.outcome = has_none ? Outcome::no_picture : Outcome::not_opened,
            .why = error.message()};
}

Result<Previews> guarded_previews(Picture picture, const media::Framing& framing) {
    try {
        return draw_previews(std::move(picture), framing);
    } catch (const std::exception& thrown) {
        return Error(ErrorCode::corrupt, thrown.what());
    }
}

Result<Picture> guarded_open(Look& look) {
    try {
        return look.open();
    } catch (const std::exception& thrown) {
        return Error(ErrorCode::corrupt, thrown.what());
    }
}

}  // namespace

Result<media::DoneBody> look(const Input& input, const media::LookBody& question, Teller& teller) {
    Look look(input, question);
    look.detect();
    auto picture = guarded_open(look);
    look.choose_date();
    TRY(teller.tell_facts(look.facts()));
    if (!picture) return not_opened(picture.error());
    if (!question.question.pictures) return media::DoneBody{.outcome = Outcome::whole, .why = {}};
    const auto& framing = question.question.framing;
    auto previews = guarded_previews(*std::move(picture), framing);
    if (!previews) return not_opened(previews.error());
    if (framing == media::Framing{}) {  // facts are of the original alone
        look.facts().look = previews->look;
        look.facts().pixels = previews->pixels;
    }
    TRY(teller.tell_facts(look.facts()));
    TRY(teller.tell_previews(*previews));
    return media::DoneBody{.outcome = Outcome::whole, .why = {}};
}

}  // namespace keepsake::decode
