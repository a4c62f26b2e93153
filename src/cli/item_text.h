#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "catalog/catalog.h"
#include "media/facts.h"

/// Items as people and as programs read them.
namespace keepsake::cli {

/// One line: number, date, name, folder, and how its words begin. Of a covered item only number,
/// date and cover line. `columns`: 0 for as long as it is. `mark`: what is to be said of it beside.
/// `facts`: where, with what and how long is told too.
std::string item_line(const catalog::ItemRecord& item, std::size_t columns,
                      std::string_view mark = {},
                      const std::optional<media::Facts>& facts = std::nullopt);

/// What an item is called where it is spoken of: its cover, or its file's name.
std::string item_name(const catalog::ItemRecord& item);

/// One JSON object, without a line end. Names that are not UTF-8 stand exactly, in base64, in
/// name_bytes and folder_bytes. Words that were taken away are left out. `facts`: they are told
/// in "found".
std::string item_json(const catalog::ItemRecord& item,
                      const std::optional<media::Facts>& facts = std::nullopt);

/// The first 8 digits of a number: what people type.
std::string short_number(const std::string& hex);

}  // namespace keepsake::cli
