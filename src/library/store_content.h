#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "library/library.h"
#include "model/entry.h"
#include "model/ids.h"

namespace keepsake::library {

/// One content stored as an object: durable and proved, not yet journaled.
struct StoredContent {
    model::ContentId content;
    std::optional<model::Object>
        object;  ///< to be committed with what refers to it; none if it stood already
    std::vector<model::EntryBody> named_again;  ///< then: to be committed, too
};

/// Stores bytes from memory (words) by the same order as keeping does: written, synced, read back,
/// named.
Result<StoredContent> store_content(Library& library, ByteView bytes);

}  // namespace keepsake::library
