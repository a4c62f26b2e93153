#include "share/story.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "model/ids.h"
#include "share/story_runs.h"

namespace keepsake::share {
namespace {

constexpr std::size_t kMostHashes = 6;
constexpr std::size_t kBeside = 2;
constexpr std::string_view kSourceMarks[] = {"— ", "—", "-- "};

/// UTF-8, lines ended by LF, no controls.
std::string clean(std::string_view bytes) {
    auto text = to_utf8_lossy(bytes);
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\r') {
            result += '\n';
            if (i + 1 < text.size() && text[i + 1] == '\n') ++i;
        } else if (c == '\t') {
            result += ' ';
        } else if ((static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == '\x7F') {
            result += "\xEF\xBF\xBD";
        } else {
            result += c;
        }
    }
    return result;
}

std::string_view trimmed(std::string_view line) {
    const auto begin = line.find_first_not_of(" \n");
    if (begin == std::string_view::npos) return {};
    return line.substr(begin, line.find_last_not_of(" \n") - begin + 1);
}

/// "***", "---", "* * *", of one kind, at least three.
bool is_space(std::string_view line) {
    const auto mark = line.empty() ? ' ' : line.front();
    if (mark != '*' && mark != '-') return false;
    return std::ranges::count(line, mark) >= 3 &&
           std::ranges::all_of(line, [mark](char c) { return c == mark || c == ' '; });
}

std::optional<std::string_view> heading_of(std::string_view line) {
    const auto hashes = std::min(line.find_first_not_of('#'), line.size());
    if (hashes == 0 || hashes > kMostHashes || hashes == line.size() || line[hashes] != ' ')
        return std::nullopt;
    auto text = trimmed(line.substr(hashes));
    const auto end = text.find_last_not_of('#');
    if (end == std::string_view::npos) return std::string_view();
    if (end + 1 < text.size() && text[end] == ' ') text = trimmed(text.substr(0, end));
    return text;
}

bool is_entry(std::string_view line) { return line.starts_with("- ") || line.starts_with("* "); }

/// "![words](item:<id>)" at the start of `text`; what it takes is taken off.
std::optional<model::ItemId> take_item(std::string_view& text) {
    constexpr std::string_view kLink = "](item:";
    if (!text.starts_with("![")) return std::nullopt;
    const auto link = text.find(']');
    if (link == std::string_view::npos || !text.substr(link).starts_with(kLink))
        return std::nullopt;
    const auto id = text.substr(link + kLink.size(), 2 * model::ItemId::kBytes);
    const auto item = model::ItemId::from_hex(id);
    const auto end = link + kLink.size() + id.size();
    if (!item || end >= text.size() || text[end] != ')') return std::nullopt;
    text = text.substr(end + 1);
    return item;
}

/// A paragraph that is items and nothing else.
std::vector<model::ItemId> items_alone(std::string_view paragraph) {
    std::vector<model::ItemId> items;
    for (auto rest = trimmed(paragraph); !rest.empty(); rest = trimmed(rest)) {
        const auto item = take_item(rest);
        if (!item) return {};
        items.push_back(*item);
    }
    return items;
}

class Parser {
  public:
    explicit Parser(std::string_view text) : rest_(text) {}

    Result<std::vector<Block>> parse() {
        while (const auto line = next_line()) {
            take(*line);
            if (blocks_.size() > kMostBlocks)
                return Error(ErrorCode::limit, "The story has more than 100,000 parts.");
        }
        end_paragraph();
        end_quotation();
        end_list();
        if (blocks_.size() > kMostBlocks)
            return Error(ErrorCode::limit, "The story has more than 100,000 parts.");
        return std::move(blocks_);
    }

  private:
    std::optional<std::string_view> next_line() {
        if (rest_.empty()) return std::nullopt;
        const auto end = std::min(rest_.find('\n'), rest_.size());
        const auto line = rest_.substr(0, end);
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        return line;
    }

