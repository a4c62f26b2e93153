#include "library/main_file.h"

#include <cstddef>
#include <string>

#include "base/result.h"
#include "catalog/catalog.h"
#include "library/library.h"
#include "media/facts.h"
#include "media/kind.h"
#include "places/towns.h"

namespace keepsake::library {

Result<MainFile> main_file_of(Library& library, const catalog::ItemRecord& item) {
    MainFile main;
    for (std::size_t i = 0; i < item.files.size(); ++i) {
        if (item.files[i].kind == media::Kind::sidecar) continue;
        main.index = i;
        break;
    }
    if (item.files.empty()) return main;
    TRY_LET(main.facts, library.catalog().facts(item.files[main.index].content));
    return main;
}

std::string camera_of(const media::Facts& facts) {
    const auto& camera = facts.camera;
    const bool has_make = camera.make.empty() || camera.model.starts_with(camera.make);
    return has_make ? camera.model : camera.make + " " + camera.model;
}

std::string town_of(const media::Facts& facts) {
    if (!facts.place) return {};
    const auto near = places::nearby(facts.place->latitude, facts.place->longitude);
    if (!near.town) return {};
    return std::string(near.town->name) + ", " + std::string(near.town->country);
}

}  // namespace keepsake::library
