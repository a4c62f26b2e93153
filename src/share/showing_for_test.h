#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "library/environment.h"
#include "library/library.h"
#include "model/ids.h"
#include "share/show.h"
#include "share/show_for_test.h"
#include "support/family.h"

namespace keepsake::share {

/// An archive with real files, from which something is shown into the folder `out`.
class Showing : public keepsake::testing::Family {
  protected:
    library::Environment environment() {
        auto environment = home.environment();
        environment.looker = &looker;
        return environment;
    }
    library::Library opened() {
        auto library = library::Library::open(environment(), archive,
                                              library::IdentityText{owner.to_text()}, home.heard);
        if (!library) throw std::runtime_error(library.error().describe());
        return std::move(*library);
    }
    model::ItemId kept(library::Library& library, const std::string& name,
                       const std::string& text) {
        keepsake::testing::write_text(scratch / name, text);
        keep(library, {scratch / name});
        for (const auto& item : items(library))
            if (item.files.front().name == name) return item.item;
        throw std::runtime_error("not kept");
    }
    Report shown(library::Library& library, const Wish& wish) {
        auto report = show(library, wish, {.path = scratch / "out"}, page(), home.heard);
        if (!report) throw std::runtime_error(report.error().describe());
        return std::move(*report);
    }
    std::vector<std::string> listed(const std::string& folder) {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(folder))
            names.push_back(entry.path().filename());
        std::ranges::sort(names);
        return names;
    }
    std::string file(const std::string& name) {
        return keepsake::testing::read_text(scratch / ("out/" + name));
    }

    SeesByWords looker;
};

}  // namespace keepsake::share
