#pragma once

#include <memory>
#include <utility>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/sqlite_handle.h"
#include "catalog/stage.h"

namespace keepsake::catalog {

/// Invariant: outside a transaction the stage is empty, so that what is read is what was said.
struct Catalog::State {
    explicit State(std::unique_ptr<Database> open) : database(std::move(open)) {}

    /// The database with everything staged written into it: what every question begins with.
    Result<Database*> settled() {
        TRY(stage.flush(*database));
        return database.get();
    }
    /// Errors: invalid outside a transaction.
    Result<> require_transaction() const;

    std::unique_ptr<Database> database;
    Stage stage;
    bool working = false;  ///< in_transaction runs
};

}  // namespace keepsake::catalog
