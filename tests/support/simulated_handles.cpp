#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

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

constexpr std::uint64_t kLargestSimulatedFile = std::uint64_t{1} << 30U;

Error stale(const HandleOwner& owner) {
    return Error::from_errno(EIO, printable(owner.path) + ": opened before the machine stopped",
                             true);
}

class SimulatedReader final : public os::ReadableFile {
  public:
    explicit SimulatedReader(HandleOwner owner) : owner_(std::move(owner)) {}

    Result<std::size_t> read_at(std::uint64_t offset_bytes, MutableBytes out) const override {
        const std::scoped_lock lock(owner_.machine->mutex);
        if (owner_.is_stale()) return stale(owner_);
        const Turn turn = owner_.machine->begin("read", owner_.path, Need::reading, out.size());
        if (turn.error) return *turn.error;
        const Bytes& bytes = owner_.node->bytes.live;
        if (offset_bytes >= bytes.size()) return 0;
        const auto rest = ByteView(bytes).subspan(offset_bytes);
        const std::size_t size = std::min(rest.size(), out.size());
        std::copy_n(rest.begin(), size, out.begin());
        return size;
    }

    Result<os::FileInfo> info() const override {
        const std::scoped_lock lock(owner_.machine->mutex);
        if (owner_.is_stale()) return stale(owner_);
        const Turn turn = owner_.machine->begin("info", owner_.path, Need::reading);
        if (turn.error) return *turn.error;
        return simulated_info(*owner_.node);
    }

    void drop_cache() const override {
        const std::scoped_lock lock(owner_.machine->mutex);
        if (!owner_.is_stale()) owner_.node->bytes.evict(owner_.machine->disk.dice());
    }

  private:
    HandleOwner owner_;
};

class SimulatedWriter final : public os::WritableFile {
  public:
    explicit SimulatedWriter(HandleOwner owner) : owner_(std::move(owner)) {}

    // What is not synced may be on the disk or not, whatever way it took.
    void write_past_cache() override {}

    Result<> append(ByteView bytes) override {
        const std::scoped_lock lock(machine().mutex);
        TRY(usable());
        const Turn turn = begin("append", Need::space, bytes.size());
        const std::uint64_t room = room_bytes(machine().free_bytes());
        const auto fits = std::min<std::uint64_t>(bytes.size(), room);
        const auto written = turn.happens ? fits : machine().disk.dice().below(fits + 1);
        auto& file = owner_.node->bytes;
        file.live.insert(file.live.end(), bytes.begin(),
                         bytes.begin() + static_cast<std::ptrdiff_t>(written));
        file.allocated_bytes += written;
        if (turn.spoils && written > 0) {
            auto& byte = file.live[file.live.size() - 1 - machine().disk.dice().below(written)];
            byte = static_cast<std::uint8_t>(byte ^ 1U << machine().disk.dice().below(8));
        }
        owner_.node->modified = machine().disk.now();
        return finish(turn, fits == bytes.size());
    }

    Result<> append_zeros(std::uint64_t size_bytes) override {
        const std::scoped_lock lock(machine().mutex);
        TRY(usable());
        const Turn turn = begin("append_zeros", Need::space, size_bytes);
        const bool fits = size_bytes <= room_bytes(kLargestSimulatedFile);
        auto& file = owner_.node->bytes;
        if (turn.happens && fits) file.live.resize(file.live.size() + size_bytes);
        owner_.node->modified = machine().disk.now();
        return finish(turn, fits);
    }

    void start_writeback() override {
        const std::scoped_lock lock(machine().mutex);
        if (!usable()) return;
        const Turn turn = begin("start_writeback", Need::space);
        if (turn.error && !turn.stopped) owner_.node->bytes.fail_to_sync();
        failed_ = turn.error;
    }

    Result<> sync() override {
        const std::scoped_lock lock(machine().mutex);
        TRY(usable());
        const Turn turn = begin("sync", Need::space);
        if (turn.happens) {
            owner_.node->bytes.sync();
            owner_.node->durable_modified = owner_.node->modified;
        } else if (!turn.stopped) {
            owner_.node->bytes.fail_to_sync();
        }
        return finish(turn, true);
    }

    Result<> set_modified(Instant modified) override {
        const std::scoped_lock lock(machine().mutex);
        TRY(usable());
        const Turn turn = begin("set_modified", Need::changing);
        if (turn.happens) owner_.node->modified = modified;
        return finish(turn, true);
    }

    Result<> close() override {
        const std::scoped_lock lock(machine().mutex);
        auto before = usable();
        if (std::exchange(closed_, true) || !before) return before;
        const Turn turn = begin("close", Need::closing);
        if (turn.error && !turn.stopped) owner_.node->bytes.fail_to_sync();
        return finish(turn, true);
    }

  private:
    SimulatedMachine& machine() const { return *owner_.machine; }

    Turn begin(std::string_view name, Need need, std::uint64_t size_bytes = 0) {
        return machine().begin(name, owner_.path, need, size_bytes);
    }

    Result<> usable() const {
        if (failed_) return *failed_;
        if (owner_.is_stale()) return stale(owner_);
        if (closed_) return Error(ErrorCode::invalid, "used after it was closed: " + owner_.path);
        return {};
    }

    std::uint64_t room_bytes(std::uint64_t free_bytes) const {
        const auto largest = std::min(machine().largest_file_bytes, kLargestSimulatedFile);
        const std::uint64_t size = owner_.node->bytes.live.size();
        return std::min(free_bytes, size < largest ? largest - size : 0);
    }

    Result<> finish(const Turn& turn, bool fits) {
        failed_ = turn.error;
        if (!failed_ && !fits) {
            machine().has_failed = true;
            const bool full = machine().free_bytes() == 0;
            failed_ =
                Error::from_errno(full ? ENOSPC : EFBIG, "append " + printable(owner_.path), true);
        }
        return failed_ ? Result<>(*failed_) : Result<>{};
    }

    HandleOwner owner_;
    std::optional<Error> failed_;
    bool closed_ = false;
};

class SimulatedLock final : public os::FileLock {
  public:
    explicit SimulatedLock(HandleOwner owner) : owner_(std::move(owner)) {}
    SimulatedLock(const SimulatedLock&) = delete;
    SimulatedLock& operator=(const SimulatedLock&) = delete;
    ~SimulatedLock() override {
        const std::scoped_lock lock(owner_.machine->mutex);
        if (!owner_.is_stale()) owner_.machine->locked.erase(owner_.node->id);
    }

  private:
    HandleOwner owner_;
};

}  // namespace

std::unique_ptr<os::ReadableFile> simulated_reader(HandleOwner owner) {
    return std::make_unique<SimulatedReader>(std::move(owner));
}

std::unique_ptr<os::WritableFile> simulated_writer(HandleOwner owner) {
    return std::make_unique<SimulatedWriter>(std::move(owner));
}

std::unique_ptr<os::FileLock> simulated_lock(HandleOwner owner) {
    return std::make_unique<SimulatedLock>(std::move(owner));
}

os::FileInfo simulated_info(const Node& node) {
    return {.kind = node.kind,
            .size_bytes = node.bytes.live.size(),
            .modified = node.modified,
            .changed = node.modified,
            .device = 1,
            .inode = node.id};
}

}  // namespace keepsake::testing
