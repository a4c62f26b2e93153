#pragma once

#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "base/result.h"

namespace keepsake::testing {

/// What must not be: thrown by a history, which ends there.
struct Wrong : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Gives what must be there. Throws Wrong otherwise.
template <class T>
T must(Result<T> result, const std::string& what) {
    if (!result) throw Wrong(what + ": " + result.error().describe());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace keepsake::testing
