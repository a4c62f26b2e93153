// Each target with its valid examples, with what once broke it, and with some thousands of inputs
// made out of those: the same ones each time. A minute of libFuzzer each is `make fuzz`.

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "allocation_watch.h"
#include "base/bytes.h"
#include "mutator.h"
#include "target.h"

namespace keepsake::fuzz {

void PrintTo(const Target& target, std::ostream* out) { *out << target.name; }

namespace {

constexpr std::uint64_t kSeed = 20261123;
constexpr std::size_t kMutations = 12'000;
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr unsigned kLongestSeconds = 1200;  // each lock, and each allocation, costs a great deal
#else
constexpr unsigned kLongestSeconds = 120;  // for all of a target's inputs; they take one or two
#endif
constexpr std::size_t kLargestInput = 1UL << 20U;
// What is made once and kept, and what a parser may hold for each byte of its input.
constexpr std::size_t kFixedAllocation = 8UL << 20U;
constexpr std::size_t kAllocationPerByte = 256;

/// What the child that tries the inputs leaves for its parent, whatever becomes of it.
struct Shared {
    std::size_t tried;
    std::size_t size;
    char why[512];
    std::uint8_t input[kLargestInput];
};

class SharedMemory {
  public:
    SharedMemory()
        : shared_(static_cast<Shared*>(::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                                              MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {
        if (shared_ == MAP_FAILED) throw std::runtime_error("no shared memory");
    }
    SharedMemory(const SharedMemory&) = delete;
    SharedMemory& operator=(const SharedMemory&) = delete;
    ~SharedMemory() { ::munmap(shared_, sizeof(Shared)); }
    Shared* operator->() const { return shared_; }

  private:
    Shared* shared_;
};

void say_why(const SharedMemory& shared, const std::string& why) {
    const auto size = std::min(why.size(), sizeof shared->why - 1);
    std::memcpy(shared->why, why.data(), size);
    shared->why[size] = '\0';
}

bool holds(const Target& target, const Bytes& input, const SharedMemory& shared) {
    ++shared->tried;
    shared->size = std::min(input.size(), kLargestInput);
    std::copy_n(input.begin(), shared->size, shared->input);
    watch_allocations();
    try {
        target.run(input);
    } catch (const std::exception& error) {
        say_why(shared, error.what());
        return false;
    }
    if (most_allocated_bytes() <= kFixedAllocation + kAllocationPerByte * input.size()) return true;
    say_why(shared, "it held " + std::to_string(most_allocated_bytes()) + " bytes");
    return false;
}

Seeds regressions(const Target& target) {
    const auto folder =
        std::filesystem::path(KEEPSAKE_SOURCE_DIR) / "fuzz" / "regressions" / target.name;
    Seeds seeds;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
        std::ifstream file(entry.path(), std::ios::binary);
        seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    std::ranges::sort(seeds);
    return seeds;
}

bool try_all(const Target& target, std::size_t mutations, const SharedMemory& shared) {
    auto examples = target.seeds();
    for (auto& once : regressions(target)) examples.push_back(std::move(once));
    for (const auto& example : examples)
        if (!holds(target, example, shared)) return false;
    if (!holds(target, {}, shared)) return false;
    Mutator mutator(target, examples, kSeed);
    for (std::size_t i = 0; i < mutations; ++i)
        if (!holds(target, mutator.next(), shared)) return false;
    return true;
}

// Its own time, so that other work on the machine makes nothing take too long; what waits for ever
// is ended, too.
void limit_processor_time() {
    const itimerval limit{{0, 0}, {kLongestSeconds, 0}};
    ::setitimer(ITIMER_PROF, &limit, nullptr);
    ::alarm(10 * kLongestSeconds);
}

bool takes_too_long(int signal) { return signal == SIGPROF || signal == SIGALRM; }

/// Why the target does not hold, with the input; none if it does. In a process of its own, so that
/// a crash and an endless loop are told as well.
std::optional<std::string> find_break(const Target& target, std::size_t mutations) {
    const SharedMemory shared;
    const auto child = ::fork();
    if (child < 0) return "no process of its own: " + std::string(std::strerror(errno));
    if (child == 0) {
        const rlimit none{0, 0};
        ::setrlimit(RLIMIT_CORE, &none);
        // A sanitizer would take the signal and end otherwise than by it.
        ::signal(SIGSEGV, SIG_DFL);
        limit_processor_time();
        ::_exit(try_all(target, mutations, shared) ? 0 : 1);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return "the process was lost";
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return std::nullopt;
    std::string why = shared->why;
    if (WIFSIGNALED(status))
        why = takes_too_long(WTERMSIG(status)) ? "it takes too long" : "it crashes";
    return why + "\nwith input " + std::to_string(shared->tried) +
           ", in hexadecimal: " + to_hex(ByteView(shared->input, shared->size));
}

std::size_t mutations() {
    const char* const is_long = std::getenv("KEEPSAKE_TEST_LONG");  // NOLINT(concurrency-mt-unsafe)
    return is_long != nullptr && *is_long != '\0' ? 20 * kMutations : kMutations;
}

class Fuzzed : public testing::TestWithParam<Target> {};

TEST_P(Fuzzed, HoldsForExamplesAndWhatIsMadeOfThem) {
    const auto found = find_break(GetParam(), mutations());
    EXPECT_FALSE(found) << *found;
}

INSTANTIATE_TEST_SUITE_P(Targets, Fuzzed, testing::ValuesIn(all_targets()),
                         [](const auto& named) { return std::string(named.param.name); });

TEST(Canary, IsFound) {
    const auto found = find_break(canary_target(), 100'000);
    ASSERT_TRUE(found) << "a property that does not hold for all inputs was taken to hold";
    EXPECT_TRUE(found->contains(to_hex(as_bytes("canary"))));
}

TEST(Canary, CrashesLoopsAndGreedAreFound) {
    const auto with = [](void (*run)(ByteView)) {
        return find_break({.name = "canary", .run = run, .seeds = canary_target().seeds}, 0)
            .value_or("nothing");
    };
    EXPECT_TRUE(with([](ByteView) { ::raise(SIGSEGV); }).starts_with("it crashes"));
    EXPECT_TRUE(with([](ByteView) { ::raise(SIGALRM); }).starts_with("it takes too long"));
    EXPECT_TRUE(with([](ByteView) { ::raise(SIGPROF); }).starts_with("it takes too long"));
    EXPECT_TRUE(with([](ByteView) {
                    const Bytes greedy(100UL << 20U);
                    require(!greedy.empty());
                }).starts_with("it held"));
}

}  // namespace
}  // namespace keepsake::fuzz
