#include "bytes/small_archive.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "archive/journal_store.h"
#include "archive/layout.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "crypto/age_keys.h"
#include "crypto/random.h"
#include "library/environment.h"
#include "library/keep.h"
#include "library/keys.h"
#include "library/library.h"
#include "library/tell.h"
#include "model/entry.h"
#include "model/ids.h"
#include "os/file_system.h"
#include "support/family.h"
#include "support/simulated_file_system.h"

namespace keepsake::testing {
namespace {

using library::Library;

constexpr std::size_t kOverOneChunk = 66'000;

template <class T>
T sure(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().describe());
    return std::move(*result);
}
void sure(Result<> result) {
    if (!result) throw std::runtime_error(result.error().describe());
}

std::string noise(std::size_t bytes, std::uint64_t seed) {
    std::string text(bytes, '\0');
    SeededRandom random(seed);
    random.fill({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    return text;
}

// What the one worker draws does not depend on what the main thread draws meanwhile, nor the other
// way round: so the archive is the same every time.
class RandomByThread final : public crypto::RandomSource {
  public:
    void fill(MutableBytes out) override {
        (std::this_thread::get_id() == main_ ? mains_ : workers_).fill(out);
    }

  private:
    std::thread::id main_ = std::this_thread::get_id();
    SeededRandom mains_{1};
    SeededRandom workers_{2};
};

class Maker {
  public:
    Maker() : files_(1), owner_(crypto::AgeIdentity::generate(random_)) {
        for (const auto* const path : {"/disk", "/home", "/home/photos", "/home/photos/2020"})
            sure(files_.make_directory(path, false));
    }

    SmallArchive make() {
        const auto guest = crypto::AgeIdentity::generate(random_);
        library::NewArchive ways;
        ways.recipient = owner_.recipient();
        sure(
            library::new_archive(environment(SmallArchive::kHomeState), SmallArchive::kPath, ways));
        {
            auto library = open(SmallArchive::kHomeState);
            source("photos/a.jpg", noise(300, 1));
            source("photos/empty", "");
            keep(library, "/home/photos");
            source("photos/2020/big.tif", noise(kOverOneChunk, 2));
            keep(library, "/home/photos");
            sure(library::add_recipient(library, "guest", guest.recipient()));
            roll_up(library);
        }
        {
            auto library = open("/home/laptop");
            source("film.mov", noise(700, 3));
            keep(library, "/home/film.mov");
        }
        made_.before = as_it_is();
        {
            auto library = open(SmallArchive::kHomeState);
            tell(library);
            sure(library::remove_way(library, sure(library::find_way(library, "guest"))));
            source("photos/2020/late.jpg", noise(400, 4));
            keep(library, "/home/photos");
        }
        {
            auto library = open("/home/laptop");
            source("letter.txt", "Dear all, " + noise(100, 5));
            keep(library, "/home/letter.txt");
            note_objects(library);
        }
        open(SmallArchive::kHomeState);  // it now knows of what the laptop wrote last
        made_.now = as_it_is();
        made_.owner = std::string(owner_.to_text().text());
        return std::move(made_);
    }

  private:
    library::Environment environment(const std::string& state) {
        return {files_, random_, clock_, state, stop_.get_token(), 1, true};
    }
    Library open(const std::string& state) {
        return sure(Library::open(environment(state), SmallArchive::kPath,
                                  library::IdentityText{owner_.to_text()}, heard_));
    }

    void source(const std::string& name, const std::string& bytes) {
        const auto file = sure(files_.create("/home/" + name, false));
        sure(file->append(as_bytes(bytes)));
        sure(file->set_modified({1'600'000'000, 0}));
        sure(file->close());
        made_.originals[name] = Bytes(bytes.begin(), bytes.end());
    }
    void keep(Library& library, const std::string& path) {
        const std::vector<std::string> paths{path};
        const auto report = sure(library::keep(library, paths, {}, heard_));
        if (report.problems > 0 || report.stopped) throw std::runtime_error("not all was kept");
    }
    model::ItemId item(Library& library, const std::string& name) {
        model::ItemId found;
        sure(library.catalog().for_each_item({}, [&](const catalog::ItemRecord& item) -> Result<> {
            if (item.files.front().name == name) found = item.item;
            return {};
        }));
        return found;
    }

    void tell(Library& library) {
        const auto photo = model::Subject::of(item(library, "a.jpg"));
        sure(library::set_words(library, photo, "words", "A long story. " + std::string(600, 'w')));
        const auto moment = sure(library::new_moment(library, "The sea"));
        const std::vector<model::ItemId> items{item(library, "a.jpg"), item(library, "big.tif")};
        sure(library::add_to_moment(library, moment, items));
        sure(library::set_cover(library, model::Subject::of(items[1]), "Not for children"));
        source("photos/gone.jpg", noise(200, 6));
        keep(library, "/home/photos");
        const std::vector<model::ItemId> away{item(library, "gone.jpg")};
        sure(library::let_go(library, away));
        made_.let_go.insert(made_.originals.extract("photos/gone.jpg"));
        sure(files_.remove_file("/home/photos/gone.jpg"));
    }

    // The first segments of this computer as one file; what came later stands beside it.
    void roll_up(Library& library) {
        const auto listing = sure(archive::list_journal(files_, SmallArchive::kPath));
        const std::vector<archive::JournalFileName> first(listing.files.begin(),
                                                          listing.files.begin() + 3);
        const auto identities = library.identity().identities();
        const auto whole = sure(
            archive::roll_up(library.staging(), first, identities, library.recipient(), random_));
        sure(archive::remove_rolled_up(library.staging(), whole, first, identities));
    }

    void note_objects(Library& library) {
        const auto named = [&](const catalog::ItemRecord& item) -> Result<> {
            for (const auto& file : item.files) {
                auto name = file.folder.empty() ? file.name : file.folder + "/" + file.name;
                note_object(library, file.content, item.let_go ? "let go" : name);
            }
            for (const auto& words : item.words)
                if (words.content) note_object(library, *words.content, "words");
            return {};
        };
        for (const bool away : {false, true}) {
            catalog::ItemFilter filter;
            filter.let_go = away;
            sure(library.catalog().for_each_item(filter, named));
        }
    }
    void note_object(Library& library, const model::ContentId& content, const std::string& name) {
        const auto record = sure(library.catalog().content(content));
        if (!record) throw std::runtime_error(name + " has no object");
        for (const auto& object : record->objects)
            made_.objects[archive::object_path(object.object)] = name;
    }

    // What stands in tmp/ and parity/ is no part of what is kept: copies may leave it out.
    static bool is_temporary(const std::string& path) {
        return path.starts_with(archive_folder(archive::kTemporaryName)) ||
               path.starts_with(archive_folder(archive::kParityName));
    }
    static std::string archive_folder(std::string_view name) {
        return os::join_path(SmallArchive::kPath, std::string(name)) + "/";
    }

    Moment as_it_is() const {
        Moment moment;
        for (const auto& path : files_.paths())
            if (path.ends_with('/') && !is_temporary(path)) moment.folders.push_back(path);
        moment.files = files_.snapshot();
        std::erase_if(moment.files, [](const auto& file) { return is_temporary(file.first); });
        return moment;
    }

    SimulatedFileSystem files_;
    RandomByThread random_;
    SetClock clock_;
    std::stop_source stop_;
    HeardListener heard_;
    crypto::AgeIdentity owner_;
    SmallArchive made_;
};

}  // namespace

std::vector<std::string> SmallArchive::files() const {
    const auto prefix = std::string(kPath) + "/";
    std::vector<std::string> paths;
    for (const auto& [path, bytes] : now.files)
        if (path.starts_with(prefix)) paths.push_back(path.substr(prefix.size()));
    return paths;
}

const SmallArchive& small_archive() {
    static const SmallArchive made = Maker().make();
    return made;
}

}  // namespace keepsake::testing
