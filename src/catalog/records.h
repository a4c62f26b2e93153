#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/packing.h"
#include "catalog/sqlite_handle.h"

/// Records as several questions read them.
namespace keepsake::catalog {

/// The first column of each row that is left.
template <class Id>
Result<std::vector<Id>> read_ids(Statement& rows) {
    std::vector<Id> ids;
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return ids;
        TRY_LET(const auto id, id_from<Id>(rows.column_blob(0)));
        ids.push_back(id);
    }
}

/// Versions that stand, by (field, version); of all fields, or of one.
Result<std::vector<WordsRecord>> read_standing_words(Database& database, std::string_view subject,
                                                     std::optional<std::string_view> field);
/// All versions of a field, those that were replaced too, by version, without their texts.
Result<std::vector<WordsRecord>> read_versions(Database& database, std::string_view subject,
                                               std::string_view field);
/// One of them, with its text.
Result<std::optional<WordsRecord>> read_version(Database& database, std::string_view subject,
                                                std::string_view field,
                                                const model::Version& version);
/// The family's value of a field, as JSON; none where it was never set or taken away.
Result<std::optional<std::string>> read_field(Database& database, std::string_view subject,
                                              std::string_view field);
/// The same where it is a JSON string: its text.
Result<std::optional<std::string>> read_text_field(Database& database, std::string_view subject,
                                                   std::string_view field);
/// Whether a record holds the files and the words of the item's parts as well.
enum class WithParts : std::uint8_t { no, yes };
/// What `listed` holds of one item. The row's columns: state, date, item, flags, taken, keeps,
/// kind.
Result<ItemRecord> read_listed(Database& database, const Statement& row,
                               WithParts with_parts = WithParts::yes);

}  // namespace keepsake::catalog
