// One libFuzzer program for all targets: KEEPSAKE_FUZZ names the one that it drives. Without it,
// their names are printed. KEEPSAKE_FUZZ_SEEDS=FOLDER writes the target's examples there, and its
// words as FOLDER.words, instead.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "crypto/sha256.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

Target named_target() {
    const char* name = std::getenv("KEEPSAKE_FUZZ");  // NOLINT(concurrency-mt-unsafe)
    auto targets = all_targets();
    targets.push_back(canary_target());
    for (const auto& target : targets)
        if (name != nullptr && target.name == name) return target;
    for (const auto& target : targets)
        std::printf("%.*s\n", static_cast<int>(target.name.size()), target.name.data());
    std::exit(name == nullptr ? 0 : 2);  // NOLINT(concurrency-mt-unsafe)
}

const Target& the_target() {
    static const Target target = named_target();
    return target;
}

void write_examples(const std::string& folder) {
    for (const auto& example : the_target().seeds()) {
        const auto name = to_hex(crypto::sha256(example)).substr(0, 16);
        std::ofstream(std::filesystem::path(folder) / name, std::ios::binary) << as_text(example);
    }
    std::ofstream words(folder + ".words");
    for (const auto word : the_target().words) {
        words << '"';
        for (const auto byte : as_bytes(word)) words << "\\x" << to_hex({&byte, 1});
        words << "\"\n";
    }
}

}  // namespace
}  // namespace keepsake::fuzz

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    static_cast<void>(keepsake::fuzz::the_target());
    if (const char* folder = std::getenv("KEEPSAKE_FUZZ_SEEDS")) {  // NOLINT(concurrency-mt-unsafe)
        keepsake::fuzz::write_examples(folder);
        std::exit(0);  // NOLINT(concurrency-mt-unsafe)
    }
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    keepsake::fuzz::the_target().run({data, size});
    return 0;
}
