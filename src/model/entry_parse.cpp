#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "model/entry.h"
#include "model/ids.h"
#include "model/json_reader.h"

namespace keepsake::model {
namespace {

constexpr std::size_t kLargestSignatureBytes = 4096;
constexpr std::size_t kLargestRecipientBytes = 128;
constexpr std::size_t kLargestObjectHeaderBytes = 64UL << 10U;
constexpr std::size_t kLossyGrowth = 3;  // U+FFFD for one byte

// An Ed25519 public key as OpenSSH writes it, without a comment: it goes into signed texts, where
// a second line would say something of its own.
bool is_openssh_key(std::string_view text) {
    constexpr std::string_view kType = "ssh-ed25519 ";
    constexpr std::string_view kBlobStart("\0\0\0\x0bssh-ed25519\0\0\0\x20", 19);
    constexpr std::size_t kBlobBytes = kBlobStart.size() + 32;
    if (!text.starts_with(kType)) return false;
    const auto blob = from_base64(text.substr(kType.size()), Padding::with);
    return blob && blob->size() == kBlobBytes && as_text(*blob).starts_with(kBlobStart);
}

bool is_recipient(std::string_view text) {
    constexpr std::string_view kPrefix = "age1";
    return text.starts_with(kPrefix) && text.size() > kPrefix.size() &&
           std::ranges::all_of(
               text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

Result<std::string> key_of(const Fields& fields, std::string_view name) {
    TRY_LET(const auto text, fields.text(name, kLargestRecipientBytes));
    if (!is_openssh_key(text)) return wrong_field(name, "is not an Ed25519 key");
    return std::string(text);
}

Result<std::string> filled_text(const Fields& fields, std::string_view name,
                                std::size_t most_bytes) {
    TRY_LET(const auto text, fields.text(name, most_bytes));
    if (text.empty()) return wrong_field(name, "is empty");
    return std::string(text);
}

Result<Subject> subject_of(const Fields& fields, std::string_view name) {
    TRY_LET(const auto text, fields.text(name, kLargestFieldNameBytes));
    return field_value(Subject::from_text(text), name, "names nothing that there can be");
}

// The exact bytes of a name. Where they are given beside the readable form, both must say the same,
// and that only where it is needed: else two readers could give back two names.
Result<std::string> bytes_of(const Fields& fields, std::string_view name, std::string_view exact,
                             std::size_t most_bytes) {
    TRY_LET(const auto shown, fields.text(name, most_bytes * kLossyGrowth));
    if (!fields.has(exact)) return std::string(shown);
    TRY_LET(const auto base64, fields.text(exact, (most_bytes + 2) / 3 * 4));
    const auto bytes = from_base64(base64, Padding::with);
    if (!bytes) return wrong_field(exact, "is not base64");
    const auto text = as_text(*bytes);
    if (is_utf8(text) || to_utf8_lossy(text) != shown)
        return wrong_field(exact, "does not fit \"" + std::string(name) + "\"");
    return std::string(text);
}

using Parsed = Result<EntryBody>;

Parsed parse_enroll(const Fields& fields, const JsonReader&) {
    Enroll entry;
    TRY_LET(entry.device, fields.id<DeviceId>("device"));
    TRY_LET(entry.key, key_of(fields, "key"));
    TRY_LET(entry.root, key_of(fields, "root"));
    TRY_LET(entry.signature, filled_text(fields, "sig", kLargestSignatureBytes));
    return EntryBody(std::move(entry));
}

Result<Head> head_of(const Fields& fields, std::uint64_t least) {
    Head head;
    TRY_LET(head.seq, fields.number("seq", least));
    TRY_LET(head.text, fields.id<TextHash>("text"));
    return head;
}

Result<std::map<DeviceId, Head>> devices_of(const Fields& fields) {
    std::map<DeviceId, Head> devices;
    TRY_LET(const auto elements, fields.list("devices", kMostListed));
    for (const auto element : elements) {
        simdjson::dom::object object;
        if (element.get(object) != simdjson::SUCCESS)
            return wrong_field("devices", "holds something that is not an object");
        const Fields device(object);
        TRY_LET(const auto id, device.id<DeviceId>("device"));
        TRY_LET(const auto head, head_of(device, 1));
        // In the order of the signed text, which others make of the line as it stands.
        if (!devices.empty() && id <= devices.rbegin()->first)
            return wrong_field("devices", "is not in order of device");
        devices.emplace_hint(devices.end(), id, head);
    }
    return devices;
}

Result<WayKind> kind_of(const Fields& fields) {
    TRY_LET(const auto kind, fields.text("kind", kLargestFieldNameBytes));
    if (kind == "passphrase") return WayKind::passphrase;
    if (kind == "recovery") return WayKind::recovery;
    if (kind == "recipient") return WayKind::recipient;
    return wrong_field("kind", "is none of passphrase, recovery, recipient");
}

Result<Way> way_of(const Fields& fields) {
    Way entry;
    TRY_LET(entry.way, fields.id<WayId>("way"));
    TRY_LET(entry.kind, kind_of(fields));
    TRY_LET(const auto name, fields.text("name", kLargestWayNameBytes));
    entry.name = name;
    TRY_LET(const auto recipient, fields.text("recipient", kLargestRecipientBytes));
    if (!is_recipient(recipient)) return wrong_field("recipient", "is not an age recipient");
    entry.recipient = recipient;
    TRY_LET(entry.files, fields.texts<FileHash>("files", kMostListed, FileHash::from_hex));
    return entry;
}

Parsed parse_way(const Fields& fields, const JsonReader&) {
    TRY_LET(auto entry, way_of(fields));
    return EntryBody(std::move(entry));
}

Result<std::vector<Way>> ways_of(const Fields& fields) {
    std::vector<Way> ways;
    TRY_LET(const auto elements, fields.list("ways", kMostWays));
    for (const auto element : elements) {
        simdjson::dom::object object;
        if (element.get(object) != simdjson::SUCCESS)
            return wrong_field("ways", "holds something that is not an object");
        auto way = way_of(Fields(object));
        if (!way) return std::move(way).error().with("field \"ways\"");
        if (!ways.empty() && way->way <= ways.back().way)
            return wrong_field("ways", "is not in order of way");
        ways.push_back(*std::move(way));
    }
    return ways;
}

Parsed parse_epoch(const Fields& fields, const JsonReader&) {
    Epoch entry;
    constexpr auto kMost = std::numeric_limits<std::uint32_t>::max();
    TRY_LET(const auto number, fields.number("number", 1, kMost));
    entry.number = static_cast<std::uint32_t>(number);
    TRY_LET(entry.root, key_of(fields, "root"));
    TRY_LET(entry.previous, key_of(fields, "previous"));
    TRY_LET(entry.opened, fields.clock("opened"));
    TRY_LET(entry.devices, devices_of(fields));
    TRY_LET(entry.revoked, fields.texts<FileHash>("revoked", kMostListed, FileHash::from_hex));
    TRY_LET(entry.ways, ways_of(fields));
    TRY_LET(entry.signature, filled_text(fields, "sig", kLargestSignatureBytes));
    TRY_LET(entry.accepted, filled_text(fields, "accepted", kLargestSignatureBytes));
    return EntryBody(std::move(entry));
}

Parsed parse_revoke(const Fields& fields, const JsonReader&) {
    TRY_LET(const auto way, fields.id<WayId>("way"));
    return EntryBody(Revoke{way});
}

Parsed parse_object(const Fields& fields, const JsonReader&) {
    Object entry;
    TRY_LET(entry.object, fields.id<ObjectId>("object"));
    TRY_LET(entry.content, fields.id<ContentId>("content"));
    TRY_LET(entry.content_bytes, fields.number("bytes", 0));
    TRY_LET(entry.object_bytes, fields.number("size", 0));
    TRY_LET(entry.header, filled_text(fields, "header", kLargestObjectHeaderBytes));
    return EntryBody(std::move(entry));
}

Result<KeptFile> file_of(const Fields& fields) {
    KeptFile file;
    TRY_LET(file.content, fields.id<ContentId>("content"));
    TRY_LET(file.bytes, fields.number("bytes", 0));
    TRY_LET(file.name, bytes_of(fields, "name", "name_bytes", kLargestFileNameBytes));
    if (!is_file_name(file.name)) return wrong_field("name", "is not a file's name");
    TRY_LET(file.folder, bytes_of(fields, "folder", "folder_bytes", kLargestFolderBytes));
    if (!is_folder(file.folder)) return wrong_field("folder", "is not a folder's name");
    TRY_LET(file.modified, fields.instant("modified"));
    return file;
}

Parsed parse_keep(const Fields& fields, const JsonReader&) {
    Keep entry;
    TRY_LET(entry.item, fields.id<ItemId>("item"));
    TRY_LET(entry.kept, fields.instant("kept"));
    TRY_LET(entry.root, fields.id<RootId>("root"));
    TRY_LET(const auto files, fields.list("files", kLargestFilesPerItem));
    entry.files.reserve(files.size());
    for (const auto element : files) {
        simdjson::dom::object object;
        if (element.get(object) != simdjson::SUCCESS)
            return wrong_field("files", "holds something that is not an object");
        auto file = file_of(Fields(object));
        if (!file) return std::move(file).error().with("field \"files\"");
        entry.files.push_back(*std::move(file));
    }
    if (entry.files.empty()) return wrong_field("files", "is empty");
    return EntryBody(std::move(entry));
}

Parsed parse_facts(const Fields& fields, const JsonReader& json) {
    Facts entry;
    TRY_LET(entry.content, fields.id<ContentId>("content"));
    TRY_LET(entry.reader, fields.number("reader", 0));
    TRY(fields.object("facts"));
    entry.facts = json.verbatim("facts");
    return EntryBody(std::move(entry));
}

Parsed parse_words(const Fields& fields, const JsonReader&) {
    Words entry;
    TRY_LET(entry.of, subject_of(fields, "of"));
    TRY_LET(entry.field, filled_text(fields, "field", kLargestFieldNameBytes));
    if (fields.has("text") == fields.has("content"))
        return wrong_field("text", "or \"content\" must stand, one of them");
    if (fields.has("content")) {
        TRY_LET(entry.content, fields.id<ContentId>("content"));
    } else {
        TRY_LET(const auto text, fields.text("text", kLargestInlineTextBytes));
        entry.text = text;
    }
    TRY_LET(entry.replaces, fields.texts<Version>("replaces", kMostListed, Version::from_text));
    if (fields.has("person")) {
        TRY_LET(entry.person, fields.id<PersonId>("person"));
    }
    return EntryBody(std::move(entry));
}

Parsed parse_set(const Fields& fields, const JsonReader& json) {
    Set entry;
    TRY_LET(entry.of, subject_of(fields, "of"));
    TRY_LET(entry.field, filled_text(fields, "field", kLargestFieldNameBytes));
    TRY(fields.value("value"));
    entry.value = json.verbatim("value");
    if (fields.has("person")) {
        TRY_LET(entry.person, fields.id<PersonId>("person"));
    }
    return EntryBody(std::move(entry));
}

Parsed parse_link(const Fields& fields, const JsonReader& json) {
    Link entry;
    TRY_LET(entry.of, subject_of(fields, "of"));
    TRY_LET(entry.to, subject_of(fields, "to"));
    TRY_LET(entry.as, filled_text(fields, "as", kLargestFieldNameBytes));
    TRY(fields.value("value"));
    entry.value = json.verbatim("value");
    return EntryBody(std::move(entry));
}

Parsed parse_let_go(const Fields& fields, const JsonReader&) {
    TRY_LET(const auto item, fields.id<ItemId>("item"));
    return EntryBody(LetGo{item});
}

Parsed parse_bring_back(const Fields& fields, const JsonReader&) {
    TRY_LET(const auto item, fields.id<ItemId>("item"));
    return EntryBody(BringBack{item});
}

Parsed parse_retire(const Fields& fields, const JsonReader&) {
    Retire entry;
    TRY_LET(entry.device, fields.id<DeviceId>("device"));
    TRY_LET(entry.head, head_of(fields, 0));
    TRY_LET(entry.root, key_of(fields, "root"));
    TRY_LET(entry.signature, filled_text(fields, "sig", kLargestSignatureBytes));
    return EntryBody(std::move(entry));
}

Parsed parse_adopt(const Fields& fields, const JsonReader&) {
    Adopt entry;
    TRY_LET(entry.device, fields.id<DeviceId>("device"));
    TRY_LET(entry.head, head_of(fields, 1));
    return EntryBody(entry);
}

Parsed parse_plain(const Fields& fields, const JsonReader&) {
    Plain entry;
    TRY_LET(const auto files, fields.object("files"));
    if (files.raw().size() > kMostListed)
        return Error(ErrorCode::limit, "field \"files\" holds more than 10000");
    for (const auto& [name, value] : files.raw()) {
        std::string_view text;
        if (!is_file_name(name)) return wrong_field("files", "holds a name that no file can have");
        if (value.get(text) != simdjson::SUCCESS)
            return wrong_field("files", "holds something that is not a text");
        TRY_LET(const auto hash,
                field_value(FileHash::from_hex(text), "files", "holds a malformed text"));
        entry.files.emplace(name, hash);
    }
    return EntryBody(std::move(entry));
}

Parsed parse_tick(const Fields& fields, const JsonReader&) {
    Tick entry;
    if (!fields.has("met")) return EntryBody(entry);
    TRY_LET(const auto elements, fields.list("met", kMostListed));
    for (const auto element : elements) {
        simdjson::dom::object object;
        if (element.get(object) != simdjson::SUCCESS)
            return wrong_field("met", "holds something that is not an object");
        const Fields met(object);
        TRY_LET(const auto item, met.id<ItemId>("item"));
        TRY_LET(const auto text, met.text("version", kLargestFieldNameBytes));
        TRY_LET(const auto version,
                field_value(Version::from_text(text), "version", "is no version"));
        entry.met.push_back({item, version});
    }
    return EntryBody(std::move(entry));
}

struct Operation {
    std::string_view name;
    Parsed (*parse)(const Fields&, const JsonReader&);
};

// The frequent ones first.
constexpr std::array kOperations{
    Operation{"object", parse_object},
    Operation{"keep", parse_keep},
    Operation{"facts", parse_facts},
    Operation{"words", parse_words},
    Operation{"set", parse_set},
    Operation{"link", parse_link},
    Operation{"tick", parse_tick},
    Operation{"let-go", parse_let_go},
    Operation{"bring-back", parse_bring_back},
    Operation{"enroll", parse_enroll},
    Operation{"epoch", parse_epoch},
    Operation{"way", parse_way},
    Operation{"revoke", parse_revoke},
    Operation{"retire", parse_retire},
    Operation{"adopt", parse_adopt},
    Operation{"plain", parse_plain},
};

}  // namespace

EntryParser::EntryParser() : json_(std::make_unique<JsonReader>()) {}
EntryParser::EntryParser(EntryParser&&) noexcept = default;
EntryParser& EntryParser::operator=(EntryParser&&) noexcept = default;
EntryParser::~EntryParser() = default;

Result<Entry> EntryParser::parse(std::string_view line) {
    if (line.find('\n') != std::string_view::npos || line.find('\r') != std::string_view::npos)
        return Error(ErrorCode::corrupt, "holds a line break");
    TRY_LET(const auto fields, json_->read_object(line, kLargestLineBytes));
    TRY_LET(const auto op, filled_text(fields, "op", kLargestFieldNameBytes));
    TRY_LET(const auto clock, fields.clock("clock"));
    const auto* const known = std::ranges::find(kOperations, op, &Operation::name);
    if (known == kOperations.end()) return Entry{clock, Unknown{op, std::string(line)}};
    auto body = known->parse(fields, *json_);
    if (!body) return std::move(body).error().with("entry \"" + op + "\"");
    return Entry{clock, *std::move(body)};
}

}  // namespace keepsake::model
