// The pages read and write stories by code of their own (web/src/lib/story): both are held to these
// cases.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "model/ids.h"
#include "share/story.h"

namespace keepsake::share {
namespace {

using Json = nlohmann::json;

Json runs_json(const Runs& runs) {
    auto json = Json::array();
    for (const auto& run : runs)
        json.push_back({{"text", run.text}, {"em", run.em}, {"strong", run.strong}});
    return json;
}

Json runs_json(const std::vector<Runs>& texts) {
    auto json = Json::array();
    for (const auto& runs : texts) json.push_back(runs_json(runs));
    return json;
}

Json block_json(const Block& block) {
    return std::visit(
        [](const auto& each) -> Json {
            using Each = std::decay_t<decltype(each)>;
            if constexpr (std::is_same_v<Each, Paragraph>) {
                return {{"is", "paragraph"}, {"runs", runs_json(each.runs)}};
            } else if constexpr (std::is_same_v<Each, Heading>) {
                return {{"is", "heading"}, {"runs", runs_json(each.runs)}};
            } else if constexpr (std::is_same_v<Each, Quotation>) {
                return {{"is", "quotation"},
                        {"texts", runs_json(each.paragraphs)},
                        {"source", runs_json(each.source)}};
            } else if constexpr (std::is_same_v<Each, List>) {
                return {{"is", "list"}, {"texts", runs_json(each.entries)}};
            } else if constexpr (std::is_same_v<Each, Shown>) {
                auto ids = Json::array();
                for (const auto& id : each.items) ids.push_back(id.hex());
                return {{"is", "items"}, {"ids", std::move(ids)}};
            } else {
                return {{"is", "space"}};
            }
        },
        block);
}

TEST(StoryCases, AreReadAndWrittenAsThePagesDo) {
    std::ifstream file(KEEPSAKE_SOURCE_DIR "/tests/stories/cases.json");
    const auto cases = Json::parse(file);
    ASSERT_GT(cases.size(), 50U);
    const auto link = [](const model::ItemId& id) { return "![](item:" + id.hex() + ")"; };
    for (const auto& one : cases) {
        const auto story = parse_story(one["markdown"].get<std::string>());
        ASSERT_TRUE(story);
        auto blocks = Json::array();
        for (const auto& block : *story) blocks.push_back(block_json(block));
        EXPECT_EQ(blocks, one["blocks"]) << one["markdown"];
        EXPECT_EQ(to_markdown(*story, link), one["written"].get<std::string>()) << one["markdown"];
    }
}

}  // namespace
}  // namespace keepsake::share
