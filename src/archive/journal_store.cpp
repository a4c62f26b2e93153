#include "archive/journal_store.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/copy.h"
#include "archive/identity_file.h"
#include "archive/layout.h"
#include "archive/staging.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"
#include "crypto/signing.h"
#include "model/entry.h"
#include "model/ids.h"
#include "model/segment.h"
#include "os/file_system.h"

namespace keepsake::archive {
namespace {

constexpr std::size_t kLargestRollupBytes = 64UL << 20U;

std::string mirrored(const std::string& relative) {
    return os::join_path(std::string(kMirrorName), relative);
}

// Lists journal/<device>/<number>/ below `base` ("" or "mirror").
class JournalLister {
  public:
    JournalLister(os::FileSystem& files, const std::string& archive_path, JournalListing& listing)
        : files_(&files), archive_path_(&archive_path), listing_(&listing) {}

    Result<bool> list(const std::string& base) {
        const auto journal = os::join_path(base, std::string(kJournalName));
        auto devices = files_->list(os::join_path(*archive_path_, journal));
        if (!devices) {
            if (devices.error().code() == ErrorCode::not_found) return false;
            return std::move(devices).error().with(journal);
        }
        for (const auto& entry : *devices) {
            const auto path = os::join_path(journal, entry.name);
            const auto device = model::DeviceId::from_hex(entry.name);
            if (!device || entry.kind != os::FileKind::directory)
                listing_->strangers.push_back(path);
            else
                TRY(list_device(*device, path));
        }
        return true;
    }
    std::set<JournalFileName>& names() { return names_; }

  private:
    Result<> list_device(const model::DeviceId& device, const std::string& path) {
        TRY_LET(const auto groups, files_->list(os::join_path(*archive_path_, path)));
        for (const auto& group : groups) {
            const auto folder = os::join_path(path, group.name);
            if (group.kind != os::FileKind::directory) {
                listing_->strangers.push_back(folder);
                continue;
            }
            TRY_LET(const auto entries, files_->list(os::join_path(*archive_path_, folder)));
            for (const auto& entry : entries) take(device, group.name, folder, entry);
            if (names_.size() > kMostJournalFiles)
                return Error(ErrorCode::limit, "the journal holds more than 2,000,000 files");
        }
        return {};
    }
    void take(const model::DeviceId& device, const std::string& group, const std::string& folder,
              const os::DirectoryEntry& entry) {
        const auto name = JournalFileName::from_name(device, entry.name);
        if (name && entry.kind == os::FileKind::regular &&
            std::to_string(name->first_seq / 1000) == group)
            names_.insert(*name);
        else
            listing_->strangers.push_back(os::join_path(folder, entry.name));
    }

