#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <span>
#include <stop_token>
#include <thread>

#include "base/time.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/program.h"
#include "cli/stop_signals.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "library/pool_looker.h"
#include "os/memory.h"
#include "os/posix_file_system.h"

int main(int count, char** arguments) {
    using namespace keepsake;
    crypto::harden_process();
    os::settle_memory();
    const std::stop_source stop;
    const auto signals = cli::StopSignals::watch(stop);
    if (!signals) {
        std::fprintf(stderr, "keepsake: %s\n", signals.error().message().c_str());
        return static_cast<int>(cli::ExitCode::failed);
    }
    os::PosixFileSystem files;
    crypto::SystemRandom random;
    const SystemWallClock clock;
    library::PoolLooker looker(clock, std::max(1U, std::thread::hardware_concurrency()));
    cli::Wiring wiring{.files = files,
                       .random = random,
                       .clock = clock,
                       .stop = stop.get_token(),
                       .looker = &looker};
    return cli::run_program(
        std::span<const char* const>(arguments, static_cast<std::size_t>(count)), wiring);
}
