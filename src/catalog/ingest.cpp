#include "catalog/ingest.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/findings.h"
#include "catalog/groups.h"
#include "catalog/packing.h"
#include "catalog/sqlite_handle.h"
#include "catalog/stage.h"
#include "media/facts.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"

namespace keepsake::catalog {
namespace {

/// The entries of one segment; one function an operation, each a union or a last-writer-wins, so
/// that no order tells.
class Ingest {
  public:
    Ingest(Database& database, Stage& stage, const SegmentRecord& record)
        : database_(database), stage_(stage), record_(record) {}

    Result<> take(const model::Entry& entry) {
        clock_ = entry.clock;
        entry_ = &entry;
        packed_clock_ = pack_clock(entry.clock);
        stamp_ = pack_stamp(entry.clock, record_.device);
        return std::visit([this](const auto& body) { return put(body); }, entry.body);
    }

  private:
    Result<> put(const model::Enroll&) { return put_authority(); }
    Result<> put(const model::Epoch&) { return put_authority(); }
    Result<> put(const model::Retire&) { return put_authority(); }
    Result<> put(const model::Adopt&) { return put_authority(); }
    Result<> put(const model::Tick& tick);
    Result<> put(const model::Unknown&) { return {}; }
    Result<> put(const model::Way& way);
    Result<> put(const model::Revoke& revoke);
    Result<> put(const model::Object& object);
    Result<> put(const model::Keep& keep);
    Result<> put(const model::Facts& facts);
    Result<> put(const model::Words& words);
    Result<> put(const model::Set& set);
    Result<> put(const model::Link& link);
    Result<> put(const model::LetGo& let_go) { return put_letting(let_go.item, "let-go"); }
    Result<> put(const model::BringBack& back) { return put_letting(back.item, "bring-back"); }
    Result<> put(const model::Plain& plain);
    Result<> put_authority();
    Result<> put_letting(const model::ItemId& item, std::string_view op);
    Result<> note_moment(const model::Subject& subject);

