#include "os/posix_rename.h"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/bpf_common.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "os/file_system.h"
#include "os/posix_file_system.h"
#include "support/in_child.h"
#include "support/scratch_directory.h"

namespace keepsake::os {
namespace {

using testing::in_child;

std::string text_of(FileSystem& files, const std::string& path) {
    const auto bytes = read_file(files, path, 1000);
    return bytes ? std::string(as_text(*bytes)) : std::string(name_of(bytes.error().code()));
}

class Rename : public ::testing::TestWithParam<RenameMethod> {
  protected:
    void SetUp() override {
        for (const char* name : {"one", "two"})
            ASSERT_TRUE(
                write_file(files_, scratch_ / name, as_bytes(name), Existing::refuse, false));
    }
    testing::ScratchDirectory scratch_;
    PosixFileSystem files_{GetParam()};
};

TEST_P(Rename, MovesToAFreeName) {
    ASSERT_TRUE(files_.rename_exclusive(scratch_ / "one", scratch_ / "three"));
    EXPECT_EQ(text_of(files_, scratch_ / "three"), "one");
    EXPECT_EQ(text_of(files_, scratch_ / "one"), "not_found");
}

TEST_P(Rename, RefusesATakenName) {
    EXPECT_EQ(files_.rename_exclusive(scratch_ / "one", scratch_ / "two").error().code(),
              ErrorCode::exists);
    EXPECT_EQ(text_of(files_, scratch_ / "one"), "one");
    EXPECT_EQ(text_of(files_, scratch_ / "two"), "two");
}

TEST_P(Rename, ADanglingLinkTakesAName) {
    ASSERT_EQ(::symlink("nowhere", (scratch_ / "link").c_str()), 0);
    EXPECT_EQ(files_.rename_exclusive(scratch_ / "one", scratch_ / "link").error().code(),
              ErrorCode::exists);
    EXPECT_EQ(text_of(files_, scratch_ / "one"), "one");
}

TEST_P(Rename, MovesALinkAndNotItsTarget) {
    ASSERT_EQ(::symlink("one", (scratch_ / "link").c_str()), 0);
    ASSERT_TRUE(files_.rename_exclusive(scratch_ / "link", scratch_ / "moved"));
    EXPECT_EQ(files_.info(scratch_ / "moved")->kind, FileKind::symbolic_link);
    EXPECT_EQ(text_of(files_, scratch_ / "one"), "one");
}

TEST_P(Rename, MovesDirectoriesWhichHaveNoSecondNames) {
    ASSERT_TRUE(files_.make_directory(scratch_ / "from", false));
    ASSERT_TRUE(files_.make_directory(scratch_ / "empty", false));
    EXPECT_EQ(files_.rename_exclusive(scratch_ / "from", scratch_ / "empty").error().code(),
              ErrorCode::exists);
    ASSERT_TRUE(files_.rename_exclusive(scratch_ / "from", scratch_ / "to"));
    EXPECT_EQ(files_.info(scratch_ / "to")->kind, FileKind::directory);
    EXPECT_EQ(files_.info(scratch_ / "from").error().code(), ErrorCode::not_found);
}

TEST_P(Rename, NamesWhatIsMissing) {
    EXPECT_EQ(files_.rename_exclusive(scratch_ / "none", scratch_ / "x").error().code(),
              ErrorCode::not_found);
    EXPECT_EQ(files_.rename_exclusive(scratch_ / "one", scratch_ / "none/x").error().code(),
              ErrorCode::not_found);
    EXPECT_EQ(text_of(files_, scratch_ / "one"), "one");
}

TEST_P(Rename, ReplacesWhereAsked) {
    ASSERT_TRUE(files_.rename_replacing(scratch_ / "one", scratch_ / "two"));
    EXPECT_EQ(text_of(files_, scratch_ / "two"), "one");
    EXPECT_EQ(text_of(files_, scratch_ / "one"), "not_found");
}

std::string name_of_method(const ::testing::TestParamInfo<RenameMethod>& method) {
    switch (method.param) {
        case RenameMethod::no_replace:
            return "no_replace";
        case RenameMethod::link_and_unlink:
            return "link_and_unlink";
        case RenameMethod::look_first:
            return "look_first";
    }
    return "unknown";
}

INSTANTIATE_TEST_SUITE_P(EachMethod, Rename,
                         ::testing::Values(RenameMethod::no_replace, RenameMethod::link_and_unlink,
                                           RenameMethod::look_first),
                         name_of_method);

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#endif

/// From now on the process gets `renameat2_error` from renameat2() and `linkat_error` from linkat()
/// (0: as always): a system that has not got them.
bool lose_calls(unsigned renameat2_error, unsigned linkat_error) {
    const auto answer = [](unsigned number) {
        return number == 0 ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | number;
    };
    sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_renameat2, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_linkat, 2, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, answer(renameat2_error)),
        BPF_STMT(BPF_RET | BPF_K, answer(linkat_error)),
    };
    const sock_fprog filter{static_cast<unsigned short>(std::size(program)), program};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

class RenameFallback : public Rename {
  protected:
    void SetUp() override {
        if (!in_child([] { return lose_calls(0, 0); }))
            GTEST_SKIP() << "seccomp filters are not to be had here";
        Rename::SetUp();
    }
    /// What rename_exclusive("one", "two") and then ("one", "three") answer in such a system.
    bool works_without(unsigned renameat2_error, unsigned linkat_error) {
        return in_child([&] {
            if (!lose_calls(renameat2_error, linkat_error)) return false;
            const auto taken = files_.rename_exclusive(scratch_ / "one", scratch_ / "two");
            if (taken || taken.error().code() != ErrorCode::exists) return false;
            return files_.rename_exclusive(scratch_ / "one", scratch_ / "three").has_value();
        });
    }
};

TEST_P(RenameFallback, LinksWhereRenameat2IsMissing) {
    for (const unsigned number : {unsigned{EINVAL}, unsigned{ENOSYS}, unsigned{EOPNOTSUPP}}) {
        EXPECT_TRUE(works_without(number, 0)) << number;
        EXPECT_EQ(text_of(files_, scratch_ / "three"), "one");
        ASSERT_TRUE(files_.rename_replacing(scratch_ / "three", scratch_ / "one"));
    }
}

TEST_P(RenameFallback, LooksWhereLinksAreMissingToo) {
    for (const unsigned number : {unsigned{EPERM}, unsigned{EOPNOTSUPP}, unsigned{EMLINK}}) {
        EXPECT_TRUE(works_without(EINVAL, number)) << number;
        EXPECT_EQ(text_of(files_, scratch_ / "three"), "one");
        ASSERT_TRUE(files_.rename_replacing(scratch_ / "three", scratch_ / "one"));
    }
}

TEST_P(RenameFallback, TakesNoOtherFailureForAMissingCall) {
    EXPECT_FALSE(works_without(EIO, 0));
    EXPECT_FALSE(works_without(EINVAL, EIO));
    EXPECT_EQ(text_of(files_, scratch_ / "one"), "one");
    EXPECT_EQ(text_of(files_, scratch_ / "two"), "two");
    EXPECT_EQ(text_of(files_, scratch_ / "three"), "not_found");
}

INSTANTIATE_TEST_SUITE_P(ByItself, RenameFallback, ::testing::Values(RenameMethod::no_replace),
                         name_of_method);

}  // namespace
}  // namespace keepsake::os
