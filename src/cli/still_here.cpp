#include "cli/still_here.h"

#include "base/result.h"
#include "catalog/catalog.h"
#include "library/library.h"
#include "library/object_lookup.h"

namespace keepsake::cli {

Result<bool> is_erased(library::Library& library, const catalog::ItemRecord& item) {
    if (!item.let_go) return false;
    for (const auto& file : item.files) {
        TRY_LET(const auto content, library.catalog().content(file.content));
        if (!content ||
            !library::is_present(library.environment().files, library.copy().path, *content))
            return true;
    }
    return false;
}

}  // namespace keepsake::cli
