#include "share/story_runs.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "share/story.h"

namespace keepsake::share {
namespace {

/// A stretch of text, or of asterisks.
struct Piece {
    std::string text;
    std::size_t stars = 0;  ///< those that nothing was found for yet
    bool can_open = false;
    bool can_close = false;
    int em_begun = 0;
    int em_ended = 0;
    int strong_begun = 0;
    int strong_ended = 0;
};

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t'; }

bool is_punctuation(char c) {
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
           (c >= '{' && c <= '~');
}

class Pieces {
  public:
    explicit Pieces(std::string_view text) : text_(text) {}

    std::vector<Piece> take() {
        while (at_ < text_.size()) step();
        flush();
        return std::move(pieces_);
    }

  private:
    void step() {
        const char c = text_[at_];
        if (c == '\\' && at_ + 1 < text_.size() && is_punctuation(text_[at_ + 1])) {
            gathered_ += text_[at_ + 1];
            at_ += 2;
        } else if (c == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') {
            ++at_;
            end_line('\n');
        } else if (c == '\n') {
            end_line(gathered_.ends_with("  ") ? '\n' : ' ');
        } else if (c == '*') {
            take_stars();
        } else {
            gathered_ += c;
            ++at_;
        }
    }

    void end_line(char as) {
        while (gathered_.ends_with(' ')) gathered_.pop_back();
        gathered_ += as;
        ++at_;
        while (at_ < text_.size() && is_blank(text_[at_]) && text_[at_] != '\n') ++at_;
    }

    void take_stars() {
        const auto end = std::min(text_.find_first_not_of('*', at_), text_.size());
        Piece piece;
        piece.stars = end - at_;
        piece.can_open = end < text_.size() && !is_blank(text_[end]) && !ends_line(end);
        piece.can_close = at_ > 0 && !is_blank(text_[at_ - 1]);
        flush();
        pieces_.push_back(std::move(piece));
        at_ = end;
    }

    /// A backslash before a line's end is white space, too.
    bool ends_line(std::size_t at) const {
        return text_[at] == '\\' && at + 1 < text_.size() && text_[at + 1] == '\n';
    }

    void flush() {
        if (gathered_.empty()) return;
        Piece piece;
        piece.text = std::exchange(gathered_, {});
        pieces_.push_back(std::move(piece));
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string gathered_;
    std::vector<Piece> pieces_;
};

/// Each run of asterisks that may end something ends what was begun last. So every run is begun and
/// ended once, whatever the text.
void pair(std::vector<Piece>& pieces) {
    std::vector<std::size_t> begun;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        auto& piece = pieces[i];
        while (piece.can_close && piece.stars > 0 && !begun.empty()) {
            auto& opener = pieces[begun.back()];
            const bool strong = opener.stars >= 2 && piece.stars >= 2;
            const std::size_t used = strong ? 2 : 1;
            ++(strong ? opener.strong_begun : opener.em_begun);
            ++(strong ? piece.strong_ended : piece.em_ended);
            opener.stars -= used;
            piece.stars -= used;
            if (opener.stars == 0) begun.pop_back();
        }
        if (piece.stars > 0 && piece.can_open) begun.push_back(i);
    }
}

void add(Runs& runs, std::string_view text, bool em, bool strong) {
    if (text.empty()) return;
    if (runs.empty() || runs.back().em != em || runs.back().strong != strong)
        runs.push_back({{}, em, strong});
    runs.back().text += text;
}

void trim(Runs& runs) {
    while (!runs.empty()) {
        auto& text = runs.front().text;
        text.erase(0, std::min(text.find_first_not_of(" \n\t"), text.size()));
        if (!text.empty()) break;
        runs.erase(runs.begin());
    }
    while (!runs.empty()) {
        auto& text = runs.back().text;
        while (!text.empty() && is_blank(text.back())) text.pop_back();
        if (!text.empty()) break;
        runs.pop_back();
    }
}

}  // namespace

Runs parse_runs(std::string_view text) {
    auto pieces = Pieces(text).take();
    pair(pieces);
    Runs runs;
    int em = 0;
    int strong = 0;
    for (const auto& piece : pieces) {
        em -= piece.em_ended;
        strong -= piece.strong_ended;
        // Asterisks that mean nothing: behind what ends here, before what begins.
        add(runs, std::string(piece.stars, '*'), em > 0, strong > 0);
        em += piece.em_begun;
        strong += piece.strong_begun;
        add(runs, piece.text, em > 0, strong > 0);
    }
    trim(runs);
    return runs;
}

}  // namespace keepsake::share
