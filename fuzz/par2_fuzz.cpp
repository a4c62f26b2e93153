#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "os/file_system.h"
#include "parity/recovery_set.h"
#include "parity/repair.h"
#include "parity/verify.h"
#include "parity/work.h"
#include "support/simulated_file_system.h"

namespace {

namespace parity = keepsake::parity;

void require(bool holds) {
    if (!holds) std::abort();
}

void check(const parity::RecoverySet& set) {
    std::uint64_t slices = 0;
    for (const auto& file : set.files) {
        require(file.first_slice == slices);
        require(file.slices.empty() || file.slices.size() == file.slice_count);
        require(file.name.empty() || file.name.front() != '/');
        require(("/" + file.name + "/").find("/../") == std::string::npos);
        slices += file.slice_count;
    }
    require(slices == set.slice_count);
}

}  // namespace

// The first byte says where the PAR2 file ends and what it is about begins.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    const keepsake::ByteView bytes(data + 1, size - 1);
    const auto cut = bytes.size() * (data[0] + std::size_t{1}) / 256;
    keepsake::testing::SimulatedFileSystem files(1);
    files.put("/x.par2", bytes.first(cut));
    const parity::Work work{.threads = 1, .stop = {}, .progress = {}};
    const auto set = parity::open_set(files, {"/x.par2"}, work);
    if (!set.has_value()) return 0;
    check(*set);
    // Sets of honest sizes are gone on with; the others' bounds are far above what a fuzzer waits
    // for.
    constexpr std::uint64_t kMostBytes = 1U << 20U;
    if (set->slice_bytes * set->slice_count > kMostBytes) return 0;
    if (!set->files.empty() && set->files[0].name == "a") files.put("/a", bytes.subspan(cut));
    const auto findings = parity::verify_set(files, "/", *set, {}, work);
    require(findings.has_value());
    std::vector<parity::RepairTarget> targets;
    for (std::size_t i = 0; i < set->files.size(); ++i)
        if (findings->files[i].state != parity::FileState::whole)
            targets.push_back({i, "/" + std::to_string(i) + ".new"});
    (void)parity::repair_files(files, *set, *findings, targets, work);
    return 0;
}
