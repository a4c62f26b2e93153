#include "server/drafts.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/sha256.h"
#include "library/library.h"
#include "model/entry.h"
#include "model/ids.h"
#include "os/file_system.h"
#include "server/answers.h"
#include "server/sealed_file.h"
#include "server/told.h"

namespace keepsake::server {
namespace {

constexpr std::uint64_t kLargestBytes = 8UL << 20U;
constexpr std::size_t kMarkBytes = 8;
constexpr std::size_t kNameBytes = 16;

std::string digest_of(const std::string& text, std::size_t bytes) {
    const auto digest = crypto::sha256(as_bytes(text));
    return to_hex(ByteView(digest).first(bytes));
}

std::string path_of(const library::Library& library, const Viewer& viewer,
                    const model::MomentId& moment) {
    const auto name = digest_of(
        "keepsake-draft " + (viewer ? viewer->hex() : "nobody") + " " + moment.hex(), kNameBytes);
    return os::join_path(library.local_folder(), "drafts/" + name + ".age");
}

std::string mark_of(const Draft& draft) {
    std::string text;
    for (const auto& version : draft.follows) text += version.to_text() + "\n";
    return digest_of(text + "\n" + draft.text, kMarkBytes);
}

std::string to_text(const Draft& draft) {
    Json json;
    json["text"] = draft.text;
    json["follows"] = Json::array();
    for (const auto& version : draft.follows) json["follows"].push_back(version.to_text());
    json["saved"] = to_rfc3339(draft.saved, Fraction::none);
    return json.dump();
}

std::optional<Draft> from_text(std::string_view text) {
    const auto json = Json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("text") || !json["text"].is_string())
        return std::nullopt;
    Draft draft;
    draft.text = json["text"].get<std::string>();
    if (const auto follows = json.find("follows"); follows != json.end() && follows->is_array())
        for (const auto& each : *follows)
            if (auto version = each.is_string()
                                   ? model::Version::from_text(each.get_ref<const std::string&>())
                                   : std::nullopt)
                draft.follows.push_back(*version);
    if (const auto saved = json.find("saved"); saved != json.end() && saved->is_string())
        draft.saved = from_rfc3339(saved->get_ref<const std::string&>()).value_or(Instant());
    draft.mark = mark_of(draft);
    return draft;
}

}  // namespace

Result<std::optional<Draft>> read_draft(library::Library& library, const Viewer& viewer,
                                        const model::MomentId& moment) {
    TRY_LET(const auto text, read_sealed(library, path_of(library, viewer, moment), kLargestBytes));
    return text ? from_text(text->text()) : std::nullopt;
}

Result<std::optional<Draft>> write_draft(library::Library& library, const Viewer& viewer,
                                         const model::MomentId& moment,
                                         const std::vector<std::string>& marks, Draft draft) {
    draft.mark = mark_of(draft);
    TRY_LET(auto standing, read_draft(library, viewer, moment));
    if (standing && standing->mark == draft.mark) return standing;
    if (standing && std::ranges::find(marks, standing->mark) == marks.end())
        return std::optional<Draft>();
    TRY(write_sealed(library, path_of(library, viewer, moment), to_text(draft)));
    return std::optional(std::move(draft));
}

Result<bool> remove_draft(library::Library& library, const Viewer& viewer,
                          const model::MomentId& moment, const std::string& mark) {
    TRY_LET(const auto standing, read_draft(library, viewer, moment));
    if (!standing) return true;
    if (standing->mark != mark) return false;
    TRY(library.environment().files.remove_file(path_of(library, viewer, moment)));
    return true;
}

}  // namespace keepsake::server