    Database& database_;
    Stage& stage_;
    const SegmentRecord& record_;
    const model::Entry* entry_ = nullptr;
    model::HybridTime clock_;
    PackedClock packed_clock_{};
    Stamp stamp_{};
};

Result<> Ingest::put_authority() {
    const auto line = model::to_line(*entry_);
    TRY_LET(auto insert,
            database_.prepare("INSERT OR IGNORE INTO authority(clock, line, device, seq, text) "
                              "VALUES(?1, ?2, ?3, ?4, ?5)"));
    insert.bind_blob(1, packed_clock_).bind_blob(2, as_bytes(line));
    insert.bind_blob(3, record_.device.bytes).bind(4, static_cast<std::int64_t>(record_.seq));
    return insert.bind_blob(5, record_.text.bytes).run();
}

Result<> Ingest::put(const model::Way& way) {
    const auto line = model::to_line(*entry_);
    TRY_LET(auto upsert,
            database_.prepare("INSERT INTO ways(way, stamp, line) VALUES(?1, ?2, ?3) ON CONFLICT "
                              "DO UPDATE SET stamp = excluded.stamp, line = excluded.line WHERE "
                              "(excluded.stamp, excluded.line) > (ways.stamp, ways.line)"));
    upsert.bind_blob(1, way.way.bytes).bind_blob(2, stamp_);
    return upsert.bind_blob(3, as_bytes(line)).run();
}

Result<> Ingest::put(const model::Revoke& revoke) {
    TRY_LET(auto upsert,
            database_.prepare("INSERT INTO revoked_ways(way, clock) VALUES(?1, ?2) ON CONFLICT "
                              "DO UPDATE SET clock = min(clock, excluded.clock)"));
    return upsert.bind_blob(1, revoke.way.bytes).bind_blob(2, packed_clock_).run();
}

Result<> Ingest::put(const model::Object& object) {
    TRY_LET(auto insert,
            database_.prepare("INSERT INTO objects(object, content, bytes, object_bytes, header) "
                              "VALUES(?1, ?2, ?3, ?4, ?5)"));
    insert.bind_blob(1, object.object.bytes).bind_blob(2, object.content.bytes);
    insert.bind(3, static_cast<std::int64_t>(object.content_bytes));
    insert.bind(4, static_cast<std::int64_t>(object.object_bytes));
    TRY(insert.bind_blob(5, as_bytes(object.header)).run());
    stage_.add_object(object, database_.last_row());
    return {};
}

Result<> Ingest::put(const model::Keep& keep) {
    stage_.add_keep(clock_, keep);
    return {};
}

Result<> Ingest::put(const model::Facts& facts) {
    Packer rank;
    rank.big_endian(facts.reader);
    rank.bytes(stamp_);
    Stage::FactsRow row{facts.content, rank.take(), 0, {}, std::nullopt, {}};
    std::string words;
    if (const auto read = media::facts_from_json(facts.facts)) {
        row.brief = pack_brief({read->kind, {read->width, read->height}, read->taken});
        row.look = read->look;
        if (read->pixels) row.pixels.assign(read->pixels->begin(), read->pixels->end());
        words = without_marks(words_of(*read)) + exact_words_of(*read);
    } else {
        row.brief = pack_brief({});  // read, and nothing in it that this version understands
    }
    TRY_LET(auto insert, database_.prepare("INSERT INTO findings(json, words) VALUES(?1, ?2)"));
    insert.bind_blob(1, as_bytes(facts.facts)).bind_blob(2, as_bytes(words));
    TRY(insert.run());
    row.no = database_.last_row();
    stage_.add_facts(std::move(row));
    return {};
}

Result<> Ingest::put(const model::Words& words) {
    TRY_LET(auto insert,
            database_.prepare("INSERT OR IGNORE INTO words(subject, field, stamp, "
                              "text, content, person) VALUES(?1, ?2, ?3, ?4, ?5, ?6)"));
    insert.bind_blob(1, as_bytes(words.of.text)).bind_blob(2, as_bytes(words.field));
    insert.bind_blob(3, stamp_).bind_blob(4, as_bytes(words.text));
    insert.bind_blob(5, words.content ? ByteView(words.content->bytes) : ByteView());
    TRY(insert.bind_blob(6, words.person ? ByteView(words.person->bytes) : ByteView()).run());

    TRY_LET(auto replace, database_.prepare("INSERT OR IGNORE INTO replaced(subject, field, stamp) "
                                            "VALUES(?1, ?2, ?3)"));
    for (const auto& version : words.replaces) {
        const auto stamp = pack_stamp(version.clock, version.device);
        if (stamp == stamp_) continue;  // nobody saw these words before they were written
        replace.bind_blob(1, as_bytes(words.of.text)).bind_blob(2, as_bytes(words.field));
        TRY(replace.bind_blob(3, stamp).run());
    }
    if (const auto item = words.of.item()) stage_.touch(*item, true);
    return note_moment(words.of);
}

Result<> Ingest::put(const model::Set& set) {
    TRY_LET(auto upsert,
            database_.prepare("INSERT INTO fields(subject, field, person, stamp, value) VALUES(?1, "
                              "?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET stamp = excluded.stamp, "
                              "value = excluded.value WHERE (excluded.stamp, excluded.value) > "
                              "(fields.stamp, fields.value)"));
    upsert.bind_blob(1, as_bytes(set.of.text)).bind_blob(2, as_bytes(set.field));
    upsert.bind_blob(3, set.person ? ByteView(set.person->bytes) : ByteView());
    TRY(upsert.bind_blob(4, stamp_).bind_blob(5, as_bytes(set.value)).run());
    if (!set.person && (set.field == "taken" || set.field == "cover")) {
        if (const auto item = set.of.item()) stage_.touch(*item, set.field == "taken");
    }
    if (!set.person && (set.field == kBelongs || set.field == kBelongsByRule)) {
        if (const auto item = set.of.item()) {
            TRY_LET(const auto changed, update_belongs(database_, key_of(*item)));
            for (const auto other : changed) stage_.touch(id_of_key<model::ItemId>(other), true);
        }
    }
    if (!set.person && set.field == "name") {
        if (const auto moment = set.of.moment()) stage_.touch_moment(*moment);
    }
    return note_moment(set.of);
}

Result<> Ingest::put(const model::Link& link) {
    TRY_LET(auto upsert,
            database_.prepare("INSERT INTO links(subject, relation, target, stamp, value) "
                              "VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET stamp = "
                              "excluded.stamp, value = excluded.value WHERE (excluded.stamp, "
                              "excluded.value) > (links.stamp, links.value)"));
    upsert.bind_blob(1, as_bytes(link.of.text)).bind_blob(2, as_bytes(link.as));
    upsert.bind_blob(3, as_bytes(link.to.text)).bind_blob(4, stamp_);
    TRY(upsert.bind_blob(5, as_bytes(link.value)).run());
    if (const auto item = link.to.item(); item && link.as == "holds") stage_.touch(*item, true);
    return note_moment(link.of);
}

Result<> Ingest::put_letting(const model::ItemId& item, std::string_view op) {
    TRY_LET(auto upsert,
            database_.prepare("INSERT INTO letting(item, stamp, op, seq) VALUES(?1, ?2, ?3, ?4) ON "
                              "CONFLICT DO UPDATE SET stamp = excluded.stamp, op = excluded.op, "
                              "seq = excluded.seq WHERE (excluded.stamp, excluded.op, "
                              "-excluded.seq) > (letting.stamp, letting.op, -letting.seq)"));
    upsert.bind(1, key_of(item)).bind_blob(2, stamp_).bind_blob(3, as_bytes(op));
    TRY(upsert.bind(4, static_cast<std::int64_t>(record_.seq)).run());
    stage_.touch(item, false);
    return {};
}

/// The first time that a device says that it met a let-go is what its days are counted from.
Result<> Ingest::put(const model::Tick& tick) {
    TRY_LET(auto upsert, database_.prepare("INSERT INTO met(writer, item, stamp, seq) VALUES(?1, "
                                           "?2, ?3, ?4) ON CONFLICT DO UPDATE SET seq = "
                                           "min(seq, excluded.seq)"));
    for (const auto& met : tick.met) {
        const auto stamp = pack_stamp(met.let_go.clock, met.let_go.device);
        upsert.bind_blob(1, record_.device.bytes).bind(2, key_of(met.item)).bind_blob(3, stamp);
        TRY(upsert.bind(4, static_cast<std::int64_t>(record_.seq)).run());
    }
    return {};
}

Result<> Ingest::put(const model::Plain& plain) {
    TRY_LET(auto insert,
            database_.prepare("INSERT OR IGNORE INTO plain_files(name, file) VALUES(?1, ?2)"));
    for (const auto& [name, file] : plain.files)
        TRY(insert.bind_blob(1, as_bytes(name)).bind_blob(2, file.bytes).run());
    return {};
}

/// A moment is as old as the first thing said of it.
Result<> Ingest::note_moment(const model::Subject& subject) {
    const auto moment = subject.moment();
    if (!moment) return {};
    TRY_LET(auto upsert,
            database_.prepare("INSERT INTO moments(moment, first_clock) VALUES(?1, ?2) ON CONFLICT "
                              "DO UPDATE SET first_clock = min(first_clock, "
                              "excluded.first_clock)"));
    return upsert.bind(1, key_of(*moment)).bind_blob(2, packed_clock_).run();
}

/// What follows from the segment itself: its device's head, a fork, the heads that it names.
Result<> note_heads(Database& database, const SegmentRecord& record) {
    const auto seq = static_cast<std::int64_t>(record.seq);
    TRY_LET(auto head, database.prepare(
                           "INSERT INTO heads(device, seq, text, seconds, nanoseconds) VALUES(?1, "
                           "?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET seq = excluded.seq, text = "
                           "excluded.text, seconds = excluded.seconds, nanoseconds = "
                           "excluded.nanoseconds WHERE excluded.seq > heads.seq OR (excluded.seq "
                           "= heads.seq AND excluded.text < heads.text)"));
    head.bind_blob(1, record.device.bytes).bind(2, seq).bind_blob(3, record.text.bytes);
    TRY(head.bind(4, record.time.seconds).bind(5, record.time.nanoseconds).run());

    TRY_LET(auto fork,
            database.prepare("INSERT OR IGNORE INTO forks(device) SELECT ?1 WHERE EXISTS(SELECT 1 "
                             "FROM segments WHERE device = ?1 AND seq = ?2 AND text <> ?3)"));
    fork.bind_blob(1, record.device.bytes).bind(2, seq);
    TRY(fork.bind_blob(3, record.text.bytes).run());

    TRY_LET(auto named, database.prepare("INSERT OR IGNORE INTO named_heads(device, seq, text) "
                                         "VALUES(?1, ?2, ?3)"));
    for (const auto& [device, seen] : record.seen) {
        named.bind_blob(1, device.bytes).bind(2, static_cast<std::int64_t>(seen.seq));
        TRY(named.bind_blob(3, seen.text.bytes).run());
    }
    return {};
}

std::string pack_seen(const SegmentRecord& record) {
    Packer packer;
    for (const auto& [device, head] : record.seen) {
        packer.bytes(device.bytes);
        packer.number(head.seq);
        packer.bytes(head.text.bytes);
    }
    return packer.take();
}

/// Whether it is new.
Result<bool> put_segment(Database& database, const SegmentRecord& record) {
    const auto clock = pack_clock(record.clock);
    const auto seen = pack_seen(record);
    TRY_LET(auto insert, database.prepare("INSERT OR IGNORE INTO segments(device, seq, text, "
                                          "previous, clock, seconds, nanoseconds, seen) VALUES(?1, "
                                          "?2, ?3, ?4, ?5, ?6, ?7, ?8)"));
    insert.bind_blob(1, record.device.bytes).bind(2, static_cast<std::int64_t>(record.seq));
    insert.bind_blob(3, record.text.bytes);
    if (record.previous)
        insert.bind_blob(4, record.previous->bytes);
    else
        insert.bind_null(4);
    insert.bind_blob(5, clock).bind(6, record.time.seconds).bind(7, record.time.nanoseconds);
    TRY(insert.bind_blob(8, as_bytes(seen)).run());
    return database.changes() != 0;
}

}  // namespace

Result<> ingest_segment(Database& database, Stage& stage, const SegmentRecord& record,
                        const std::vector<model::Entry>& entries) {
    constexpr auto kMostSeq = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (record.seq > kMostSeq) return Error(ErrorCode::limit, "a segment's number is too large");
    TRY_LET(const bool is_new, put_segment(database, record));
    if (!is_new) return {};
    TRY(note_heads(database, record));
    auto latest = record.clock;
    Ingest ingest(database, stage, record);
    for (const auto& entry : entries) {
        latest = std::max(latest, entry.clock);
        TRY(ingest.take(entry));
    }
    const auto clock = pack_clock(latest);
    TRY_LET(auto update,
            database.prepare("UPDATE totals SET latest_clock = max(latest_clock, ?1)"));
    TRY(update.bind_blob(1, clock).run());
    return stage.size_bytes() > Stage::kMostBytes ? stage.flush(database) : Result<>();
}

}  // namespace keepsake::catalog
