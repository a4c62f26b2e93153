// Makes, verifies and repairs recovery sets with the parity layer alone, for measuring it beside
// other programs (bench/parity), and tells how fast its kernels are.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "os/posix_file_system.h"
#include "parity/crc32.h"
#include "parity/create.h"
#include "parity/galois.h"
#include "parity/kernel.h"
#include "parity/md5.h"
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
    sizes.reserve(set.names.size());
    for (const auto& name : set.names)
        sizes.push_back(std::filesystem::file_size(std::filesystem::path(base) / name));
    set.shape = parity::shape_of(sizes);
    const auto made = parity::create_set(files, set, out, parity::Work());
    if (!made.has_value()) return fail(made.error());
    std::printf("%zu files, %u slices of %llu bytes, %u recovery slices\n", set.names.size(),
                set.shape.slices, static_cast<unsigned long long>(set.shape.slice_bytes),
                set.shape.recovery_slices);
    return 0;
}

/// Bytes a second of what `work` does, which are `bytes` each time, for about half a second; in GB.
template <class Function>
double measured(std::size_t bytes, Function work) {
    using Clock = std::chrono::steady_clock;
    constexpr std::chrono::milliseconds kLong(500);
    std::size_t times = 0;
    const auto start = Clock::now();
    for (; Clock::now() - start < kLong; ++times) work();
    const std::chrono::duration<double> seconds = Clock::now() - start;
    return static_cast<double>(bytes) * static_cast<double>(times) / seconds.count() / 1e9;
}

/// What one core does in a second: products of inputs of a tile, hashes of lanes, and copies of
/// what no cache holds.
void tell_speeds() {
    constexpr std::size_t kTile = 4096;
    constexpr std::size_t kLanes = 16;
    constexpr std::size_t kRun = 32768;
    constexpr std::size_t kLarge = 256U << 20U;
    for (const auto* const kernel : parity::kernels()) {
        const auto inputs = kernel->most_inputs;
        std::vector<std::uint8_t> data((inputs + 1) * kTile, 7);
        std::vector<std::uint8_t> prepared(inputs * kernel->prepared_bytes);
        std::vector<const std::uint8_t*> pointers;
        pointers.reserve(inputs);
        for (std::size_t i = 0; i < inputs; ++i) {
            pointers.push_back(data.data() + (i + 1) * kTile);
            kernel->prepare(static_cast<parity::Element>(i + 12345),
                            prepared.data() + i * kernel->prepared_bytes);
        }
        const auto speed = measured(inputs * kTile, [&] {
            kernel->multiply_add(data.data(), pointers.data(), prepared.data(), inputs, kTile);
        });
        std::printf("multiply %-12s %7.1f GB/s\n", std::string(kernel->name).c_str(), speed);
    }
    std::vector<std::uint8_t> messages(kLanes * kRun, 7);
    for (const auto* const engine : parity::md5_engines()) {
        std::vector<parity::Md5State> states(kLanes);
        const auto speed = measured(messages.size(), [&] {
            std::vector<parity::Md5Run> runs;
            runs.reserve(kLanes);
            for (std::size_t i = 0; i < kLanes; ++i)
                runs.push_back(
                    {&states[i], messages.data() + i * kRun, kRun / parity::kMd5BlockBytes});
            parity::md5_advance(*engine, runs);
        });
        std::printf("md5      %-12s %7.1f GB/s\n", std::string(engine->name).c_str(), speed);
    }
    std::uint32_t crc = 0;
    for (const auto* const engine : parity::crc32_engines()) {
        const auto speed = measured(
            messages.size(), [&] { crc = engine->advance(crc, messages.data(), messages.size()); });
        std::printf("crc32    %-12s %7.1f GB/s\n", std::string(engine->name).c_str(), speed);
    }
    std::vector<std::uint8_t> from(kLarge, static_cast<std::uint8_t>(crc));
    std::vector<std::uint8_t> to(kLarge);
    const auto speed = measured(kLarge, [&] { std::memcpy(to.data(), from.data(), kLarge); });
    std::printf("memory   %-12s %7.1f GB/s\n", "copy", speed);
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
    if (arguments.size() == 1 && arguments[0] == "speeds") {
        tell_speeds();
        return 0;
    }
    if (arguments.size() == 3 && arguments[0] == "create")
        return create(arguments[1], arguments[2]);
    if (arguments.size() == 3 && (arguments[0] == "verify" || arguments[0] == "repair")) {
        const auto healed = heal(arguments[1], arguments[2], arguments[0] == "repair");
        return healed.has_value() ? 0 : fail(healed.error());
    }
    std::fputs(
        "usage: parity_program speeds | create BASE PAR2 | verify BASE PAR2 | repair BASE "
        "PAR2\n",
        stderr);
    return 2;
}