    void take(std::string_view whole) {
        const auto line = trimmed(whole);
        if (line.starts_with('>')) {
            end_paragraph();
            end_list();
            quote(line.substr(1));
            return;
        }
        end_quotation();
        if (is_space(line)) {
            end_all();
            blocks_.emplace_back(Space{});
        } else if (line.empty()) {
            end_all();
        } else if (const auto heading = heading_of(line)) {
            end_all();
            if (auto runs = parse_runs(*heading); !runs.empty())
                blocks_.emplace_back(Heading{std::move(runs)});
        } else if (is_entry(line) && (entry_ || paragraph_.empty())) {
            end_entry();
            entry_ = std::string(line.substr(2)) + trailing(whole);
        } else if (entry_) {
            *entry_ += '\n' + std::string(line) + trailing(whole);
        } else {
            // Two spaces at a line's end mean something.
            paragraph_ += (paragraph_.empty() ? "" : "\n") + std::string(line) + trailing(whole);
        }
    }

    static std::string trailing(std::string_view line) { return line.ends_with("  ") ? "  " : ""; }

    void quote(std::string_view line) {
        const auto text = trimmed(line);
        if (!in_quotation_) begins_empty_ = text.empty();
        in_quotation_ = true;
        if (text.empty()) {
            end_quoted();
            return;
        }
        quoted_ += (quoted_.empty() ? "" : "\n") + std::string(text) + trailing(line);
    }

    void end_quoted() {
        if (!quoted_.empty()) quotation_.push_back(std::exchange(quoted_, {}));
    }

    void end_quotation() {
        if (!in_quotation_) return;
        in_quotation_ = false;
        end_quoted();
        Quotation quotation;
        for (std::size_t i = 0; i < quotation_.size(); ++i) {
            const std::string_view text = quotation_[i];
            const auto mark = std::ranges::find_if(
                kSourceMarks, [&](std::string_view each) { return text.starts_with(each); });
            const bool is_said = !quotation.paragraphs.empty();
            if ((is_said || begins_empty_) && i + 1 == quotation_.size() &&
                mark != std::end(kSourceMarks)) {
                quotation.source = parse_runs(text.substr(mark->size()));
                if (is_said || !quotation.source.empty()) break;
            }
            if (auto runs = parse_runs(text); !runs.empty())
                quotation.paragraphs.push_back(std::move(runs));
        }
        quotation_.clear();
        if (!quotation.paragraphs.empty() || !quotation.source.empty())
            blocks_.emplace_back(std::move(quotation));
    }

    void end_entry() {
        if (!entry_) return;
        if (auto runs = parse_runs(*entry_); !runs.empty()) entries_.push_back(std::move(runs));
        entry_.reset();
    }

    void end_list() {
        end_entry();
        if (!entries_.empty()) blocks_.emplace_back(List{std::exchange(entries_, {})});
    }

    void end_paragraph() {
        if (paragraph_.empty()) return;
        const auto text = std::exchange(paragraph_, {});
        const auto items = items_alone(text);
        for (std::size_t i = 0; i < items.size(); i += kBeside) {
            const auto beside = std::span(items).subspan(i, std::min(kBeside, items.size() - i));
            blocks_.emplace_back(Shown{{beside.begin(), beside.end()}});
        }
        if (!items.empty()) return;
        if (auto runs = parse_runs(text); !runs.empty())
            blocks_.emplace_back(Paragraph{std::move(runs)});
    }

    void end_all() {
        end_paragraph();
        end_list();
    }

    std::string_view rest_;
    std::vector<Block> blocks_;
    std::string paragraph_;
    bool in_quotation_ = false;
    /// It begins with an empty line: nothing may be said before who said it.
    bool begins_empty_ = false;
    std::string quoted_;
    std::vector<std::string> quotation_;
    std::optional<std::string> entry_;
    std::vector<Runs> entries_;
};

}  // namespace

Result<std::vector<Block>> parse_story(std::string_view markdown) {
    const auto text = clean(markdown);
    return Parser(text).parse();
}

std::vector<model::ItemId> items_of(const std::vector<Block>& story) {
    std::vector<model::ItemId> items;
    std::set<model::ItemId> seen;
    for (const auto& block : story)
        if (const auto* shown = std::get_if<Shown>(&block))
            for (const auto& item : shown->items)
                if (seen.insert(item).second) items.push_back(item);
    return items;
}

}  // namespace keepsake::share
