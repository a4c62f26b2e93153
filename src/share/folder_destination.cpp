// A share as a folder of files.
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/random.h"
#include "os/file_system.h"
#include "share/destination.h"
#include "share/guest_page.h"
#include "share/new_folder.h"

namespace keepsake::share {
namespace {

class FolderDestination final : public Destination {
  public:
    explicit FolderDestination(NewFolder folder) : folder_(std::move(folder)) {}

    Result<> write_page(const GuestPage& page) {
        for (const auto& [name, text] : page.of_folder()) {
            TRY(folder_.write(name, as_bytes(text)));
            names_.push_back(name);
        }
        return {};
    }

    Result<> begin(const std::string& name, std::uint64_t /*size_bytes*/) override {
        using Named = NewFolder::Named;
        TRY_LET(file_, folder_.create(name, name == kHeadName ? Named::last : Named::now));
        names_.push_back(name);
        return {};
    }
    Result<> append(ByteView bytes) override { return file_->append(bytes); }
    Result<> end() override {
        TRY(file_->sync());
        return file_->close();
    }
    Result<> prepare() override { return folder_.prepare(); }
    Result<> publish() override { return folder_.publish(); }
    std::vector<std::string> names() const override { return names_; }

  private:
    NewFolder folder_;
    std::unique_ptr<os::WritableFile> file_;
    std::vector<std::string> names_;
};

}  // namespace

Result<std::unique_ptr<Destination>> to_folder(os::FileSystem& files, crypto::RandomSource& random,
                                               const GuestPage& page, const std::string& path,
                                               bool secret) {
    TRY_LET(auto folder, NewFolder::begin(files, random, path, secret));
    auto made = std::make_unique<FolderDestination>(std::move(folder));
    TRY(made->write_page(page));
    return std::unique_ptr<Destination>(std::move(made));
}

}  // namespace keepsake::share
