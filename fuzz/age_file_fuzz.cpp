// Whole age files: the three ways to open one agree, and a stream never gives more or other bytes
// than there are.

#include <algorithm>
#include <cstddef>

#include "age_examples.h"
#include "base/bytes.h"
#include "base/error.h"
#include "crypto/age.h"
#include "crypto/age_test_support.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

void run(ByteView input) {
    using namespace crypto;
    const Bytes file(input.begin(), input.end());
    const auto unwrap = testing::unwrap_by(the_identity());
    const auto whole = age_open(file, unwrap);

    Bytes streamed;
    const auto stream = age_decrypt_stream(testing::read_some_from(file, 13),
                                           testing::write_to(streamed), unwrap, ArmorInput::none);
    require(stream.has_value() == whole.has_value());
    require(streamed.size() <= file.size());
    if (whole) require(std::ranges::equal(streamed, whole->view()));

    auto reader = AgeFileReader::open(testing::read_at_from(file), file.size(), unwrap);
    if (!whole) {
        const auto code = whole.error().code();
        require(code == ErrorCode::corrupt || code == ErrorCode::wrong_key ||
                code == ErrorCode::unsupported || code == ErrorCode::limit ||
                code == ErrorCode::not_found);
        return;
    }
    require(reader.has_value() && reader->plaintext_bytes() == whole->size());
    Bytes half(whole->size());
    const auto from = half.size() / 2;
    const auto got = reader->read_at(from, half);
    require(got.has_value() && *got == half.size() - from);
    require(std::ranges::equal(ByteView(half).first(*got), whole->view().subspan(from)));
}

Seeds seeds() {
    Seeds all = age_examples();
    for (const std::size_t size : {65535U, 65536U, 65537U}) all.push_back(sealed_example(size));
    return all;
}

}  // namespace

Target age_file_target() {
    return {.name = "age_file", .run = run, .seeds = seeds, .words = kAgeWords};
}

}  // namespace keepsake::fuzz
