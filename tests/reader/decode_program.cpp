// The decoders outside of their cage, for sanitizers: decode_program FILE...
//
// One file after the other in one process; says what came of each. What a sanitizer finds ends it.

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <ios>
#include <string>

#include "base/bytes.h"
#include "decode/input.h"
#include "decode/look.h"
#include "decode/picture.h"
#include "decode/warm_up.h"
#include "media/facts.h"
#include "media/protocol.h"
#include "media/reader_pool.h"

namespace {

using namespace keepsake;

constexpr unsigned kSecondsAFile = 120;

/// Writes what would go to the parent, and forgets it.
class Nobody final : public decode::Teller {
  public:
    Result<> tell_facts(const media::Facts& facts) override {
        told_bytes_ += media::to_json(facts).size();
        return {};
    }
    Result<> tell_previews(const decode::Previews& previews) override {
        told_bytes_ += previews.preview.size() + previews.thumbnail.size();
        return {};
    }

  private:
    std::uint64_t told_bytes_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
    if (!decode::warm_up()) return 1;
    Nobody nobody;
    for (int i = 1; i < count; ++i) {
        const std::string path = arguments[i];
        std::ifstream file(path, std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        ::alarm(kSecondsAFile);
        media::LookBody question;
        question.question.name = path.substr(path.rfind('/') + 1);
        question.size_bytes = bytes.size();
        question.in_memory = true;
        question.now = {.seconds = 1'795'564'800};
        const auto done = decode::look(decode::Input(as_bytes(bytes)), question, nobody);
        if (!done) return 1;
        std::printf("%s: %s\n", path.c_str(), done->why.empty() ? "done" : done->why.c_str());
    }
    return 0;
}
