#include "library/object_lookup.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/layout.h"
#include "archive/object_file.h"
#include "base/bytes.h"
#include "base/result.h"
#include "library/library.h"
#include "model/entry.h"
#include "model/ids.h"
#include "support/family.h"

namespace keepsake::library {
namespace {

namespace fs = std::filesystem;
using testing::Family;

class NamedAgain : public Family {
  protected:
    // An object that stands in the archive, and that no segment names yet.
    archive::SealedObject seal(Library& library, std::string_view text) {
        archive::ObjectBuffers buffers;
        const auto path = library.staging().new_path().value();
        auto sealed = archive::seal_object(
            home.files, path,
            [&](std::uint64_t offset, MutableBytes out) -> Result<std::size_t> {
                const auto count =
                    std::min(out.size(), text.size() - static_cast<std::size_t>(offset));
                std::ranges::copy(as_bytes(text.substr(offset, count)), out.begin());
                return count;
            },
            text.size(), library.recipient(), home.random, buffers, true, std::stop_token());
        const auto target = archive + "/" + archive::object_path(sealed.value().object);
        fs::create_directories(fs::path(target).parent_path());
        fs::rename(path, target);
        return std::move(*sealed);
    }
    std::vector<model::EntryBody> named(Library& library, const model::ContentId& content) {
        std::vector<model::EntryBody> entries;
        EXPECT_TRUE(name_again(library, content, entries));
        return entries;
    }
};

// Whoever leans on what another device said of an object signs it: it must be so.
TEST_F(NamedAgain, IsWhatTheObjectIsAndNotWhatSomebodySaidOfIt) {
    auto library = open();
    int number = 0;
    const auto said_and_named = [&](const auto& change) {
        const auto sealed = seal(library, "photograph " + std::to_string(number++));
        model::Object said{sealed.object, sealed.content, sealed.content_bytes, sealed.object_bytes,
                           sealed.header};
        const auto truth = said;
        change(said);
        EXPECT_TRUE(library.commit({said}));
        const auto again = named(library, sealed.content);
        ASSERT_EQ(again.size(), 1U);
        EXPECT_EQ(std::get<model::Object>(again.front()), truth);
    };
    const auto other = seal(library, "another");
    said_and_named([](model::Object&) {});
    said_and_named([](model::Object& said) { said.content_bytes += 1; });
    said_and_named([](model::Object& said) { said.object_bytes += 1; });
    said_and_named([&](model::Object& said) { said.header = other.header; });
    said_and_named([](model::Object& said) { said.header = "age-encryption.org/v1\n"; });
    said_and_named([](model::Object& said) { said.header += "x"; });
}

TEST_F(NamedAgain, NothingIsSaidOfAnObjectThatHoldsSomethingElse) {
    auto library = open();
    const auto sealed = seal(library, "photograph");
    const auto other = seal(library, "another");
    const model::Object said{sealed.object, other.content, other.content_bytes + 1,
                             sealed.object_bytes, sealed.header};
    ASSERT_TRUE(library.commit({said}));
    EXPECT_TRUE(named(library, other.content).empty());
    EXPECT_TRUE(named(library, sealed.content).empty());
    // Nor beside one that does, though it is as long.
    const auto third = seal(library, "different!");
    const auto told = [](const archive::SealedObject& object, const model::ContentId& content) {
        return model::Object{object.object, content, object.content_bytes, object.object_bytes,
                             object.header};
    };
    const auto alike = seal(library, "photo num.");
    ASSERT_EQ(third.content_bytes, alike.content_bytes);
    ASSERT_TRUE(library.commit({told(third, alike.content), told(alike, alike.content)}));
    const auto again = named(library, alike.content);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(std::get<model::Object>(again.front()), told(alike, alike.content));
}

// A header that was damaged on the disk is said as the journal has it.
TEST_F(NamedAgain, ADamagedHeaderIsSaidAsItWas) {
    auto library = open();
    const auto sealed = seal(library, "photograph");
    const model::Object said{sealed.object, sealed.content, sealed.content_bytes,
                             sealed.object_bytes, sealed.header};
    ASSERT_TRUE(library.commit({said}));
    const auto path = archive + "/" + archive::object_path(sealed.object);
    auto bytes = testing::read_text(path);
    bytes[60] ^= 1;
    testing::write_text(path, bytes);
    const auto again = named(library, sealed.content);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(std::get<model::Object>(again.front()), said);
}

}  // namespace
}  // namespace keepsake::library
