// Fills the previews of an archive made by scale_archive with thumbnail packs, as a device leaves
// them that has looked at the photographs. Usage: scale_pictures ARCHIVE IDENTITY ITEMS COUNT
// FOLDER
//
// COUNT of the ITEMS photographs, evenly, have one of the JPEG files in FOLDER, whose names begin
// with the number of their shape (Family::kShapes): "0-wide.jpg". Each in turn: thousands have the
// same picture, under contents of their own. Prints a line for each: the item, what its address
// changes with, the file's name. Nothing is synced.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "archive/copy.h"
#include "archive/identity_file.h"
#include "archive/key_store.h"
#include "archive/layout.h"
#include "archive/thumbnail_pack.h"
#include "base/bytes.h"
#include "base/result.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "crypto/random.h"
#include "crypto/sha256.h"
#include "model/ids.h"
#include "os/posix_file_system.h"
#include "synthetic_family.h"

namespace {

using namespace keepsake;

constexpr std::size_t kPackThumbnails = 500;  // as the program writes them (library/pictures.cpp)
constexpr std::size_t kPackBytes = 4UL << 20U;
constexpr std::size_t kMarkDigits = 16;

[[noreturn]] void fail(const std::string& why) {
    std::fprintf(stderr, "scale_pictures: %s\n", why.c_str());
    std::exit(1);
}

template <class T>
T must(Result<T> result) {
    if (!result) fail(result.error().describe());
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

struct Picture {
    std::string name;
    Bytes jpeg;
};

class Pictures {
  public:
    explicit Pictures(const std::string& folder) {
        std::error_code failed;
        std::vector<std::filesystem::path> paths;
        for (const auto& entry : std::filesystem::directory_iterator(folder, failed))
            paths.push_back(entry.path());
        std::ranges::sort(paths);
        for (const auto& path : paths) {
            const auto name = path.filename().string();
            const auto shape = static_cast<std::size_t>(name.front() - '0');
            if (shape >= by_shape_.size() || !name.ends_with(".jpg")) continue;
            std::ifstream file(path, std::ios::binary);
            by_shape_[shape].push_back({name, Bytes(std::istreambuf_iterator<char>(file), {})});
        }
        for (const auto& pictures : by_shape_)
            if (pictures.empty()) fail("in " + folder + " is no picture of each shape");
    }
    const Picture& of(std::uint64_t number) const {
        const auto& pictures = by_shape_[number % by_shape_.size()];
        return pictures[number / by_shape_.size() % pictures.size()];
    }

  private:
    std::array<std::vector<Picture>, bench::Family::kShapes.size()> by_shape_;
};

class Packs {
  public:
    Packs(const std::string& copy, const crypto::AgeRecipient& recipient)
        : copy_(copy), recipient_(recipient) {
        std::filesystem::create_directories(copy + "/" + std::string(archive::kPreviewsName));
    }
    void add(archive::Thumbnail thumbnail) {
        bytes_ += thumbnail.jpeg.size();
        waiting_.push_back(std::move(thumbnail));
        if (bytes_ >= kPackBytes || waiting_.size() >= kPackThumbnails) write();
    }
    void write() {
        if (waiting_.empty()) return;
        const auto sealed =
            crypto::age_seal(archive::write_thumbnail_pack(waiting_), {&recipient_, 1}, random_);
        const auto path = copy_ + "/" + archive::thumbnail_pack_path({crypto::sha256(sealed)});
        std::ofstream file(path, std::ios::binary);
        file.write(reinterpret_cast<const char*>(sealed.data()),
                   static_cast<std::streamsize>(sealed.size()));
        file.close();
        if (!file) fail("cannot write " + path);
        waiting_.clear();
        bytes_ = 0;
    }

  private:
    std::string copy_;
    crypto::AgeRecipient recipient_;
    crypto::SystemRandom random_;
    std::vector<archive::Thumbnail> waiting_;
    std::size_t bytes_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6) {
        std::fprintf(stderr, "Usage: scale_pictures ARCHIVE IDENTITY ITEMS COUNT FOLDER\n");
        return 2;
    }
    const std::string path = argv[1];
    const auto items = std::strtoull(argv[3], nullptr, 10);
    const auto count = std::min(items, std::strtoull(argv[4], nullptr, 10));
    const Pictures pictures(argv[5]);
    std::ifstream file(argv[2], std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    os::PosixFileSystem files;
    must(archive::open_copy(files, path));
    const auto keys = must(archive::read_key_files(files, path));
    const auto unlocked = must(archive::unlock_with_identity_text(keys, text));
    Packs packs(path, unlocked.identity.newest().identity.recipient());
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto number = i * items / count;
        const auto& picture = pictures.of(number);
        const auto content = bench::Family::content(number);
        std::printf("%s %s %s\n", bench::Family::item(number).hex().c_str(),
                    content.hex().substr(0, kMarkDigits).c_str(), picture.name.c_str());
        packs.add({content, picture.jpeg});
    }
    packs.write();
}
