#pragma once

#include <fstream>
#include <string>
#include <vector>

/// What the tests of this layer share.
namespace keepsake::model {

/// The lines under "Example lines" of docs/formats/journal.md, without their LF.
inline std::vector<std::string> example_lines() {
    std::ifstream page(KEEPSAKE_JOURNAL_PAGE);
    std::vector<std::string> lines;
    std::string line;
    while (std::getline(page, line) && line != "## Example lines") {
    }
    while (std::getline(page, line) && line != "```json") {
    }
    while (std::getline(page, line) && line != "```") lines.push_back(line);
    return lines;
}

/// The table of operations of docs/formats/journal.md: the first column under "## Entries".
inline std::vector<std::string> documented_operations() {
    std::ifstream page(KEEPSAKE_JOURNAL_PAGE);
    std::vector<std::string> names;
    std::string line;
    while (std::getline(page, line) && line != "## Entries") {
    }
    while (std::getline(page, line) && !line.starts_with("## ")) {
        if (!line.starts_with("| ") || line.starts_with("| op |")) continue;
        names.push_back(line.substr(2, line.find(' ', 2) - 2));
    }
    return names;
}

/// The example's entries alone: without header and signature.
inline std::vector<std::string> example_entries() {
    auto lines = example_lines();
    if (lines.size() < 2) return {};
    return {lines.begin() + 1, lines.end() - 1};
}

}  // namespace keepsake::model
