#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "catalog/packing.h"
#include "catalog/records.h"
#include "catalog/sqlite_handle.h"
#include "catalog/state.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"

namespace keepsake::catalog {
namespace {

Result<SegmentRecord> read_segment(const Statement& row) {
    SegmentRecord record;
    TRY_LET(record.device, id_from<model::DeviceId>(row.column_blob(0)));
    record.seq = static_cast<std::uint64_t>(row.column_int(1));
    TRY_LET(record.text, id_from<model::TextHash>(row.column_blob(2)));
    if (!row.is_null(3)) {
        TRY_LET(record.previous, id_from<model::TextHash>(row.column_blob(3)));
    }
    TRY_LET(record.clock, unpack_clock(row.column_blob(4)));
    record.time = {row.column_int(5), static_cast<std::uint32_t>(row.column_int(6))};
    Unpacker seen(row.column_text(7));
    while (!seen.at_end()) {
        const auto device = seen.id<model::DeviceId>();
        const auto seq = seen.number();
        record.seen.emplace(device, model::Head{seq, seen.id<model::TextHash>()});
    }
    if (!seen.ok()) return damaged("segment");
    return record;
}

constexpr const char* kHeads =
    "SELECT device, seq, text, seconds, nanoseconds FROM heads ORDER BY device";

void add_enrolled(const std::vector<AuthorityEntry>& entries,
                  std::map<model::DeviceId, DeviceRecord>& devices) {
    // By clock: the first enrollment says the key and since when.
    for (const auto& [writer, seq, entry] : entries) {
        const auto* enroll = std::get_if<model::Enroll>(&entry.body);
        if (enroll == nullptr) continue;
        auto& device = devices[enroll->device];
        if (!device.key.empty()) continue;
        device.key = enroll->key;
        const auto seconds =
            entry.clock.milliseconds / 1000 - (entry.clock.milliseconds % 1000 < 0 ? 1 : 0);
        device.enrolled = {
            seconds,
            static_cast<std::uint32_t>(entry.clock.milliseconds - seconds * 1000) * 1'000'000};
    }
}

/// How many numbers from 1 to `last` are not here.
Result<std::uint64_t> count_left_out(Database& database, const model::DeviceId& device,
                                     std::uint64_t last) {
    TRY_LET(auto row,
            database.prepare("SELECT count(DISTINCT seq) FROM segments WHERE device = ?1"));
    TRY_LET(const bool found, row.bind_blob(1, device.bytes).step());
    if (!found) return damaged("list of segments");
    const auto here = static_cast<std::uint64_t>(row.column_int(0));
    return last > here ? last - here : 0;
}

Result<std::vector<AuthorityEntry>> read_authority(Database& database) {
    TRY_LET(auto rows,
            database.prepare("SELECT device, seq, text, line FROM authority ORDER BY clock, "
                             "line, device, seq"));
    std::vector<AuthorityEntry> entries;
    model::EntryParser parser;
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return entries;
        TRY_LET(const auto device, id_from<model::DeviceId>(rows.column_blob(0)));
        TRY_LET(const auto text, id_from<model::TextHash>(rows.column_blob(2)));
        TRY_LET(auto entry, parser.parse(rows.column_text(3)));
        const auto seq = static_cast<std::uint64_t>(rows.column_int(1));
        entries.push_back({device, {seq, text}, std::move(entry)});
    }
}

}  // namespace

Result<std::vector<JournalFile>> Catalog::files() {
    TRY_LET(auto* const database, state_->settled());
    TRY_LET(auto rows, database->prepare("SELECT file, device, first_seq, last_seq FROM "
                                         "journal_files ORDER BY device, first_seq, last_seq, "
                                         "file"));
    std::vector<JournalFile> files;
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return files;
        TRY_LET(const auto file, id_from<model::FileHash>(rows.column_blob(0)));
        TRY_LET(const auto device, id_from<model::DeviceId>(rows.column_blob(1)));
        files.push_back({file, device, static_cast<std::uint64_t>(rows.column_int(2)),
                         static_cast<std::uint64_t>(rows.column_int(3))});
    }
}

Result<std::vector<SegmentRecord>> Catalog::segments_of(const model::DeviceId& device) {
    TRY_LET(auto* const database, state_->settled());
    TRY_LET(auto rows, database->prepare("SELECT device, seq, text, previous, clock, seconds, "
                                         "nanoseconds, seen FROM segments WHERE device = ?1 "
                                         "ORDER BY seq, text"));
    rows.bind_blob(1, device.bytes);
    std::vector<SegmentRecord> segments;
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return segments;
        TRY_LET(auto segment, read_segment(rows));
        segments.push_back(std::move(segment));
    }
}

Result<bool> Catalog::has_segment(const model::DeviceId& device, std::uint64_t seq,
                                  const model::TextHash& text) {
    TRY_LET(auto row, state_->database->prepare("SELECT 1 FROM segments WHERE device = ?1 AND "
                                                "seq = ?2 AND text = ?3"));
    row.bind_blob(1, device.bytes).bind(2, static_cast<std::int64_t>(seq));
    return row.bind_blob(3, text.bytes).step();
}

