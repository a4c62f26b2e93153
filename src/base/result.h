#pragma once

#include <expected>
#include <utility>

#include "base/error.h"

namespace keepsake {

/// A value or an Error. Derived from std::expected so that a dropped one is a warning under GCC 12.
template <class T = void>
class [[nodiscard]] Result : public std::expected<T, Error> {
  public:
    using Base = std::expected<T, Error>;
    using Base::Base;
    Result(Error error)
        : Base(std::unexpect, std::move(error)) {}  // NOLINT(google-explicit-constructor)
};

}  // namespace keepsake

#define KEEPSAKE_CONCAT_(a, b) a##b
#define KEEPSAKE_CONCAT(a, b) KEEPSAKE_CONCAT_(a, b)

/// TRY(expression): returns its error from the enclosing function.
#define TRY(...)                                                                \
    do {                                                                        \
        if (auto keepsake_tried_ = (__VA_ARGS__); !keepsake_tried_.has_value()) \
            return std::move(keepsake_tried_).error();                          \
    } while (false)

/// TRY_LET(declaration, expression): declares from the value, or returns the error.
#define TRY_LET(declaration, ...)                                           \
    auto KEEPSAKE_CONCAT(keepsake_let_, __LINE__) = (__VA_ARGS__);          \
    if (!KEEPSAKE_CONCAT(keepsake_let_, __LINE__).has_value())              \
        return std::move(KEEPSAKE_CONCAT(keepsake_let_, __LINE__)).error(); \
    declaration = *std::move(KEEPSAKE_CONCAT(keepsake_let_, __LINE__))
