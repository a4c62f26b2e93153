#include "share/guest_page.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

// As src/server/static_pages.cpp, of web/dist-guest.
extern "C" {
extern const std::uint8_t keepsake_guest_begin[];  // NOLINT(modernize-avoid-c-arrays)
extern const std::uint8_t keepsake_guest_end[];    // NOLINT(modernize-avoid-c-arrays)
}

namespace keepsake::share {
namespace {

constexpr std::string_view kOneFile = "one-file.html";
constexpr std::string_view kZip = "zip.html";

std::uint32_t number_at(ByteView bytes, std::size_t offset) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;) value = value << 8U | bytes[offset + i];
    return value;
}

}  // namespace

GuestPage::GuestPage() {
    ByteView rest(keepsake_guest_begin,
                  static_cast<std::size_t>(keepsake_guest_end - keepsake_guest_begin));
    while (rest.size() >= 8) {
        const std::size_t name = number_at(rest, 0);
        const std::size_t size = number_at(rest, 4);
        rest = rest.subspan(8);
        if (name > rest.size() || size > rest.size() - name) break;
        files_.emplace(as_text(rest.first(name)), as_text(rest.subspan(name, size)));
        rest = rest.subspan(name + size);
    }
}

std::map<std::string, std::string, std::less<>> GuestPage::of_folder() const {
    auto files = files_;
    std::erase_if(files, [](const auto& file) {
        return file.first == kOneFile || file.first == kZip || file.first.contains('/');
    });
    return files;
}

std::string_view GuestPage::one_file() const { return text_of(kOneFile); }

std::string_view GuestPage::zip() const { return text_of(kZip); }

std::string_view GuestPage::text_of(std::string_view name) const {
    const auto found = files_.find(name);
    return found == files_.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace keepsake::share
