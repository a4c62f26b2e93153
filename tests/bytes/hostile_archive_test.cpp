// An archive whose journal somebody wrote who wants to do harm, and folders that take less than
// ours: nothing is written outside of the folder that was named, and nothing is lost in silence.

#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/layout.h"
#include "archive/staging.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/age.h"
#include "crypto/sha256.h"
#include "crypto/signing.h"
#include "library/check.h"
#include "library/environment.h"
#include "library/get.h"
#include "library/library.h"
#include "library/local_state.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"
#include "model/segment.h"
#include "os/file_system.h"
#include "support/family.h"

namespace keepsake::testing {
namespace {

namespace fs = std::filesystem;

// What a disk makes of names: those for which two paths are the same are one file there.
using Fold = std::function<std::string(const std::string&)>;

// Below one folder, names are folded, and may be at most so long.
class OddDisk final : public os::FileSystem {
  public:
    OddDisk(os::FileSystem& files, std::string below, Fold fold, std::size_t longest)
        : files_(&files), below_(std::move(below)), fold_(std::move(fold)), longest_(longest) {}

    Result<std::unique_ptr<os::ReadableFile>> open(const std::string& path) override {
        return files_->open(folded(path));
    }
    Result<std::unique_ptr<os::WritableFile>> create(const std::string& path,
                                                     bool secret) override {
        TRY(fits(path));
        return files_->create(folded(path), secret);
    }
    Result<> rename_exclusive(const std::string& from, const std::string& to) override {
        TRY(fits(to));
        return files_->rename_exclusive(folded(from), folded(to));
    }
    Result<> rename_replacing(const std::string& from, const std::string& to) override {
        return files_->rename_replacing(folded(from), folded(to));
    }
    Result<> remove_file(const std::string& path) override {
        return files_->remove_file(folded(path));
    }
    Result<> remove_directory(const std::string& path) override {
        return files_->remove_directory(folded(path));
    }
    Result<> make_directory(const std::string& path, bool secret) override {
        TRY(fits(path));
        return files_->make_directory(folded(path), secret);
    }
    Result<std::vector<os::DirectoryEntry>> list(const std::string& path) override {
        return files_->list(folded(path));
    }
    Result<os::FileInfo> info(const std::string& path) override {
        TRY(fits(path));
        return files_->info(folded(path));
    }
    Result<os::FileInfo> info_following(const std::string& path) override {
        return files_->info_following(folded(path));
    }
    Result<std::string> real_path(const std::string& path) override {
        return files_->real_path(folded(path));
    }
    Result<> set_directory_modified(const std::string& path, Instant modified) override {
        return files_->set_directory_modified(folded(path), modified);
    }
    Result<> sync_directory(const std::string& path) override {
        return files_->sync_directory(folded(path));
    }
    Result<> sync_everything(const std::string& path) override {
        return files_->sync_everything(path);
    }
    Result<std::uint64_t> free_bytes(const std::string& path) override {
        return files_->free_bytes(path);
    }
    Result<std::uint64_t> largest_file_bytes(const std::string& path) override {
        return files_->largest_file_bytes(path);
    }
    Result<std::unique_ptr<os::FileLock>> try_lock(const std::string& path) override {
        return files_->try_lock(path);
    }

  private:
    std::string folded(const std::string& path) const {
        return path.starts_with(below_) ? below_ + fold_(path.substr(below_.size())) : path;
    }
    Result<> fits(const std::string& path) const {
        if (!path.starts_with(below_) || os::file_name_of(path).size() <= longest_) return {};
        return Error::from_errno(ENAMETOOLONG, "reach " + path);
    }

