#include "support/simulated_machine.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "support/fault_plan.h"
#include "support/simulated_disk.h"

namespace keepsake::testing {

bool can_fail(Need need, int error) {
    switch (error) {
        case EINTR:
            return need == Need::closing;
        case EROFS:
            return need != Need::reading;
        case ENOSPC:
        case EDQUOT:  // NOLINT(misc-include-cleaner): cerrno has it
        case EFBIG:
            return need == Need::space || need == Need::closing;
        default:
            return true;
    }
}

bool SimulatedMachine::strikes(std::uint64_t number, Need need) const {
    if (number != plan.fail_at && !(plan.persistent && number > plan.fail_at)) return false;
    return plan.crash || plan.spoil || can_fail(need, plan.error);
}

std::optional<std::uint64_t> SimulatedMachine::number_of_next(std::string_view name) const {
    if (plan.only.empty()) return operations.size();
    if (plan.only != name) return std::nullopt;
    return static_cast<std::uint64_t>(std::ranges::count(operations, name, &Operation::name));
}

Turn SimulatedMachine::begin(std::string_view name, const std::string& path, Need need,
                             std::uint64_t size_bytes) {
    const std::string doing = "simulated " + std::string(name) + " " + printable(path);
    if (stopped)
        return {.happens = false,
                .stopped = false,
                .spoils = false,
                .error = Error::from_errno(EIO, doing + ": the machine has stopped", true)};
    disk.set_now({++seconds_, 123'456'789});
    const auto number = number_of_next(name);
    operations.push_back({std::string(name), path, size_bytes, need});
    if (!number || !strikes(*number, need)) return {};
    has_failed = true;
    if (plan.spoil) return {.happens = true, .stopped = false, .spoils = true, .error = {}};
    stopped = plan.crash;
    return {.happens = plan.crash && disk.dice().coin(),
            .stopped = plan.crash,
            .spoils = false,
            .error = plan.crash ? Error::from_errno(EIO, doing + ": the machine stops", true)
                                : Error::from_errno(plan.error, doing, need != Need::reading)};
}

void SimulatedMachine::crash(Unsynced unsynced) {
    disk.crash(unsynced);
    plan = {};
    stopped = false;
    locked.clear();
    ++boots;
}

std::uint64_t SimulatedMachine::free_bytes() const {
    const std::uint64_t used = disk.used_bytes();
    return used < capacity_bytes ? capacity_bytes - used : 0;
}

}  // namespace keepsake::testing
