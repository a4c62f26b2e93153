#include "archive/mirror.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/archive_files.h"
#include "archive/journal_store.h"
#include "archive/layout.h"
#include "archive/staging.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/sha256.h"
#include "model/ids.h"
#include "model/manifest.h"
#include "os/file_system.h"

namespace keepsake::archive {
namespace {

constexpr std::uint64_t kLargestPlainBytes = 1UL << 20U;
// Each is synced. What anybody put there costs the one who keeps a photograph no more than this at
// a time; the rest follows the next times.
constexpr std::uint64_t kMostCopied = 1000;

std::string mirrored(const std::string& relative) {
    return os::join_path(std::string(kMirrorName), relative);
}

// Whether bytes are those that were written.
using Proof = std::function<bool(ByteView)>;

Proof is_hash(const model::FileHash& hash) {
    return [hash](ByteView bytes) { return crypto::sha256(bytes) == hash.bytes; };
}

class Mending {
  public:
    explicit Mending(Staging& staging) : staging_(&staging) {}

    std::uint64_t copied() const { return copied_; }

    Result<> keys(const std::set<model::FileHash>& revoked) {
        TRY_LET(const auto main, key_names(std::string(kKeysName)));
        TRY_LET(const auto mirror, key_names(mirrored(std::string(kKeysName))));
        for (const auto& file : main)
            if (!mirror.contains(file) && !revoked.contains(file))
                TRY(copy(key_path(file), mirrored(key_path(file)), kLargestPlainBytes,
                         is_hash(file)));
        for (const auto& file : mirror)
            if (!main.contains(file) && !revoked.contains(file))
                TRY(copy(mirrored(key_path(file)), key_path(file), kLargestPlainBytes,
                         is_hash(file)));
        return {};
    }

    Result<> journal(const MirrorGaps& gaps) {
        for (const auto& name : gaps.only_in_main)
            TRY(journal_file(name, name.path(), mirrored(name.path())));
        for (const auto& name : gaps.only_in_mirror)
            TRY(journal_file(name, mirrored(name.path()), name.path()));
        return {};
    }

    Result<> plain_files(const PlainHashes& plain) {
        for (const auto name : {kReadmeName, kScriptName, kManifestName}) {
            const std::string main(name);
            const auto told = plain.find(main);
            const Proof proof = [&](ByteView bytes) {
                if (name == kManifestName) return model::parse_manifest(as_text(bytes)).has_value();
                const auto own = name == kReadmeName ? kArchiveReadme : kArchiveScript;
                if (as_text(bytes) == own) return true;
                const model::FileHash hash{crypto::sha256(bytes)};
                return told != plain.end() &&
                       std::ranges::find(told->second, hash) != told->second.end();
            };
            TRY_LET(const bool has_main, stands(main));
            TRY_LET(const bool has_mirror, stands(mirrored(main)));
            if (has_main && !has_mirror) TRY(copy(main, mirrored(main), kLargestPlainBytes, proof));
            if (!has_main && has_mirror) TRY(copy(mirrored(main), main, kLargestPlainBytes, proof));
        }
        return {};
    }

  private:
    Result<> journal_file(const JournalFileName& name, const std::string& from,
                          const std::string& to) {
        if (copied_ >= kMostCopied) return {};
        return copy(from, to, kLargestJournalFileBytes, is_hash(name.file));
    }

    Result<bool> stands(const std::string& relative) {
        const auto info = staging_->files().info(os::join_path(staging_->archive_path(), relative));
        if (info) return true;
        if (info.error().code() == ErrorCode::not_found) return false;
        return info.error();
    }

    Result<std::set<model::FileHash>> key_names(const std::string& relative) {
        std::set<model::FileHash> names;
        auto entries = staging_->files().list(os::join_path(staging_->archive_path(), relative));
        if (!entries) {
            if (entries.error().code() == ErrorCode::not_found) return names;
            return std::move(entries).error().with(relative);
        }
        for (const auto& entry : *entries) {
            const auto hash = hash_of_name(entry.name);
            if (hash && entry.kind == os::FileKind::regular) names.insert(*hash);
        }
        return names;
    }

    // What cannot be read or is not whole is left for check to name: it is no reason not to write.
    Result<> copy(const std::string& from, const std::string& to, std::uint64_t limit_bytes,
                  const Proof& proof) {
        const auto bytes = os::read_file(
            staging_->files(), os::join_path(staging_->archive_path(), from), limit_bytes);
        if (!bytes || !proof(*bytes)) return {};
        // Nor is something else that has its name there.
        auto published = staging_->publish(*bytes, to);
        if (!published && published.error().code() == ErrorCode::exists) return {};
        TRY(published);
        ++copied_;
        return {};
    }

    Staging* staging_;
    std::uint64_t copied_ = 0;
};

}  // namespace

MirrorGaps mirror_gaps(const JournalListing& listing) {
    MirrorGaps gaps;
    if (listing.only_in_main.empty() && listing.only_in_mirror.empty()) return gaps;
    RollupIndex rollups;
    for (const auto& name : listing.files) rollups.add(name);
    const auto left = [&](const std::set<JournalFileName>& names) {
        std::vector<JournalFileName> result;
        std::ranges::copy_if(names, std::back_inserter(result),
                             [&](const JournalFileName& name) { return !rollups.covers(name); });
        return result;
    };
    gaps.only_in_main = left(listing.only_in_main);
    gaps.only_in_mirror = left(listing.only_in_mirror);
    return gaps;
}

Result<std::uint64_t> mend_mirror(Staging& staging, const std::set<model::FileHash>& revoked,
                                  const PlainHashes& plain, const MirrorGaps& gaps) {
    Mending mending(staging);
    TRY(mending.keys(revoked));
    TRY(mending.journal(gaps));
    TRY(mending.plain_files(plain));
    return mending.copied();
}

}  // namespace keepsake::archive
