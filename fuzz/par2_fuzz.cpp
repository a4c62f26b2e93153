// A PAR2 file and a file that it may be about: whatever it claims, its set is consistent, names
// lead nowhere else, and verifying and repairing end. The first byte says where the PAR2 file ends
// and what it is about begins.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "memory_files.h"
#include "parity/create.h"
#include "parity/recovery_set.h"
#include "parity/repair.h"
#include "parity/set_shape.h"
#include "parity/verify.h"
#include "parity/work.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

constexpr std::string_view kWords[] = {{"PAR2\0PKT", 8},
                                       {"PAR 2.0\0Main\0\0\0\0", 16},
                                       {"PAR 2.0\0FileDesc", 16},
                                       {"PAR 2.0\0IFSC\0\0\0\0", 16},
                                       {"PAR 2.0\0RecvSlic", 16},
                                       "../",
                                       "C:\\"};

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

void run(ByteView input) {
    if (input.empty()) return;
    const auto bytes = input.subspan(1);
    const auto cut = bytes.size() * (input[0] + std::size_t{1}) / 256;
    const auto parity_bytes = bytes.first(cut);
    MemoryFiles files;
    files.contents["/x.par2"] = {parity_bytes.begin(), parity_bytes.end()};
    const parity::Work work{.threads = 1, .stop = {}, .progress = {}};
    const auto set = parity::open_set(files, {"/x.par2"}, work);
    if (!set) return;
    check(*set);
    // Sets of honest sizes are gone on with; the others' bounds are far above what a fuzzer waits
    // for.
    constexpr std::uint64_t kMostBytes = 1U << 20U;
    if (set->slice_bytes * set->slice_count > kMostBytes) return;
    const auto rest = bytes.subspan(cut);
    if (!set->files.empty() && set->files[0].name == "a")
        files.contents["/a"] = {rest.begin(), rest.end()};
    const auto findings = parity::verify_set(files, "/", *set, {}, work);
    require(findings.has_value());
    std::vector<parity::RepairTarget> targets;
    for (std::size_t i = 0; i < set->files.size(); ++i)
        if (findings->files[i].state != parity::FileState::whole)
            targets.push_back({i, "/" + std::to_string(i) + ".new"});
    static_cast<void>(parity::repair_files(files, *set, *findings, targets, work));
}

// A PAR2 file over a file "a", which stands behind it: whole, spoiled, or not there.
Seeds seeds() {
    MemoryFiles files;
    files.contents["/a"] = Bytes(700, 0x5a);
    const std::vector<std::uint64_t> sizes{700};
    parity::NewSet set{"/", {"a"}, parity::shape_of(sizes), {}};
    set.shape.recovery_slices = 2;
    const parity::Work work{.threads = 1, .stop = {}, .progress = {}};
    Seeds all;
    if (parity::create_set(files, set, "/made.par2", work)) {
        const auto made = files.contents["/made.par2"];
        for (const std::size_t kept : {std::size_t{0}, std::size_t{100}, std::size_t{700}}) {
            Bytes input{static_cast<std::uint8_t>(256 * made.size() / (made.size() + kept) - 1)};
            input.insert(input.end(), made.begin(), made.end());
            input.resize(input.size() + kept, 0x5a);
            all.push_back(std::move(input));
        }
    }
    for (const auto& file : corpus_files("par2")) {
        Bytes input{255};
        input.insert(input.end(), file.begin(), file.end());
        all.push_back(std::move(input));
    }
    return all;
}

}  // namespace

Target par2_target() { return {.name = "par2", .run = run, .seeds = seeds, .words = kWords}; }

}  // namespace keepsake::fuzz
