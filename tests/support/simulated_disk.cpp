#include "support/simulated_disk.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "base/time.h"
#include "os/file_system.h"

namespace keepsake::testing {
namespace {

constexpr std::size_t kSectorBytes = 512;

std::vector<std::string> components_of(std::string_view path) {
    std::vector<std::string> components;
    while (!path.empty()) {
        const auto slash = std::min(path.find('/'), path.size());
        const auto name = path.substr(0, slash);
        if (!name.empty() && name != ".") components.emplace_back(name);
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return components;
}

Error refused(int number, const std::string& path) {
    return Error::from_errno(number, printable(path));
}

}  // namespace

void FileBytes::sync() {
    durable_size = live.size();
    clean_up_to = live.size();
}

void FileBytes::fail_to_sync() {
    if (clean_up_to < live.size()) doubtful.emplace_back(clean_up_to, live.size());
    clean_up_to = live.size();
}

void FileBytes::evict(Dice& dice) {
    for (const auto& [begin, end] : std::exchange(doubtful, {}))
        zero_some_sectors(dice, begin, end);
}

std::vector<std::pair<std::size_t, std::size_t>> FileBytes::unsure() const {
    auto ranges = doubtful;
    if (clean_up_to < live.size()) ranges.emplace_back(clean_up_to, live.size());
    return ranges;
}

void FileBytes::zero_some_sectors(Dice& dice, std::size_t begin, std::size_t end) {
    const auto how = dice.below(3);  // none, all, some
    end = std::min(end, live.size());
    while (how != 0 && begin < end) {
        const std::size_t next = std::min(end, (begin / kSectorBytes + 1) * kSectorBytes);
        if (how == 1 || dice.coin())
            std::fill(live.begin() + static_cast<std::ptrdiff_t>(begin),
                      live.begin() + static_cast<std::ptrdiff_t>(next), std::uint8_t{0});
        begin = next;
    }
}

void FileBytes::crash(Dice& dice) {
    const auto how = dice.below(3);  // the sure size, the last size, any between
    const auto unsure_ranges = unsure();
    std::size_t size = how == 0 ? durable_size : live.size();
    if (how == 2) size = durable_size + dice.below(live.size() - durable_size + 1);
    live.resize(size);
    for (const auto& [begin, end] : unsure_ranges) zero_some_sectors(dice, begin, end);
    keep_all();
}

void FileBytes::lose_unsynced() {
    for (const auto& [begin, end] : unsure())
        std::fill(live.begin() + static_cast<std::ptrdiff_t>(begin),
                  live.begin() + static_cast<std::ptrdiff_t>(end), std::uint8_t{0});
    live.resize(durable_size);
    keep_all();
}

void FileBytes::keep_all() {
    doubtful.clear();
    allocated_bytes = std::min<std::uint64_t>(allocated_bytes, live.size());
    sync();
}

SimulatedDisk::SimulatedDisk(std::uint64_t seed) : dice_(seed) {
    auto root = std::make_shared<Node>();
    root->id = kRoot;
    root->kind = os::FileKind::directory;
    nodes_.emplace(kRoot, std::move(root));
}

std::uint64_t SimulatedDisk::used_bytes() const {
    std::uint64_t sum = 0;
    for (const auto& [id, node] : nodes_) {
        if (node->live) sum += node->bytes.allocated_bytes;
    }
    return sum;
}

Result<NodeId> SimulatedDisk::find(const std::string& path) {
    if (path.empty()) return refused(ENOENT, path);
    if (path.contains('\0')) return Error(ErrorCode::invalid, "a NUL byte inside the path");
    NodeId at = kRoot;
    for (const auto& name : components_of(path)) {
        if (node(at).kind != os::FileKind::directory) return refused(ENOTDIR, path);
        if (name == "..") {
            at = at == kRoot ? kRoot : node(at).live->directory;
            continue;
        }
        if (!os::is_file_name(name)) return refused(ENAMETOOLONG, path);
        const auto next = child({at, name});
        if (!next) return refused(ENOENT, path);
        at = *next;
    }
    return at;
}

Result<Location> SimulatedDisk::place(const std::string& path) {
    if (path.contains('\0')) return Error(ErrorCode::invalid, "a NUL byte inside the path");
    const std::string name = os::file_name_of(path);
    if (name.empty()) return refused(ENOENT, path);
    if (name == "/" || name == "." || name == "..") return refused(EEXIST, path);
    if (!os::is_file_name(name)) return refused(ENAMETOOLONG, path);
    TRY_LET(const NodeId directory, find(os::parent_of(path)));
    if (node(directory).kind != os::FileKind::directory) return refused(ENOTDIR, path);
    return Location{directory, name};
}

std::optional<NodeId> SimulatedDisk::child(const Location& location) {
    const auto& children = node(location.directory).children;
    const auto found = children.find(location.name);
    return found == children.end() ? std::nullopt : std::optional(found->second);
}

std::string SimulatedDisk::path_of(NodeId id) {
    std::string path;
    for (; id != kRoot; id = node(id).live->directory) {
        if (!node(id).live) return "(removed)" + path;
        path.insert(0, "/").insert(1, node(id).live->name);
    }
    return path.empty() ? "/" : path;
}

NodeId SimulatedDisk::create(const Location& location, os::FileKind kind) {
    auto made = std::make_shared<Node>();
    const NodeId id = next_node_++;
    made->id = id;
    made->kind = kind;
    made->modified = now_;
    made->durable_modified = now_;
    made->live = location;
    nodes_.emplace(id, std::move(made));
    node(location.directory).children[location.name] = id;
    touch(location.directory);
    record({.node = id, .from = {}, .to = location, .replaced = {}, .needs = {}});
    return id;
}

void SimulatedDisk::move(NodeId id, const Location& to) {
    const auto replaced = child(to);
    const Location from = node(id).live.value();
    node(from.directory).children.erase(from.name);
    if (replaced) node(*replaced).live.reset();
    touch(from.directory);
    node(to.directory).children[to.name] = id;
    touch(to.directory);
    node(id).live = to;
    record({.node = id, .from = from, .to = to, .replaced = replaced, .needs = {}});
}

void SimulatedDisk::remove(NodeId id) {
    const Location from = node(id).live.value();
    node(from.directory).children.erase(from.name);
    touch(from.directory);
    node(id).live.reset();
    record({.node = id, .from = from, .to = {}, .replaced = {}, .needs = {}});
}

void SimulatedDisk::record(Change change) {
    const std::uint64_t number = next_change_++;
    const auto need = [&](const auto& map, const auto& key) {
        const auto found = map.find(key);
        if (found != map.end()) change.needs.push_back(found->second);
    };
    need(last_change_, change.node);
    if (change.replaced) need(last_change_, *change.replaced);
    if (change.to) need(last_departure_, *change.to);
    if (change.from && change.to && node(change.node).kind == os::FileKind::directory) {
        // In their order, or two directories could end up in each other.
        change.needs.push_back(std::exchange(last_directory_move_, number));
    }
    last_change_[change.node] = number;
    if (change.replaced) last_change_[*change.replaced] = number;
    if (change.from) last_departure_[*change.from] = number;
    pending_.emplace(number, std::move(change));
}

void SimulatedDisk::apply(const Change& change) {
    node(change.node).durable = change.to;
    if (change.replaced) node(*change.replaced).durable.reset();
}

void SimulatedDisk::make_durable(std::uint64_t number) {
    const auto found = pending_.find(number);
    if (found == pending_.end()) return;  // it is already
    const Change change = std::move(found->second);
    pending_.erase(found);
    for (const auto needed : change.needs) make_durable(needed);
    apply(change);
}

/// A rename belongs to the directory it went to.
bool SimulatedDisk::belongs_to(const Change& change, NodeId directory) {
    return change.to ? change.to->directory == directory
                     : change.from && change.from->directory == directory;
}

void SimulatedDisk::sync_names(NodeId directory) {
    std::vector<std::uint64_t> numbers;
    for (const auto& [number, change] : pending_) {
        if (!change.doubtful && belongs_to(change, directory)) numbers.push_back(number);
    }
    for (const auto number : numbers) make_durable(number);
    node(directory).durable_modified = node(directory).modified;
}

void SimulatedDisk::fail_to_sync_names(NodeId directory) {
    for (auto& [number, change] : pending_) {
        if (belongs_to(change, directory)) change.doubtful = true;
    }
}

void SimulatedDisk::sync_all() {
    for (const auto& [id, node] : nodes_) {
        node->bytes.sync();
        node->durable_modified = node->modified;
        if (node->kind == os::FileKind::directory) sync_names(id);
    }
}

void SimulatedDisk::fail_to_sync_all() {
    for (const auto& [id, node] : nodes_) {
        node->bytes.fail_to_sync();
        if (node->kind == os::FileKind::directory) fail_to_sync_names(id);
    }
}

void SimulatedDisk::keep_some_changes(Unsynced unsynced) {
    // Of a hundred, how many are kept: all or none of them are as likely as anything between.
    const auto share = std::array<std::uint64_t, 5>{0, 20, 50, 80, 100}[dice_.below(5)];
    std::set<std::uint64_t> undone;
    for (const auto& [number, change] : pending_) {
        bool kept = unsynced == Unsynced::kept;
        if (unsynced == Unsynced::at_random) kept = dice_.below(100) < share;
        for (const auto needed : change.needs) kept = kept && !undone.contains(needed);
        if (kept)
            apply(change);
        else
            undone.insert(number);
    }
    pending_.clear();
    last_change_.clear();
    last_departure_.clear();
    last_directory_move_ = 0;
}

void SimulatedDisk::crash(Unsynced unsynced) {
    keep_some_changes(unsynced);
    for (const auto& [id, node] : nodes_) {
        if (unsynced == Unsynced::at_random) {
            node->bytes.crash(dice_);
            if (dice_.coin()) node->modified = node->durable_modified;
        } else if (unsynced == Unsynced::lost) {
            node->bytes.lose_unsynced();
            node->modified = node->durable_modified;
        } else {
            node->bytes.keep_all();
        }
        node->durable_modified = node->modified;
    }
    rebuild();
}

/// The tree as the durable locations have it; what no longer hangs on the root is gone.
void SimulatedDisk::rebuild() {
    for (const auto& [id, node] : nodes_) {
        node->live = node->durable;
        node->children.clear();
    }
    for (const auto& [id, node] : nodes_) {
        if (!node->live) continue;
        const bool free =
            nodes_.at(node->live->directory)->children.emplace(node->live->name, id).second;
        if (!free) throw std::logic_error("two nodes of one name after a simulated crash");
    }
    std::map<NodeId, std::shared_ptr<Node>> reached;
    std::vector<NodeId> open = {kRoot};
    while (!open.empty()) {
        const auto current = nodes_.at(open.back());
        open.pop_back();
        reached.emplace(current->id, current);
        for (const auto& [name, id] : current->children) open.push_back(id);
    }
    nodes_ = std::move(reached);
}

}  // namespace keepsake::testing
