// A story written out: as Markdown, as HTML.
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "share/story.h"

namespace keepsake::share {
namespace {

/// A backslash before whatever could mean something where it stands.
std::string escaped(std::string_view text, bool begins_line) {
    std::string result;
    for (const char c : text) {
        const bool means = c == '*' || c == '\\' || c == '!' || c == '#' || c == '\n';
        if (means || (begins_line && (c == '>' || c == '-'))) result += '\\';
        result += c;
        begins_line = c == '\n';
    }
    return result;
}

/// Text that is of one look stands between the marks of that look, white space outside of them.
std::string runs_text(const Runs& runs) {
    std::string text;
    for (const auto& run : runs) {
        const bool begins_line = text.empty() || text.ends_with('\n');
        const auto begin = run.text.find_first_not_of(" \n");
        if (begin == std::string::npos || (!run.em && !run.strong)) {
            text += escaped(run.text, begins_line);
            continue;
        }
        const auto end = run.text.find_last_not_of(" \n") + 1;
        const std::string mark = run.strong && run.em ? "***" : run.strong ? "**" : "*";
        text += escaped(run.text.substr(0, begin), begins_line);
        text += mark;
        text += escaped(run.text.substr(begin, end - begin), false);
        text += mark;
        text += escaped(run.text.substr(end), false);
    }
    return text;
}

/// `text` with each line after the first begun by `mark`.
std::string indented(std::string_view text, std::string_view mark) {
    std::string result;
    for (const char c : text) {
        result += c;
        if (c == '\n') result += mark;
    }
    return result;
}

std::string quotation_text(const Quotation& quotation) {
    constexpr std::string_view kNext = "\n>\n> ";
    std::string text;
    std::string last;
    for (const auto& paragraph : quotation.paragraphs) {
        last = runs_text(paragraph);
        text += (text.empty() ? "> " : kNext);
        text += indented(last, "> ");
    }
    // Where nothing is said, an empty line tells that the dash is that of who said it.
    if (!quotation.source.empty())
        text += std::string(text.empty() ? ">\n> " : kNext) + "— " +
                indented(runs_text(quotation.source), "> ");
    // Else what is said last, and begins with a dash, would be who said it.
    else if (quotation.paragraphs.size() > 1 && last.starts_with("—"))
        text += std::string(kNext) + "—";
    return text;
}

std::string markdown_of(const Block& block, const ItemText& item) {
    return std::visit(
        [&](const auto& each) -> std::string {
            using Each = std::decay_t<decltype(each)>;
            std::string text;
            if constexpr (std::is_same_v<Each, Paragraph>) {
                text = runs_text(each.runs);
            } else if constexpr (std::is_same_v<Each, Heading>) {
                text = "## " + runs_text(each.runs);
            } else if constexpr (std::is_same_v<Each, Quotation>) {
                text = quotation_text(each);
            } else if constexpr (std::is_same_v<Each, Shown>) {
                for (const auto& id : each.items) text += (text.empty() ? "" : "\n") + item(id);
            } else if constexpr (std::is_same_v<Each, List>) {
                for (const auto& entry : each.entries)
                    text += (text.empty() ? "- " : "\n- ") + indented(runs_text(entry), "  ");
            } else {
                text = "***";
            }
            return text;
        },
        block);
}

std::string runs_html(const Runs& runs) {
    std::string html;
    for (const auto& run : runs) {
        auto text = html_text(run.text);
        for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 5)
            text.replace(at, 1, "<br>\n");
        if (run.strong) html += "<strong>";
        if (run.em) html += "<em>";
        html += text;
        if (run.em) html += "</em>";
        if (run.strong) html += "</strong>";
    }
    return html;
}

std::string html_of(const Block& block, const ItemText& item) {
    return std::visit(
        [&](const auto& each) -> std::string {
            using Each = std::decay_t<decltype(each)>;
            std::string html;
            if constexpr (std::is_same_v<Each, Paragraph>) {
                html = "<p>" + runs_html(each.runs) + "</p>\n";
            } else if constexpr (std::is_same_v<Each, Heading>) {
                html = "<h2>" + runs_html(each.runs) + "</h2>\n";
            } else if constexpr (std::is_same_v<Each, Quotation>) {
                html = "<blockquote>\n";
                for (const auto& paragraph : each.paragraphs)
                    html += "<p>" + runs_html(paragraph) + "</p>\n";
                if (!each.source.empty()) html += "<p>— " + runs_html(each.source) + "</p>\n";
                html += "</blockquote>\n";
            } else if constexpr (std::is_same_v<Each, Shown>) {
                html = "<div class=\"shown\">\n";
                for (const auto& id : each.items) html += item(id) + "\n";
                html += "</div>\n";
            } else if constexpr (std::is_same_v<Each, List>) {
                html = "<ul>\n";
                for (const auto& entry : each.entries)
                    html += "<li>" + runs_html(entry) + "</li>\n";
                html += "</ul>\n";
            } else {
                html = "<hr>\n";
            }
            return html;
        },
        block);
}

}  // namespace

std::string to_markdown(const std::vector<Block>& story, const ItemText& item) {
    std::string text;
    for (const auto& block : story) {
        auto written = markdown_of(block, item);
        if (written.empty()) continue;
        text += (text.empty() ? "" : "\n\n") + std::move(written);
    }
    return text.empty() ? text : text + "\n";
}

std::string markdown_text(std::string_view text) { return escaped(text, true); }

std::string to_html(const std::vector<Block>& story, const ItemText& item) {
    std::string html;
    for (const auto& block : story) html += html_of(block, item);
    return html;
}

std::string html_text(std::string_view text) {
    std::string html;
    for (const char c : text) switch (c) {
            case '&':
                html += "&amp;";
                break;
            case '<':
                html += "&lt;";
                break;
            case '>':
                html += "&gt;";
                break;
            case '"':
                html += "&quot;";
                break;
            case '\'':
                html += "&#39;";
                break;
            default:
                html += c;
        }
    return html;
}

}  // namespace keepsake::share
