#include "decode/landlock.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

#include "base/error.h"
#include "base/result.h"
#include "os/descriptor.h"

// The kernel's own header is older than the kernels that this runs on, so the numbers stand here.
// Source: Linux, include/uapi/linux/landlock.h (ABI 7), Documentation/userspace-api/landlock.rst.
namespace keepsake::decode {
namespace {

constexpr long kCreateRuleset = 444;
constexpr long kRestrictSelf = 446;
constexpr std::uint32_t kAskVersion = 1;

/// struct landlock_ruleset_attr; older kernels take its beginning.
struct Ruleset {
    std::uint64_t handled_access_fs = 0;
    std::uint64_t handled_access_net = 0;
    std::uint64_t scoped = 0;
};
static_assert(sizeof(Ruleset) == 24 && offsetof(Ruleset, scoped) == 16);

constexpr std::uint64_t bits(unsigned count) { return (1ULL << count) - 1; }

/// All rights of a version: it refuses those that it does not know.
Ruleset all_rights(long version) {
    Ruleset rules;
    // 1: execute to make_sym; 2: refer; 3: truncate; 5: ioctl of devices.
    rules.handled_access_fs = version >= 5   ? bits(16)
                              : version >= 3 ? bits(15)
                              : version >= 2 ? bits(14)
                                             : bits(13);
    if (version >= 4) rules.handled_access_net = bits(2);  // bind and connect of TCP
    if (version >= 6) rules.scoped = bits(2);              // abstract sockets, signals
    return rules;
}

std::size_t size_for(long version) { return version >= 6 ? 24 : version >= 4 ? 16 : 8; }

}  // namespace

Result<> deny_all_by_landlock() {
    const long version = ::syscall(kCreateRuleset, nullptr, 0, kAskVersion);
    if (version < 1) return Error(ErrorCode::unsupported, "this system has no Landlock");
    const auto rules = all_rights(version);
    const os::Descriptor ruleset(
        static_cast<int>(::syscall(kCreateRuleset, &rules, size_for(version), 0)));
    if (!ruleset.is_open() || ::syscall(kRestrictSelf, ruleset.get(), 0) != 0)
        return Error(ErrorCode::unsupported, "Landlock refuses");
    return {};
}

}  // namespace keepsake::decode
