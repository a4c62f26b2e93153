#include "library/heal.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "archive/copy.h"
#include "archive/journal_store.h"
#include "archive/layout.h"
#include "archive/object_file.h"
#include "archive/parity_store.h"
#include "archive/staging.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "crypto/sha256.h"
#include "library/environment.h"
#include "library/library.h"
#include "model/ids.h"
#include "model/manifest.h"
#include "os/file_system.h"
#include "parity/recovery_set.h"
#include "parity/repair.h"
#include "parity/verify.h"
#include "parity/work.h"

namespace keepsake::library {
namespace {

constexpr std::uint64_t kLargestPlainBytes = 1UL << 20U;
constexpr std::size_t kHashBlockBytes = 1UL << 20U;
constexpr const char* kFromParity = "its repair data";
constexpr const char* kFromJournal = "the journal, which holds its beginning";
constexpr const char* kFromMirror = "its second copy in mirror/";
constexpr const char* kFromMain = "the archive's own, for the mirror";
constexpr const char* kFromProgram = "this program, which carries the same";

Result<bool> is_object(os::FileSystem& files, const std::string& path,
                       const model::ObjectId& object, const std::stop_token& stop) {
    TRY_LET(const auto file, files.open(path));
    Bytes buffer(kHashBlockBytes);
    TRY_LET(const auto hash, archive::hash_file(*file, buffer, stop));
    return hash.bytes == object.bytes;
}

// One recovery set and what it can bring back.
class SetHealing {
  public:
    SetHealing(const Environment& environment, archive::Staging& staging, const OnHealed& on_healed,
               Listener& listener)
        : environment_(&environment),
          staging_(&staging),
          on_healed_(&on_healed),
          listener_(&listener) {}

    Result<> heal(const archive::ParityFileName& name, std::set<model::ObjectId>& hurt) {
        auto& files = staging_->files();
        const auto path = os::join_path(staging_->archive_path(), name.path());
        auto set = parity::open_set(files, {path}, work());
        if (!set) return tolerated(std::move(set).error());
        TRY_LET(const auto findings,
                parity::verify_set(files, staging_->archive_path(), *set, {}, work()));
        std::vector<Wanted> wanted;
        for (std::size_t i = 0; i < set->files.size(); ++i) {
            const auto object = archive::object_of_path(set->files[i].name);
            if (!object || !hurt.contains(*object)) continue;
            if (findings.files[i].state == parity::FileState::whole) continue;
            wanted.push_back({i, *object, findings.files[i].slices_lost == 0});
        }
        // All at once where there is enough for all that is lost; else those that lost nothing.
        if (!parity::can_repair(*set, findings))
            std::erase_if(wanted, [](const Wanted& each) { return !each.lost_nothing; });
        return wanted.empty() ? Result<>() : write(*set, findings, wanted, hurt);
    }

  private:
    struct Wanted {
        std::size_t file;
        model::ObjectId object;
        bool lost_nothing;
    };

    // A set that is no help is no reason to stop; a disk that cannot be written is.
    static Result<> tolerated(Error error) {
        switch (error.code()) {
            case ErrorCode::corrupt:
            case ErrorCode::changed:
            case ErrorCode::limit:
            case ErrorCode::unsupported:
            case ErrorCode::not_found:
                return {};
            default:
                return error;
        }
    }

    Result<> write(const parity::RecoverySet& set, const parity::Findings& findings,
                   const std::vector<Wanted>& wanted, std::set<model::ObjectId>& hurt) {
        std::vector<parity::RepairTarget> targets;
        for (const auto& each : wanted) {
            TRY_LET(auto path, staging_->new_path());
            targets.push_back({each.file, std::move(path)});
        }
        if (auto repaired = parity::repair_files(staging_->files(), set, findings, targets, work());
            !repaired)
            return tolerated(std::move(repaired).error());
        Result<> result;
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            if (result) result = place(wanted[i].object, targets[i].path, hurt);
            static_cast<void>(staging_->files().remove_file(targets[i].path));
        }
        return result;
    }

    Result<> place(const model::ObjectId& object, const std::string& temporary,
                   std::set<model::ObjectId>& hurt) {
        TRY_LET(const bool right,
                is_object(staging_->files(), temporary, object, environment_->stop));
        if (!right) return {};
        const auto path = archive::object_path(object);
        TRY(staging_->put_in_place(temporary, path));
        hurt.erase(object);
        (*on_healed_)(path, kFromParity);
        return {};
    }

