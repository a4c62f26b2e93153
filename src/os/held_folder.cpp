#include "os/held_folder.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "os/file_system.h"

namespace keepsake::os {
namespace {

/// Where there are no links, a folder is its path.
class FolderByPath final : public HeldFolder {
  public:
    FolderByPath(FileSystem& files, std::string path) : files_(&files), path_(std::move(path)) {}

    Result<std::unique_ptr<ReadableFile>> open(const std::string& path) override {
        TRY_LET(const auto whole, below(path));
        return files_->open(whole);
    }
    Result<std::unique_ptr<WritableFile>> create(const std::string& path) override {
        TRY_LET(const auto whole, below(path));
        return files_->create(whole, false);
    }
    Result<FileInfo> info(const std::string& path) override {
        TRY_LET(const auto whole, below(path));
        return files_->info(whole);
    }
    Result<> rename_exclusive(const std::string& from, const std::string& to) override {
        TRY_LET(const auto whole_from, below(from));
        TRY_LET(const auto whole_to, below(to));
        return files_->rename_exclusive(whole_from, whole_to);
    }
    Result<> remove_file(const std::string& path) override {
        TRY_LET(const auto whole, below(path));
        return files_->remove_file(whole);
    }
    Result<> make_directories(const std::string& path) override {
        TRY_LET(const auto whole, below(path));
        return os::make_directories(*files_, whole, false);
    }
    Result<> sync_directory(const std::string& path) override {
        TRY_LET(const auto whole, below(path));
        return files_->sync_directory(whole);
    }
    Result<> sync_everything() override { return files_->sync_everything(path_); }

  private:
    Result<std::string> below(const std::string& path) const {
        if (!is_path_below(path))
            return Error(ErrorCode::invalid, printable(path) + " is no path below a folder");
        return join_path(path_, path);
    }

    FileSystem* files_;
    std::string path_;
};

}  // namespace

bool is_path_below(std::string_view path) {
    if (path.empty()) return true;
    while (true) {
        const auto slash = path.find('/');
        if (!is_file_name(path.substr(0, slash))) return false;
        if (slash == std::string_view::npos) return true;
        path.remove_prefix(slash + 1);
    }
}

Result<std::unique_ptr<HeldFolder>> FileSystem::hold_folder(const std::string& path) {
    TRY_LET(const auto there, info_following(path));
    if (there.kind != FileKind::directory)
        return Error(ErrorCode::exists, printable(path) + " is there and no directory");
    return std::make_unique<FolderByPath>(*this, path);
}

}  // namespace keepsake::os