    os::FileSystem* files_;
    std::string below_;
    Fold fold_;
    std::size_t longest_;
};

std::string lower_case(const std::string& path) {
    std::string out;
    for (const char c : path) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

const std::string kComposed = "caf\xC3\xA9.jpg";     // NFC
const std::string kDecomposed = "cafe\xCC\x81.jpg";  // NFD

std::string composed(const std::string& path) {
    auto out = path;
    const std::string_view accent = "e\xCC\x81";
    for (auto at = out.find(accent); at != std::string::npos; at = out.find(accent))
        out.replace(at, accent.size(), "\xC3\xA9");
    return out;
}

class HostileArchive : public Family {
  protected:
    // What a keep entry says of one file, in the journal's own words; `name` and `folder` are JSON.
    struct Named {
        explicit(false) Named(std::string named, std::string in = "\"\"", std::string further = "")
            : name(std::move(named)), folder(std::move(in)), more(std::move(further)) {}
        std::string name;
        std::string folder;
        std::string more;  // further fields behind the name
    };

    void SetUp() override {
        Family::SetUp();
        write_text(scratch / "first/kept.jpg", "kept");
        auto library = open();
        keep(library, {scratch / "first"});
        content_ = items(library).at(0).files.at(0).content;
    }

    // A segment of a device that was let in, with one item for each name. Each is another root's.
    void write_segment(const std::vector<Named>& names) {
        auto library = open();
        const auto device = library::new_device_keys(home.random);
        const auto& id = library.copy().manifest.archive;
        const auto& root = library.current_epoch().root;
        model::Enroll enroll{device.id(),
                             device.signing.verifying_key().to_openssh(),
                             root.verifying_key().to_openssh(),
                             {}};
        enroll.signature = crypto::sshsig_sign(root, "keepsake-enroll-v1@" + id.hex(),
                                               as_bytes(model::enroll_text(id, enroll)));
        model::HybridClock clock(home.clock);
        std::vector<model::Entry> entries{{*clock.next(), enroll}};
        for (std::size_t i = 0; i < names.size(); ++i) {
            model::Keep kept;
            home.random.fill(kept.item.bytes);
            if (!one_root_) home.random.fill(kept.root.bytes);
            kept.files.push_back(
                {content_, bytes_, "NAME" + std::to_string(i) + ".", "FOLDER", {}});
            entries.push_back({*clock.next(), kept});
        }
        model::SegmentHeader header;
        header.archive = id;
        header.device = device.id();
        header.clock = entries.back().clock;
        header.time = home.clock.now();
        auto text = model::segment_text(header, entries);
        for (std::size_t i = 0; i < names.size(); ++i) {
            replace(text, "\"NAME" + std::to_string(i) + ".\"", names[i].name + names[i].more);
            replace(text, "\"FOLDER\"", names[i].folder);
        }
        const auto signature =
            crypto::sshsig_sign(device.signing, model::journal_namespace(id), as_bytes(text));
        text = model::signed_segment_text(std::move(text), signature);
        const auto recipient = library.recipient();
        const auto sealed = crypto::age_seal(as_bytes(text), {&recipient, 1}, home.random);
        const archive::JournalFileName name{device.id(), 1, 1, {crypto::sha256(sealed)}};
        for (const auto& path : {name.path(), "mirror/" + name.path()})
            ASSERT_TRUE(library.staging().publish(sealed, path));
    }
    static void replace(std::string& text, const std::string& from, const std::string& to) {
        const auto at = text.find(from);
        if (at == std::string::npos) throw std::runtime_error("not in the text: " + from);
        text.replace(at, from.size(), to);
    }

    library::GetReport get_all(os::FileSystem* files = nullptr) {
        library::Environment other{files != nullptr ? *files : home.files,
                                   home.random,
                                   home.clock,
                                   scratch / "state-of-getter",
                                   {},
                                   2,
                                   true};
        auto library = library::Library::open(other, archive,
                                              library::IdentityText{owner.to_text()}, home.heard);
        if (!library) throw std::runtime_error(library.error().describe());
        home.heard.problems.clear();
        auto report = library::get(*library, {}, target, home.heard);
        if (!report) throw std::runtime_error(report.error().describe());
        return std::move(*report);
    }
    // All that stands in the scratch folder but what was given back.
    std::map<std::string, std::pair<std::string, std::int64_t>> outside() const {
        auto tree = tree_of(scratch.path());
        std::erase_if(tree, [](const auto& file) {
            return file.first.starts_with("out/") || file.first.starts_with("state-");
        });
        return tree;
    }

    model::ContentId content_;  // of all files in segments that are written, and its size
    std::uint64_t bytes_ = 4;
    bool one_root_ = false;  // all of a segment were kept from one place
    std::string target = scratch / "out";
};

TEST_F(HostileArchive, NamesThatLeadOutAreRefusedWithTheirSegment) {
    const std::vector<Named> hostile{
        {"\"..\""},
        {"\".\""},
        {"\"\""},
        {"\"a/b\""},
        {"\"/etc/passwd\""},
        {"\"../../x\""},
        {"\"a\\u0000b\""},
        {"\"" + std::string(256, 'a') + "\""},
        {"\"a\"", "\"..\""},
        {"\"a\"", "\"../..\""},
        {"\"a\"", "\"/tmp\""},
        {"\"a\"", "\"x/../../y\""},
        {"\"a\"", "\"x//y\""},
        {"\"a\"", "\"x/\""},
        {"\"a\"", "\"./x\""},
        {"\"a\"", "\"x\\u0000/y\""},
        // "..": what is exact must agree with what is shown.
        {"\"\xEF\xBF\xBD\xEF\xBF\xBD\"", "\"\"", ",\"name_bytes\":\"Li4=\""},
        {"\"a\"", "\"..\",\"folder_bytes\":\"Li4=\""},
    };
    for (const auto& named : hostile) write_segment({named});
    const auto before = outside();
    Computer fresh(scratch, "fresh", 9);
    auto library = open(fresh, archive);
    EXPECT_EQ(library.journal_problems().size(), hostile.size()) << "each is named";
    EXPECT_EQ(items(library).size(), 1U);
    EXPECT_FALSE(library::check(library, {}, fresh.heard)->sound());
    const auto report = get_all();
    EXPECT_EQ(report.given, 1U);
    EXPECT_EQ(report.problems, 0U);
    EXPECT_EQ(read_text(target + "/first/kept.jpg"), "kept");
    EXPECT_EQ(outside(), before);
}

TEST_F(HostileArchive, NamesOfTheArchivesOwnFoldersWriteNothingIntoIt) {
    const std::string hash(64, '0');
    one_root_ = true;
    write_segment({{"\"" + hash + ".age\"", "\"archive/objects/00\""},
                   {"\"x\"", "\"archive\""},
                   {"\"keepsake.json\"", "\"archive/mirror\""},
                   {"\"fine\"", "\"archive2\""}});
    const auto before = tree_of(archive);
    target = scratch.path();  // the archive stands in it
    const auto report = get_all();
    EXPECT_EQ(report.problems, 3U);
    EXPECT_EQ(tree_of(archive), before);
    EXPECT_EQ(read_text(scratch / "archive2/fine"), "kept");
}

TEST_F(HostileArchive, TheArchiveItselfTakesNothing) {
    auto library = open();
    const auto before = tree_of(archive);
    fs::create_directory_symlink(archive, scratch / "link");
    const auto refused = [&](const std::string& folder) {
        const auto report = library::get(library, {}, folder, home.heard);
        return !report && report.error().code() == ErrorCode::invalid;
    };
    for (const auto& folder : {archive, archive + "/objects", archive + "/new/folder",
                               archive + "/../archive", scratch / "link", scratch / "link/new"})
        EXPECT_TRUE(refused(folder)) << folder;
    EXPECT_EQ(tree_of(archive), before);
    EXPECT_FALSE(fs::exists(archive + "/new"));
    // Also where nothing but this program knows that it is one.
    fs::rename(archive + "/keepsake.json", archive + "/mirror/keepsake.json");
    EXPECT_TRUE(refused(archive + "/objects"));
    EXPECT_TRUE(refused(archive));
}

TEST_F(HostileArchive, NamesThatAreOneOnThisDiskAreBothGivenBack) {
    write_text(scratch / "other/b", "other");
    write_segment({{"\"A.jpg\""}, {"\"" + kComposed + "\""}});
    {
        auto library = open();
        keep(library, {scratch / "other"});
        content_ = [&] {
            for (const auto& item : items(library))
                if (item.files.at(0).name == "b") return item.files.at(0).content;
            throw std::runtime_error("not kept");
        }();
    }
    // The same names but for case and accents, of other bytes.
    bytes_ = 5;
    write_segment({{"\"a.JPG\""}, {"\"" + kDecomposed + "\""}});
    const auto fold = [](const std::string& path) { return composed(lower_case(path)); };
    OddDisk disk(home.files, target, fold, 255);
    const auto report = get_all(&disk);
    EXPECT_EQ(report.problems, 0U);
    EXPECT_EQ(report.given, 6U);
    std::multiset<std::string> texts;
    for (const auto& [path, file] : tree_of(target)) texts.insert(file.first);
    EXPECT_EQ(texts.count("kept"), 3U);
    EXPECT_EQ(texts.count("other"), 3U);
    // The same again finds all of them.
    const auto again = get_all(&disk);
    EXPECT_EQ(again.given, 0U);
    EXPECT_EQ(again.already, 6U);
}

TEST_F(HostileArchive, NamesTooLongForTheDiskAreNamed) {
    write_segment({{"\"" + std::string(200, 'n') + ".jpg\""},
                   {"\"x.jpg\"", "\"" + std::string(200, 'f') + "\""},
                   {"\"y.jpg\"", "\"" + std::string(255, 'g') + "\""},
                   {"\"y.jpg\"", "\"" + std::string(255, 'g') + "\""}});
    OddDisk disk(home.files, target, [](const std::string& path) { return path; }, 143);
    const auto report = get_all(&disk);
    EXPECT_EQ(report.given, 1U);
    EXPECT_EQ(report.problems, 4U);
    for (const auto& [name, why] : home.heard.problems)
        EXPECT_TRUE(why.contains("longer than this disk can hold")) << why;
    for (const auto& [path, file] : tree_of(target)) EXPECT_FALSE(path.contains(".part")) << path;
    // Where they fit they are given back, also the second folder of one long name.
    target = scratch / "out/roomy";
    const auto roomy = get_all();
    EXPECT_EQ(roomy.given, 5U);
    EXPECT_EQ(roomy.problems, 0U);
}

}  // namespace
}  // namespace keepsake::testing
