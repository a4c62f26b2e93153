#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/sqlite_handle.h"
#include "catalog/stage.h"

namespace keepsake::catalog {

/// Invariant: outside a transaction the stage is empty, so that what is read is what was said.
struct Catalog::State {
    /// `file` is empty for a catalog in memory.
    State(std::unique_ptr<Database> open, std::string file)
        : database(std::move(open)), path(std::move(file)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    /// A file that was found damaged is removed: it is derived, and the next opening makes it anew.
    ~State();

    /// The database with everything staged written into it: what every question begins with.
    Result<Database*> settled() {
        TRY(stage.flush(*database));
        return database.get();
    }
    /// Errors: invalid outside a transaction.
    Result<> require_transaction() const;

    std::unique_ptr<Database> database;
    std::string path;
    Stage stage;
    bool working = false;  ///< in_transaction runs
};

}  // namespace keepsake::catalog
