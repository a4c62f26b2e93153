#include "share/story.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/ids.h"

namespace keepsake::share {
namespace {

const std::string kFirst = "1f2e3d4c5b6a7988";
const std::string kSecond = "8877665544332211";

model::ItemId item(const std::string& hex) { return *model::ItemId::from_hex(hex); }

std::vector<Block> parsed(std::string_view markdown) {
    auto story = parse_story(markdown);
    EXPECT_TRUE(story);
    return story ? *story : std::vector<Block>();
}

std::string link(const model::ItemId& id) { return "![](item:" + id.hex() + ")"; }

using Story = std::vector<Block>;

TEST(Story, IsMadeOfParagraphs) {
    EXPECT_EQ(parsed("He came at\nten past four.\n\nIt rained."),
              (Story{Paragraph{{{"He came at ten past four."}}}, Paragraph{{{"It rained."}}}}));
    EXPECT_EQ(parsed("a\r\n\r\nb\rc"), (Story{Paragraph{{{"a"}}}, Paragraph{{{"b c"}}}}));
    EXPECT_EQ(parsed(""), Story{});
    EXPECT_EQ(parsed("\n \n\t\n"), Story{});
}

TEST(Story, KeepsALinesEndThatIsMeant) {
    EXPECT_EQ(parsed("one  \ntwo\\\nthree"), (Story{Paragraph{{{"one\ntwo\nthree"}}}}));
}

TEST(Story, KnowsHeadingsSpacesAndLists) {
    EXPECT_EQ(
        parsed("## The night\nIt rained.\n***\n- the *blue* blanket\n- the hat,\n  too\n\n---"),
        (Story{Heading{{{"The night"}}}, Paragraph{{{"It rained."}}}, Space{},
               List{{{{"the "}, {"blue", true}, {" blanket"}}, {{"the hat, too"}}}}, Space{}}));
    EXPECT_EQ(parsed("# One #\n####### seven\n#none"),
              (Story{Heading{{{"One"}}}, Paragraph{{{"####### seven #none"}}}}));
}

TEST(Story, KnowsWhoSaidWhat) {
    EXPECT_EQ(parsed("> He has your hands.\n> And your chin.\n>\n> — Grandmother\nThat was all."),
              (Story{Quotation{{{{"He has your hands. And your chin."}}}, {{"Grandmother"}}},
                     Paragraph{{{"That was all."}}}}));
    EXPECT_EQ(parsed("> a\n>\n> -- b"), (Story{Quotation{{{{"a"}}}, {{"b"}}}}));
    // What is said with a dash is no source where nothing else was said.
    EXPECT_EQ(parsed("> — Yes."), (Story{Quotation{{{{"— Yes."}}}, {}}}));
    // But for an empty line before it.
    const Story unsaid{Quotation{{}, {{"Grandmother"}}}};
    EXPECT_EQ(parsed(">\n> — Grandmother"), unsaid);
    EXPECT_EQ(to_markdown(unsaid, link), ">\n> — Grandmother\n");
    EXPECT_EQ(to_html(unsaid, link), "<blockquote>\n<p>— Grandmother</p>\n</blockquote>\n");
}

TEST(Story, ShowsItemsThatStandAlone) {
    EXPECT_EQ(parsed("![](item:" + kFirst + ")"), (Story{Shown{{item(kFirst)}}}));
    EXPECT_EQ(parsed("![a boat](item:" + kFirst + ") ![](item:" + kSecond + ")"),
              (Story{Shown{{item(kFirst), item(kSecond)}}}));
    EXPECT_EQ(
        parsed("![](item:" + kFirst + ")\n![](item:" + kSecond + ")\n![](item:" + kFirst + ")"),
        (Story{Shown{{item(kFirst), item(kSecond)}}, Shown{{item(kFirst)}}}));
    const auto within = "See ![](item:" + kFirst + ")";
    EXPECT_EQ(parsed(within), (Story{Paragraph{{{within}}}}));
    for (const std::string_view none : {"![](item:1f2e)", "![](http://a/b.jpg)", "![](item:",
                                        "![](item:1F2E3D4C5B6A7988)", "![](item:1f2e3d4c5b6a7988"})
        EXPECT_EQ(parsed(none), (Story{Paragraph{{{std::string(none)}}}})) << none;
}

TEST(Story, KnowsEmphasisAndShowsOtherAsterisks) {
    EXPECT_EQ(parsed("a *b* **c** ***d***"),
              (Story{Paragraph{
                  {{"a "}, {"b", true}, {" "}, {"c", false, true}, {" "}, {"d", true, true}}}}));
    EXPECT_EQ(parsed("2 * 3 * 4"), (Story{Paragraph{{{"2 * 3 * 4"}}}}));
    EXPECT_EQ(parsed("**a*"), (Story{Paragraph{{{"*"}, {"a", true}}}}));
    EXPECT_EQ(parsed("*a**"), (Story{Paragraph{{{"a", true}, {"*"}}}}));
    EXPECT_EQ(parsed("*a"), (Story{Paragraph{{{"*a"}}}}));
    EXPECT_EQ(parsed("\\*a\\* \\\\ \\x"), (Story{Paragraph{{{"*a* \\ \\x"}}}}));
    EXPECT_EQ(parsed("*a **b** c*"),
              (Story{Paragraph{{{"a ", true}, {"b", true, true}, {" c", true}}}}));
}

TEST(Story, ShowsHtmlAndLinksAsTheirText) {
    const std::string hostile = "<script>alert(1)</script> [a](javascript:b) <img src=x onerror=y>";
    EXPECT_EQ(parsed(hostile), (Story{Paragraph{{{hostile}}}}));
    const auto html = to_html(parsed(hostile), link);
    EXPECT_EQ(html.find("<script"), std::string::npos);
    EXPECT_EQ(html.find("<img"), std::string::npos);
    EXPECT_NE(html.find("&lt;script&gt;"), std::string::npos);
}

TEST(Story, MendsWhatIsNoText) {
    EXPECT_EQ(parsed(std::string_view("a\0b\x1b\xff", 5)),
              (Story{Paragraph{{{"a\xEF\xBF\xBD"
                                 "b\xEF\xBF\xBD\xEF\xBF\xBD"}}}}));
}

TEST(Story, IsWrittenAsItIsRead) {
    for (const std::string text :
         {"He came.\n\n## The night\n\n> a\\\n> b\n>\n> — c\n\n- x\n- y *z*\n\n***\n\nend\n",
          "\\## no heading\n\n\\> none\n\n\\- none\n\n\\!\\[](item:1f2e3d4c5b6a7988)\n",
          "*a***b** c*d*\n"}) {
        const auto story = parsed(text);
        EXPECT_EQ(parsed(to_markdown(story, link)), story) << to_markdown(story, link);
    }
}

TEST(Story, TakesNoLongerThanItIsLong) {
    std::string stars;
    for (int i = 0; i < 200'000; ++i) stars += "*a **b ";
    EXPECT_FALSE(parsed(stars).empty());
    EXPECT_FALSE(parsed(std::string(1'000'000, '*') + "a").empty());
    EXPECT_FALSE(parsed(std::string(1'000'000, '>')).empty());
    std::string images;
    for (int i = 0; i < 200'000; ++i) images += "![";
    EXPECT_FALSE(parsed(images).empty());
    std::string many;
    for (int i = 0; i < 100'001; ++i) many += "a\n\n";
    EXPECT_EQ(parse_story(many).error().code(), ErrorCode::limit);
}

}  // namespace
}  // namespace keepsake::share
