#pragma once

#include <cstddef>
#include <cstdint>
#include <source_location>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

/// What a fuzzer is here: a parser, the properties that hold for any bytes given to it, and valid
/// examples to begin with. libFuzzer drives them (libfuzzer_main.cpp), and so does an ordinary test
/// (smoke_test.cpp).
namespace keepsake::fuzz {

/// A property that did not hold. Under libFuzzer nobody catches it, which ends the process.
class Broken : public std::logic_error {
  public:
    using std::logic_error::logic_error;
};

inline void require(bool held, std::source_location where = std::source_location::current()) {
    if (held) return;
    throw Broken(std::string(where.file_name()) + ":" + std::to_string(where.line()) +
                 ": the property does not hold");
}

using Seeds = std::vector<Bytes>;

struct Target {
    std::string_view name;  ///< also of its folder in fuzz/regressions/
    void (*run)(ByteView input);
    Seeds (*seeds)();                           ///< valid examples, the same ones each time
    std::span<const std::string_view> words{};  ///< that its grammar knows
};

/// All of them but the canary.
std::vector<Target> all_targets();
/// Breaks for inputs that begin with "canary": shows that what is found is noticed.
Target canary_target();

Bytes seed(std::string_view text);

/// The files of a folder of the corpus, in order of their names, those of at most 64 KiB; none
/// where there is no corpus.
std::vector<Bytes> corpus_files(const std::string& folder);

}  // namespace keepsake::fuzz
