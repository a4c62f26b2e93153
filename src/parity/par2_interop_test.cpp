// Sets both ways with the real par2 and with those of others.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "os/posix_file_system.h"
#include "parity/create.h"
#include "parity/files_for_test.h"
#include "parity/recovery_set.h"
#include "parity/verify.h"
#include "parity/work.h"
#include "support/scratch_directory.h"

namespace keepsake::parity {
namespace {

namespace fs = std::filesystem;

bool run(const std::string& command) {
    const auto quiet = "{ " + command + "; } >/dev/null 2>&1";
    return std::system(quiet.c_str()) == 0;  // NOLINT(concurrency-mt-unsafe)
}

bool has_par2() { return run("par2 -V"); }

void write(const fs::path& path, const Bytes& content) {
    fs::create_directories(path.parent_path());
    std::ofstream out(path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(content.data()),
              static_cast<std::streamsize>(content.size()));
    ASSERT_TRUE(out.good());
}

Bytes read(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> par2_files(const fs::path& folder) {
    std::vector<std::string> paths;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().extension() == ".par2") paths.push_back(entry.path().string());
    return paths;
}

class Par2 : public ::testing::Test {
  protected:
    void SetUp() override {
        if (!has_par2()) GTEST_SKIP() << "par2 is not installed";
    }
    testing::ScratchDirectory scratch_;
    os::PosixFileSystem files_;
};

TEST_F(Par2, VerifiesAndRepairsWhatWasMadeHere) {
    std::mt19937_64 random(1);
    const auto contents = some_files(7, 40'000, random);
    for (const auto& [name, content] : contents) write(scratch_ / name, content);
    fs::create_directories(scratch_ / "parity");
    const auto made =
        create_set(files_, set_of(scratch_.path(), contents), scratch_ / "parity/one.par2", Work());
    ASSERT_TRUE(made.has_value()) << made.error().message();
    const auto here = "cd '" + scratch_.path() + "' && par2 ";
    EXPECT_TRUE(run(here + "verify -B . parity/one.par2"));
    fs::remove(scratch_ / "objects/ab/0.age");
    auto spoiled = contents.at("objects/cd/1.age");
    spoiled[0] ^= 1U;
    write(scratch_ / "objects/cd/1.age", spoiled);
    EXPECT_FALSE(run(here + "verify -B . parity/one.par2"));
    EXPECT_TRUE(run(here + "repair -B . parity/one.par2"));
    for (const auto& [name, content] : contents) EXPECT_TRUE(read(scratch_ / name) == content);
}

TEST_F(Par2, MakesWhatIsVerifiedAndRepairedHere) {
    std::mt19937_64 random(2);
    const auto contents = some_files(7, 40'000, random);
    std::string names;
    for (const auto& [name, content] : contents) {
        write(scratch_ / name, content);
        names += " " + name;
    }
    // A slice of 1,004 bytes is no multiple of anything that is handy.
    ASSERT_TRUE(
        run("cd '" + scratch_.path() + "' && par2 create -s1004 -r60 -n3 -B./ ./set.par2" + names));
    const auto parity = par2_files(scratch_.path());
    auto healing = heal(files_, scratch_.path(), parity, Work());
    ASSERT_TRUE(healing.has_value()) << healing.error().message();
    EXPECT_TRUE(healing->findings.all_whole());
    fs::remove(scratch_ / "objects/ab/0.age");
    auto moved = contents.at("objects/cd/1.age");
    moved.insert(moved.begin(), 77);
    write(scratch_ / "objects/cd/1.age", moved);
    healing = heal(files_, scratch_.path(), parity, Work());
    ASSERT_TRUE(healing.has_value()) << healing.error().message();
    ASSERT_EQ(healing->targets.size(), 2U);
    EXPECT_TRUE(read(scratch_ / "objects/ab/0.age.new") == contents.at("objects/ab/0.age"));
    EXPECT_TRUE(read(scratch_ / "objects/cd/1.age.new") == contents.at("objects/cd/1.age"));
}

// The same damage to two copies: whatever par2 heals is healed here as well.
TEST_F(Par2, NeverHealsMore) {
    const bool is_long =
        std::getenv("KEEPSAKE_TEST_LONG") != nullptr;  // NOLINT(concurrency-mt-unsafe)
    for (std::uint64_t seed = 0; seed < (is_long ? 400U : 12U); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937_64 random(seed);
        const auto contents = some_files(1 + random() % 12, 1 + random() % 60'000, random);
        const fs::path ours = scratch_ / ("ours" + std::to_string(seed));
        const fs::path theirs = scratch_ / ("theirs" + std::to_string(seed));
        for (const auto& [name, content] : contents) write(ours / name, content);
        fs::create_directories(ours / "parity");
        const auto set = set_of(ours.string(), contents);
        const auto made = create_set(files_, set, (ours / "parity/one.par2").string(), Work());
        ASSERT_TRUE(made.has_value()) << made.error().message();
        for (auto i = 1 + random() % 6; i > 0; --i) {
            const auto spoils_set = random() % 4 == 0;
            const auto path =
                ours / (spoils_set ? "parity/one.par2" : set.names[random() % set.names.size()]);
            auto content = read(path);
            if (content.empty()) continue;
            damage(content, random);
            if (content.empty()) fs::remove(path);
            if (!content.empty()) write(path, content);
        }
        fs::copy(ours, theirs, fs::copy_options::recursive);
        (void)run("cd '" + theirs.string() + "' && par2 repair -B . parity/one.par2");
        const auto healing =
            heal(files_, ours.string(), {(ours / "parity/one.par2").string()}, Work());
        for (const auto& [name, content] : contents) {
            if (read(theirs / name) != content) continue;
            const auto repaired = ours / (name + ".new");
            const bool is_healed = read(fs::exists(repaired) ? repaired : ours / name) == content;
            EXPECT_TRUE(is_healed)
                << name << ": "
                << (healing.has_value() ? std::to_string(healing->findings.slices_lost) + " lost"
                                        : healing.error().message());
        }
        fs::remove_all(ours);
        fs::remove_all(theirs);
    }
}

/// A set that par2cmdline's own tests use, made on Unix or Windows.
struct ForeignSet {
    std::string name;
    std::string data;  ///< archive of the files it protects
    std::string sets;  ///< archive of its PAR2 files
};

void PrintTo(const ForeignSet& set, std::ostream* out) { *out << set.name; }

class Par2Corpus : public ::testing::TestWithParam<ForeignSet> {};

TEST_P(Par2Corpus, IsVerifiedAndRepaired) {
    const char* const corpus = std::getenv("KEEPSAKE_CORPUS");  // NOLINT(concurrency-mt-unsafe)
    const fs::path folder =
        fs::path(corpus != nullptr ? corpus : KEEPSAKE_SOURCE_DIR "/../shared/corpus") /
        "par2/par2cmdline";
    if (!fs::exists(folder))
        GTEST_SKIP() << "no sets of others at " << folder << " (KEEPSAKE_CORPUS)";
    const testing::ScratchDirectory scratch;
    for (const auto& archive : {GetParam().data, GetParam().sets})
        ASSERT_TRUE(
            run("tar xzf '" + (folder / archive).string() + "' -C '" + scratch.path() + "'"));
    os::PosixFileSystem files;
    const auto parity = par2_files(scratch.path());
    auto healing = heal(files, scratch.path(), parity, Work());
    ASSERT_TRUE(healing.has_value()) << healing.error().message();
    EXPECT_TRUE(healing->findings.all_whole());
    EXPECT_EQ(healing->findings.files.size(), 10U);
    const auto set = open_set(files, parity, Work());
    ASSERT_TRUE(set.has_value());
    EXPECT_TRUE(set->undamaged());
    const auto first = fs::path(scratch / set->files[0].name);
    const auto second = fs::path(scratch / set->files[1].name);
    const auto first_content = read(first);
    const auto second_content = read(second);
    fs::remove(first);
    auto spoiled = second_content;
    spoiled.erase(spoiled.begin());
    write(second, spoiled);
    healing = heal(files, scratch.path(), parity, Work());
    ASSERT_TRUE(healing.has_value()) << healing.error().message();
    ASSERT_EQ(healing->targets.size(), 2U);
    EXPECT_TRUE(read(first.string() + ".new") == first_content);
    EXPECT_TRUE(read(second.string() + ".new") == second_content);
}

INSTANTIATE_TEST_SUITE_P(
    All, Par2Corpus,
    ::testing::Values(
        ForeignSet{"Flat", "flatdata.tar.gz", "flatdata-par2files.tar.gz"},
        ForeignSet{"FoldersFromUnix", "subdirdata.tar.gz", "subdirdata-par2files-unix.tar.gz"},
        ForeignSet{"FoldersFromWindows", "subdirdata.tar.gz", "subdirdata-par2files-win.tar.gz"},
        ForeignSet{"SmallFolders", "smallsubdirdata.tar.gz", "smallsubdirdata-par2files.tar.gz"}),
    [](const auto& given) { return given.param.name; });

}  // namespace
}  // namespace keepsake::parity
