#include "library/find_words.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "catalog/catalog.h"
#include "media/kind.h"

namespace keepsake::library {
namespace {

using media::Kind;

constexpr auto kKinds = std::to_array<std::pair<std::string_view, Kind>>({
    {"photograph", Kind::photograph},
    {"photographs", Kind::photograph},
    {"photo", Kind::photograph},
    {"photos", Kind::photograph},
    {"picture", Kind::photograph},
    {"pictures", Kind::photograph},
    {"image", Kind::photograph},
    {"images", Kind::photograph},
    {"drawing", Kind::drawing},
    {"drawings", Kind::drawing},
    {"film", Kind::film},
    {"films", Kind::film},
    {"video", Kind::film},
    {"videos", Kind::film},
    {"movie", Kind::film},
    {"movies", Kind::film},
    {"sound", Kind::sound},
    {"sounds", Kind::sound},
    {"audio", Kind::sound},
    {"recording", Kind::sound},
    {"recordings", Kind::sound},
    {"document", Kind::document},
    {"documents", Kind::document},
    {"pdf", Kind::document},
    {"pdfs", Kind::document},
    {"text", Kind::text},
    {"texts", Kind::text},
    {"note", Kind::text},
    {"notes", Kind::text},
    {"ultrasound", Kind::medical},
    {"ultrasounds", Kind::medical},
    {"dicom", Kind::medical},
    {"scan", Kind::medical},
    {"scans", Kind::medical},
});

std::optional<Kind> kind_of(std::string_view word) {
    std::string small(word);
    std::ranges::transform(small, small.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const auto* const found =
        std::ranges::find(kKinds, small, [](const auto& k) { return k.first; });
    return found == kKinds.end() ? std::nullopt : std::optional(found->second);
}

struct Piece {
    std::string text;
    bool quoted = false;
};

/// By white space; what stands in quotation marks stays whole.
std::vector<Piece> pieces_of(std::string_view typed) {
    std::vector<Piece> pieces;
    Piece piece;
    bool inside = false;
    const auto end_piece = [&] {
        if (!piece.text.empty()) pieces.push_back(std::exchange(piece, {}));
        piece = {};
    };
    for (const char c : typed) {
        if (c == '"') {
            end_piece();
            inside = !inside;
            piece.quoted = inside;
        } else if (!inside && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
            end_piece();
        } else {
            piece.text += c;
        }
    }
    end_piece();
    return pieces;
}

}  // namespace

bool is_date(std::string_view word) {
    constexpr std::string_view kEarliest = "0001-01-01T00:00:00Z";
    constexpr std::size_t kYear = 4;
    constexpr std::size_t kMonth = 7;
    constexpr std::size_t kDay = 10;
    if (word.size() != kYear && word.size() != kMonth && word.size() != kDay) return false;
    return from_rfc3339(std::string(word) + std::string(kEarliest.substr(word.size()))).has_value();
}

catalog::ItemFilter find_filter(const std::vector<std::string>& typed) {
    catalog::ItemFilter filter;
    for (const auto& each : typed) {
        for (auto& piece : pieces_of(each)) {
            const auto kind = piece.quoted ? std::nullopt : kind_of(piece.text);
            if (kind) {
                filter.kinds.push_back(*kind);
            } else if (!piece.quoted && is_date(piece.text)) {
                if (!filter.date.empty()) filter.words.push_back(filter.date);
                filter.date = std::move(piece.text);
            } else {
                filter.words.push_back(std::move(piece.text));
            }
        }
    }
    return filter;
}

}  // namespace keepsake::library
