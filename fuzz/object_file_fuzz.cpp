// An object file, with or without the journal's header put before it: of whatever bytes, and
// whatever size the file system says it has, as little is read as there is, and what is given out
// is what the hashes are of. The first nine bytes say what is told.

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <utility>

#include "age_examples.h"
#include "archive/object_file.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/age.h"
#include "crypto/sha256.h"
#include "memory_files.h"
#include "model/ids.h"
#include "os/file_system.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

constexpr std::size_t kTold = 9;
constexpr std::uint8_t kHonest = 0;
constexpr std::uint8_t kReheaded = 2;

void read(const os::ReadableFile& file, ByteView bytes, bool honest) {
    static archive::ObjectBuffers buffers;
    Bytes given;
    const auto proof = archive::read_object(
        file,
        [](const crypto::AgeHeader& header) {
            return crypto::unwrap_with_identities(header, {&the_identity(), 1});
        },
        archive::ProofOf::both, buffers,
        [&given](ByteView plain) -> Result<> {
            given.insert(given.end(), plain.begin(), plain.end());
            return {};
        },
        {});
    require(given.size() <= bytes.size());
    if (!proof) {
        const auto code = proof.error().code();
        require(code == ErrorCode::corrupt || code == ErrorCode::wrong_key ||
                code == ErrorCode::unsupported || code == ErrorCode::limit);
        return;
    }
    require(proof->content_bytes == given.size());
    require(proof->content == model::ContentId{crypto::sha256(given)});
    if (honest) require(proof->object == model::ObjectId{crypto::sha256(bytes)});
}

void run(ByteView input) {
    if (input.size() < kTold) return;
    std::uint64_t told = 0;
    for (const auto byte : input.subspan(1, 8)) told = told << 8U | byte;
    const bool honest = (input[0] & 1U) == kHonest;
    const auto bytes = input.subspan(kTold);
    const MemoryFile file({bytes.begin(), bytes.end()}, honest ? bytes.size() : told);
    read(file, bytes, honest);
    // Two for the header, and one for each block that is there and the one that is not.
    require(file.reads() <= 4 + bytes.size() / archive::ObjectBuffers::kBlockBytes);
    if ((input[0] & kReheaded) == 0) return;
    static const auto example = sealed_example(300);
    static const auto header = crypto::parse_age_header(example).value().bytes;
    read(*archive::with_header(file, header), bytes, false);
}

Seeds seeds() {
    Seeds all;
    for (auto& file : age_examples()) {
        Bytes told(kTold);
        told.insert(told.end(), file.begin(), file.end());
        all.push_back(told);
        told[0] = 1;
        told[1] = 0x80;  // 2^63 bytes
        all.push_back(told);
        told[0] = kReheaded;
        all.push_back(std::move(told));
    }
    return all;
}

}  // namespace

Target object_file_target() {
    return {.name = "object_file", .run = run, .seeds = seeds, .words = kAgeWords};
}

}  // namespace keepsake::fuzz
