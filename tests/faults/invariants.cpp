#include "faults/invariants.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <stop_token>
#include <string>
#include <tuple>
#include <vector>

#include "archive/object_file.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "faults/family_world.h"
#include "library/check.h"
#include "library/library.h"
#include "library/object_lookup.h"
#include "library/tend.h"
#include "model/ids.h"
#include "support/family.h"
#include "support/simulated_disk.h"

namespace keepsake::testing {
namespace {

constexpr std::uint64_t kPlenty = 1ULL << 40U;

struct Found {
    catalog::ItemRecord item;
    bool let_go = false;
};

class Inspector {
  public:
    explicit Inspector(FamilyWorld& world) : world_(&world), ledger_(&world.ledger) {}

    void ways() {
        for (const auto& [who, allowed] : ledger_->opens) {
            const auto opened = world_->open(who);
            EXPECT_TRUE(allowed.contains(opened.has_value()))
                << who << (opened ? " opens it still" : " is shut out: ")
                << (opened ? std::string() : opened.error().describe());
        }
    }

    /// What is listed is there; what was acknowledged is listed.
    void contents(library::Library& library) {
        list(library);
        for (const auto& [name, found] : found_) {
            const auto asked = ledger_->asked.find(name);
            if (asked == ledger_->asked.end())
                ADD_FAILURE() << name << " was never to be kept";
            else
                original(library, found, asked->second);
        }
        for (const auto& claim : ledger_->claims) kept(claim);
        for (const auto& [name, allowed] : ledger_->let_go) {
            const auto found = found_.find(name);
            EXPECT_TRUE(found != found_.end() && allowed.contains(found->second.let_go))
                << name << ": let go, or not let go";
        }
        for (const auto& [name, allowed] : ledger_->words) words(library, name, allowed);
        for (const auto& [name, allowed] : ledger_->covers) {
            const auto found = found_.find(name);
            EXPECT_TRUE(found != found_.end() &&
                        allowed.contains(found->second.item.cover.value_or("")))
                << name << ": its cover";
        }
    }

    void sound() {
        auto library = world_->open();
        if (!library) return void(ADD_FAILURE() << library.error().describe());
        for (const bool with_key : {true, false}) {
            HeardListener heard;
            const auto report = with_key ? library::check(*library, {}, heard)
                                         : library::check_without_key(world_->environment(),
                                                                      world_->archive, {}, heard);
            if (!report) {
                ADD_FAILURE() << report.error().describe();
                continue;
            }
            EXPECT_TRUE(report->sound())
                << "damaged " << report->damaged << ", missing " << report->missing
                << ::testing::PrintToString(heard.problems);
        }
    }

    /// Nothing in the archive has a name that is not the format's, nor stays in tmp/.
    void names() {
        static const std::regex format(
            "(keepsake\\.json|README\\.txt|open-without-keepsake\\.sh|objects/|objects/[0-9a-f]{2}/"
            "|"
            "objects/[0-9a-f]{2}/[0-9a-f]{64}\\.age|(mirror/)?(keys/|keys/"
            "[0-9a-f]{64}\\.age|journal/|"
            "journal/[0-9a-f]+/|journal/[0-9a-f]+/[0-9]+/|"
            "journal/[0-9a-f]+/[0-9]+/[0-9]+(-[0-9]+)?-[0-9a-f]{64}\\.age|keepsake\\.json|"
            "README\\.txt|open-without-keepsake\\.sh)|mirror/|tmp/|tmp/reserve|parity/|"
            "parity/pending|parity/[0-9a-f]{64}\\.par2)");
        const auto prefix = world_->archive + "/";
        for (const auto& path : world_->files.paths()) {
            if (!path.starts_with(prefix) || path == prefix) continue;
            EXPECT_TRUE(std::regex_match(path.substr(prefix.size()), format)) << path;
        }
    }

    /// They were only ever read.
    void sources() {
        const auto snapshot = world_->files.snapshot();
        for (const auto& [path, bytes] : world_->sources()) {
            const auto found = snapshot.find(path);
            EXPECT_TRUE(found != snapshot.end() && found->second == bytes)
                << path << ": a source was written to";
        }
    }

    /// What stands where originals were given back is whole; all of it, if that was said.
    void given() {
        const std::string folder = std::string(FamilyWorld::kOut) + "/";
        std::map<std::string, Bytes> standing;
        for (const auto& [path, bytes] : world_->files.snapshot())
            if (path.starts_with(folder) && !path.ends_with(".part"))
                standing[path.substr(folder.size())] = bytes;
        for (const auto& [asked, bytes] : ledger_->asked) {
            const auto name = asked.starts_with('/') ? asked.substr(1) : asked;
            const auto found = standing.find(name);
            if (found == standing.end()) {
                EXPECT_FALSE(ledger_->given) << name << " was given back and is not there";
                continue;
            }
            EXPECT_EQ(found->second, bytes) << name << " stands there, and is not whole";
            standing.erase(found);
        }
        for (const auto& [name, bytes] : standing) ADD_FAILURE() << name << " is no original";
    }