    parity::Work work() const {
        parity::Work work;
        work.threads = environment_->threads;
        work.stop = environment_->stop;
        work.progress = [this](std::uint64_t done, std::uint64_t total) {
            listener_->progress({"Repairing", 0, 0, done, total});
        };
        return work;
    }

    const Environment* environment_;
    archive::Staging* staging_;
    const OnHealed* on_healed_;
    Listener* listener_;
};

}  // namespace

Result<std::vector<model::ObjectId>> heal_from_parity(const Environment& environment,
                                                      archive::Staging& staging,
                                                      std::vector<model::ObjectId> hurt,
                                                      const OnHealed& on_healed,
                                                      Listener& listener) {
    std::set<model::ObjectId> left(hurt.begin(), hurt.end());
    if (left.empty()) return hurt;
    parity::Work reading;
    reading.threads = environment.threads;
    reading.stop = environment.stop;
    TRY_LET(const auto names, archive::list_parity(staging.files(), staging.archive_path()));
    SetHealing healing(environment, staging, on_healed, listener);
    for (const auto& name : names) {
        if (left.empty()) break;
        const auto set =
            archive::read_members(staging.files(), staging.archive_path(), name, reading);
        if (!set && set.error().code() == ErrorCode::cancelled) return set.error();
        const bool concerned = set && std::ranges::any_of(set->objects, [&](const auto& member) {
                                   return left.contains(member.object);
                               });
        if (concerned) TRY(healing.heal(name, left));
    }
    return std::vector<model::ObjectId>(left.begin(), left.end());
}

// ---- by the journal's header ----

namespace {

Result<bool> heal_header(Library& library, const model::ObjectId& object) {
    auto& files = library.environment().files;
    auto& staging = library.staging();
    TRY_LET(const auto content_id, library.catalog().content_of_object(object));
    if (!content_id) return false;
    TRY_LET(const auto content, library.catalog().content(*content_id));
    if (!content) return false;
    const auto record = std::ranges::find(content->objects, object, &catalog::ObjectRecord::object);
    if (record == content->objects.end()) return false;
    const auto path = archive::object_path(object);
    const auto damaged = files.open(os::join_path(library.copy().path, path));
    if (!damaged) return false;
    const auto mended = archive::with_header(**damaged, record->header);
    Bytes buffer(kHashBlockBytes);
    const auto hash = archive::hash_file(*mended, buffer, library.environment().stop);
    if (!hash && hash.error().code() == ErrorCode::cancelled) return hash.error();
    if (!hash || hash->bytes != object.bytes) return false;
    TRY_LET(const auto temporary, staging.new_path());
    const auto finish = [&]() -> Result<bool> {
        TRY_LET(const auto out, files.create(temporary, false));
        for (std::uint64_t offset = 0;;) {
            TRY_LET(const auto got, mended->read_at(offset, buffer));
            TRY(out->append(ByteView(buffer).first(got)));
            offset += got;
            if (got < buffer.size()) break;
        }
        TRY(out->sync());
        TRY(out->close());
        TRY_LET(const bool right, is_object(files, temporary, object, library.environment().stop));
        if (right) TRY(staging.put_in_place(temporary, path));
        return right;
    };
    auto finished = finish();
    static_cast<void>(files.remove_file(temporary));
    return finished;
}

}  // namespace

Result<std::vector<model::ObjectId>> heal_headers(Library& library,
                                                  const std::vector<model::ObjectId>& hurt,
                                                  const OnHealed& on_healed) {
    std::vector<model::ObjectId> left;
    for (const auto& object : hurt) {
        TRY_LET(const bool healed, heal_header(library, object));
        if (healed)
            on_healed(archive::object_path(object), kFromJournal);
        else
            left.push_back(object);
    }
    return left;
}

// ---- mirror ----

namespace {

// A small file that stands in two places: whether each is whole, and the bytes of one that is.
class MirrorHealing {
  public:
    MirrorHealing(archive::Staging& staging, const OnHealed& on_healed)
        : staging_(&staging), on_healed_(&on_healed) {}

