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

#define KEEPSAKE_TRY_(result, ...)                                                              \
    do {                                                                                        \
        if (auto result = (__VA_ARGS__); !result.has_value()) return std::move(result).error(); \
    } while (false)
#define KEEPSAKE_TRY_LET_(result, declaration, ...)            \
    auto result = (__VA_ARGS__);                               \
    if (!result.has_value()) return std::move(result).error(); \
    declaration = *std::move(result)

/// TRY(expression): returns its error from the enclosing function.
#define TRY(...) KEEPSAKE_TRY_(KEEPSAKE_CONCAT(keepsake_tried_, __COUNTER__), __VA_ARGS__)

/// TRY_LET(declaration, expression): declares from the value, or returns the error.
#define TRY_LET(declaration, ...) \
    KEEPSAKE_TRY_LET_(KEEPSAKE_CONCAT(keepsake_let_, __COUNTER__), declaration, __VA_ARGS__)