    os::FileSystem* files_;
    const std::string* archive_path_;
    JournalListing* listing_;
    std::set<JournalFileName> names_;
};

Result<Bytes> read_whole(os::FileSystem& files, const std::string& path,
                         const model::FileHash& hash) {
    TRY_LET(auto bytes, os::read_file(files, path, kLargestJournalFileBytes));
    if (crypto::sha256(bytes) != hash.bytes)
        return Error(ErrorCode::corrupt, "it is not what its name says");
    return bytes;
}

Result<> check_place(const JournalFileName& name, const std::vector<model::Segment>& segments,
                     const model::ArchiveId& archive) {
    if (segments.empty() || segments.front().header.seq != name.first_seq ||
        segments.back().header.seq != name.last_seq)
        return Error(ErrorCode::corrupt, "its numbers are not those of its name");
    for (const auto& segment : segments)
        if (segment.header.device != name.device || segment.header.archive != archive)
            return Error(ErrorCode::corrupt, "it belongs to another device or archive");
    return {};
}

Result<> check_signature(const model::Segment& segment) {
    TRY_LET(const auto key, crypto::sshsig_key(segment.signature));
    if (device_id_of(key) != segment.header.device)
        return Error(ErrorCode::corrupt, "another key than the device's signed it");
    return crypto::sshsig_verify(key, model::journal_namespace(segment.header.archive),
                                 as_bytes(segment.signed_text), segment.signature);
}

model::TextHash hash_text(std::string_view text) { return {crypto::sha256(as_bytes(text))}; }

Result<std::vector<model::TextHash>> text_hashes(ByteView sealed,
                                                 std::span<const crypto::AgeIdentity> identities) {
    model::EntryParser parser;
    TRY_LET(const auto text, crypto::age_open(sealed, identities));
    TRY_LET(const auto segments, model::parse_segments(text.text(), parser, hash_text));
    std::vector<model::TextHash> hashes;
    hashes.reserve(segments.size());
    for (const auto& segment : segments) hashes.push_back(segment.text_hash);
    return hashes;
}

Result<> publish_in_both(Staging& staging, ByteView sealed, const std::string& relative) {
    TRY(staging.publish(sealed, relative));
    return staging.publish(sealed, mirrored(relative));
}

}  // namespace

Result<JournalListing> list_journal(os::FileSystem& files, const std::string& archive_path) {
    JournalListing listing;
    JournalLister main(files, archive_path, listing);
    JournalLister mirror(files, archive_path, listing);
    TRY_LET(listing.has_main, main.list(""));
    TRY_LET(listing.has_mirror, mirror.list(std::string(kMirrorName)));
    if (!listing.has_main && !listing.has_mirror) {
        // Of a disk that was pulled out since the archive was opened, all is gone.
        if (const auto copy = open_copy(files, archive_path); !copy) return copy.error();
        return Error(
            ErrorCode::corrupt,
            "The journal of this archive is not there. Copy its folders journal and mirror "
            "back from another copy.");
    }
    std::ranges::set_union(main.names(), mirror.names(), std::back_inserter(listing.files));
    std::ranges::set_difference(main.names(), mirror.names(),
                                std::inserter(listing.only_in_main, listing.only_in_main.end()));
    std::ranges::set_difference(
        mirror.names(), main.names(),
        std::inserter(listing.only_in_mirror, listing.only_in_mirror.end()));
    return listing;
}

Result<JournalBytes> read_journal_file(os::FileSystem& files, const std::string& archive_path,
                                       const JournalFileName& name) {
    const auto relative = name.path();
    auto main = read_whole(files, os::join_path(archive_path, relative), name.file);
    if (main) return JournalBytes{std::move(*main), false};
    auto mirror = read_whole(files, os::join_path(archive_path, mirrored(relative)), name.file);
    if (mirror) return JournalBytes{std::move(*mirror), true};
    const bool gone = main.error().code() == ErrorCode::not_found;
    return std::move(gone ? mirror : main).error().with(relative);
}

Result<std::vector<model::Segment>> open_journal_file(
    const JournalFileName& name, Bytes sealed, std::span<const crypto::AgeIdentity> identities,
    const model::ArchiveId& archive, model::EntryParser& parser) {
    TRY_LET(const auto text, crypto::age_open(sealed, identities));
    Bytes().swap(sealed);
    TRY_LET(auto segments, model::parse_segments(text.text(), parser, hash_text));
    TRY(check_place(name, segments, archive));
    for (auto& segment : segments) {
        TRY(check_signature(segment));
        segment.signed_text = {};  // of a text that ends here
    }
    return segments;
}

Result<WrittenSegment> write_segment(Staging& staging, const model::SegmentHeader& header,
                                     const std::vector<model::Entry>& entries,
                                     const crypto::SigningKey& key,
                                     const crypto::AgeRecipient& recipient,
                                     crypto::RandomSource& random) {
    auto text = model::segment_text(header, entries);
    const auto signature =
        crypto::sshsig_sign(key, model::journal_namespace(header.archive), as_bytes(text));
    text = model::signed_segment_text(std::move(text), signature);
    if (text.size() > model::kLargestSegmentBytes)
        return Error(ErrorCode::limit, "a journal segment would be larger than 16 MiB");
    const auto sealed = crypto::age_seal(as_bytes(text), {&recipient, 1}, random);
    WrittenSegment written;
    written.text = hash_text(text);
    written.name = {header.device, header.seq, header.seq, {crypto::sha256(sealed)}};
    crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    TRY(publish_in_both(staging, sealed, written.name.path()));
    return written;
}

Result<> remove_journal_file(Staging& staging, const JournalFileName& name) {
    for (const auto& place : {name.path(), mirrored(name.path())}) {
        auto removed = remove_own_file(staging.files(), staging.archive_path(), place);
        if (!removed && removed.error().code() != ErrorCode::not_found) return removed;
    }
    return {};
}

Result<JournalFileName> roll_up(Staging& staging, std::span<const JournalFileName> names,
                                std::span<const crypto::AgeIdentity> identities,
                                const crypto::AgeRecipient& recipient,
                                crypto::RandomSource& random) {
    std::string text;
    for (const auto& name : names) {
        TRY_LET(const auto bytes, read_journal_file(staging.files(), staging.archive_path(), name));
        TRY_LET(const auto part, crypto::age_open(bytes.sealed, identities));
        text += part.text();
        if (text.size() > kLargestRollupBytes)
            return Error(ErrorCode::limit, "a rollup would be larger than 64 MiB");
    }
    const auto sealed = crypto::age_seal(as_bytes(text), {&recipient, 1}, random);
    const JournalFileName whole{names.front().device,
                                names.front().first_seq,
                                names.back().last_seq,
                                {crypto::sha256(sealed)}};
    TRY(publish_in_both(staging, sealed, whole.path()));
    for (const auto& place : {whole.path(), mirrored(whole.path())}) {
        TRY_LET(
            const auto back,
            read_whole(staging.files(), os::join_path(staging.archive_path(), place), whole.file));
        TRY_LET(const auto opened, crypto::age_open(back, identities));
        if (opened.text() != text) return Error(ErrorCode::corrupt, "a rollup did not read back");
    }
    return whole;
}

Result<std::vector<JournalFileName>> remove_rolled_up(
    Staging& staging, const JournalFileName& rollup, std::span<const JournalFileName> inside,
    std::span<const crypto::AgeIdentity> identities) {
    std::set<model::TextHash> held;
    for (const auto& place : {rollup.path(), mirrored(rollup.path())}) {
        TRY_LET(
            const auto sealed,
            read_whole(staging.files(), os::join_path(staging.archive_path(), place), rollup.file));
        TRY_LET(const auto texts, text_hashes(sealed, identities));
        held.insert(texts.begin(), texts.end());
    }
    std::vector<JournalFileName> removed;
    for (const auto& name : inside) {
        TRY_LET(const auto bytes, read_journal_file(staging.files(), staging.archive_path(), name));
        TRY_LET(const auto texts, text_hashes(bytes.sealed, identities));
        // Of a fork, the other side's segments have the same numbers and stay.
        const auto is_held = [&](const model::TextHash& text) { return held.contains(text); };
        if (!std::ranges::all_of(texts, is_held)) continue;
        TRY(remove_journal_file(staging, name));
        removed.push_back(name);
    }
    return removed;
}

}  // namespace keepsake::archive
