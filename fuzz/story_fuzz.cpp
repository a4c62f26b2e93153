// A story's Markdown: from the family, and so from whoever got a keeper's key.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/text.h"
#include "model/ids.h"
#include "share/story.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

constexpr std::string_view kWords[] = {
    "## ",  "> ",  "— ",     "- ", "***", "**", "*", "\\", "  \n", "![](item:1f2e3d4c5b6a7988)",
    "\n\n", "\\*", "](item:"};

std::string link(const model::ItemId& id) { return "![](item:" + id.hex() + ")"; }

std::string nothing(const model::ItemId& /*id*/) { return ""; }

void run(ByteView input) {
    const auto story = share::parse_story(as_text(input));
    if (!story) return;
    const auto markdown = share::to_markdown(*story, link);
    require(is_utf8(markdown));
    const auto again = share::parse_story(markdown);
    require(again.has_value());
    require(share::items_of(*again) == share::items_of(*story));
    // What was written out is written the same again.
    require(share::to_markdown(*again, link) == markdown);
    const auto html = share::to_html(*story, nothing);
    for (std::size_t at = 0; (at = html.find('<', at)) != std::string::npos; ++at) {
        const auto tag = std::string_view(html).substr(at + 1, 8);
        bool known = false;
        for (const std::string_view each :
             {"p>", "/p>", "h2>", "/h2>", "blockqu", "/blockq", "em>", "/em>", "strong>",
              "/strong>", "div cla", "/div>", "ul>", "/ul>", "li>", "/li>", "hr>", "br>"})
            known = known || tag.starts_with(each);
        require(known);
    }
}

Seeds seeds() {
    return {seed("He came at\n*ten* past **four**.\n\n## The night\n\n> a\n> b\n>\n> — c\n"),
            seed("![](item:1f2e3d4c5b6a7988) ![x](item:8877665544332211)\n\n***\n- a\n- b\n  c\n"),
            seed("one  \ntwo\\\nthree \\* ***x***")};
}

}  // namespace

Target story_target() { return {.name = "story", .run = run, .seeds = seeds, .words = kWords}; }

}  // namespace keepsake::fuzz