    using Proof = std::function<bool(ByteView)>;

    // None where neither place holds it whole.
    Result<bool> heal(const std::string& relative, std::uint64_t limit_bytes, const Proof& proof) {
        const auto mirrored = os::join_path(std::string(archive::kMirrorName), relative);
        const auto main = read_whole(relative, limit_bytes, proof);
        const auto mirror = read_whole(mirrored, limit_bytes, proof);
        if (main && !mirror) TRY(put(*main, mirrored, kFromMain));
        if (!main && mirror) TRY(put(*mirror, relative, kFromMirror));
        return main.has_value() || mirror.has_value();
    }

    Result<> put(ByteView bytes, const std::string& relative, const std::string& from) {
        TRY(staging_->replace(bytes, relative));
        (*on_healed_)(relative, from);
        return {};
    }

    std::optional<Bytes> read_whole(const std::string& relative, std::uint64_t limit_bytes,
                                    const Proof& proof) const {
        auto bytes = os::read_file(staging_->files(),
                                   os::join_path(staging_->archive_path(), relative), limit_bytes);
        if (!bytes || !proof(*bytes)) return std::nullopt;
        return std::move(*bytes);
    }

  private:
    archive::Staging* staging_;
    const OnHealed* on_healed_;
};

MirrorHealing::Proof has_hash(const model::FileHash& hash) {
    return [hash](ByteView bytes) { return crypto::sha256(bytes) == hash.bytes; };
}

Result<std::set<model::FileHash>> key_files(archive::Staging& staging) {
    std::set<model::FileHash> names;
    const std::string keys(archive::kKeysName);
    for (const auto& folder : {keys, os::join_path(std::string(archive::kMirrorName), keys)}) {
        auto entries = staging.files().list(os::join_path(staging.archive_path(), folder));
        if (!entries && entries.error().code() == ErrorCode::not_found) continue;
        if (!entries) return std::move(entries).error().with(folder);
        for (const auto& entry : *entries)
            if (const auto hash = archive::hash_of_name(entry.name)) names.insert(*hash);
    }
    return names;
}

Result<> heal_plain_file(MirrorHealing& healing, const archive::PlainFile& own,
                         const model::ArchiveId& archive, const PlainHashes& plain) {
    const auto known = plain.find(own.name);
    const MirrorHealing::Proof proof = [&](ByteView bytes) {
        if (own.name == archive::kManifestName) {
            const auto manifest = model::parse_manifest(as_text(bytes));
            if (!manifest || manifest->archive != archive) return false;
        }
        const model::FileHash hash{crypto::sha256(bytes)};
        if (known == plain.end()) return hash == own.hash;
        return std::ranges::find(known->second, hash) != known->second.end();
    };
    TRY_LET(const bool whole_somewhere, healing.heal(own.name, kLargestPlainBytes, proof));
    if (whole_somewhere || known == plain.end() || !proof(as_bytes(own.bytes))) return {};
    TRY(healing.put(as_bytes(own.bytes), os::join_path(std::string(archive::kMirrorName), own.name),
                    kFromProgram));
    return healing.put(as_bytes(own.bytes), own.name, kFromProgram);
}

}  // namespace

Result<> heal_mirrors(archive::Staging& staging, const model::ArchiveId& archive,
                      const std::set<model::FileHash>& revoked, const PlainHashes& plain,
                      const OnHealed& on_healed) {
    MirrorHealing healing(staging, on_healed);
    TRY_LET(const auto keys, key_files(staging));
    for (const auto& file : keys)
        if (!revoked.contains(file))
            TRY(healing.heal(archive::key_path(file), kLargestPlainBytes, has_hash(file)));
    TRY_LET(const auto listing, archive::list_journal(staging.files(), staging.archive_path()));
    archive::RollupIndex rollups;
    for (const auto& name : listing.files)
        if (listing.in_both(name)) rollups.add(name);
    for (const auto& name : listing.files)
        if (listing.in_both(name) || !rollups.stands_for(name))
            TRY(healing.heal(name.path(), archive::kLargestJournalFileBytes, has_hash(name.file)));
    for (const auto& own : archive::plain_files(archive))
        TRY(heal_plain_file(healing, own, archive, plain));
    return {};
}

}  // namespace keepsake::library
