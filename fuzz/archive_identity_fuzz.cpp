// An archive's identity file: what is taken is written and taken for the same again; what opens
// nothing says so without a word of its text.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "age_examples.h"
#include "archive/identity_file.h"
#include "archive/key_store.h"
#include "base/bytes.h"
#include "base/error.h"
#include "crypto/age_test_support.h"
#include "crypto/signing.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

using archive::IdentityFile;

constexpr std::string_view kWords[] = {"# Keepsake identity file, version 1\n",
                                       "# archive ",
                                       "# epoch ",
                                       "# epoch 4294967295\n",
                                       "# root ",
                                       "# way ",
                                       "AGE-SECRET-KEY-1"};

bool same(const IdentityFile& a, const IdentityFile& b) {
    if (a.archive != b.archive || a.epochs.size() != b.epochs.size() ||
        a.ways.size() != b.ways.size())
        return false;
    for (std::size_t i = 0; i < a.epochs.size(); ++i)
        if (a.epochs[i].number != b.epochs[i].number ||
            a.epochs[i].root.verifying_key() != b.epochs[i].root.verifying_key() ||
            a.epochs[i].identity.recipient() != b.epochs[i].identity.recipient())
            return false;
    for (std::size_t i = 0; i < a.ways.size(); ++i)
        if (a.ways[i].way != b.ways[i].way ||
            a.ways[i].identity.recipient() != b.ways[i].identity.recipient())
            return false;
    return true;
}

// An identity file is a secret: no line of it stands in what is told.
void require_silent(const Error& error, std::string_view text) {
    constexpr std::size_t kTelling = 24;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        require(line.size() < kTelling || !error.message().contains(line));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
    }
}

void run(ByteView input) {
    const auto file = IdentityFile::parse(as_text(input));
    const auto unlocked = archive::unlock_with_identity_text({}, as_text(input));
    if (!file) {
        const auto code = file.error().code();
        require(code == ErrorCode::corrupt || code == ErrorCode::limit);
        require(!unlocked);
        require_silent(file.error(), as_text(input));
        require_silent(unlocked.error(), as_text(input));
        return;
    }
    require(unlocked.has_value() && same(unlocked->identity, *file));
    require(!file->epochs.empty() && file->epochs.size() <= archive::kMostEpochs);
    const auto again = IdentityFile::parse(file->to_text().text());
    require(again.has_value() && same(*again, *file));
    auto merged = file->clone();
    require(merged.merge(file->clone()).has_value());
    for (const auto& keys : file->epochs)
        require(merged.epoch_of_root(keys.root.verifying_key()) != nullptr);
}

Seeds seeds() {
    crypto::testing::SeededRandom random;
    auto file = IdentityFile::first(random);
    Seeds all{seed(file.to_text().text()), seed(the_identity().to_text().text())};
    file.epochs.insert(file.epochs.begin(), {2, crypto::SigningKey::generate(random),
                                             crypto::AgeIdentity::generate(random)});
    file.ways.push_back({{}, crypto::AgeIdentity::generate(random)});
    all.push_back(seed(file.to_text().text()));
    return all;
}

}  // namespace

Target archive_identity_target() {
    return {.name = "archive_identity", .run = run, .seeds = seeds, .words = kWords};
}

}  // namespace keepsake::fuzz
