#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace keepsake::testing {

/// A directory of its own for one test, removed with all in it. Other users may look into it, so
/// that a test can drop its rights and go on.
class ScratchDirectory {
  public:
    ScratchDirectory() {
        const char* const base = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe)
        path_ = std::string(base != nullptr && *base != '\0' ? base : "/tmp") + "/keepsake.XXXXXX";
        if (::mkdtemp(path_.data()) == nullptr || ::chmod(path_.c_str(), 0755) != 0) std::abort();
    }
    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;
    ~ScratchDirectory() {
        std::error_code error;
        std::filesystem::remove_all(path_, error);
        EXPECT_FALSE(error) << path_ << ": " << error.message();
    }

    const std::string& path() const { return path_; }
    std::string operator/(const std::string& name) const { return path_ + "/" + name; }

  private:
    std::string path_;
};

}  // namespace keepsake::testing
