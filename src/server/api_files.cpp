// Pictures and originals.
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
#include "crypto/age_keys.h"
#include "http/message.h"
#include "http/responses.h"
#include "http/target.h"
#include "library/environment.h"
#include "library/main_file.h"
#include "library/original_source.h"
#include "library/pictures.h"
#include "library/playable.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/reader_pool.h"
#include "model/ids.h"
#include "server/answers.h"
#include "server/api.h"
#include "server/house.h"
#include "server/item_json.h"

namespace keepsake::server {

using catalog::PictureSize;

/// What it takes to make a picture, so that it is made while others use the library.
struct Api::Wanted {
    model::ItemId item;
    catalog::ContentRecord content;
    std::string name;  ///< the file's, as a hint
    std::vector<crypto::AgeIdentity> identities;
    std::string archive_path;
    std::string mark;
    bool may_cache = false;
    PictureSize size = PictureSize::preview;
    std::uint32_t page = 0;
    std::optional<Bytes> stored;
};

namespace {

/// A part of an original, decrypted while it is sent.
class OriginalBody final : public http::BodySource {
  public:
    OriginalBody(std::unique_ptr<media::Source> source, http::Range range)
        : source_(std::move(source)), range_(range) {}
    std::uint64_t size_bytes() const override { return range_.count; }
    Result<> read(MutableBytes out) override {
        TRY(source_->read_at(range_.first + sent_, out));
        sent_ += out.size();
        return {};
    }