  private:
    void list(library::Library& library) {
        found_.clear();
        std::set<std::tuple<model::RootId, std::string, std::string>> seen;
        for (const bool away : {false, true}) {
            catalog::ItemFilter filter;
            filter.let_go = away;
            const auto listed = library.catalog().for_each_item(
                filter, [&](const catalog::ItemRecord& item) -> Result<> {
                    for (const auto& file : item.files) {
                        // Another computer keeps it as its own.
                        EXPECT_TRUE(seen.emplace(file.root, file.folder, file.name).second)
                            << file.name << " is kept twice";
                        found_.insert_or_assign(file.folder + "/" + file.name, Found{item, away});
                    }
                    return {};
                });
            EXPECT_TRUE(listed) << listed.error().describe();
        }
    }

    std::optional<std::string> read(library::Library& library, const model::ContentId& content) {
        const auto record = library.catalog().content(content);
        if (!record || !*record) return std::nullopt;
        std::string bytes;
        const auto got = library::read_content(
            world_->files, world_->archive, library.identity().identities(), **record, buffers_,
            [&](ByteView plain) -> Result<> {
                bytes += as_text(plain);
                return {};
            },
            [&]() -> Result<> {
                bytes.clear();
                return {};
            },
            std::stop_token());
        if (!got) return std::nullopt;
        return bytes;
    }

    void original(library::Library& library, const Found& found, const Bytes& expected) {
        for (const auto& file : found.item.files) {
            const auto name = file.folder + "/" + file.name;
            const auto bytes = read(library, file.content);
            if (!bytes && ledger_->erasable.contains(name)) continue;
            if (!bytes)
                ADD_FAILURE() << name << " is listed and its original cannot be read";
            else
                EXPECT_TRUE(std::ranges::equal(as_bytes(*bytes), expected))
                    << name << " changed: " << bytes->size() << " bytes for " << expected.size();
        }
    }

    void kept(const Ledger::Claim& claim) {
        std::uint64_t there = 0;
        std::string lacking;
        for (const auto& name : claim.files) {
            if (found_.contains(name))
                ++there;
            else
                lacking += " " + name;
        }
        EXPECT_GE(there, claim.least) << "acknowledged, and lost:" << lacking;
    }

    void words(library::Library& library, const std::string& name,
               const std::set<std::string>& allowed) {
        const auto found = found_.find(name);
        if (found == found_.end()) return void(ADD_FAILURE() << name << " is not there");
        std::string text;
        for (const auto& version : found->second.item.words) {
            EXPECT_TRUE(text.empty()) << name << ": two versions of its words";
            text = version.content ? read(library, *version.content).value_or("(unreadable)")
                                   : version.text;
        }
        EXPECT_TRUE(allowed.contains(text)) << name << ": its words are: " << text;
    }

    FamilyWorld* world_;
    Ledger* ledger_;
    std::map<std::string, Found> found_;
    archive::ObjectBuffers buffers_;
};

bool opens_at_all(FamilyWorld& world) {
    const auto opened = world.open();
    if (opened) return true;
    if (!world.ledger.has_archive && opened.error().code() == ErrorCode::not_found) return false;
    ADD_FAILURE() << "it does not open: " << opened.error().describe();
    return false;
}

void go_on(FamilyWorld& world, const std::string& keep_again) {
    auto library = world.open();
    if (!library) return void(ADD_FAILURE() << library.error().describe());
    if (!keep_again.empty()) {
        const auto before = world.ledger.claims.size();
        world.keep(*library, keep_again);
        const bool done =
            world.ledger.claims.size() == before + 1 &&
            world.ledger.claims.back().least == world.ledger.claims.back().files.size();
        EXPECT_TRUE(done) << "what was to be kept cannot be kept afterwards";
    }
    const auto tended = library::tend(*library, world.heard);
    EXPECT_TRUE(tended) << tended.error().describe();
}

}  // namespace

void expect_nothing_lost(FamilyWorld& world) {
    world.files.set_plan({});
    Inspector inspector(world);
    inspector.sources();
    if (!opens_at_all(world)) return;
    inspector.ways();
    auto library = world.open();
    if (!library) return void(ADD_FAILURE() << library.error().describe());
    inspector.contents(*library);
}

void expect_invariants(FamilyWorld& world, const std::string& keep_again) {
    world.files.set_plan({});
    world.files.set_capacity(kPlenty);
    // Where there are no locks, what was left is taken for left after a day.
    world.files.pass_seconds(2 * kSecondsPerDay);
    Inspector(world).sources();
    if (!opens_at_all(world)) return;
    Inspector inspector(world);
    inspector.ways();
    inspector.given();
    {
        auto library = world.open();
        if (!library) return void(ADD_FAILURE() << library.error().describe());
        inspector.contents(*library);
    }
    go_on(world, keep_again);
    inspector.names();
    inspector.sound();
    world.files.crash(Unsynced::lost);
    auto library = world.open();
    if (!library) return void(ADD_FAILURE() << library.error().describe());
    inspector.contents(*library);
}

}  // namespace keepsake::testing
