#include "histories/finale.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "archive/object_file.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "crypto/sha256.h"
#include "histories/deeds.h"
#include "histories/family_view.h"
#include "histories/history_world.h"
#include "histories/wrong.h"
#include "library/check.h"
#include "library/library.h"
#include "library/object_lookup.h"
#include "library/tell.h"
#include "library/tend.h"
#include "model/ids.h"
#include "support/family.h"
#include "support/simulated_disk.h"

namespace keepsake::testing {
namespace {

constexpr int kMostRounds = 8;
// The 90 days, and as many again for a computer that finds out meanwhile that it has a double: it
// goes on under another name, and counts from when that one met the let-go.
constexpr int kMonthsUntilErased = 8;

}  // namespace

void heed_check(HistoryWorld& world, Disk& disk) {
    if (!disk.contents.has_manifest) return;
    HeardListener heard;
    must(library::check_without_key(world.environment(*world.laptops[0]), disk.archive, {}, heard),
         "checking " + disk.archive);
    std::set<std::string> named;
    for (const auto& [name, why] : heard.problems) named.insert(name);
    for (const auto& torn : disk.contents.torn)
        // Of a plain file without its mirror's nothing tells that it is torn but the journal.
        if (!named.contains(torn) && torn.ends_with(".age"))
            throw Wrong(torn + " is torn, and the check does not name it");
    for (const auto& torn : disk.contents.torn)
        must(world.files.remove_file(disk.archive + "/" + torn), torn);
    world.files.settle();
    world.look(disk, {});
}

void Finale::play() {
    story_->push_back("finale:");
    for (const auto& disk : world_->disks) {
        disk->away = false;
        heed_check(*world_, *disk);
        if (disk->contents.has_manifest) continue;
        for (const auto& torn : disk->contents.torn)
            must(world_->files.remove_file(disk->archive + "/" + torn), torn);
        world_->look(*disk, {});
    }
    merge_all();
    int rounds = 0;
    while (settle_round())
        if (++rounds == kMostRounds) throw Wrong("it never settles");
    expect_all_counts();
    expect_the_same_everywhere();
    expect_originals();
    if (dice_->below(4) == 0) expect_erased_in_time();
}

// ---- coming together ----

void Finale::copy_all(Disk& from, Disk& to) {
    world_->copy_folders(from.archive, to.archive);
    for (const auto& [name, bytes] : from.contents.files) {
        if (to.contents.files.contains(name)) continue;
        if (!world_->copy_file(from.archive + "/" + name, to.archive + "/" + name, {}))
            throw Wrong("cp of " + name);
    }
    world_->look(to, {});
}

void Finale::merge_all() {
    auto& first = *world_->disks[0];
    for (const auto& disk : world_->disks)
        if (disk.get() != &first) copy_all(*disk, first);
    for (const auto& disk : world_->disks)
        if (disk.get() != &first) copy_all(first, *disk);
    world_->files.settle();
}

// Whether anybody still had something to say.
bool Finale::settle_round() {
    auto& disk = *world_->disks[0];
    const auto before = disk.contents.pages.size();
    for (const auto& laptop : world_->laptops) {
        auto library = world_->open(*laptop, disk);
        if (!library) throw Wrong("it does not open");
        if (!library->device()) {
            // The only copy with the newest keys was set back: the computer does as it is told.
            story_->back() += " " + laptop->name + " begins anew;";
            world_->lose_state(*laptop);
            library = world_->open(*laptop, disk);
            if (!library || !library->device()) throw Wrong("a computer cannot begin anew");
        }
        Deeds deeds(*world_, *laptop, disk, *library, *dice_);
        deeds.join_epochs(story_->back());
    }
    // Of epochs that were joined each goes on by those it knew: what waits for one may count for
    // another, until somebody accepts it.
    for (const auto& laptop : world_->laptops) accept_all(*laptop, disk);
    merge_all();
    return disk.contents.pages.size() != before;
}

void Finale::accept_all(Laptop& laptop, Disk& disk) {
    const auto library = world_->open(laptop, disk);
    if (!library) throw Wrong("it does not open");
    const auto view = world_->view(laptop, disk, library->identity());
    if (view.undecided) return;
    std::set<model::DeviceId> waiting;
    for (const auto& text : disk.contents.pages) {
        const auto& device = world_->pages.page(text).header.device;
        if (!view.counting.contains(text) && !view.is_retired(device)) waiting.insert(device);
    }
    for (const auto& device : waiting) {
        story_->back() += " accepts " + device.hex().substr(0, 6) + ";";
        must(library::accept_device(*library, device), "accepting a device");
    }
    world_->look(disk, {});
}

// ---- what must be so then ----

void Finale::expect_all_counts() {
    const auto& disk = *world_->disks[0];
    const auto library = world_->open(*world_->laptops[0], *world_->disks[0]);
    if (!library) throw Wrong("it does not open");
    const auto view = world_->view(*world_->laptops[0], disk, library->identity());
    for (const auto& text : disk.contents.pages) {
        const auto& header = world_->pages.page(text).header;
        if (!view.counting.contains(text) && !view.is_retired(header.device))
            throw Wrong("a segment was acknowledged and will never count: " +
                        header.device.hex().substr(0, 8) + "/" + std::to_string(header.seq));
    }
}

void Finale::expect_the_same_everywhere() {
    std::optional<std::string> hash;
    const auto same = [&](Laptop& laptop, Disk& disk) {
        const auto library = world_->open(laptop, disk);
        if (!library) throw Wrong("it does not open");
        // A catalog that is a file may know long words that were replaced since.
        if (world_->catalogs_are_files()) must(library->rebuild(world_->heard), "building anew");
        auto found = must(library->catalog().content_hash(), "the catalog's hash");
        if (hash && *hash != found)
            throw Wrong(laptop.name + " shows something else at " + disk.archive);
        hash = std::move(found);
    };
    for (const auto& laptop : world_->laptops) same(*laptop, *world_->disks[0]);
    for (const auto& disk : world_->disks) same(*world_->laptops[0], *disk);
    for (const auto& disk : world_->disks) expect_sound(*world_->laptops[0], *disk);
}

void Finale::expect_originals() {
    auto& laptop = *world_->laptops[0];
    auto& disk = *world_->disks.back();
    const auto library = world_->open(laptop, disk);
    if (!library) throw Wrong("it does not open");
    const auto view = world_->view(laptop, disk, library->identity());
    archive::ObjectBuffers buffers;
    const auto identities = library->identity().identities();
    for (const auto& [content, objects] : view.objects) {
        if (!view.is_live(content)) continue;
        std::string bytes;
        const auto record = must(library->catalog().content(content), "a content");
        const auto read = library::read_content(
            world_->files, disk.archive, identities, record.value(), buffers,
            [&](ByteView plain) -> Result<> {
                bytes += as_text(plain);
                return {};
            },
            [&]() -> Result<> {
                bytes.clear();
                return {};
            },
            {});
        const bool right = read && crypto::sha256(as_bytes(bytes)) == content.bytes;
        if (!right && !world_->excused.contains(content))
            throw Wrong("the original " + content.hex().substr(0, 8) + " cannot be given back");
    }
    for (const auto& [item, files] : view.items)
        for (const auto& file : files)
            if (!view.objects.contains(file.content) && !world_->excused.contains(file.content))
                throw Wrong("nothing says where the original of " + file.name + " is");
}

void Finale::expect_sound(Laptop& laptop, Disk& disk) {
    const auto library = world_->open(laptop, disk);
    if (!library) throw Wrong("it does not open");
    // What stands in one place alone, after the power went in between, the next writing mends.
    must(library->mend_mirror(), "mending the mirror");
    world_->look(disk, {});
    const auto view = world_->view(laptop, disk, library->identity());
    std::uint64_t lacking = 0;
    for (const auto& [content, objects] : view.objects) {
        const bool whole = std::ranges::any_of(
            objects, [&](const auto& object) { return disk.contents.objects.contains(object); });
        if (!whole && view.is_live(content)) ++lacking;
    }
    const bool all_count = view.counting.size() == disk.contents.pages.size();
    const auto gaps = view.missing(world_->remembered_heads(laptop)).size();
    HeardListener heard;
    const auto report = must(library::check(*library, {}, heard), "checking");
    world_->look(disk, {});
    std::string told;
    for (const auto& [name, why] : heard.problems)
        told.append("; ").append(name).append(": ").append(why);
    if (report.damaged != 0 || (all_count && report.missing != lacking + gaps))
        throw Wrong("check of " + disk.archive + " finds " + std::to_string(report.damaged) +
                    " damaged, " + std::to_string(report.missing) + " missing, and there lack " +
                    std::to_string(lacking) + " originals and something of " +
                    std::to_string(gaps) + " devices" + told);
}

// Nothing stays for ever that was let go: once its days have passed it is erased in every copy.
void Finale::expect_erased_in_time() {
    auto& laptop = *world_->laptops[0];
    for (int month = 0; month < kMonthsUntilErased; ++month) {
        for (const auto& disk : world_->disks) {
            const auto library = world_->open(laptop, *disk);
            if (!library) throw Wrong("it does not open");
            must(library::tend(*library, world_->heard), "tending");
            world_->look(*disk, {&laptop, false});
        }
        world_->pass(31 * kSecondsPerDay);
    }
    for (const auto& disk : world_->disks) {
        const auto library = world_->open(laptop, *disk);
        if (!library) throw Wrong("it does not open");
        const auto view = world_->view(laptop, *disk, library->identity());
        for (const auto& object : disk->contents.objects) {
            const auto content = world_->pages.content_of(object);
            if (content && view.objects.contains(*content) && !view.is_live(*content) &&
                !view.let_go_with(*content).empty())
                throw Wrong("what was let go is never erased from " + disk->archive);
        }
    }
}

}  // namespace keepsake::testing
