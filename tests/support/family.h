#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/age_keys.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"
#include "library/environment.h"
#include "library/get.h"
#include "library/keep.h"
#include "library/library.h"
#include "os/posix_file_system.h"
#include "support/scratch_directory.h"

/// People with computers and disks, for tests of the use cases: real files in a scratch folder, a
/// clock that stands where it is put, randomness from a seed.
namespace keepsake::testing {

class SeededRandom final : public crypto::RandomSource {
  public:
    explicit SeededRandom(std::uint64_t seed) : seed_(seed) {}
    void fill(MutableBytes out) override {
        while (!out.empty()) {
            const auto block =
                crypto::sha256(as_bytes(std::to_string(seed_) + "/" + std::to_string(counter_++)));
            const auto count = std::min(out.size(), block.size());
            std::copy_n(block.begin(), count, out.begin());
            out = out.subspan(count);
        }
    }

  private:
    std::uint64_t seed_;
    std::atomic<std::uint64_t> counter_ = 0;
};

class SetClock final : public WallClock {
  public:
    Instant now() const override { return now_; }
    void set(const char* rfc3339) { now_ = from_rfc3339(rfc3339).value(); }
    void pass_days(std::int64_t days) { now_.seconds += days * kSecondsPerDay; }

  private:
    Instant now_ = from_rfc3339("2026-11-23T06:14:37Z").value();
};

class HeardListener final : public library::Listener {
  public:
    void progress(const library::Progress&) override { ++progress_calls; }
    void problem(const std::string& name, const std::string& why) override {
        problems.emplace_back(name, why);
    }
    void note(const std::string& line) override { notes.push_back(line); }
    void unlocking() override {}

    std::vector<std::pair<std::string, std::string>> problems;
    std::vector<std::string> notes;
    int progress_calls = 0;
};

/// One computer: its own state folder, clock and randomness.
class Computer {
  public:
    Computer(const ScratchDirectory& scratch, const std::string& name, std::uint64_t seed)
        : random(seed), state_folder(scratch / ("state-" + name)) {}

    library::Environment environment() {
        return {files, random, clock, state_folder, stop.get_token(), 2, false};
    }
    Result<library::Library> open(const std::string& archive, const crypto::AgeIdentity& identity) {
        return library::Library::open(environment(), archive,
                                      library::IdentityText{identity.to_text()}, heard);
    }

    os::PosixFileSystem files;
    SeededRandom random;
    SetClock clock;
    std::stop_source stop;
    std::string state_folder;
    HeardListener heard;
};

inline void write_text(const std::string& path, std::string_view text) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary)
        .write(text.data(), static_cast<std::streamsize>(text.size()));
}
inline std::string read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}
/// Every regular file below a folder: relative path to (bytes, modification time in nanoseconds).
inline std::map<std::string, std::pair<std::string, std::int64_t>> tree_of(
    const std::string& folder) {
    std::map<std::string, std::pair<std::string, std::int64_t>> tree;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        struct stat info{};
        ::stat(entry.path().c_str(), &info);
        tree[entry.path().lexically_relative(folder).string()] = {
            read_text(entry.path().string()),
            info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec};
    }
    return tree;
}

/// A scratch folder with a computer and an archive that its owner's age identity opens.
class Family : public ::testing::Test {
  protected:
    Family()
        : home(scratch, "home", 1),
          owner(crypto::AgeIdentity::generate(home.random)),
          archive(scratch / "archive") {}

    void SetUp() override {
        library::NewArchive ways;
        ways.recipient = owner.recipient();
        const auto made = library::new_archive(home.environment(), archive, ways);
        ASSERT_TRUE(made) << made.error().describe();
    }
    library::Library open(Computer& computer, const std::string& path) {
        auto opened = computer.open(path, owner);
        if (!opened) throw std::runtime_error(opened.error().describe());
        return std::move(*opened);
    }
    library::Library open() { return open(home, archive); }
    library::KeepReport keep(library::Library& library, std::vector<std::string> paths) {
        auto report = library::keep(library, paths, {}, home.heard);
        if (!report) throw std::runtime_error(report.error().describe());
        return std::move(*report);
    }
    std::vector<catalog::ItemRecord> items(library::Library& library, bool let_go = false) {
        std::vector<catalog::ItemRecord> all;
        catalog::ItemFilter filter;
        filter.let_go = let_go;
        const auto listed = library.catalog().for_each_item(
            filter, [&](const catalog::ItemRecord& item) -> Result<> {
                all.push_back(item);
                return {};
            });
        EXPECT_TRUE(listed) << listed.error().describe();
        return all;
    }

    ScratchDirectory scratch;
    Computer home;
    crypto::AgeIdentity owner;
    std::string archive;
};

}  // namespace keepsake::testing
