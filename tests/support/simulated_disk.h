#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "os/file_system.h"

/// What SimulatedFileSystem keeps its files on: every file and directory as programs see it now,
/// and how much of that a crash is sure to leave.
namespace keepsake::testing {

/// Seeded, and the same on every system (the standard's distributions are not).
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    /// 0 to `bound` - 1. Requires: bound > 0.
    std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
    bool coin() { return below(2) == 0; }

  private:
    std::mt19937_64 engine_;
};

using NodeId = std::uint64_t;

/// A file's bytes. They only ever grow, so what is sure is told by a few numbers: the first
/// `durable_size` bytes' existence, and which ranges may hold zeros on the disk instead of what
/// was written.
struct FileBytes {
    Bytes live;
    std::uint64_t allocated_bytes = 0;  ///< less than live.size() where there are holes
    std::size_t durable_size = 0;
    std::size_t clean_up_to = 0;  ///< what the system takes for written; the rest is dirty
    /// Ranges that a failed sync marked clean although they may not have reached the disk.
    std::vector<std::pair<std::size_t, std::size_t>> doubtful;

    void sync();
    void fail_to_sync();
    /// Memory forgets what it takes for written: doubtful sectors are now what the disk has.
    void evict(Dice& dice);
    /// Leaves what the disk has.
    void crash(Dice& dice);
    void lose_unsynced();
    void keep_all();

  private:
    std::vector<std::pair<std::size_t, std::size_t>> unsure() const;
    void zero_some_sectors(Dice& dice, std::size_t begin, std::size_t end);
};

/// Where a node stands: a name in a directory.
struct Location {
    NodeId directory = 0;
    std::string name;
    friend auto operator<=>(const Location&, const Location&) = default;
};

struct Node {
    NodeId id = 0;
    os::FileKind kind = os::FileKind::regular;
    FileBytes bytes;
    Instant modified;
    Instant durable_modified;
    std::optional<Location> live;     ///< none: removed
    std::optional<Location> durable;  ///< where a crash that keeps nothing puts it
    std::map<std::string, NodeId> children;
};

/// How a crash deals with what was not synced.
enum class Unsynced : std::uint8_t { at_random, lost, kept };

/// Nodes and the pending changes of names. A change (create, rename, remove) is atomic; until it is
/// synced a crash keeps it or not, whatever it does with the others, except that a change stays
/// undone where it needs another one that does: an earlier change of the same node; the departure
/// of the node that had the name before.
class SimulatedDisk {
  public:
    explicit SimulatedDisk(std::uint64_t seed);

    Node& node(NodeId id) { return *nodes_.at(id); }
    std::shared_ptr<Node> shared_node(NodeId id) { return nodes_.at(id); }
    Dice& dice() { return dice_; }
    std::uint64_t used_bytes() const;
    NodeId root() const { return kRoot; }

    /// The node at a path ("/", "." and ".." as usual). Errors: not_found; limit; invalid.
    Result<NodeId> find(const std::string& path);
    /// The directory of a path's last component, and that name. Errors: as find.
    Result<Location> place(const std::string& path);
    std::optional<NodeId> child(const Location& location);
    std::string path_of(NodeId id);

    /// What new and changed nodes get as their time.
    void set_now(Instant now) { now_ = now; }
    Instant now() const { return now_; }
    NodeId create(const Location& location, os::FileKind kind);
    void move(NodeId id, const Location& to);
    void remove(NodeId id);

    void sync_names(NodeId directory);
    void fail_to_sync_names(NodeId directory);
    void sync_all();
    void fail_to_sync_all();
    void crash(Unsynced unsynced);
    /// Everything as it is now survives from here on.
    void settle() { crash(Unsynced::kept); }

  private:
    static constexpr NodeId kRoot = 1;

    /// A change of names that is not synced.
    struct Change {
        NodeId node = 0;
        std::optional<Location> from;
        std::optional<Location> to;
        std::optional<NodeId> replaced;
        std::vector<std::uint64_t> needs;  ///< numbers of earlier changes
        bool doubtful = false;             ///< a failed sync marked it clean
    };

    void touch(NodeId directory) { node(directory).modified = now_; }
    static bool belongs_to(const Change& change, NodeId directory);
    void record(Change change);
    void make_durable(std::uint64_t number);
    void apply(const Change& change);
    void keep_some_changes(Unsynced unsynced);
    void rebuild();

    Dice dice_;
    Instant now_;
    NodeId next_node_ = kRoot + 1;
    std::uint64_t next_change_ = 1;
    std::map<NodeId, std::shared_ptr<Node>> nodes_;
    std::map<std::uint64_t, Change> pending_;
    std::map<NodeId, std::uint64_t> last_change_;
    std::map<Location, std::uint64_t> last_departure_;
    std::uint64_t last_directory_move_ = 0;
};

}  // namespace keepsake::testing
