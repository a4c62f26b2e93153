#pragma once

#include <cstddef>

/// Counts what operator new gives out, for the test that a parser's memory follows its input and
/// not the counts that stand in it. For one thread.
namespace keepsake::fuzz {

/// Begins anew: what is held now does not count.
void watch_allocations();
/// The most bytes that were held at once since then.
std::size_t most_allocated_bytes();

}  // namespace keepsake::fuzz
