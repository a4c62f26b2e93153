#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "os/file_system.h"
#include "support/fault_plan.h"
#include "support/simulated_disk.h"

/// Behind SimulatedFileSystem and its handles, which share it.
namespace keepsake::testing {

/// What becomes of one operation. `happens` without an error: all is well; neither: nothing of it;
/// both: the machine stopped just behind it.
struct Turn {
    bool happens = true;
    bool stopped = false;  ///< the machine, in this operation
    bool spoils = false;   ///< an append: one byte of it
    std::optional<Error> error;
    Result<> end() const { return error ? Result<>(*error) : Result<>{}; }
};

class SimulatedMachine {
  public:
    explicit SimulatedMachine(std::uint64_t seed) : disk(seed) {}

    /// Counts the operation and decides what becomes of it.
    Turn begin(std::string_view name, const std::string& path, Need need,
               std::uint64_t size_bytes = 0);
    void crash(Unsynced unsynced);
    void pass_seconds(std::int64_t seconds) { seconds_ += seconds; }
    /// Bytes that still find room.
    std::uint64_t free_bytes() const;

    std::mutex mutex;  ///< held in every call of the interface
    SimulatedDisk disk;
    FaultPlan plan;
    std::vector<Operation> operations;
    bool has_failed = false;
    bool stopped = false;
    std::uint64_t boots = 0;  ///< handles of an earlier one fail
    std::set<NodeId> locked;
    std::uint64_t capacity_bytes = std::uint64_t{1} << 40U;
    std::uint64_t largest_file_bytes = std::numeric_limits<std::uint64_t>::max();
    bool syncs_as_a_whole = true;
    bool has_locks = true;

  private:
    /// As the plan counts them; nothing where it leaves such operations out.
    std::optional<std::uint64_t> number_of_next(std::string_view name) const;
    bool strikes(std::uint64_t number, Need need) const;
    std::int64_t seconds_ = 1'700'000'000;
};

/// An open file or a lock is of the machine's present boot, or fails.
struct HandleOwner {
    std::shared_ptr<SimulatedMachine> machine;
    std::shared_ptr<Node> node;
    std::string path;
    std::uint64_t boot = 0;

    bool is_stale() const { return boot != machine->boots; }
};

std::unique_ptr<os::ReadableFile> simulated_reader(HandleOwner owner);
std::unique_ptr<os::WritableFile> simulated_writer(HandleOwner owner);
std::unique_ptr<os::FileLock> simulated_lock(HandleOwner owner);
os::FileInfo simulated_info(const Node& node);

}  // namespace keepsake::testing
