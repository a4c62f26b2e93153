#include "share/new_folder.h"

#include <algorithm>
#include <memory>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "crypto/random.h"
#include "os/file_system.h"
#include "share/random_name.h"

namespace keepsake::share {
namespace {

constexpr std::string_view kLastName = ".last.tmp";

}  // namespace

Result<NewFolder> NewFolder::begin(os::FileSystem& files, crypto::RandomSource& random,
                                   const std::string& path, bool secret) {
    const auto listed = files.list(path);
    if (!listed && listed.error().code() != ErrorCode::not_found) return listed.error();
    if (listed && !listed->empty())
        return Error(ErrorCode::exists,
                     printable(path) + " is not empty; this needs a folder of its own.");
    if (listed) return NewFolder(files, path, path, secret);
    const auto standing = os::join_path(os::parent_of(path), "." + random_name(random, 8) + ".tmp");
    TRY(files.make_directory(standing, secret));
    return NewFolder(files, path, standing, secret);
}

NewFolder::NewFolder(NewFolder&& other) noexcept
    : files_(other.files_),
      path_(std::move(other.path_)),
      standing_(std::move(other.standing_)),
      secret_(other.secret_),
      is_done_(std::exchange(other.is_done_, true)),
      written_(std::move(other.written_)),
      folders_(std::move(other.folders_)),
      last_(std::move(other.last_)) {}

NewFolder::~NewFolder() {
    if (is_done_) return;
    for (const auto& name : written_)
        static_cast<void>(files_->remove_file(os::join_path(standing_, name)));
    for (const auto& name : std::views::reverse(folders_))
        static_cast<void>(files_->remove_directory(os::join_path(standing_, name)));
    if (!is_in_place()) static_cast<void>(files_->remove_directory(standing_));
}

Result<> NewFolder::make_parent(const std::string& name) {
    const auto slash = name.rfind('/');
    if (slash == std::string::npos) return {};
    const auto folder = name.substr(0, slash);
    if (std::ranges::find(folders_, folder) != folders_.end()) return {};
    TRY(make_parent(folder));
    TRY(files_->make_directory(os::join_path(standing_, folder), secret_));
    folders_.push_back(folder);
    return {};
}

Result<std::unique_ptr<os::WritableFile>> NewFolder::create(const std::string& name, Named named) {
    TRY(make_parent(name));
    auto standing = name;
    if (named == Named::last) {
        last_ = name;
        standing = kLastName;
    }
    TRY_LET(auto file, files_->create(os::join_path(standing_, standing), secret_));
    written_.push_back(standing);
    return file;
}

Result<> NewFolder::write(const std::string& name, ByteView bytes) {
    TRY_LET(const auto file, create(name));
    TRY(file->append(bytes));
    TRY(file->sync());
    return file->close();
}

Result<> NewFolder::prepare() {
    for (const auto& folder : folders_)
        TRY(files_->sync_directory(os::join_path(standing_, folder)));
    if (!last_.empty() && !is_in_place()) {
        TRY(files_->rename_exclusive(os::join_path(standing_, std::string(kLastName)),
                                     os::join_path(standing_, last_)));
        std::ranges::replace(written_, std::string(kLastName), std::exchange(last_, ""));
    }
    return files_->sync_directory(standing_);
}

Result<> NewFolder::publish() {
    TRY(prepare());
    if (!is_in_place()) {
        TRY(files_->rename_exclusive(standing_, path_));
        is_done_ = true;
        return files_->sync_directory(os::parent_of(path_));
    }
    if (!last_.empty())
        TRY(files_->rename_exclusive(os::join_path(standing_, std::string(kLastName)),
                                     os::join_path(standing_, last_)));
    is_done_ = true;
    return files_->sync_directory(standing_);
}

}  // namespace keepsake::share
