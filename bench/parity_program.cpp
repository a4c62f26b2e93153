// Makes, verifies and repairs recovery sets with the parity layer alone, for measuring it beside
// other programs (bench/parity), and tells how fast its kernels are.
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
#include "parity/recovery_set.h"
#include "parity/repair.h"
#include "parity/set_shape.h"
#include "parity/verify.h"
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
    for (const auto& name : set.names)
        sizes.push_back(std::filesystem::file_size(base + "/" + name));
    set.shape = parity::shape_of(sizes);
    const auto made = parity::create_set(files, set, out, parity::Work());
    if (!made.has_value()) return fail(made.error());
    std::printf("%zu files, %u slices of %llu bytes, %u recovery slices\n", set.names.size(),
                set.shape.slices, static_cast<unsigned long long>(set.shape.slice_bytes),
                set.shape.recovery_slices);
    return 0;
}

keepsake::Result<> heal(const std::string& base, const std::string& par2, bool repair) {
    keepsake::os::PosixFileSystem files;
    const parity::Work work;
    TRY_LET(const auto set, parity::open_set(files, {par2}, work));
    TRY_LET(const auto findings, parity::verify_set(files, base, set, {}, work));
    std::printf("%s; %u slices lost, %zu recovery slices\n",
                findings.all_whole() ? "whole" : "damaged", findings.slices_lost,
                set.recovery.size());
    std::vector<parity::RepairTarget> targets;
    for (std::size_t i = 0; i < set.files.size(); ++i)
        if (findings.files[i].state != parity::FileState::whole)
            targets.push_back({i, base + "/" + set.files[i].name + ".repaired"});
    if (!repair || targets.empty()) return {};
    TRY(parity::repair_files(files, set, findings, targets, work));
    for (const auto& target : targets)
        TRY(files.rename_replacing(target.path, base + "/" + set.files[target.file].name));
    std::printf("%zu files repaired\n", targets.size());
    return {};
}

}  // namespace

int main(int count, char** words) {
    const std::vector<std::string> arguments(words + 1, words + count);
    if (arguments.size() == 3 && arguments[0] == "create")
        return create(arguments[1], arguments[2]);
    if (arguments.size() == 3 && (arguments[0] == "verify" || arguments[0] == "repair")) {
        const auto healed = heal(arguments[1], arguments[2], arguments[0] == "repair");
        return healed.has_value() ? 0 : fail(healed.error());
    }
    std::fputs("usage: keepsake_parity_bench create|verify|repair BASE PAR2\n", stderr);
    return 2;
}
