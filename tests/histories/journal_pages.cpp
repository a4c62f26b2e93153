#include "histories/journal_pages.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "archive/journal_store.h"
#include "archive/layout.h"
#include "base/bytes.h"
#include "crypto/age_keys.h"
#include "histories/wrong.h"
#include "model/entry.h"
#include "model/ids.h"
#include "model/segment.h"

namespace keepsake::testing {

void JournalPages::add_identities(const std::vector<crypto::AgeIdentity>& identities) {
    for (const auto& identity : identities)
        if (known_.insert(identity.recipient().to_text()).second)
            identities_.push_back(identity.clone());
}

const std::vector<model::TextHash>& JournalPages::learn(const archive::JournalFileName& name,
                                                        ByteView sealed) {
    if (const auto known = files_.find(name.file); known != files_.end()) return known->second;
    model::EntryParser parser;
    const auto opened = archive::open_journal_file(name, Bytes(sealed.begin(), sealed.end()),
                                                   identities_, archive_, parser);
    if (!opened) throw Wrong(name.path() + " was written and is " + opened.error().describe());
    std::vector<model::TextHash> texts;
    for (const auto& segment : *opened) {
        texts.push_back(segment.text_hash);
        pages_.try_emplace(segment.text_hash,
                           Page{segment.header, segment.text_hash, segment.entries});
        for (const auto& entry : segment.entries) {
            if (const auto* object = std::get_if<model::Object>(&entry.body))
                objects_[object->object] = object->content;
            if (std::holds_alternative<model::Way>(entry.body))
                about_ways_.insert(segment.text_hash);
            const auto* epoch = std::get_if<model::Epoch>(&entry.body);
            if (epoch == nullptr) continue;
            about_ways_.insert(segment.text_hash);
            if (epoch->root == epoch->previous) first_root_ = epoch->root;
            revoked_.insert(epoch->revoked.begin(), epoch->revoked.end());
        }
    }
    return files_.emplace(name.file, std::move(texts)).first->second;
}

std::optional<model::ContentId> JournalPages::content_of(const model::ObjectId& object) const {
    const auto named = objects_.find(object);
    return named == objects_.end() ? std::nullopt : std::optional(named->second);
}

}  // namespace keepsake::testing
