#include "library/check_names.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "archive/layout.h"
#include "model/ids.h"

namespace keepsake::library {
namespace {

const std::string kHash(64, 'a');
const std::string kDevice(32, '1');

archive::JournalFileName file(std::uint8_t device, std::uint64_t first, std::uint64_t last,
                              std::uint8_t hash) {
    archive::JournalFileName name;
    name.device.bytes.fill(device);
    name.first_seq = first;
    name.last_seq = last;
    name.file.bytes.fill(hash);
    return name;
}

std::string gaps_of(const JournalNames& names, std::uint8_t device) {
    model::DeviceId id;
    id.bytes.fill(device);
    const auto gaps = names.gaps();
    const auto found = gaps.find(id);
    return found == gaps.end() ? "" : to_text(found->second);
}

TEST(CheckNames, TellsWhereAFileBelongs) {
    const auto key = "keys/" + kHash + ".age";
    EXPECT_EQ(read_name(key)->place, key);
    EXPECT_EQ(read_name("mirror/" + key)->place, key);
    EXPECT_EQ(read_name("objects/bb/" + kHash + ".age")->place, "objects/aa/" + kHash + ".age");
    EXPECT_EQ(read_name("previews/" + kHash + ".age")->place, "previews/" + kHash + ".age");
    const auto folder = "journal/" + kDevice;
    EXPECT_EQ(read_name(folder + "/7/12-" + kHash + ".age")->place,
              folder + "/0/12-" + kHash + ".age");
    EXPECT_EQ(read_name("mirror/" + folder + "/2/2001-2500-" + kHash + ".age")->place,
              folder + "/2/2001-2500-" + kHash + ".age");
    EXPECT_EQ(read_name(key)->hash.hex(), kHash);
}

TEST(CheckNames, KnowsWhatIsNoNameOfTheArchives) {
    const std::string paths[] = {"keys/.DS_Store",
                                 "keys/1-" + kHash + ".age",
                                 "objects/aa/1-" + kHash + ".age",
                                 "keys/" + kHash + " (1).age",
                                 "journal/x/0/1-" + kHash + ".age",
                                 "journal/" + kDevice + "/0/0-" + kHash + ".age",
                                 "journal/" + kDevice + "/0/01-" + kHash + ".age",
                                 "journal/" + kDevice + "/0/3-2-" + kHash + ".age",
                                 "journal/" + kDevice + "/0/" + kHash + ".age",
                                 ""};
    for (const auto& path : paths) EXPECT_FALSE(read_name(path)) << path;
}

TEST(CheckNames, KnowsTheSecondCopy) {
    EXPECT_EQ(second_copy_of("keys/a"), "mirror/keys/a");
    EXPECT_EQ(second_copy_of("mirror/journal/x/0/a"), "journal/x/0/a");
    EXPECT_FALSE(second_copy_of("objects/aa/a"));
}

TEST(CheckNames, TellsNumbersThatAreLeftOut) {
    JournalNames names;
    for (const auto& name : {file(1, 1, 3, 1), file(1, 2, 2, 2), file(1, 4, 4, 3), file(1, 6, 6, 4),
                             file(1, 10, 20, 5), file(1, 21, 21, 6)})
        names.add(name);
    EXPECT_EQ(gaps_of(names, 1), "5, 7 to 9");
    names.add(file(2, 3, 3, 7));
    EXPECT_EQ(gaps_of(names, 2), "1 to 2");
    names.add(file(3, 1, 1, 8));
    names.add(file(3, 1, 1, 9));  // a fork
    EXPECT_EQ(gaps_of(names, 3), "");
    for (std::uint64_t seq = 2; seq < 20; seq += 2)
        names.add(file(4, seq, seq, static_cast<std::uint8_t>(100 + seq)));
    EXPECT_EQ(gaps_of(names, 4), "1, 3, 5, 7, 9, ...");
    EXPECT_TRUE(names.copies().empty());
}

TEST(CheckNames, TellsAFileThatStandsUnderAnotherNumberAsWell) {
    JournalNames names;
    names.add(file(1, 1, 1, 1));
    names.add(file(1, 90, 90, 1));
    names.add(file(2, 1, 1, 1));
    EXPECT_EQ(names.copies().size(), 2U);
    EXPECT_EQ(names.copies().front().second, file(1, 1, 1, 1));
    EXPECT_TRUE(names.gaps().empty()) << "the copy's number says nothing";
}

}  // namespace
}  // namespace keepsake::library
