#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/random.h"
#include "os/file_system.h"

namespace keepsake::share {

/// A folder that is being made: beside its name until publish(), or within it where it was there,
/// empty. Destroyed before that: nothing of it stays. Thread safety: one thread at a time.
class NewFolder {
  public:
    /// `secret`: for nobody but this user. Errors: exists where something stands in it; not_found
    /// where its parent is missing.
    static Result<NewFolder> begin(os::FileSystem& files, crypto::RandomSource& random,
                                   const std::string& path, bool secret);
    NewFolder(NewFolder&& other) noexcept;
    NewFolder& operator=(NewFolder&&) = delete;
    NewFolder(const NewFolder&) = delete;
    NewFolder& operator=(const NewFolder&) = delete;
    ~NewFolder();

    /// A new file below it; folders on the way are made. `last`: it gets its name by publish().
    enum class Named { now, last };
    Result<std::unique_ptr<os::WritableFile>> create(const std::string& name,
                                                     Named named = Named::now);
    /// Whole and synced.
    Result<> write(const std::string& name, ByteView bytes);
    /// Durability: what stands in it survives a crash, not yet under its name.
    Result<> prepare();
    /// Durability: survives a crash.
    Result<> publish();

  private:
    NewFolder(os::FileSystem& files, std::string path, std::string standing, bool secret)
        : files_(&files), path_(std::move(path)), standing_(std::move(standing)), secret_(secret) {}
    Result<> make_parent(const std::string& name);
    bool is_in_place() const { return path_ == standing_; }

    os::FileSystem* files_;
    std::string path_;
    std::string standing_;  // where it is made
    bool secret_;
    bool is_done_ = false;  // or moved from
    std::vector<std::string> written_;
    std::vector<std::string> folders_;  // below it, those above first
    std::string last_;
};

}  // namespace keepsake::share
