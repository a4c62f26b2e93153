#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "model/ids.h"

/// A story's Markdown as blocks: a small part of CommonMark, and all else as its text.
/// Source: docs/formats/share.md, "A story's text"; https://spec.commonmark.org/0.31.2/.
namespace keepsake::share {

inline constexpr std::size_t kMostBlocks = 100'000;

/// Text of one look. LF within it is a line's end.
struct Run {
    std::string text;
    bool em = false;
    bool strong = false;
    friend bool operator==(const Run&, const Run&) = default;
};
using Runs = std::vector<Run>;

struct Paragraph {
    Runs runs;
    friend bool operator==(const Paragraph&, const Paragraph&) = default;
};
struct Heading {
    Runs runs;
    friend bool operator==(const Heading&, const Heading&) = default;
};
struct Quotation {
    std::vector<Runs> paragraphs;  ///< empty: nothing but who said it
    Runs source;                   ///< who said it; empty: not told
    friend bool operator==(const Quotation&, const Quotation&) = default;
};
/// One item, or two beside each other. Whether it is seen or heard is the item's to tell.
struct Shown {
    std::vector<model::ItemId> items;
    friend bool operator==(const Shown&, const Shown&) = default;
};
struct Space {
    friend bool operator==(const Space&, const Space&) = default;
};
struct List {
    std::vector<Runs> entries;
    friend bool operator==(const List&, const List&) = default;
};
using Block = std::variant<Paragraph, Heading, Quotation, Shown, Space, List>;

/// Any bytes: what is not UTF-8 is mended, control characters become U+FFFD. Time and memory are
/// linear in them. Errors: limit past kMostBlocks.
Result<std::vector<Block>> parse_story(std::string_view markdown);

/// The items that it shows, in order, each once.
std::vector<model::ItemId> items_of(const std::vector<Block>& story);

/// What stands for an item where a story is written out: Markdown or HTML for its place.
using ItemText = std::function<std::string(const model::ItemId&)>;

/// Markdown that parse_story() reads as these blocks again (if `item` gives "![](item:<id>)").
std::string to_markdown(const std::vector<Block>& story, const ItemText& item);
/// Text as Markdown that shows it as it is.
std::string markdown_text(std::string_view text);

/// The HTML of the blocks, without a page round them; all text escaped.
std::string to_html(const std::vector<Block>& story, const ItemText& item);
/// Text as HTML, also within an attribute.
std::string html_text(std::string_view text);

}  // namespace keepsake::share
