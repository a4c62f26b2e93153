#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "base/text.h"
#include "base/time.h"
#include "model/entry.h"
#include "model/ids.h"
#include "model/json_writer.h"
#include "model/time_text.h"

// The order of the fields is that of docs/formats/journal.md, "Entries".
namespace keepsake::model {
namespace {

template <class Ids>
void write_ids(JsonWriter& json, std::string_view name, const Ids& ids) {
    json.name(name).begin_list();
    for (const auto& id : ids) json.text(id.hex());
    json.end_list();
}

// Bytes that are not UTF-8 stand once to be read and once to be given back.
void write_bytes(JsonWriter& json, std::string_view name, std::string_view exact_name,
                 const std::string& bytes) {
    json.name(name).text(bytes);
    if (!is_utf8(bytes)) json.name(exact_name).text(to_base64(as_bytes(bytes), Padding::with));
}

void write_file(JsonWriter& json, const KeptFile& file) {
    json.begin_object();
    json.name("content").text(file.content.hex());
    json.name("bytes").number(file.bytes);
    write_bytes(json, "name", "name_bytes", file.name);
    write_bytes(json, "folder", "folder_bytes", file.folder);
    json.name("modified").text(time_text(file.modified));
    json.end_object();
}

std::string_view op_of(const Enroll&) { return "enroll"; }
std::string_view op_of(const Epoch&) { return "epoch"; }
std::string_view op_of(const Way&) { return "way"; }
std::string_view op_of(const Revoke&) { return "revoke"; }
std::string_view op_of(const Object&) { return "object"; }
std::string_view op_of(const Keep&) { return "keep"; }
std::string_view op_of(const Facts&) { return "facts"; }
std::string_view op_of(const Words&) { return "words"; }
std::string_view op_of(const Set&) { return "set"; }
std::string_view op_of(const Link&) { return "link"; }
std::string_view op_of(const LetGo&) { return "let-go"; }
std::string_view op_of(const BringBack&) { return "bring-back"; }
std::string_view op_of(const Retire&) { return "retire"; }
std::string_view op_of(const Adopt&) { return "adopt"; }
std::string_view op_of(const Plain&) { return "plain"; }
std::string_view op_of(const Tick&) { return "tick"; }
std::string_view op_of(const Unknown& entry) { return entry.op; }

void write_head(JsonWriter& json, const DeviceId& device, const Head& head) {
    json.name("device").text(device.hex());
    json.name("seq").number(head.seq);
    json.name("text").text(head.text.hex());
}

void write(JsonWriter& json, const Enroll& entry) {
    json.name("device").text(entry.device.hex());
    json.name("key").text(entry.key);
    json.name("root").text(entry.root);
    json.name("sig").text(entry.signature);
}
void write(JsonWriter& json, const Way& entry) {
    json.name("way").text(entry.way.hex());
    json.name("kind").text(to_text(entry.kind));
    json.name("name").text(entry.name);
    json.name("recipient").text(entry.recipient);
    write_ids(json, "files", entry.files);
}
void write(JsonWriter& json, const Epoch& entry) {
    json.name("number").number(entry.number);
    json.name("root").text(entry.root);
    json.name("previous").text(entry.previous);
    json.name("opened").text(entry.opened.to_text());
    json.name("devices").begin_list();
    for (const auto& [device, head] : entry.devices) {
        json.begin_object();
        write_head(json, device, head);
        json.end_object();
    }
    json.end_list();
    write_ids(json, "revoked", entry.revoked);
    json.name("ways").begin_list();
    for (const auto& way : entry.ways) {
        json.begin_object();
        write(json, way);
        json.end_object();
    }
    json.end_list();
    json.name("sig").text(entry.signature);
    json.name("accepted").text(entry.accepted);
}
void write(JsonWriter& json, const Revoke& entry) { json.name("way").text(entry.way.hex()); }
void write(JsonWriter& json, const Object& entry) {
    json.name("object").text(entry.object.hex());
    json.name("content").text(entry.content.hex());
    json.name("bytes").number(entry.content_bytes);
    json.name("size").number(entry.object_bytes);
    json.name("header").text(entry.header);
}
void write(JsonWriter& json, const Keep& entry) {
    json.name("item").text(entry.item.hex());
    json.name("kept").text(time_text(entry.kept));
    json.name("root").text(entry.root.hex());
    json.name("files").begin_list();
    for (const auto& file : entry.files) write_file(json, file);
    json.end_list();
}
void write(JsonWriter& json, const Facts& entry) {
    json.name("content").text(entry.content.hex());
    json.name("reader").number(entry.reader);
    json.name("facts").verbatim(entry.facts);
}
void write(JsonWriter& json, const Words& entry) {
    json.name("of").text(entry.of.text);
    json.name("field").text(entry.field);
    if (entry.content)
        json.name("content").text(entry.content->hex());
    else
        json.name("text").text(entry.text);
    json.name("replaces").begin_list();
    for (const auto& version : entry.replaces) json.text(version.to_text());
    json.end_list();
    if (entry.person) json.name("person").text(entry.person->hex());
}
void write(JsonWriter& json, const Set& entry) {
    json.name("of").text(entry.of.text);
    json.name("field").text(entry.field);
    json.name("value").verbatim(entry.value);
    if (entry.person) json.name("person").text(entry.person->hex());
}
void write(JsonWriter& json, const Link& entry) {
    json.name("of").text(entry.of.text);
    json.name("to").text(entry.to.text);
    json.name("as").text(entry.as);
    json.name("value").verbatim(entry.value);
}
void write(JsonWriter& json, const LetGo& entry) { json.name("item").text(entry.item.hex()); }
void write(JsonWriter& json, const BringBack& entry) { json.name("item").text(entry.item.hex()); }
void write(JsonWriter& json, const Retire& entry) {
    write_head(json, entry.device, entry.head);
    json.name("root").text(entry.root);
    json.name("sig").text(entry.signature);
}
void write(JsonWriter& json, const Adopt& entry) { write_head(json, entry.device, entry.head); }
void write(JsonWriter& json, const Plain& entry) {
    json.name("files").begin_object();
    for (const auto& [name, hash] : entry.files) json.name(name).text(hash.hex());
    json.end_object();
}
void write(JsonWriter& json, const Tick& entry) {
    if (entry.met.empty()) return;
    json.name("met").begin_list();
    for (const auto& met : entry.met) {
        json.begin_object();
        json.name("item").text(met.item.hex());
        json.name("version").text(met.let_go.to_text());
        json.end_object();
    }
    json.end_list();
}
void write(JsonWriter&, const Unknown&) {}

}  // namespace

std::string to_line(const Entry& entry) {
    if (const auto* unknown = std::get_if<Unknown>(&entry.body)) return unknown->line;
    JsonWriter json;
    json.begin_object();
    std::visit(
        [&](const auto& body) {
            json.name("op").text(op_of(body));
            json.name("clock").text(entry.clock.to_text());
            write(json, body);
        },
        entry.body);
    return json.end_object().take();
}

}  // namespace keepsake::model
