// Makes, verifies and repairs recovery sets with the parity layer alone, for measuring it beside other programs
// (bench/parity), and tells how fast its kernels are.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/file_system.h"
#include "os/posix_file_system.h"
#include "parity/create.h"
#include "parity/set_shape.h"
#include "parity/work.h"

namespace {

namespace parity = keepsake::parity;

int fail(const keepsake::Error& error) {
    std::fprintf(stderr, "parity_program: %s\n", error.message().c_str());
    return 1;
}

int create(const std::string& base, const std::string& out) {
    keepsake::os::PosixFileSystem files;
    parity::NewSet set{.base = base, .names = {}, .shape = {}, .tap = {}};
    for (const auto& entry : std::filesystem::recursive_directory_iterator(base))
        if (entry.is_regular_file())
            set.names.push_back(std::filesystem::relative(entry.path(), base).string());
    std::ranges::sort(set.names);
    std::vector<std::uint64_t> sizes;
    for (const auto& name : set.names) sizes.push_back(std::filesystem::file_size(base + "/" + name));
    set.shape = parity::shape_of(sizes);
    const auto made = parity::create_set(files, set, out, parity::Work());
    if (!made.has_value()) return fail(made.error());
    std::printf("%zu files, %u slices of %llu bytes, %u recovery slices\n", set.names.size(), set.shape.slices,
                static_cast<unsigned long long>(set.shape.slice_bytes), set.shape.recovery_slices);
    return 0;
}

}  // namespace

int main(int count, char** words) {
    const std::vector<std::string> arguments(words + 1, words + count);
    if (arguments.size() == 3 && arguments[0] == "create") return create(arguments[1], arguments[2]);
    std::fputs("usage: parity_program create BASE OUT\n", stderr);
    return 2;
}
