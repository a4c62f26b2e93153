// Names of files in an archive: what is taken for one is written as it was, and leads to a place
// inside of the archive.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "archive/layout.h"
#include "base/bytes.h"
#include "model/ids.h"
#include "os/file_system.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

constexpr std::string_view kWords[] = {
    ".age", "-", "..", "/", "18446744073709551615", "0", "18446744073709551616"};

void require_inside(const std::string& path) {
    require(!path.starts_with('/'));
    for (std::string_view rest = path; !rest.empty();) {
        const auto end = std::min(rest.find('/'), rest.size());
        require(os::is_file_name(rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
}

void run(ByteView input) {
    const auto text = as_text(input);
    if (const auto name = archive::JournalFileName::from_name({}, text)) {
        require(name->first_seq >= 1 && name->first_seq <= name->last_seq);
        const auto path = name->path();
        require_inside(path);
        require(os::file_name_of(path) == text);
    }
    if (const auto hash = archive::hash_of_name(text)) {
        require(os::is_file_name(text));
        require(hash->hex() + ".age" == text);
        require_inside(archive::object_path({hash->bytes}));
        require_inside(archive::key_path(*hash));
    }
    if (const auto device = model::DeviceId::from_hex(text)) require(device->hex() == text);
    const std::string path(text);
    if (os::is_file_name(text)) {
        require(os::file_name_of(path) == text);
        require(os::parent_of(os::join_path("/a", path)) == "/a");
    }
    require(os::parent_of(path).size() <= std::max<std::size_t>(path.size(), 1));
}

Seeds seeds() {
    const auto hash = std::string(64, 'a');
    return {seed(hash + ".age"),
            seed("1-" + hash + ".age"),
            seed("1000-2001-" + hash + ".age"),
            seed("18446744073709551614-18446744073709551615-" + hash + ".age"),
            seed(std::string(32, '0')),
            seed("a/b/../c//"),
            seed("/")};
}

}  // namespace

Target file_names_target() {
    return {.name = "file_names", .run = run, .seeds = seeds, .words = kWords};
}

}  // namespace keepsake::fuzz
