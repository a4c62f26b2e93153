#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/random.h"
#include "os/file_system.h"
#include "share/guest_page.h"

namespace keepsake::share {

inline constexpr std::string_view kHeadName = "manifest.age";
/// Of all .age files of a share that is one page: more makes browsers of phones give up.
inline constexpr std::uint64_t kLargestOneFileBytes = 96ULL << 20U;

/// Where the files of a share go, one after another, the head last. Nothing of it is seen under its
/// name until publish(). Destroyed before that: nothing stays. Thread safety: one thread at a time.
class Destination {
  public:
    virtual ~Destination() = default;
    /// The next file. Errors: limit where it takes no more.
    virtual Result<> begin(const std::string& name, std::uint64_t size_bytes) = 0;
    virtual Result<> append(ByteView bytes) = 0;
    virtual Result<> end() = 0;
    /// Durability: all of it survives a crash, not yet under its name.
    virtual Result<> prepare() = 0;
    /// Durability: survives a crash; atomic but for a folder that was there before, where the head
    /// is what makes the rest a share.
    virtual Result<> publish() = 0;
    /// What a folder holds of it; empty for the others.
    virtual std::vector<std::string> names() const { return {}; }
    /// SHA-256 of the one file, in hex; "" for a folder. Requires: prepared.
    virtual std::string sha256() const { return ""; }
};

/// A folder that is missing or empty. `secret`: for nobody but this user. Errors: exists.
Result<std::unique_ptr<Destination>> to_folder(os::FileSystem& files, crypto::RandomSource& random,
                                               const GuestPage& page, const std::string& path,
                                               bool secret);
/// One page (.html), or a ZIP where the name ends so. `key`: the link's words where they go along
/// with it, else "". Errors: exists.
Result<std::unique_ptr<Destination>> to_one_file(os::FileSystem& files,
                                                 crypto::RandomSource& random,
                                                 const GuestPage& page, const std::string& path,
                                                 std::string_view key);
/// Whether a file of this name is a ZIP.
bool is_zip_name(std::string_view path);

}  // namespace keepsake::share
