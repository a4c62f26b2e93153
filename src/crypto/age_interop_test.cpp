// Both ways with the program `age` (1.1.1 in Debian 12): what we write it reads, and the reverse.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "crypto/age_test_support.h"
#include "crypto/random.h"
#include "crypto/secret.h"

namespace keepsake::crypto {
namespace {

using testing::pattern;
using testing::read_some_from;
using testing::unwrap_by;
using testing::write_to;

constexpr std::array<std::size_t, 6> kSizes = {0, 1, 65535, 65536, 65537, 200000};

std::string find_age() {
    const char* path = std::getenv("PATH");
    std::string_view left = path != nullptr ? path : "";
    while (!left.empty()) {
        const std::string_view folder = left.substr(0, left.find(':'));
        left.remove_prefix(std::min(left.size(), folder.size() + 1));
        std::string program = std::string(folder) + "/age";
        if (access(program.c_str(), X_OK) == 0) return program;
    }
    return {};
}

/// Runs a program on a terminal of its own, and types `answer` at each prompt that ends in ": ".
/// Returns what waitpid tells (0: all went well), or -1. What it said is in `said`.
int run_on_terminal(const std::vector<std::string>& command, std::string_view answer,
                    std::string& said) {
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (const std::string& argument : command)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    int terminal = -1;
    const pid_t child = forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child < 0) return -1;
    if (child == 0) {
        execv(arguments[0], arguments.data());
        _exit(127);
    }
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    std::size_t answered = 0;
    for (bool open = true; open;) {
        pollfd ready{terminal, POLLIN, 0};
        const int polled = poll(&ready, 1, 1000);
        if (std::chrono::steady_clock::now() > deadline || (polled < 0 && errno != EINTR)) {
            kill(child, SIGKILL);
            break;
        }
        if (polled <= 0) continue;
        std::array<char, 4096> piece{};
        const ssize_t got = ::read(terminal, piece.data(), piece.size());
        open = got > 0;  // EIO once the child has gone
        if (!open) break;
        said.append(piece.data(), static_cast<std::size_t>(got));
        const std::size_t prompt = said.rfind(": ");
        if (!answer.empty() && prompt != std::string::npos && prompt + 2 > answered &&
            said.find("assphrase", answered) != std::string::npos) {
            answered = said.size();
            const std::string typed = std::string(answer) + "\n";
            if (::write(terminal, typed.data(), typed.size()) < 0) open = false;
        }
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    close(terminal);
    return status;
}

class AgeProgram : public ::testing::Test {
  protected:
    void SetUp() override {
        age_ = find_age();
        if (age_.empty()) GTEST_SKIP() << "the program age is not on PATH";
        std::string folder = (std::filesystem::temp_directory_path() / "keepsake-age-XXXXXX");
        ASSERT_NE(mkdtemp(folder.data()), nullptr);
        folder_ = folder;
        for (int i = 0; i < 3; ++i) identities_.push_back(AgeIdentity::generate(random_));
        put("identity", as_bytes(std::string(identities_[1].to_text().text()) + "\n"));
    }
    void TearDown() override {
        if (!folder_.empty()) std::filesystem::remove_all(folder_);
    }
    std::string in_folder(std::string_view name) const { return folder_ / name; }
    void put(std::string_view name, ByteView bytes) const {
        std::ofstream out(in_folder(name), std::ios::binary);
        out << as_text(bytes);
    }
    Bytes get(std::string_view name) const {
        std::ifstream in(in_folder(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void age(const std::vector<std::string>& arguments, std::string_view answer = {}) const {
        std::vector<std::string> command{age_};
        command.insert(command.end(), arguments.begin(), arguments.end());
        std::string said;
        EXPECT_EQ(run_on_terminal(command, answer, said), 0) << said;
    }
    Bytes opened_by_age(ByteView file) const {
        put("file.age", file);
        std::filesystem::remove(in_folder("opened"));
        age({"-d", "-i", in_folder("identity"), "-o", in_folder("opened"), in_folder("file.age")});
        return get("opened");
    }
    Bytes sealed_by_age(ByteView plaintext, const std::vector<std::string>& options,
                        std::string_view passphrase = {}) const {
        put("plaintext", plaintext);
        std::filesystem::remove(in_folder("sealed.age"));
        std::vector<std::string> arguments = options;
        arguments.insert(arguments.end(), {"-o", in_folder("sealed.age"), in_folder("plaintext")});
        age(arguments, passphrase);
        return get("sealed.age");
    }

    SystemRandom random_;
    std::string age_;
    std::filesystem::path folder_;
    std::vector<AgeIdentity> identities_;
};

TEST_F(AgeProgram, OpensWhatWeSeal) {
    for (const std::size_t size : kSizes) {
        const Bytes file = age_seal(pattern(size), {&identities_[1].recipient(), 1}, random_);
        EXPECT_EQ(opened_by_age(file), pattern(size)) << size;
    }
}

TEST_F(AgeProgram, OpensWhatWeSealToSeveralAndArmor) {
    std::vector<AgeRecipient> recipients;
    recipients.reserve(identities_.size());
    for (const AgeIdentity& identity : identities_) recipients.push_back(identity.recipient());
    for (const std::size_t size : kSizes) {
        Bytes file;
        ASSERT_TRUE(age_encrypt_stream(read_some_from(pattern(size)), write_to(file),
                                       new_age_file(recipients, random_), random_, true)
                        .has_value());
        EXPECT_EQ(opened_by_age(file), pattern(size)) << size;
    }
}

TEST_F(AgeProgram, SealsWhatWeOpen) {
    for (const std::size_t size : kSizes) {
        const Bytes file =
            sealed_by_age(pattern(size), {"-r", identities_[1].recipient().to_text()});
        const auto opened = age_open(file, {&identities_[1], 1});
        ASSERT_TRUE(opened.has_value()) << size;
        EXPECT_TRUE(std::ranges::equal(opened->view(), pattern(size))) << size;
    }
}

TEST_F(AgeProgram, SealsToSeveralAndArmorsWhatWeOpen) {
    std::vector<std::string> options{"-a"};
    for (const AgeIdentity& identity : identities_) {
        options.emplace_back("-r");
        options.push_back(identity.recipient().to_text());
    }
    for (const std::size_t size : kSizes) {
        const Bytes file = sealed_by_age(pattern(size), options);
        EXPECT_TRUE(looks_armored(file));
        for (const AgeIdentity& identity : identities_) {
            Bytes released;
            ASSERT_TRUE(
                age_decrypt_stream(read_some_from(file), write_to(released), unwrap_by(identity))
                    .has_value())
                << size;
            EXPECT_EQ(released, pattern(size));
        }
        EXPECT_EQ(age_armor(age_dearmor(file).value()), as_text(file));
    }
}

TEST_F(AgeProgram, TakesTheKeysThatWeWriteAsItsOwn) {
    std::string said;
    std::string keygen = age_ + "-keygen";
    if (access(keygen.c_str(), X_OK) != 0) GTEST_SKIP() << "age-keygen is not beside age";
    ASSERT_EQ(run_on_terminal({keygen, "-y", in_folder("identity")}, {}, said), 0) << said;
    EXPECT_NE(said.find(identities_[1].recipient().to_text()), std::string::npos) << said;
    said.clear();
    ASSERT_EQ(run_on_terminal({keygen, "-o", in_folder("theirs")}, {}, said), 0) << said;
    const Bytes theirs = get("theirs");
    const auto parsed = parse_identity_file(as_text(theirs));
    ASSERT_TRUE(parsed.has_value());
    EXPECT_NE(as_text(theirs).find(parsed->at(0).recipient().to_text()), std::string_view::npos);
}

TEST_F(AgeProgram, OpensWhatWeSealWithAPassphrase) {
    const std::string_view passphrase = "correct horse battery";
    for (const std::size_t size : {0UL, 65537UL}) {
        put("file.age", age_seal_for_passphrase(pattern(size), Secret(passphrase), random_, 10));
        std::filesystem::remove(in_folder("opened"));
        age({"-d", "-o", in_folder("opened"), in_folder("file.age")}, passphrase);
        EXPECT_EQ(get("opened"), pattern(size)) << size;
    }
}

TEST_F(AgeProgram, SealsWithAPassphraseWhatWeOpen) {
    const std::string_view passphrase = "correct horse battery";
    const Bytes file = sealed_by_age(pattern(65537), {"-p"}, passphrase);
    ASSERT_EQ(parse_age_header(file)->scrypt_log_n(), 18);
    const auto opened = age_open(file, [&](const AgeHeader& header) {
        return unwrap_with_passphrase(header, Secret(passphrase));
    });
    ASSERT_TRUE(opened.has_value());
    EXPECT_TRUE(std::ranges::equal(opened->view(), pattern(65537)));
    EXPECT_FALSE(age_open(file, [](const AgeHeader& header) {
                     return unwrap_with_passphrase(header, Secret(std::string_view("other")));
                 }).has_value());
}

}  // namespace
}  // namespace keepsake::crypto