  private:
    std::unique_ptr<media::Source> source_;
    http::Range range_;
    std::uint64_t sent_ = 0;
};

/// A name as a header may hold it: RFC 6266 and 8187.
std::string saved_as(const std::string& name) {
    std::string plain;
    std::string encoded;
    for (const char c : to_utf8_lossy(name)) {
        const bool simple = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
        plain += simple ? c : '_';
        if (simple)
            encoded += c;
        else
            encoded += "%" + to_hex(as_bytes(std::string_view(&c, 1)));
    }
    return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + encoded;
}

/// The whole or the range that is asked for, of what `open` gives.
Result<http::Response> with_part(
    const http::RequestHead& head, http::Response response, const std::string& mark,
    std::uint64_t size_bytes, const std::function<Result<std::unique_ptr<media::Source>>()>& open) {
    response.with("ETag", mark).with("Accept-Ranges", "bytes").with("Cache-Control", "no-store");
    const auto condition = head.header("if-range");
    const auto asked = !condition || *condition == mark ? head.header("range").value_or("") : "";
    const auto range = http::take_range(response, asked, size_bytes);
    if (!range) {
        auto wrong = error_answer(416, "invalid", "It has no such bytes.");
        return std::move(wrong).with("Content-Range", http::unsatisfied_range(size_bytes));
    }
    TRY_LET(auto source, open());
    response.body = std::make_unique<OriginalBody>(std::move(source), *range);
    return response;
}

}  // namespace

/// The first file of the item that has a picture.
Result<Api::Wanted> Api::wanted_picture(const Eyes& eyes, const Call& call) const {
    TRY_LET(const auto item, item_of(eyes, call.ids[0]));
    Wanted wanted;
    wanted.item = item.item;
    if (eyes.told.cover_of(item.item, eyes.viewer, eyes.opened)) {
        wanted.mark = "covered";
        return wanted;
    }
    TRY_LET(const auto main, library::main_file_of(eyes.library, item));
    if (item.files.empty()) return Error(ErrorCode::not_found, "There is no picture of it.");
    const auto& file = item.files[main.index];
    TRY_LET(const auto content, eyes.library.catalog().content(file.content));
    if (!content) return Error(ErrorCode::not_found, "Its original is not in this copy.");
    wanted.content = *content;
    wanted.name = to_utf8_lossy(file.name);
    wanted.identities = eyes.library.identity().identities();
    wanted.archive_path = eyes.library.copy().path;
    wanted.mark = picture_mark(file.content);
    wanted.may_cache = !eyes.told.is_ever_covered(item.item) &&
                       call.request.head.parameter("v").value_or("") == wanted.mark;
    return wanted;
}

Api::Answer Api::picture(Call& call, const Wanted& given) {
    auto prepared = with_eyes(call, [&](const Eyes& eyes) -> Result<Wanted> {
        TRY_LET(auto wanted, wanted_picture(eyes, call));
        wanted.size = given.size;
        wanted.page = given.page;
        if (wanted.mark == "covered" || given.page > 0) return wanted;
        TRY_LET(wanted.stored,
                library::stored_picture(eyes.library, wanted.content.content, wanted.size));
        return wanted;
    });
    if (!prepared) return prepared.error();
    auto& wanted = *prepared;
    if (wanted.mark == "covered") return covered();
    const auto mark =
        "\"" + wanted.mark + (wanted.page > 0 ? "-" + std::to_string(wanted.page) : "") + "\"";
    http::Response response;
    response.with("ETag", mark)
        .with("Cache-Control",
              wanted.may_cache ? "private, max-age=31536000, immutable" : "no-store");
    if (wanted.may_cache &&
        http::list_has(call.request.head.header("if-none-match").value_or(""), mark)) {
        response.status = 304;
        return response;
    }
    if (!wanted.stored) {
        TRY_LET(wanted.stored, make_picture(wanted));
    }
    auto jpeg = std::make_shared<const std::string>(as_text(*wanted.stored));
    if (wanted.size == PictureSize::thumbnail) thumbnails_.put(wanted.item, {jpeg, wanted.mark});
    response.with("Content-Type", "image/jpeg");
    response.body = std::move(jpeg);
    return response;
}

Result<Bytes> Api::make_picture(const Wanted& wanted) {
    const auto& environment = house_->environment();
    const Error will_not(ErrorCode::unsupported, std::string(media::kWillNotOpen));
    if (environment.looker == nullptr) return will_not;
    TRY_LET(const auto source, library::open_original(environment.files, wanted.archive_path,
                                                      wanted.identities, wanted.content));
    media::Question question;
    question.name = wanted.name;
    question.page = wanted.page;
    TRY_LET(auto answer, environment.looker->look(*source, question, environment.stop));
    if (wanted.page == 0)
        TRY(house_->with([&](library::Library& library) -> Result<> {
            library::PictureKeeper(library).put(wanted.content.content, answer);
            return {};
        }));
    auto& picture = wanted.size == PictureSize::preview ? answer.preview : answer.thumbnail;
    if (!picture.empty()) return std::move(picture);
    if (answer.outcome == media::Outcome::no_picture)
        return Error(ErrorCode::not_found, "There is no picture of it.");
    return will_not;
}

Api::Answer Api::get_thumbnail(Call& call) {
    Wanted wanted;
    wanted.size = PictureSize::thumbnail;
    return picture(call, wanted);
}

Api::Answer Api::get_preview(Call& call) { return picture(call, {}); }

Api::Answer Api::get_page(Call& call) {
    constexpr std::uint64_t kMostPages = 100'000;
    const auto page = http::number_from(call.ids[1]);
    if (!page || *page == 0 || *page > kMostPages)
        return Error(ErrorCode::not_found, "There is no such page.");
    Wanted wanted;
    wanted.page = static_cast<std::uint32_t>(*page - 1);
    return picture(call, wanted);
}

Api::Answer Api::get_file(Call& call) {
    struct File {
        catalog::ContentRecord content;
        std::vector<crypto::AgeIdentity> identities;
        std::string archive_path;
        std::string name;
        std::string type = "application/octet-stream";
        bool plays = false;
        bool covered = false;
    };
    auto found = with_eyes(call, [&](const Eyes& eyes) -> Result<File> {
        TRY_LET(const auto item, item_of(eyes, call.ids[0]));
        File file;
        file.covered = eyes.told.cover_of(item.item, eyes.viewer, eyes.opened).has_value();
        if (file.covered) return file;
        const auto number = http::number_from(call.ids[1]);
        if (!number || *number >= item.files.size())
            return Error(ErrorCode::not_found, "There is no such file.");
        const auto& record = item.files[static_cast<std::size_t>(*number)];
        TRY_LET(const auto content, eyes.library.catalog().content(record.content));
        if (!content) return Error(ErrorCode::not_found, "Its original is not in this copy.");
        TRY_LET(const auto facts, eyes.library.catalog().facts(record.content));
        file.content = *content;
        file.identities = eyes.library.identity().identities();
        file.archive_path = eyes.library.copy().path;
        file.name = record.name;
        file.plays = facts && plays_in_browsers(*facts);
        if (file.plays) file.type = media::mime_type_of(facts->format);
        return file;
    });
    if (!found) return found.error();
    if (found->covered) return covered();
    const auto mark = "\"" + found->content.content.hex() + "\"";
    const auto& head = call.request.head;
    http::Response response;
    const bool download = head.parameter("download") == "1" || !found->plays;
    response.with("Content-Type", found->type);
    if (download) response.with("Content-Disposition", saved_as(found->name));
    return with_part(head, std::move(response), mark, found->content.bytes, [&] {
        return library::open_original(house_->environment().files, found->archive_path,
                                      found->identities, found->content);
    });
}

Api::Answer Api::get_film(Call& call) {
    auto wish = with_eyes(call, [&](const Eyes& eyes) -> Result<library::PlayableWish> {
        TRY_LET(const auto item, item_of(eyes, call.ids[0]));
        if (eyes.told.cover_of(item.item, eyes.viewer, eyes.opened)) return library::PlayableWish{};
        return library::wish_for_playable(eyes.library, item.item);
    });
    if (!wish) return wish.error();
    if (wish->archive_path.empty()) return covered();
    TRY_LET(auto stored, library::stored_playable(house_->environment(), *wish));
    if (!stored) {
        TRY_LET(const auto done, playing_->ask(*std::move(wish)));
        Json json;
        json["done"] = done;
        return json_answer(202, json).with("Cache-Control", "no-store");
    }
    const auto mark = "\"" + wish->content.content.hex() + "-film\"";
    http::Response response;
    response.with("Content-Type", stored->type);
    const auto size = stored->bytes->size_bytes();
    return with_part(
        call.request.head, std::move(response), mark, size,
        [&]() -> Result<std::unique_ptr<media::Source>> { return std::move(stored->bytes); });
}

}  // namespace keepsake::server
