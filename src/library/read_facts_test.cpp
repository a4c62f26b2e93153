#include "library/read_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "archive/thumbnail_pack.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/preview_cache.h"
#include "crypto/age.h"
#include "crypto/sha256.h"
#include "library/alike.h"
#include "library/belonging.h"
#include "library/environment.h"
#include "library/library.h"
#include "library/pictures.h"
#include "library/tell.h"
#include "library/tend.h"
#include "library/thumbnail_packs.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/reader_pool.h"
#include "media/taken.h"
#include "model/ids.h"
#include "support/family.h"

// Keeping, then looking: with readers that say what the test wants to hear.
namespace keepsake::library {
namespace {

using keepsake::testing::Family;
using keepsake::testing::write_text;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Reads the whole original; what it tells is the facts' JSON that stands in it.
class FakeLooker final : public Looker {
  public:
    Result<media::Answer> look(media::Source& source, const media::Question& question,
                               std::stop_token) override {
        if (failure) return Error(*failure, "no cage is to be had");
        ++looks;
        Bytes bytes(static_cast<std::size_t>(source.size_bytes()));
        TRY(source.read_at(0, bytes));
        media::Answer answer;
        if (auto facts = media::facts_from_json(as_text(bytes))) answer.facts = *std::move(facts);
        const std::lock_guard lock(mutex);
        names.push_back(question.name);
        if (answer.facts.kind != media::Kind::photograph) {
            answer.outcome = media::Outcome::no_picture;
            return answer;
        }
        answer.outcome = media::Outcome::whole;
        answer.preview = {0xFF, 0xD8, 'p', bytes[0]};
        answer.thumbnail = {0xFF, 0xD8, 't', bytes[0]};
        return answer;
    }
    std::atomic<int> looks = 0;
    std::optional<ErrorCode> failure;
    std::mutex mutex;
    std::vector<std::string> names;
};

class Looking : public Family {
  protected:
    library::Library open_looking(keepsake::testing::Computer& computer) {
        auto environment = computer.environment();
        environment.looker = &looker;
        auto opened =
            Library::open(environment, archive, IdentityText{owner.to_text()}, computer.heard);
        if (!opened) throw std::runtime_error(opened.error().describe());
        return std::move(*opened);
    }
    ReadingReport keep_and_look(Library& library) {
        const auto report = keep(library, {scratch / "in"});
        return read_just_kept(library, report.just_kept, home.heard);
    }
    void put(const std::string& name, const std::string& text) {
        write_text(scratch / ("in/" + name), text);
    }
    std::vector<std::string> shown(Library& library) {
        std::vector<std::string> all;
        for (const auto& item : items(library)) {
            std::string names;
            for (const auto& file : item.files) names += (names.empty() ? "" : "+") + file.name;
            all.push_back(names);
        }
        std::ranges::sort(all);
        return all;
    }
    std::vector<std::string> packs() {
        std::vector<std::string> names;
        std::error_code ignored;
        for (const auto& entry :
             std::filesystem::directory_iterator(archive + "/previews", ignored))
            names.push_back(entry.path().filename());
        return names;
    }

