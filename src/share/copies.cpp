#include "share/copies.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
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
#include "library/environment.h"
#include "library/library.h"
#include "library/original_source.h"
#include "library/pictures.h"
#include "library/playable.h"
#include "library/told.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/preview_check.h"
#include "media/reader_pool.h"
#include "share/leaf_words.h"
#include "share/sealer.h"

namespace keepsake::share {
namespace {

constexpr std::uint32_t kMostPages = 400;
constexpr std::uint32_t kMostFrames = 12;  // stills of what moves
constexpr std::uint64_t kLargestWordsBytes = 1ULL << 20U;

std::string_view kind_name(media::Kind kind) {
    switch (kind) {
        case media::Kind::photograph:
        case media::Kind::drawing:
            return "photograph";
        case media::Kind::film:
            return "film";
        case media::Kind::sound:
            return "sound";
        case media::Kind::document:
            return "paper";
        case media::Kind::text:
            return "words";
        case media::Kind::medical:
            return "ultrasound";
        default:
            return "other";
    }
}

Result<std::unique_ptr<media::Source>> open(library::Library& library,
                                            const catalog::FileRecord& file) {
    TRY_LET(const auto content, library.catalog().content(file.content));
    if (!content) return Error(ErrorCode::not_found, "its original is not in this copy");
    const auto identities = library.identity().identities();
    return library::open_original(library.environment().files, library.copy().path, identities,
                                  *content);
}

bool is_plain(const std::optional<Bytes>& jpeg, unsigned side) {
    if (!jpeg) return false;
    const auto size = media::plain_jpeg_size(*jpeg);
    return size && std::max(size->width, size->height) <= side;
}

/// What nobody may be able to tell by: where it was, and whose examination it is. What could not be
/// read may hold either.
bool may_tell_too_much(const media::Facts& facts, bool is_known) {
    const bool is_read =
        is_known && facts.kind != media::Kind::other && facts.kind != media::Kind::medical;
    return !is_read || facts.place || !facts.place_name.empty() || facts.examination ||
           facts.film.has_value();
}

}  // namespace

/// The file that an item is shown by.
struct Copier::Main {
    catalog::FileRecord file;
    media::Facts facts;
    bool is_known = false;  ///< the facts are of a reader
    media::Framing framing;
};

Result<Copier::Main> Copier::main_file(const catalog::ItemRecord& item) {
    Main main;
    const auto found = std::ranges::find_if(item.files, [](const catalog::FileRecord& file) {
        return file.kind != media::Kind::sidecar;
    });
    if (found == item.files.end())
        return Error(ErrorCode::not_found, "There is nothing of it to show.");
    main.file = *found;
    TRY_LET(auto facts, library_->catalog().facts(main.file.content));
    main.is_known = facts.has_value();
    if (facts) main.facts = *std::move(facts);
    if (!main.is_known && main.file.kind) main.facts.kind = *main.file.kind;
    main.framing.quarter_turns = static_cast<unsigned>(told_->rotation(item.item) / 90);
    if (const auto crop = told_->crop(item.item)) {
        main.framing.x = crop->x;
        main.framing.y = crop->y;
        main.framing.width = crop->width;
        main.framing.height = crop->height;
    }
    return main;
}

Result<media::Answer> Copier::look(const Main& main, std::uint32_t page) {
    const auto& environment = library_->environment();
    TRY_LET(const auto source, open(*library_, main.file));
    if (environment.looker == nullptr) return media::Answer{};
    media::Question question;
    question.name = to_utf8_lossy(main.file.name);
    question.page = page;
    question.framing = main.framing;
    auto answer = environment.looker->look(*source, question, environment.stop);
    const bool nothing_looks = !answer && (answer.error().code() == ErrorCode::unsupported ||
                                           answer.error().code() == ErrorCode::not_found);
    return nothing_looks ? Result<media::Answer>(media::Answer{}) : std::move(answer);
}

Result<> Copier::add_jpeg(Copied& copied, std::string_view use, ByteView jpeg) {
    const auto size = media::plain_jpeg_size(jpeg);
    if (!size) return {};
    Json part;
    part["use"] = use;
    part["type"] = "image/jpeg";
    part["width"] = size->width;
    part["height"] = size->height;
    TRY_LET(part["file"], sealer_->seal(jpeg));
    copied.leaf["parts"].push_back(std::move(part));
    copied.shows = true;
    return {};
}

/// The small picture and the large one.
Result<> Copier::add_picture(const Main& main, Copied& copied, std::string_view use) {
    using catalog::PictureSize;
    std::optional<Bytes> small;
    std::optional<Bytes> large;
    if (main.framing == media::Framing{} && main.is_known) {
        TRY_LET(small,
                library::stored_picture(*library_, main.file.content, PictureSize::thumbnail));
        TRY_LET(large, library::stored_picture(*library_, main.file.content, PictureSize::preview));
    }
    // What stands in a cache may be another program's: only pixels go along.
    if (!is_plain(small, media::kThumbnailSide) || !is_plain(large, media::kPreviewSide)) {
        TRY_LET(auto answer, look(main, 0));
        small = std::move(answer.thumbnail);
        large = std::move(answer.preview);
    }
    TRY(add_jpeg(copied, "small", *small));
    return add_jpeg(copied, use, *large);
}

/// Pages of a paper, or stills of what moves: all, or some at even distances.
Result<> Copier::add_pages(const Main& main, Copied& copied, std::string_view use) {
    TRY_LET(auto first, look(main, 0));
    const bool frames = use == "frame";
    const auto count = std::max<std::uint32_t>(frames ? first.facts.frames : first.facts.pages, 1);
    const auto most = frames ? kMostFrames : kMostPages;
    const auto step = frames ? std::max<std::uint32_t>((count + most - 1) / most, 1) : 1;
    TRY(add_jpeg(copied, "small", first.thumbnail));
    TRY(add_jpeg(copied, use, first.preview));
    std::uint32_t taken = 1;
    for (std::uint32_t page = step; page < count && taken < most; page += step, ++taken) {
        TRY_LET(const auto answer, look(main, page));
        TRY(add_jpeg(copied, use, answer.preview));
    }
    return {};
}

Result<> Copier::add_words(const Main& main, Copied& copied) {
    TRY_LET(const auto source, open(*library_, main.file));
    Bytes bytes(static_cast<std::size_t>(std::min(source->size_bytes(), kLargestWordsBytes)));
    if (!bytes.empty()) TRY(source->read_at(0, bytes));
    const auto text = to_utf8_lossy(as_text(bytes));
    Json part;
    part["use"] = "text";
    part["type"] = "text/plain; charset=utf-8";
    TRY_LET(part["file"], sealer_->seal(as_bytes(text)));
    copied.leaf["parts"].push_back(std::move(part));
    copied.shows = true;
    return {};
}

/// A copy that browsers play; where none can be made the still goes along alone.
Result<> Copier::add_playable(const catalog::ItemRecord& item, const Main& main, Copied& copied,
                              std::string_view use) {
    auto playable = library::playable_of(*library_, item.item, *listener_);
    if (!playable) {
        const auto code = playable.error().code();
        const bool none = code == ErrorCode::unsupported || code == ErrorCode::not_found ||
                          code == ErrorCode::read_only || code == ErrorCode::corrupt;
        return none ? Result<>() : std::move(playable).error();
    }
    Json part;
    part["use"] = use;
    part["type"] = playable->type;
    if (use == "film" && playable->width > 0) {
        part["width"] = playable->width;
        part["height"] = playable->height;
    }
    const auto seconds = playable->duration_s ? playable->duration_s : main.facts.duration_s;
    if (seconds) part["seconds"] = *seconds;
    if (use == "sound" && !main.facts.waveform.empty()) part["waveform"] = main.facts.waveform;
    TRY_LET(part["file"], sealer_->seal(*playable->bytes));
    copied.leaf["parts"].push_back(std::move(part));
    copied.shows = true;
    return {};
}

Result<> Copier::add_original(const Main& main, Copied& copied) {
    copied.leaf["original"] = nullptr;
    if (!along_.originals) return {};
    if (!along_.places && may_tell_too_much(main.facts, main.is_known)) {
        copied.left_out = true;
        return {};
    }
    TRY_LET(const auto source, open(*library_, main.file));
    Json part;
    part["use"] = "original";
    part["type"] = media::mime_type_of(main.facts.format);
    TRY_LET(part["file"], sealer_->seal(*source));
    copied.leaf["original"] = std::move(part);
    copied.shows = true;
    return {};
}

std::string Copier::neutral_name(const std::string& kind) {
    const auto number = std::to_string(++numbers_[kind]);
    return kind + "-" + (number.size() < 2 ? "0" : "") + number;
}

Result<> Copier::put_words(const catalog::ItemRecord& item, const Main& main, Copied& copied) {
    copied.leaf["caption"] = caption_json(item);
    TRY_LET(copied.leaf["taken"], taken_json(library_->catalog(), item));
    copied.leaf["place"] = nullptr;
    if (along_.places) {
        TRY_LET(copied.leaf["place"], place_json(library_->catalog(), item.item, main.facts));
    }
    copied.leaf["name"] = neutral_name(copied.kind);
    return {};
}

/// Of what was never read: what a reader says, else what its first bytes do.
Result<> Copier::learn(Main& main) {
    TRY_LET(auto answer, look(main, 0));
    main.is_known = answer.outcome != media::Outcome::not_opened;
    main.facts = std::move(answer.facts);
    if (main.is_known || main.facts.format != media::Format::unknown) return {};
    TRY_LET(const auto source, open(*library_, main.file));
    Bytes head(static_cast<std::size_t>(
        std::min<std::uint64_t>(source->size_bytes(), media::kDetectBytes)));
    if (!head.empty()) TRY(source->read_at(0, head));
    main.facts.format = media::detect(head, source->size_bytes(), to_utf8_lossy(main.file.name));
    main.facts.kind = media::kind_of(main.facts.format);
    return {};
}

Result<Copied> Copier::copy(const catalog::ItemRecord& item) {
    TRY_LET(auto main, main_file(item));
    if (!main.is_known) TRY(learn(main));
    Copied copied;
    copied.kind = kind_name(main.facts.kind);
    copied.leaf = Json::object();
    TRY(put_words(item, main, copied));
    copied.leaf["parts"] = Json::array();
    const auto& facts = main.facts;
    if (copied.kind == "paper" || (copied.kind == "photograph" && facts.pages > 1)) {
        TRY(add_pages(main, copied, "page"));
    } else if (copied.kind == "ultrasound") {
        TRY(add_pages(main, copied, "frame"));
    } else if (copied.kind == "words") {
        TRY(add_words(main, copied));
    } else if (copied.kind == "film") {
        TRY(add_picture(main, copied, "poster"));
        TRY(add_playable(item, main, copied, "film"));
    } else if (copied.kind == "sound") {
        TRY(add_playable(item, main, copied, "sound"));
    } else if (copied.kind == "photograph") {
        TRY(add_picture(main, copied, "picture"));
    }
    TRY(add_original(main, copied));
    // Of a film those of its still, which is what stands there, as a person turned it.
    for (const auto& part : copied.leaf["parts"])
        if (part.contains("width") && (part["use"] != "film" || copied.width == 0)) {
            copied.width = part["width"].get<std::uint32_t>();
            copied.height = part["height"].get<std::uint32_t>();
        }
    copied.extent["kind"] = copied.kind;
    if (facts.duration_s) copied.extent["seconds"] = *facts.duration_s;
    if (facts.pages > 0) copied.extent["pages"] = facts.pages;
    if (facts.frames > 0) copied.extent["frames"] = facts.frames;
    return copied;
}

}  // namespace keepsake::share
