#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "library/environment.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/reader_pool.h"
#include "model/ids.h"
#include "share/guest_page.h"
#include "share/show.h"

/// What the tests of shares need: something that sees, and a page.
namespace keepsake::share {

// 4 x 3 grey pixels, and nothing else.
inline Bytes small_jpeg() {
    return *from_base64(
        "/9j/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L2u71////m8H////6/"
        "+b9//j/wAALCAADAAQBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAABf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/"
        "2gAIAQEAAD8AFf/Z",
        Padding::with);
}

/// Tells kinds by the first word of a file; whatever has a picture looks alike.
class SeesByWords final : public library::Looker {
  public:
    Result<media::Answer> look(media::Source& source, const media::Question& question,
                               std::stop_token /*stop*/) override {
        std::string text(static_cast<std::size_t>(source.size_bytes()), '\0');
        TRY(source.read_at(0, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()}));
        asked.push_back(question);
        media::Answer answer;
        answer.outcome = media::Outcome::whole;
        auto& facts = answer.facts;
        facts.kind = media::Kind::photograph;
        facts.format = media::Format::jpeg;
        if (text.starts_with("film")) facts.kind = media::Kind::film;
        if (text.starts_with("scan")) facts.kind = media::Kind::medical;
        if (text.starts_with("paper")) {
            facts.kind = media::Kind::document;
            facts.pages = 3;
        }
        if (text.contains("by the sea")) facts.place = media::Position{54.4, 12.5, {}};
        if (facts.kind == media::Kind::medical) {
            facts.examination.emplace();
            facts.examination->patient = "Ines^Secret";
            facts.frames = 30;
        }
        answer.preview = small_jpeg();
        answer.thumbnail = small_jpeg();
        return answer;
    }
    std::vector<media::Question> asked;
};

inline GuestPage page() {
    const std::string text =
        "<!doctype html><html><head><title>Keepsake</title></head><body></body>";
    return GuestPage(
        std::map<std::string, std::string, std::less<>>{{"index.html", text},
                                                        {"guest.0a.js", "'use strict';"},
                                                        {"one-file.html", text},
                                                        {"zip.html", text}});
}

/// "": the key does not open it.
inline std::string opened_text(std::string_view bytes, const std::string& key) {
    const auto identities = std::to_array({*crypto::AgeIdentity::from_text(key)});
    const auto plain = crypto::age_open(as_bytes(bytes), identities);
    return plain ? std::string(plain->text()) : "";
}

inline Wish wish_for(std::vector<model::ItemId> items) {
    Wish wish;
    wish.to = "Ana";
    wish.from = "Ines";
    wish.items = std::move(items);
    return wish;
}

}  // namespace keepsake::share
