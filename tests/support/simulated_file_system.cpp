#include "support/simulated_file_system.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "base/time.h"
#include "os/file_system.h"
#include "support/fault_plan.h"
#include "support/simulated_disk.h"
#include "support/simulated_machine.h"

namespace keepsake::testing {
namespace {

using os::FileKind;

Error refused(int number, std::string_view doing, const std::string& path) {
    return Error::from_errno(number, std::string(doing) + " " + printable(path), true);
}

HandleOwner owner_of(const std::shared_ptr<SimulatedMachine>& machine, NodeId id,
                     const std::string& path) {
    return {.machine = machine,
            .node = machine->disk.shared_node(id),
            .path = path,
            .boot = machine->boots};
}

Result<NodeId> make(SimulatedDisk& disk, const std::string& path, FileKind kind) {
    TRY_LET(const Location location, disk.place(path));
    if (disk.child(location)) return refused(EEXIST, "create", path);
    return disk.create(location, kind);
}

Result<NodeId> find_directory(SimulatedDisk& disk, const std::string& path) {
    TRY_LET(const NodeId id, disk.find(path));
    if (disk.node(id).kind != FileKind::directory) return refused(ENOTDIR, "open directory", path);
    return id;
}

Result<> movable(SimulatedDisk& disk, NodeId id, const Location& to) {
    for (NodeId up = to.directory; up != disk.root(); up = disk.node(up).live->directory) {
        if (up == id) return refused(EINVAL, "rename into itself:", to.name);
    }
    return {};
}

Result<> replaceable(SimulatedDisk& disk, NodeId id, NodeId target, const std::string& to) {
    const bool moves_directory = disk.node(id).kind == FileKind::directory;
    const bool onto_directory = disk.node(target).kind == FileKind::directory;
    if (onto_directory && !moves_directory) return refused(EISDIR, "rename to", to);
    if (!onto_directory && moves_directory) return refused(ENOTDIR, "rename to", to);
    if (!disk.node(target).children.empty()) return refused(ENOTEMPTY, "rename to", to);
    return {};
}

}  // namespace

SimulatedFileSystem::SimulatedFileSystem(std::uint64_t seed)
    : machine_(std::make_shared<SimulatedMachine>(seed)) {}

void SimulatedFileSystem::set_plan(FaultPlan plan) {
    const std::scoped_lock lock(machine_->mutex);
    machine_->plan = std::move(plan);
    machine_->operations.clear();
    machine_->has_failed = false;
}

std::uint64_t SimulatedFileSystem::operation_count() const {
    const std::scoped_lock lock(machine_->mutex);
    return machine_->operations.size();
}

std::vector<Operation> SimulatedFileSystem::operations() const {
    const std::scoped_lock lock(machine_->mutex);
    return machine_->operations;
}

std::string SimulatedFileSystem::operation_name(std::uint64_t n) const {
    const std::scoped_lock lock(machine_->mutex);
    const Operation& operation = machine_->operations.at(n);
    std::string text = operation.name + " " + printable(operation.path);
    if (operation.size_bytes != 0) text += " (" + std::to_string(operation.size_bytes) + " bytes)";
    return text;
}

bool SimulatedFileSystem::has_failed() const {
    const std::scoped_lock lock(machine_->mutex);
    return machine_->has_failed;
}

void SimulatedFileSystem::crash(Unsynced unsynced) {
    const std::scoped_lock lock(machine_->mutex);
    machine_->crash(unsynced);
}

void SimulatedFileSystem::settle() {
    const std::scoped_lock lock(machine_->mutex);
    machine_->disk.settle();
}

void SimulatedFileSystem::set_capacity(std::uint64_t capacity_bytes) {
    const std::scoped_lock lock(machine_->mutex);
    machine_->capacity_bytes = capacity_bytes;
}

void SimulatedFileSystem::set_largest_file(std::uint64_t size_bytes) {
    const std::scoped_lock lock(machine_->mutex);
    machine_->largest_file_bytes = size_bytes;
}

void SimulatedFileSystem::set_syncs_as_a_whole(bool does) {
    const std::scoped_lock lock(machine_->mutex);
    machine_->syncs_as_a_whole = does;
}

void SimulatedFileSystem::set_has_locks(bool has) {
    const std::scoped_lock lock(machine_->mutex);
    machine_->has_locks = has;
}

void SimulatedFileSystem::pass_seconds(std::int64_t seconds) {
    const std::scoped_lock lock(machine_->mutex);
    machine_->pass_seconds(seconds);
}

std::map<std::string, Bytes> SimulatedFileSystem::snapshot() const {
    std::map<std::string, Bytes> files;
    for (const auto& path : paths()) {
        const std::scoped_lock lock(machine_->mutex);
        if (!path.ends_with('/'))
            files[path] = machine_->disk.node(*machine_->disk.find(path)).bytes.live;
    }
    return files;
}

std::vector<std::string> SimulatedFileSystem::paths() const {
    const std::scoped_lock lock(machine_->mutex);
    std::vector<std::string> paths;
    std::vector<std::pair<std::string, NodeId>> open = {{"/", machine_->disk.root()}};
    while (!open.empty()) {
        const auto [prefix, directory] = open.back();
        open.pop_back();
        for (const auto& [name, id] : machine_->disk.node(directory).children) {
            const bool is_directory = machine_->disk.node(id).kind == FileKind::directory;
            paths.push_back(prefix + name + (is_directory ? "/" : ""));
            if (is_directory) open.emplace_back(paths.back(), id);
        }
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

void SimulatedFileSystem::put(const std::string& path, ByteView bytes) {
    const std::scoped_lock lock(machine_->mutex);
    auto id = machine_->disk.find(path);
    if (!id) id = make(machine_->disk, path, FileKind::regular);
    if (!id) throw std::invalid_argument(id.error().message());
    auto& file = machine_->disk.node(*id).bytes;
    file = {};
    file.live.assign(bytes.begin(), bytes.end());
    file.allocated_bytes = bytes.size();
    machine_->disk.settle();
}

void SimulatedFileSystem::flip_bit(const std::string& path, std::uint64_t bit) {
    const std::scoped_lock lock(machine_->mutex);
    const auto id = machine_->disk.find(path);
    if (!id) throw std::invalid_argument(id.error().message());
    auto& byte = machine_->disk.node(*id).bytes.live.at(bit / 8);
    byte = static_cast<std::uint8_t>(byte ^ 1U << bit % 8);
}

Result<std::unique_ptr<os::ReadableFile>> SimulatedFileSystem::open(const std::string& path) {
    const std::scoped_lock lock(machine_->mutex);
    const Turn turn = machine_->begin("open", path, Need::reading);
    if (turn.error) return *turn.error;
    TRY_LET(const NodeId id, machine_->disk.find(path));
    if (machine_->disk.node(id).kind != FileKind::regular)
        return Error(ErrorCode::invalid, "not a regular file: " + printable(path));
    return simulated_reader(owner_of(machine_, id, path));
}

Result<std::unique_ptr<os::WritableFile>> SimulatedFileSystem::create(const std::string& path,
                                                                      bool /*secret*/) {
    const std::scoped_lock lock(machine_->mutex);
    const Turn turn = machine_->begin("create", path, Need::space);
    if (!turn.happens) return *turn.error;
    TRY_LET(const NodeId id, make(machine_->disk, path, FileKind::regular));
    if (turn.error) return *turn.error;
    return simulated_writer(owner_of(machine_, id, path));
}

Result<> SimulatedFileSystem::rename_exclusive(const std::string& from, const std::string& to) {
    const std::scoped_lock lock(machine_->mutex);
    const Turn turn = machine_->begin("rename_exclusive", from + " to " + to, Need::changing);
    if (!turn.happens) return *turn.error;
    TRY_LET(const NodeId id, machine_->disk.find(from));
    TRY_LET(const Location location, machine_->disk.place(to));
    if (id == machine_->disk.root()) return refused(EBUSY, "rename", from);
    if (machine_->disk.child(location)) return refused(EEXIST, "rename to", to);
    TRY(movable(machine_->disk, id, location));
    machine_->disk.move(id, location);
    return turn.end();
}

Result<> SimulatedFileSystem::rename_replacing(const std::string& from, const std::string& to) {
    const std::scoped_lock lock(machine_->mutex);
    const Turn turn = machine_->begin("rename_replacing", from + " to " + to, Need::changing);
    if (!turn.happens) return *turn.error;
    TRY_LET(const NodeId id, machine_->disk.find(from));
    TRY_LET(const Location location, machine_->disk.place(to));
    if (id == machine_->disk.root()) return refused(EBUSY, "rename", from);
    TRY(movable(machine_->disk, id, location));
    const auto target = machine_->disk.child(location);
    if (target == id) return turn.end();
    if (target) TRY(replaceable(machine_->disk, id, *target, to));
    machine_->disk.move(id, location);
    return turn.end();
}

Result<> SimulatedFileSystem::remove_file(const std::string& path) {
    const std::scoped_lock lock(machine_->mutex);
    const Turn turn = machine_->begin("remove_file", path, Need::changing);
    if (!turn.happens) return *turn.error;
    TRY_LET(const NodeId id, machine_->disk.find(path));
    if (machine_->disk.node(id).kind == FileKind::directory) return refused(EISDIR, "remove", path);
    machine_->disk.remove(id);
    return turn.end();
}

Result<> SimulatedFileSystem::remove_directory(const std::string& path) {
    const std::scoped_lock lock(machine_->mutex);
    const Turn turn = machine_->begin("remove_directory", path, Need::changing);
    if (!turn.happens) return *turn.error;
    TRY_LET(const NodeId id, find_directory(machine_->disk, path));
    if (id == machine_->disk.root()) return refused(EBUSY, "remove", path);
    if (!machine_->disk.node(id).children.empty()) return refused(ENOTEMPTY, "remove", path);
    machine_->disk.remove(id);
    return turn.end();
}

Result<> SimulatedFileSystem::make_directory(const std::string& path, bool /*secret*/) {
    const std::scoped_lock lock(machine_->mutex);
    const Turn turn = machine_->begin("make_directory", path, Need::space);
    if (!turn.happens) return *turn.error;
    TRY_LET([[maybe_unused]] const NodeId id, make(machine_->disk, path, FileKind::directory));
    return turn.end();
}

Result<std::vector<os::DirectoryEntry>> SimulatedFileSystem::list(const std::string& path) {
    const std::scoped_lock lock(machine_->mutex);
    const Turn turn = machine_->begin("list", path, Need::reading);
    if (turn.error) return *turn.error;
    TRY_LET(const NodeId directory, find_directory(machine_->disk, path));
    std::vector<os::DirectoryEntry> entries;
    for (const auto& [name, id] : machine_->disk.node(directory).children)
        entries.push_back({name, machine_->disk.node(id).kind});
    for (std::size_t i = entries.size(); i > 1; --i)  // in no order
        std::swap(entries[i - 1], entries[machine_->disk.dice().below(i)]);
    return entries;
}

Result<os::FileInfo> SimulatedFileSystem::info(const std::string& path) {
    const std::scoped_lock lock(machine_->mutex);
    const Turn turn = machine_->begin("info", path, Need::reading);
    if (turn.error) return *turn.error;
    TRY_LET(const NodeId id, machine_->disk.find(path));
    return simulated_info(machine_->disk.node(id));
}

Result<os::FileInfo> SimulatedFileSystem::info_following(const std::string& path) {
    return info(path);
}

Result<std::string> SimulatedFileSystem::real_path(const std::string& path) {
    const std::scoped_lock lock(machine_->mutex);
    const Turn turn = machine_->begin("real_path", path, Need::reading);
    if (turn.error) return *turn.error;
    TRY_LET(const NodeId id, machine_->disk.find(path));
    return machine_->disk.path_of(id);
}

Result<> SimulatedFileSystem::set_directory_modified(const std::string& path, Instant modified) {
    const std::scoped_lock lock(machine_->mutex);
    const Turn turn = machine_->begin("set_directory_modified", path, Need::changing);
    if (!turn.happens) return *turn.error;
    TRY_LET(const NodeId id, find_directory(machine_->disk, path));
    machine_->disk.node(id).modified = modified;
    return turn.end();
}

Result<> SimulatedFileSystem::sync_directory(const std::string& path) {
    const std::scoped_lock lock(machine_->mutex);
    const Turn turn = machine_->begin("sync_directory", path, Need::space);
    if (turn.stopped && !turn.happens) return *turn.error;
    TRY_LET(const NodeId id, find_directory(machine_->disk, path));
    if (turn.happens)
        machine_->disk.sync_names(id);
    else
        machine_->disk.fail_to_sync_names(id);
    return turn.end();
}

Result<> SimulatedFileSystem::sync_everything(const std::string& path) {
    const std::scoped_lock lock(machine_->mutex);
    if (!machine_->syncs_as_a_whole)
        return Error(ErrorCode::unsupported, "not to be synced as a whole");
    const Turn turn = machine_->begin("sync_everything", path, Need::space);
    if (turn.stopped && !turn.happens) return *turn.error;
    TRY_LET([[maybe_unused]] const NodeId id, machine_->disk.find(path));
    if (turn.happens)
        machine_->disk.sync_all();
    else
        machine_->disk.fail_to_sync_all();
    return turn.end();
}

Result<std::uint64_t> SimulatedFileSystem::free_bytes(const std::string& path) {
    const std::scoped_lock lock(machine_->mutex);
    const Turn turn = machine_->begin("free_bytes", path, Need::reading);
    if (turn.error) return *turn.error;
    TRY_LET([[maybe_unused]] const NodeId id, machine_->disk.find(path));
    return machine_->free_bytes();
}

Result<std::uint64_t> SimulatedFileSystem::largest_file_bytes(const std::string& path) {
    const std::scoped_lock lock(machine_->mutex);
    const Turn turn = machine_->begin("largest_file_bytes", path, Need::reading);
    if (turn.error) return *turn.error;
    TRY_LET([[maybe_unused]] const NodeId id, machine_->disk.find(path));
    return machine_->largest_file_bytes;
}

Result<std::unique_ptr<os::FileLock>> SimulatedFileSystem::try_lock(const std::string& path) {
    const std::scoped_lock lock(machine_->mutex);
    const Turn turn = machine_->begin("try_lock", path, Need::space);
    if (!turn.happens) return *turn.error;
    auto id = machine_->disk.find(path);
    if (!id && id.error().code() == ErrorCode::not_found)
        id = make(machine_->disk, path, FileKind::regular);
    if (!id) return id.error();
    if (turn.error) return *turn.error;
    if (machine_->disk.node(*id).kind != FileKind::regular)
        return Error(ErrorCode::invalid, "not a regular file: " + printable(path));
    if (!machine_->has_locks)
        return Error(ErrorCode::unsupported, "no locks for " + printable(path));
    if (!machine_->locked.insert(*id).second)
        return Error(ErrorCode::exists, "another program holds " + printable(path));
    return simulated_lock(owner_of(machine_, *id, path));
}

}  // namespace keepsake::testing
