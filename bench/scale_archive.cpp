// Fills an archive with a synthetic family's journal: real segments, signed and sealed, of several
// devices. Usage: scale_archive ARCHIVE IDENTITY ITEMS [objects] [facts] [shuffled] [full-month=N]
//
// Without `objects` no original is there, which nothing that is measured reads; with it each is a
// small file of its own. Older segments stand in rollups, as a device that tends its archive leaves
// them (library/tend.cpp). Nothing is synced.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "archive/copy.h"
#include "archive/identity_file.h"
#include "archive/key_store.h"
#include "archive/layout.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "crypto/random.h"
#include "crypto/sha256.h"
#include "crypto/signing.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"
#include "model/segment.h"
#include "os/posix_file_system.h"
#include "synthetic_family.h"

namespace {

using namespace keepsake;

constexpr std::size_t kDevices = 4;
constexpr std::uint64_t kItemsPerSegment = 480;          // about 1,000 entries
constexpr std::uint64_t kSegmentsAtATime = 20;           // then another device keeps
constexpr std::size_t kSegmentsLeftAlone = 50;           // as tending leaves the newest
constexpr std::size_t kRollUpBytes = 32UL << 20U;        // and how much it joins at most
constexpr std::int64_t kFirstClock = 1'704'067'200'000;  // 2024

template <class T>
T must(Result<T> result) {
    if (!result) {
        std::fprintf(stderr, "scale_archive: %s\n", result.error().describe().c_str());
        std::exit(1);
    }
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

void write(const std::string& path, ByteView bytes) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) {
        std::fprintf(stderr, "scale_archive: cannot write %s\n", path.c_str());
        std::exit(1);
    }
}

struct Device {
    crypto::SigningKey key;
    model::DeviceId id;
    std::optional<model::Head> head;
    std::deque<std::string> unwritten;  ///< texts of the newest segments, up to the head
    std::size_t unwritten_bytes = 0;
};

class Filling {
  public:
    Filling(std::string path, const archive::IdentityFile& identity)
        : path_(std::move(path)),
          identity_(&identity),
          recipient_(identity.newest().identity.recipient()) {
        for (std::size_t i = 0; i < kDevices; ++i) {
            auto key = crypto::SigningKey::generate(random_);
            const auto digest = crypto::sha256(key.verifying_key().bytes);
            const auto id =
                *model::DeviceId::from_bytes(ByteView(digest).first(model::DeviceId::kBytes));
            devices_.push_back({std::move(key), id, {}, {}});
        }
    }

    void fill(const bench::Family& family, bool objects) {
        for (std::uint64_t first = 0; first < family.items(); first += kItemsPerSegment) {
            const auto last = std::min(first + kItemsPerSegment, family.items());
            auto bodies = family.entries(first, last);
            if (objects)
                for (auto& body : bodies) make_real(body);
            const auto turn = first / kItemsPerSegment / kSegmentsAtATime % kDevices;
            add_segment(devices_[turn], std::move(bodies));
        }
        for (auto& device : devices_)
            while (!device.unwritten.empty()) write_oldest(device, 1);
    }

  private:
    // The content becomes its own number, so that an object and its keep entry still agree.
    static std::string plain_of(const model::ContentId& content) {
        return "original " + content.hex() + "\n";
    }
    void make_real(model::EntryBody& body) {
        if (auto* keep = std::get_if<model::Keep>(&body)) {
            for (auto& file : keep->files) {
                const auto plain = plain_of(file.content);
                file.content = {crypto::sha256(as_bytes(plain))};
                file.bytes = plain.size();
            }
        }
        if (auto* facts = std::get_if<model::Facts>(&body))
            facts->content = {crypto::sha256(as_bytes(plain_of(facts->content)))};
        auto* object = std::get_if<model::Object>(&body);
        if (object == nullptr) return;
        const auto plain = plain_of(object->content);
        const auto sealed = crypto::age_seal(as_bytes(plain), {&recipient_, 1}, random_);
        const auto end = as_text(sealed).find('\n', as_text(sealed).find("\n--- ") + 1) + 1;
        object->object = {crypto::sha256(sealed)};
        object->content = {crypto::sha256(as_bytes(plain))};
        object->content_bytes = plain.size();
        object->object_bytes = sealed.size();
        object->header = as_text(sealed).substr(0, end);
        write(path_ + "/" + archive::object_path(object->object), sealed);
    }

