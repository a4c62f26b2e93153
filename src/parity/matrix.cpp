#include "parity/matrix.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "parity/buffer.h"
#include "parity/galois.h"
#include "parity/kernel.h"

namespace keepsake::parity {
namespace {

/// A row-major matrix whose rows stand in the planes of the fastest kernel.
class Matrix {
  public:
    Matrix(std::size_t rows, std::size_t columns)
        : kernel_(&best_kernel()),
          row_bytes_(whole_granules(columns * sizeof(Element))),
          data_(rows * row_bytes_),
          prepared_(kernel_->prepared_bytes) {
        std::memset(data_.data(), 0, rows * row_bytes_);
    }

    void set_row(std::size_t row, std::span<const Element> elements) {
        std::vector<std::uint8_t> plain(row_bytes_);
        for (std::size_t i = 0; i < elements.size(); ++i) {
            plain[2 * i] = static_cast<std::uint8_t>(elements[i]);
            plain[2 * i + 1] = static_cast<std::uint8_t>(elements[i] >> 8U);
        }
        kernel_->to_planes(plain.data(), row_at(row), row_bytes_);
    }
    Element get(std::size_t row, std::size_t column) const {
        const auto byte = column * sizeof(Element);
        const auto granule = byte / kGranuleBytes * kGranuleBytes;
        std::array<std::uint8_t, kGranuleBytes> plain;
        kernel_->from_planes(row_at(row) + granule, plain.data(), kGranuleBytes);
        return static_cast<Element>(plain[byte - granule] | plain[byte - granule + 1] << 8U);
    }
    void set(std::size_t row, std::size_t column, Element value) {
        const auto byte = column * sizeof(Element);
        const auto granule = byte / kGranuleBytes * kGranuleBytes;
        std::array<std::uint8_t, kGranuleBytes> plain;
        kernel_->from_planes(row_at(row) + granule, plain.data(), kGranuleBytes);
        plain[byte - granule] = static_cast<std::uint8_t>(value);
        plain[byte - granule + 1] = static_cast<std::uint8_t>(value >> 8U);
        kernel_->to_planes(plain.data(), row_at(row) + granule, kGranuleBytes);
    }
    void add(std::size_t to, std::size_t from, Element factor) {
        if (factor == 0) return;
        const std::uint8_t* const input = row_at(from);
        kernel_->prepare(factor, prepared_.data());
        kernel_->multiply_add(row_at(to), &input, prepared_.data(), 1, row_bytes_);
    }
    void scale(std::size_t row, Element factor) {
        std::vector<std::uint8_t> old(row_at(row), row_at(row) + row_bytes_);
        std::memset(row_at(row), 0, row_bytes_);
        const std::uint8_t* const input = old.data();
        kernel_->prepare(factor, prepared_.data());
        kernel_->multiply_add(row_at(row), &input, prepared_.data(), 1, row_bytes_);
    }

  private:
    std::uint8_t* row_at(std::size_t row) const { return data_.data() + row * row_bytes_; }

    const Kernel* kernel_;
    std::size_t row_bytes_;
    Buffer data_;
    std::vector<std::uint8_t> prepared_;
};

std::vector<Element> row_of(std::span<const Element> lost, std::uint32_t exponent) {
    std::vector<Element> row;
    row.reserve(lost.size());
    for (const auto constant : lost) row.push_back(power(constant, exponent));
    return row;
}

/// Takes exponents one by one, leaving out those whose row is a sum of the rows before.
std::optional<std::vector<std::size_t>> independent_rows(std::span<const Element> lost,
                                                         std::span<const std::uint32_t> exponents) {
    Matrix reduced(lost.size() + 1, lost.size());
    std::vector<std::size_t> rows;
    std::vector<std::size_t> pivots;  // the column of each row taken
    for (std::size_t i = 0; i < exponents.size() && rows.size() < lost.size(); ++i) {
        const auto candidate = rows.size();
        reduced.set_row(candidate, row_of(lost, exponents[i]));
        for (std::size_t row = 0; row < candidate; ++row)
            reduced.add(candidate, row, reduced.get(candidate, pivots[row]));
        std::size_t pivot = 0;
        while (pivot < lost.size() && reduced.get(candidate, pivot) == 0) ++pivot;
        if (pivot == lost.size()) continue;
        reduced.scale(candidate, inverse(reduced.get(candidate, pivot)));
        rows.push_back(i);
        pivots.push_back(pivot);
    }
    if (rows.size() < lost.size()) return std::nullopt;
    return rows;
}

/// Gauss and Jordan in place. Nothing where the rows depend on each other.
std::optional<std::vector<Element>> inverted(std::span<const Element> lost,
                                             std::span<const std::uint32_t> exponents,
                                             std::span<const std::size_t> rows) {
    const auto size = lost.size();
    Matrix matrix(size, size);
    for (std::size_t row = 0; row < size; ++row)
        matrix.set_row(row, row_of(lost, exponents[rows[row]]));
    std::vector<std::size_t> pivot_row(size);  // by column
    std::vector<bool> is_used(size);
    for (std::size_t column = 0; column < size; ++column) {
        std::size_t pivot = 0;
        while (pivot < size && (is_used[pivot] || matrix.get(pivot, column) == 0)) ++pivot;
        if (pivot == size) return std::nullopt;
        is_used[pivot] = true;
        pivot_row[column] = pivot;
        const auto value = matrix.get(pivot, column);
        matrix.set(pivot, column, 1);
        matrix.scale(pivot, inverse(value));
        for (std::size_t row = 0; row < size; ++row) {
            if (row == pivot) continue;
            const auto factor = matrix.get(row, column);
            matrix.set(row, column, 0);
            matrix.add(row, pivot, factor);
        }
    }
    // Row pivot_row[c] now solves for column c, with the columns named after pivots as well.
    std::vector<Element> result(size * size);
    for (std::size_t i = 0; i < size; ++i)
        for (std::size_t column = 0; column < size; ++column)
            result[i * size + pivot_row[column]] = matrix.get(pivot_row[i], column);
    return result;
}

}  // namespace

std::optional<Solution> solve(std::span<const Element> lost,
                              std::span<const std::uint32_t> exponents) {
    if (lost.size() > exponents.size()) return std::nullopt;
    Solution solution;
    solution.rows.resize(lost.size());
    for (std::size_t i = 0; i < lost.size(); ++i) solution.rows[i] = i;
    auto inverse = inverted(lost, exponents, solution.rows);
    if (!inverse) {
        auto rows = independent_rows(lost, exponents);
        if (!rows) return std::nullopt;
        solution.rows = *std::move(rows);
        inverse = inverted(lost, exponents, solution.rows);
    }
    if (!inverse) return std::nullopt;
    solution.inverse = *std::move(inverse);
    return solution;
}

}  // namespace keepsake::parity