Result<std::map<model::DeviceId, model::Head>> Catalog::heads() {
    TRY_LET(auto rows, state_->database->prepare(kHeads));
    std::map<model::DeviceId, model::Head> heads;
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return heads;
        TRY_LET(const auto device, id_from<model::DeviceId>(rows.column_blob(0)));
        TRY_LET(const auto text, id_from<model::TextHash>(rows.column_blob(2)));
        heads.emplace(device, model::Head{static_cast<std::uint64_t>(rows.column_int(1)), text});
    }
}

Result<model::HybridTime> Catalog::latest_clock() {
    TRY_LET(auto row, state_->database->prepare("SELECT latest_clock FROM totals"));
    TRY_LET(const bool found, row.step());
    if (!found) return damaged("totals");
    if (row.column_blob(0).empty()) return model::HybridTime();
    return unpack_clock(row.column_blob(0));
}

Result<std::vector<AuthorityEntry>> Catalog::authority_entries() {
    return read_authority(*state_->database);
}

Result<std::vector<model::DeviceId>> Catalog::forked_devices() {
    TRY_LET(auto rows, state_->database->prepare("SELECT device FROM forks ORDER BY device"));
    return read_ids<model::DeviceId>(rows);
}

Result<std::map<model::DeviceId, std::uint64_t>> Catalog::missing_segments(
    const std::map<model::DeviceId, model::Head>& known) {
    auto& database = *state_->database;
    std::map<model::DeviceId, std::set<model::Head>> named;
    for (const auto& [device, head] : known) named[device].insert(head);
    TRY_LET(const auto here, heads());
    for (const auto& [device, head] : here) named[device].insert(head);
    TRY_LET(auto rows, database.prepare("SELECT device, seq, text FROM named_heads n WHERE NOT "
                                        "EXISTS(SELECT 1 FROM segments s WHERE s.device = n.device "
                                        "AND s.seq = n.seq AND s.text = n.text)"));
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) break;
        TRY_LET(const auto device, id_from<model::DeviceId>(rows.column_blob(0)));
        TRY_LET(const auto text, id_from<model::TextHash>(rows.column_blob(2)));
        named[device].insert({static_cast<std::uint64_t>(rows.column_int(1)), text});
    }
    TRY_LET(auto number, database.prepare("SELECT 1 FROM segments WHERE device = ?1 AND seq = ?2 "
                                          "LIMIT 1"));
    std::map<model::DeviceId, std::uint64_t> missing;
    for (const auto& [device, heads_named] : named) {
        TRY_LET(auto count, count_left_out(database, device, heads_named.rbegin()->seq));
        // Where the number is here with another text, the fork's other side is what lacks.
        for (const auto& head : heads_named) {
            number.bind_blob(1, device.bytes).bind(2, static_cast<std::int64_t>(head.seq));
            TRY_LET(const bool numbered, number.step());
            number.reset();
            TRY_LET(const bool same, has_segment(device, head.seq, head.text));
            if (numbered && !same) ++count;
        }
        if (count != 0) missing.emplace(device, count);
    }
    return missing;
}

Result<std::vector<WayRecord>> Catalog::ways() {
    TRY_LET(auto rows, state_->database->prepare("SELECT w.line, r.clock FROM ways w LEFT JOIN "
                                                 "revoked_ways r USING(way) ORDER BY way"));
    std::vector<WayRecord> ways;
    model::EntryParser parser;
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return ways;
        TRY_LET(const auto entry, parser.parse(rows.column_text(0)));
        const auto* way = std::get_if<model::Way>(&entry.body);
        if (way == nullptr) return damaged("way in");
        WayRecord record{*way, entry.clock, !rows.is_null(1), std::nullopt};
        if (record.revoked) {
            TRY_LET(record.revoked_at, unpack_clock(rows.column_blob(1)));
        }
        ways.push_back(std::move(record));
    }
}

Result<std::vector<DeviceRecord>> Catalog::devices() {
    auto& database = *state_->database;
    std::map<model::DeviceId, DeviceRecord> devices;
    TRY_LET(const auto authority, read_authority(database));
    add_enrolled(authority, devices);
    TRY_LET(auto rows, database.prepare(kHeads));
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) break;
        TRY_LET(const auto id, id_from<model::DeviceId>(rows.column_blob(0)));
        auto& device = devices[id];
        device.last_seq = static_cast<std::uint64_t>(rows.column_int(1));
        device.last_time = {rows.column_int(3), static_cast<std::uint32_t>(rows.column_int(4))};
    }
    for (const auto& [writer, segment, entry] : authority) {
        const auto* retire = std::get_if<model::Retire>(&entry.body);
        if (retire == nullptr) continue;
        if (const auto found = devices.find(retire->device); found != devices.end())
            found->second.retired = true;
    }
    std::vector<DeviceRecord> records;
    for (auto& [id, device] : devices) {
        device.device = id;
        TRY_LET(auto name, read_text_field(database, model::Subject::of(id).text, "name"));
        device.name = std::move(name).value_or("");
        records.push_back(std::move(device));
    }
    return records;
}

Result<std::map<std::string, std::vector<model::FileHash>>> Catalog::plain_files() {
    TRY_LET(auto rows,
            state_->database->prepare("SELECT name, file FROM plain_files ORDER BY name, file"));
    std::map<std::string, std::vector<model::FileHash>> files;
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return files;
        TRY_LET(const auto file, id_from<model::FileHash>(rows.column_blob(1)));
        files[std::string(rows.column_text(0))].push_back(file);
    }
}

}  // namespace keepsake::catalog
