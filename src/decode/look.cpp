#include "decode/look.h"

#include <exception>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "decode/input.h"
#include "decode/picture.h"
#include "decode/raster.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/protocol.h"
#include "media/reader_pool.h"

namespace keepsake::decode {
namespace {

using media::Format;
using media::Outcome;

/// One question on its way.
class Look {
  public:
    Look(const Input& input, const media::LookBody& question)
        : input_(input), question_(question) {}

    media::Facts& facts() { return facts_; }

    void detect() {
        facts_.format = media::detect(input_.head(), input_.size_bytes(), question_.question.name);
        facts_.kind = media::kind_of(facts_.format);
    }

    /// Opens what has a picture. Errors: unsupported where the kind has none.
    Result<Picture> open() {
        if (is_raster(facts_.format)) {
            TRY_LET(const auto bytes, input_.whole());
            return open_raster(bytes, facts_.format, question_.question.page, facts_);
        }
        return Error(ErrorCode::unsupported, "this kind has no picture");
    }

  private:
    const Input& input_;
    const media::LookBody& question_;
    media::Facts facts_;
};

media::DoneBody not_opened(const Error& error) {
    const bool has_none = error.code() == ErrorCode::unsupported;
    return {.outcome = has_none ? Outcome::no_picture : Outcome::not_opened,
            .why = error.message()};
}

Result<Previews> guarded_previews(Picture picture) {
    try {
        return draw_previews(std::move(picture));
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
    TRY(teller.tell_facts(look.facts()));
    if (!picture) return not_opened(picture.error());
    if (!question.question.pictures) return media::DoneBody{.outcome = Outcome::whole, .why = {}};
    auto previews = guarded_previews(*std::move(picture));
    if (!previews) return not_opened(previews.error());
    look.facts().look = previews->look;
    look.facts().pixels = previews->pixels;
    TRY(teller.tell_facts(look.facts()));
    TRY(teller.tell_previews(*previews));
    return media::DoneBody{.outcome = Outcome::whole, .why = {}};
}

}  // namespace keepsake::decode
