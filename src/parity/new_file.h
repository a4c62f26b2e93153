#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "os/file_system.h"

namespace keepsake::parity {

/// A file that is removed again unless it was finished.
class NewFile {
  public:
    static Result<NewFile> create(os::FileSystem& files, const std::string& path) {
        auto opened = files.create(path, false);
        if (!opened.has_value()) return std::move(opened).error().with(path);
        return NewFile(files, path, *std::move(opened));
    }
    NewFile(NewFile&& other) noexcept
        : files_(std::exchange(other.files_, nullptr)),
          path_(std::move(other.path_)),
          file_(std::move(other.file_)) {}
    NewFile& operator=(NewFile&&) = delete;
    ~NewFile() {
        if (files_ == nullptr) return;
        file_.reset();
        (void)files_->remove_file(path_);  // best effort: the failure before it is what is told
    }
    Result<> append(ByteView bytes) {
        auto result = file_->append(bytes);
        if (!result.has_value()) return std::move(result).error().with(path_);
        return {};
    }
    void start_writeback() { file_->start_writeback(); }
    /// Makes the bytes durable; still removed unless keep() follows.
    Result<> finish() {
        auto synced = file_->sync();
        if (!synced.has_value()) return std::move(synced).error().with(path_);
        auto closed = file_->close();
        if (!closed.has_value()) return std::move(closed).error().with(path_);
        return {};
    }
    void keep() { files_ = nullptr; }
    const std::string& path() const { return path_; }

  private:
    NewFile(os::FileSystem& files, std::string path, std::unique_ptr<os::WritableFile> file)
        : files_(&files), path_(std::move(path)), file_(std::move(file)) {}
    os::FileSystem* files_;
    std::string path_;
    std::unique_ptr<os::WritableFile> file_;
};

}  // namespace keepsake::parity
