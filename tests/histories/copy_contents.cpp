#include "histories/copy_contents.h"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "archive/identity_file.h"
#include "archive/journal_store.h"
#include "archive/layout.h"
#include "base/bytes.h"
#include "crypto/sha256.h"
#include "histories/journal_pages.h"
#include "model/entry.h"
#include "model/ids.h"
#include "model/manifest.h"
#include "os/file_system.h"

namespace keepsake::testing {
namespace {

// The hash that a file's name ends with; none for the plain files.
std::optional<model::FileHash> named_hash(std::string_view name) {
    const auto dash = name.rfind('-');
    return archive::hash_of_name(dash == std::string_view::npos ? name : name.substr(dash + 1));
}

std::string below_mirror(const std::string& path) {
    const std::string mirror = std::string(archive::kMirrorName) + "/";
    return path.starts_with(mirror) ? path.substr(mirror.size()) : path;
}

archive::JournalFileName journal_file(const std::string& place) {
    const auto device =
        model::DeviceId::from_hex(os::file_name_of(os::parent_of(os::parent_of(place))));
    return archive::JournalFileName::from_name(device.value(), os::file_name_of(place)).value();
}

}  // namespace

std::set<model::TextHash> opened_by(const archive::IdentityFile& identity,
                                    const CopyContents& contents) {
    std::set<model::TextHash> texts;
    model::EntryParser parser;
    for (const auto& [path, bytes] : contents.files) {
        const auto place = below_mirror(path);
        if (!place.starts_with("journal/") || contents.torn.contains(path)) continue;
        const auto opened = archive::open_journal_file(
            journal_file(place), bytes, identity.identities(), identity.archive, parser);
        if (!opened) continue;
        for (const auto& segment : *opened) texts.insert(segment.text_hash);
    }
    return texts;
}

bool CopyReader::is_whole(const std::string& name, const Bytes& bytes) {
    const auto print = std::hash<std::string_view>()(as_text(bytes));
    const auto [at, is_new] = known_.try_emplace({name, print});
    if (is_new) {
        const auto hash = named_hash(name);
        at->second = hash && crypto::sha256(bytes) == hash->bytes;
    }
    return at->second;
}

CopyContents CopyReader::read(const std::map<std::string, Bytes>& all, const std::string& copy,
                              JournalPages& pages) {
    CopyContents contents;
    const auto prefix = copy + "/";
    for (auto at = all.lower_bound(prefix); at != all.end() && at->first.starts_with(prefix);
         ++at) {
        const auto& bytes = at->second;
        const auto path = at->first.substr(prefix.size());
        if (path.starts_with("tmp/")) continue;
        contents.files.emplace(path, bytes);
        const auto place = below_mirror(path);
        if (place == archive::kManifestName && model::parse_manifest(as_text(bytes)))
            contents.has_manifest = true;
        const auto name = os::file_name_of(path);
        const auto hash = named_hash(name);
        if (!hash) {
            const auto known = plain.find(place);
            if (known != plain.end() && known->second != bytes) contents.torn.insert(path);
            continue;
        }
        if (!is_whole(name, bytes)) {
            contents.torn.insert(path);
        } else if (place.starts_with("keys/")) {
            contents.keys.insert(*hash);
        } else if (place.starts_with("objects/")) {
            contents.objects.insert({hash->bytes});
        } else if (place.starts_with("journal/")) {
            for (const auto& text : pages.learn(journal_file(place), bytes))
                contents.pages.insert(text);
        }
    }
    return contents;
}

}  // namespace keepsake::testing
