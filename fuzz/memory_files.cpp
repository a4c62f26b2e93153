#include "memory_files.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "os/file_system.h"

namespace keepsake::fuzz {
namespace {

class MemoryWriter final : public os::WritableFile {
  public:
    explicit MemoryWriter(Bytes& bytes) : bytes_(&bytes) {}
    void write_past_cache() override {}
    Result<> append(ByteView bytes) override {
        bytes_->insert(bytes_->end(), bytes.begin(), bytes.end());
        return {};
    }
    Result<> append_zeros(std::uint64_t size_bytes) override {
        bytes_->resize(bytes_->size() + size_bytes);
        return {};
    }
    void start_writeback() override {}
    Result<> sync() override { return {}; }
    Result<> set_modified(Instant) override { return {}; }
    Result<> close() override { return {}; }

  private:
    Bytes* bytes_;
};

Error not_there(const std::string& path) { return {ErrorCode::not_found, path + " is not there"}; }

}  // namespace

Result<std::size_t> MemoryFile::read_at(std::uint64_t offset_bytes, MutableBytes out) const {
    ++reads_;
    if (offset_bytes >= bytes_.size()) return 0;
    const auto rest = ByteView(bytes_).subspan(static_cast<std::size_t>(offset_bytes));
    const auto now = std::min(out.size(), rest.size());
    std::ranges::copy(rest.first(now), out.begin());
    return now;
}

Result<os::FileInfo> MemoryFile::info() const {
    os::FileInfo info;
    info.kind = os::FileKind::regular;
    info.size_bytes = told_bytes_;
    return info;
}

Result<std::unique_ptr<os::ReadableFile>> MemoryFiles::open(const std::string& path) {
    const auto found = contents.find(path);
    if (found == contents.end()) return not_there(path);
    return std::make_unique<MemoryFile>(found->second);
}

Result<std::unique_ptr<os::WritableFile>> MemoryFiles::create(const std::string& path, bool) {
    const auto [at, made] = contents.try_emplace(path);
    if (!made) return Error(ErrorCode::exists, path + " exists");
    return std::make_unique<MemoryWriter>(at->second);
}

Result<> MemoryFiles::rename_exclusive(const std::string& from, const std::string& to) {
    if (contents.contains(to)) return Error(ErrorCode::exists, to + " exists");
    return rename_replacing(from, to);
}

Result<> MemoryFiles::rename_replacing(const std::string& from, const std::string& to) {
    const auto found = contents.find(from);
    if (found == contents.end()) return not_there(from);
    auto bytes = std::move(found->second);
    contents.erase(found);
    contents[to] = std::move(bytes);
    return {};
}

Result<> MemoryFiles::remove_file(const std::string& path) {
    if (contents.erase(path) == 0) return not_there(path);
    return {};
}

Result<> MemoryFiles::remove_directory(const std::string&) { return {}; }

Result<> MemoryFiles::make_directory(const std::string& path, bool) {
    return Error(ErrorCode::exists, path + " exists");
}

Result<std::vector<os::DirectoryEntry>> MemoryFiles::list(const std::string& path) {
    std::vector<os::DirectoryEntry> entries;
    for (const auto& [name, bytes] : contents)
        if (os::parent_of(name) == path)
            entries.push_back({os::file_name_of(name), os::FileKind::regular});
    return entries;
}

Result<os::FileInfo> MemoryFiles::info(const std::string& path) {
    os::FileInfo info;
    info.kind = os::FileKind::directory;
    if (const auto found = contents.find(path); found != contents.end()) {
        info.kind = os::FileKind::regular;
        info.size_bytes = found->second.size();
    }
    return info;
}

Result<os::FileInfo> MemoryFiles::info_following(const std::string& path) { return info(path); }

Result<std::unique_ptr<os::FileLock>> MemoryFiles::try_lock(const std::string&) {
    return std::make_unique<os::FileLock>();
}

}  // namespace keepsake::fuzz
