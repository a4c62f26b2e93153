// The example segment of docs/formats/journal.md: its signatures are right, and made by keys that
// stand here, so that it can be signed anew whenever the page changes (KEEPSAKE_WRITE_EXAMPLES=1).

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <ios>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "archive/authority.h"
#include "archive/identity_file.h"
#include "base/bytes.h"
#include "crypto/age_keys.h"
#include "crypto/random.h"
#include "crypto/sha256.h"
#include "crypto/signing.h"
#include "model/entry.h"
#include "model/ids.h"
#include "model/journal_page_for_test.h"
#include "model/segment.h"

namespace keepsake::testing {
namespace {

// Known to everybody: of an archive that there is nowhere.
crypto::SigningKey known_key(std::string_view what) {
    const auto seed = crypto::sha256(as_bytes(std::string("keepsake example ").append(what)));
    return crypto::SigningKey::from_seed(seed).value();
}

model::DeviceId device_of(const crypto::SigningKey& key) {
    const auto digest = crypto::sha256(key.verifying_key().bytes);
    return model::DeviceId::from_bytes(ByteView(digest).first(model::DeviceId::kBytes)).value();
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

std::string page_text() {
    std::ifstream page(KEEPSAKE_JOURNAL_PAGE, std::ios::binary);
    return {std::istreambuf_iterator<char>(page), {}};
}

model::TextHash hash_text(std::string_view text) { return {crypto::sha256(as_bytes(text))}; }

class Example {
  public:
    // The example's lines, each with its LF, as they are when signed by the keys that are known.
    std::string signed_anew(std::string lines) const {
        model::EntryParser parser;
        // Who it is from comes first: ids stand in other places as well.
        const auto field = [&](const std::string& name) {
            const auto at = lines.find("\"" + name + "\":\"") + name.size() + 4;
            return lines.substr(at, lines.find('"', at) - at);
        };
        replace_all(lines, field("archive"), archive.hex());
        replace_all(lines, field("device"), device_of(device).hex());
        auto written = lines.substr(0, lines.find('\n') + 1);
        lines.erase(0, written.size());
        while (!lines.starts_with("{\"sig\":") && !lines.empty()) {
            const auto line = lines.substr(0, lines.find('\n'));
            auto entry = parser.parse(line);
            if (!entry) throw std::runtime_error(entry.error().describe() + "\n" + line);
            sign(entry->body);
            written += to_line(*entry) + "\n";
            lines.erase(0, line.size() + 1);
        }
        const auto signature =
            crypto::sshsig_sign(device, model::journal_namespace(archive), as_bytes(written));
        return model::signed_segment_text(written, signature);
    }

    crypto::SigningKey first = known_key("root 1");
    crypto::SigningKey second = known_key("root 2");
    crypto::SigningKey device = known_key("device");
    model::ArchiveId archive = archive::archive_id_of(first.verifying_key());

  private:
    std::string by_first(const std::string& kind, const std::string& text) const {
        return crypto::sshsig_sign(first, "keepsake-" + kind + "-v1@" + archive.hex(),
                                   as_bytes(text));
    }
    void sign(model::EntryBody& body) const {
        const auto root = first.verifying_key().to_openssh();
        if (auto* enroll = std::get_if<model::Enroll>(&body)) {
            enroll->key = device.verifying_key().to_openssh();
            enroll->root = root;
            enroll->signature = by_first("enroll", model::enroll_text(archive, *enroll));
        } else if (auto* retire = std::get_if<model::Retire>(&body)) {
            retire->root = root;
            retire->signature = by_first("retire", model::retire_text(archive, *retire));
        } else if (auto* epoch = std::get_if<model::Epoch>(&body)) {
            archive::sign_epoch(archive, first, epoch->number == 1 ? first : second, *epoch);
        }
    }
};

std::string example_text() {
    std::string text;
    for (const auto& line : model::example_lines()) text += line + "\n";
    return text;
}

TEST(JournalPage, ItsExampleIsSignedByKeysThatAreKnown) {
    const auto text = example_text();
    const auto anew = Example().signed_anew(text);
    if (std::getenv("KEEPSAKE_WRITE_EXAMPLES") != nullptr) {  // NOLINT(concurrency-mt-unsafe)
        auto page = page_text();
        page.replace(page.find(text), text.size(), anew);
        std::ofstream(KEEPSAKE_JOURNAL_PAGE, std::ios::binary) << page;
        return;
    }
    EXPECT_EQ(text, anew) << "KEEPSAKE_WRITE_EXAMPLES=1 writes it again";
}

TEST(JournalPage, ItsExampleIsASegmentThatCounts) {
    const auto text = example_text();
    model::EntryParser parser;
    const auto segments = parse_segments(text, parser, hash_text);
    ASSERT_TRUE(segments) << segments.error().describe();
    ASSERT_EQ(segments->size(), 1U);
    const auto& segment = segments->front();
    const Example example;
    EXPECT_EQ(segment.header.archive, example.archive);
    EXPECT_TRUE(crypto::sshsig_verify(example.device.verifying_key(),
                                      model::journal_namespace(example.archive),
                                      as_bytes(segment.signed_text), segment.signature));

    crypto::SystemRandom random;
    archive::IdentityFile identity;
    identity.archive = example.archive;
    identity.epochs.push_back({1, example.first.clone(), crypto::AgeIdentity::generate(random)});
    archive::Authority authority(identity, {});
    const model::Head head{segment.header.seq, segment.text_hash};
    authority.observe(segment.header.device, head, segment.header.previous);
    for (const auto& entry : segment.entries) authority.add(segment.header.device, head, entry);
    EXPECT_EQ(authority.chain(), (std::vector{example.first.verifying_key().to_openssh(),
                                              example.second.verifying_key().to_openssh()}));
    EXPECT_EQ(authority.ways_told().size(), 1U);
    EXPECT_EQ(authority.revoked_files().size(), 1U);
}

}  // namespace
}  // namespace keepsake::testing