    model::Enroll enrollment(const Device& device) const {
        const auto& root = identity_->newest().root;
        model::Enroll enroll;
        enroll.device = device.id;
        enroll.key = device.key.verifying_key().to_openssh();
        enroll.root = root.verifying_key().to_openssh();
        enroll.signature =
            crypto::sshsig_sign(root, "keepsake-enroll-v1@" + identity_->archive.hex(),
                                as_bytes(model::enroll_text(identity_->archive, enroll)));
        return enroll;
    }

    void add_segment(Device& device, std::vector<model::EntryBody> bodies) {
        if (!device.head) bodies.insert(bodies.begin(), enrollment(device));
        std::vector<model::Entry> entries;
        entries.reserve(bodies.size());
        for (auto& body : bodies) entries.push_back({{++clock_, 0}, std::move(body)});
        model::SegmentHeader header;
        header.archive = identity_->archive;
        header.device = device.id;
        header.seq = device.head ? device.head->seq + 1 : 1;
        if (device.head) header.previous = device.head->text;
        for (const auto& other : devices_)
            if (other.id != device.id && other.head) header.seen.emplace(other.id, *other.head);
        header.clock = entries.back().clock;
        header.time = {clock_ / 1000, 0};
        auto text = model::segment_text(header, entries);
        const auto signature = crypto::sshsig_sign(
            device.key, model::journal_namespace(header.archive), as_bytes(text));
        text = model::signed_segment_text(std::move(text), signature);
        device.head = model::Head{header.seq, {crypto::sha256(as_bytes(text))}};
        device.unwritten_bytes += text.size();
        device.unwritten.push_back(std::move(text));
        roll_up(device);
    }

    // Once what is older than the segments that tending leaves alone fills a rollup.
    void roll_up(Device& device) {
        if (device.unwritten.size() <= kSegmentsLeftAlone || device.unwritten_bytes < kRollUpBytes)
            return;
        std::size_t bytes = 0;
        std::size_t segments = 0;
        const auto most = device.unwritten.size() - kSegmentsLeftAlone;
        while (segments < most && bytes + device.unwritten[segments].size() <= kRollUpBytes)
            bytes += device.unwritten[segments++].size();
        if (segments < most) write_oldest(device, segments);
    }

    // As one file: a segment, or a rollup of several.
    void write_oldest(Device& device, std::size_t segments) {
        const auto last = device.head->seq - device.unwritten.size() + segments;
        std::string text;
        for (std::size_t i = 0; i < segments; ++i) {
            text += device.unwritten.front();
            device.unwritten_bytes -= device.unwritten.front().size();
            device.unwritten.pop_front();
        }
        const auto sealed = crypto::age_seal(as_bytes(text), {&recipient_, 1}, random_);
        const archive::JournalFileName name{
            device.id, last - segments + 1, last, {crypto::sha256(sealed)}};
        write(path_ + "/" + name.path(), sealed);
        write(path_ + "/mirror/" + name.path(), sealed);
    }

    std::string path_;
    const archive::IdentityFile* identity_;
    crypto::AgeRecipient recipient_;
    crypto::SystemRandom random_;
    std::vector<Device> devices_;
    std::int64_t clock_ = kFirstClock;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        std::fprintf(stderr,
                     "Usage: scale_archive ARCHIVE IDENTITY ITEMS [objects] [facts] [shuffled] "
                     "[full-month=N]\n");
        return 2;
    }
    const std::string path = argv[1];
    bench::FamilyOptions options;
    options.items = std::strtoull(argv[3], nullptr, 10);
    bool objects = false;
    for (int i = 4; i < argc; ++i) {
        objects = objects || std::string_view(argv[i]) == "objects";
        options.facts = options.facts || std::string_view(argv[i]) == "facts";
        constexpr std::string_view kFullMonth = "full-month=";
        if (std::string_view(argv[i]).starts_with(kFullMonth))
            options.in_one_month = std::strtoull(argv[i] + kFullMonth.size(), nullptr, 10);
        options.shuffled = options.shuffled || std::string_view(argv[i]) == "shuffled";
    }
    std::ifstream file(argv[2], std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    os::PosixFileSystem files;
    must(archive::open_copy(files, path));
    const auto keys = must(archive::read_key_files(files, path));
    const auto unlocked = must(archive::unlock_with_identity_text(keys, text));
    Filling(path, unlocked.identity).fill(bench::Family(options), objects);
}