    FakeLooker looker;
};

constexpr const char* kPhotograph =
    R"({"kind":"photograph","format":"jpeg","taken":{"at":"2014-01-02T03:04:05"}})";

TEST_F(Looking, JournalsFactsOfWhatWasKept) {
    put("a.jpg", kPhotograph);
    put("b.txt", R"({"kind":"text","title":"harbour"})");
    auto library = open_looking(home);
    EXPECT_EQ(keep_and_look(library).read, 2U);
    EXPECT_THAT(looker.names, ::testing::UnorderedElementsAre("a.jpg", "b.txt"));
    // Another computer knows it without looking.
    keepsake::testing::Computer other(scratch, "other", 7);
    looker.looks = 0;
    auto there = open_looking(other);
    EXPECT_EQ(items(there).front().taken, "2014-01-02T03:04:05");
    EXPECT_EQ(read_missing(there, other.heard).read, 0U);
    EXPECT_EQ(looker.looks, 0);
}

TEST_F(Looking, IsMadeUpForLater) {
    put("a.jpg", kPhotograph);
    auto library = open_looking(home);
    looker.failure = ErrorCode::unsupported;
    const auto report = keep_and_look(library);
    EXPECT_TRUE(report.nothing_reads);
    EXPECT_FALSE(report.stopped);
    EXPECT_THAT(home.heard.notes, ::testing::Contains(HasSubstr("no cage is to be had")));
    EXPECT_THAT(home.heard.problems, IsEmpty());
    looker.failure.reset();
    EXPECT_EQ(read_missing(library, home.heard).read, 1U);
    EXPECT_EQ(read_missing(library, home.heard).read, 0U);
}

TEST_F(Looking, StopsWithoutLosingWhatWasKept) {
    put("a.jpg", kPhotograph);
    auto library = open_looking(home);
    const auto kept = keep(library, {scratch / "in"});
    home.stop.request_stop();
    const auto report = read_just_kept(library, kept.just_kept, home.heard);
    ASSERT_TRUE(report.stopped);
    EXPECT_EQ(report.stopped->code(), ErrorCode::cancelled);
    EXPECT_THAT(items(library), SizeIs(1));
}

TEST_F(Looking, MakesPicturesThatANewDeviceFindsInPacks) {
    put("a.jpg", kPhotograph);
    put("b.txt", R"({"kind":"text"})");
    auto library = open_looking(home);
    keep_and_look(library);
    EXPECT_THAT(packs(), SizeIs(1));
    keepsake::testing::Computer other(scratch, "other", 7);
    auto there = open_looking(other);
    looker.failure = ErrorCode::unsupported;
    for (const auto& item : items(there)) {
        const auto small = picture_of(there, item.item, catalog::PictureSize::thumbnail);
        const bool is_photograph = item.kind == media::Kind::photograph;
        EXPECT_EQ(small.has_value(), is_photograph);
        EXPECT_FALSE(picture_of(there, item.item, catalog::PictureSize::preview));
    }
    looker.failure.reset();
    for (const auto& item : items(there)) {
        if (item.kind != media::Kind::photograph) continue;
        EXPECT_EQ((*picture_of(there, item.item, catalog::PictureSize::preview))[2], 'p');
    }
}

TEST_F(Looking, FindsPicturesInMorePacksThanStayOpenAndInOlderOnes) {
    constexpr std::size_t kPacks = ThumbnailPacks::kMostOpen + 2;
    for (std::size_t i = 0; i < kPacks; ++i)
        put(std::to_string(i) + ".jpg", kPhotograph + std::string(i, ' '));
    auto library = open(home, archive);
    keep(library, {scratch / "in"});
    std::filesystem::create_directories(archive + "/previews");
    for (const auto& item : items(library)) {
        const auto number = item.files.front().name.front();
        const Bytes jpeg{0xFF, 0xD8, 'p', static_cast<std::uint8_t>(number)};
        const archive::Thumbnail one{item.files.front().content, jpeg};
        const auto older =
            "keepsake-thumbnails 1\n" + one.content.hex() + " 4\n" + std::string(as_text(one.jpeg));
        const auto text = archive::write_thumbnail_pack({&one, 1});
        const auto recipient = library.recipient();
        const auto sealed = crypto::age_seal(number == '0' ? as_bytes(older) : ByteView(text),
                                             {&recipient, 1}, home.random);
        write_text(archive + "/" + archive::thumbnail_pack_path({crypto::sha256(sealed)}),
                   std::string(as_text(sealed)));
    }
    looker.failure = ErrorCode::unsupported;
    auto looking = open_looking(home);
    for (int round = 0; round < 2; ++round)
        for (const auto& item : items(looking)) {
            const auto jpeg = picture_of(looking, item.item, catalog::PictureSize::thumbnail);
            ASSERT_TRUE(jpeg) << jpeg.error().describe();
            EXPECT_EQ(jpeg->back(), item.files.front().name.front());
        }
}

TEST_F(Looking, MakesAnewWhatAPackDoesNotGive) {
    put("a.jpg", kPhotograph);
    auto library = open_looking(home);
    keep_and_look(library);
    const auto path = archive + "/previews/" + packs().front();
    keepsake::testing::Computer other(scratch, "other", 7);
    auto there = open_looking(other);
    const auto item = items(there).front().item;
    EXPECT_TRUE(picture_of(there, item, catalog::PictureSize::thumbnail));
    const auto looks = looker.looks.load();
    keepsake::testing::Computer third(scratch, "third", 8);
    auto damaged = open_looking(third);
    auto sealed = keepsake::testing::read_text(path);
    sealed.back() = static_cast<char>(sealed.back() ^ 1);
    write_text(path, sealed);
    EXPECT_TRUE(picture_of(damaged, item, catalog::PictureSize::thumbnail));
    EXPECT_EQ(looker.looks, looks + 1);
    std::filesystem::remove(path);
    EXPECT_TRUE(picture_of(there, item, catalog::PictureSize::thumbnail)) << "an open pack";
}

TEST_F(Looking, LeavesNoPictureOfWhatWasErased) {
    put("a.jpg", kPhotograph);
    put("b.jpg", std::string(kPhotograph) + " ");
    auto library = open_looking(home);
    keep_and_look(library);
    const auto before = packs();
    const auto gone = items(library).front();
    ASSERT_TRUE(let_go(library, std::vector{gone.item}));
    ASSERT_TRUE(tend(library, home.heard));
    home.clock.pass_days(91);
    const auto tended = tend(library, home.heard);
    ASSERT_TRUE(tended) << tended.error().describe();
    EXPECT_EQ(tended->erased_objects, 1U);
    EXPECT_THAT(packs(), SizeIs(1));
    EXPECT_NE(packs(), before);
    looker.failure = ErrorCode::unsupported;
    EXPECT_FALSE(picture_of(library, gone.item, catalog::PictureSize::thumbnail));
    EXPECT_TRUE(picture_of(library, items(library).front().item, catalog::PictureSize::thumbnail));
}

TEST_F(Looking, PutsTogetherWhatBelongsTogether) {
    put("IMG_1.JPG", R"({"kind":"photograph","format":"jpeg"})");
    put("IMG_1.CR2", R"({"kind":"photograph","format":"raw"})");
    put("IMG_1.JPG.xmp", R"({"kind":"sidecar","format":"xmp"})");
    put("IMG_E1.JPG", R"({"kind":"photograph","format":"jpeg","software":"edited"})");
    put("IMG_2.HEIC", R"({"kind":"photograph","format":"heif","live-id":"AB-1"})");
    put("other.mov", R"({"kind":"film","format":"quicktime","live-id":"AB-1"})");
    put("IMG_3.JPG", R"({"kind":"photograph","format":"jpeg","title":"alone"})");
    auto library = open_looking(home);
    EXPECT_EQ(keep_and_look(library).together, 4U);
    const auto groups = shown(library);
    EXPECT_THAT(groups, SizeIs(3));
    // What is kept later joins them.
    put("IMG_3.DNG", R"({"kind":"photograph","format":"raw","title":"later"})");
    EXPECT_EQ(keep_and_look(library).together, 1U);
    EXPECT_THAT(items(library), SizeIs(3));
    // By hand, and no rule undoes it.
    for (const auto& item : items(library)) {
        if (item.files.size() != 2) continue;
        ASSERT_TRUE(take_apart(library, item.item));
    }
    EXPECT_THAT(items(library), SizeIs(5));
    const auto all = items(library);
    std::vector<model::ContentId> contents;
    for (const auto& item : all)
        for (const auto& file : item.files) contents.push_back(file.content);
    EXPECT_EQ(put_together_by_rules(library, contents).value(), 0U);
    ASSERT_TRUE(put_together(library, std::vector{all[0].item, all[1].item}));
    EXPECT_THAT(items(library), SizeIs(4));
}

TEST_F(Looking, LetsAWholeItemGoAndBringsItBack) {
    put("IMG_1.JPG", R"({"kind":"photograph","format":"jpeg"})");
    put("IMG_1.CR2", R"({"kind":"photograph","format":"raw"})");
    auto library = open_looking(home);
    keep_and_look(library);
    const auto item = items(library).front();
    ASSERT_THAT(item.files, SizeIs(2));
    ASSERT_TRUE(let_go(library, std::vector{item.item}));
    EXPECT_THAT(items(library), IsEmpty());
    EXPECT_THAT(items(library, true), SizeIs(1));
    ASSERT_TRUE(bring_back(library, std::vector{item.item}));
    EXPECT_THAT(items(library), SizeIs(1));
    const auto part = find_item(library, item.parts.front().hex());
    ASSERT_TRUE(part);
    EXPECT_EQ(*part, item.item);
}

Candidate candidate(std::uint64_t number, std::string name, media::Kind kind,
                    media::Format format = media::Format::jpeg) {
    Candidate made;
    made.item.bytes[7] = static_cast<std::uint8_t>(number);
    made.name = std::move(name);
    made.kind = kind;
    made.format = format;
    return made;
}

TEST(Rules, PairALiveFilmByItsNameOnlyWhereItIsShort) {
    auto film = candidate(2, "IMG_7.MOV", media::Kind::film, media::Format::quicktime);
    const auto picture = candidate(1, "IMG_7.JPG", media::Kind::photograph);
    film.duration_s = 2.5;
    EXPECT_THAT(pair_by_rules(std::vector{film, picture}),
                ElementsAre(Pairing{film.item, picture.item, "film"}));
    film.duration_s = 60;
    EXPECT_THAT(pair_by_rules(std::vector{film, picture}), IsEmpty());
}

TEST(Rules, PairNoRawOfAnotherMoment) {
    auto raw = candidate(2, "IMG_7.CR2", media::Kind::photograph, media::Format::raw);
    auto picture = candidate(1, "IMG_7.JPG", media::Kind::photograph);
    raw.taken = media::Taken{.at = *media::moment_from_text("2014-01-02T03:04:05")};
    picture.taken = media::Taken{.at = *media::moment_from_text("2014-01-02T03:04:06")};
    EXPECT_THAT(pair_by_rules(std::vector{raw, picture}), SizeIs(1));
    picture.taken->at = *media::moment_from_text("2016-01-02T03:04:06");
    EXPECT_THAT(pair_by_rules(std::vector{raw, picture}), IsEmpty());
}

TEST(Rules, GiveTheSameInWhateverOrder) {
    std::vector<Candidate> files{candidate(1, "a.jpg", media::Kind::photograph),
                                 candidate(2, "a.dng", media::Kind::photograph, media::Format::raw),
                                 candidate(3, "a-edited.jpg", media::Kind::photograph),
                                 candidate(4, "a.jpg.supplemental-meta.json", media::Kind::sidecar),
                                 candidate(5, "a.png", media::Kind::photograph)};
    const auto first = pair_by_rules(files);
    EXPECT_THAT(first, SizeIs(3));
    do EXPECT_EQ(pair_by_rules(files), first);
    while (std::ranges::next_permutation(files, {}, &Candidate::item).found);
}

catalog::Look look(std::uint8_t number, std::uint64_t bits) {
    catalog::Look made;
    made.content.bytes[0] = number;
    made.look = bits;
    return made;
}

TEST(Alike, AreThoseThatDifferInFewBits) {
    const std::vector looks{look(1, 0x0123456789ABCDEFULL),
                            look(2, 0x0123456789ABCDEEULL),
                            look(3, 0x8123456709ABCDEEULL),
                            look(4, 0xFEDCBA9876543210ULL),
                            look(5, 0),
                            look(6, 0)};
    const auto groups = alike(looks);
    ASSERT_THAT(groups, SizeIs(1));
    EXPECT_THAT(groups[0], SizeIs(3));
    auto same = looks;
    same[4].pixels = same[5].pixels = std::string(16, 'p');
    EXPECT_THAT(alike(same), SizeIs(2));
}

}  // namespace
}  // namespace keepsake::library
