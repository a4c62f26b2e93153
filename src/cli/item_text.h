#pragma once

#include <cstddef>
#include <string>

#include "catalog/catalog.h"

/// Items as people and as programs read them.
namespace keepsake::cli {

/// One line: number, date, name, folder, words. Of a covered item only number, date and cover line.
/// `columns`: 0 for as long as it is.
std::string item_line(const catalog::ItemRecord& item, std::size_t columns);

/// One JSON object, without a line end. Names that are not UTF-8 stand exactly, in base64, in
/// name_bytes and folder_bytes.
std::string item_json(const catalog::ItemRecord& item);

/// The first 8 digits of a number: what people type.
std::string short_number(const std::string& hex);

}  // namespace keepsake::cli
