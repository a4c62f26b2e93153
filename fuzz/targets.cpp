#include "targets.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/bytes.h"
#include "target.h"

namespace keepsake::fuzz {

std::vector<Target> all_targets() {
    return {age_armor_target(),      age_file_target(),
            age_header_target(),     archive_identity_target(),
            bech32_target(),         clock_target(),
            command_line_target(),   file_names_target(),
            http_target(),           identity_file_target(),
            journal_target(),        local_state_target(),
            manifest_target(),       media_target(),
            object_file_target(),    packing_target(),
            par2_target(),           recovery_words_target(),
            rollup_index_target(),   ssh_signature_target(),
            story_target(),          text_target(),
            thumbnail_pack_target(), written_target()};
}

Bytes seed(std::string_view text) {
    const auto bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
}

std::vector<Bytes> corpus_files(const std::string& folder) {
    constexpr std::uintmax_t kLargest = 64UL << 10U;
    const char* named = std::getenv("KEEPSAKE_CORPUS");  // NOLINT(concurrency-mt-unsafe)
    const std::filesystem::path root =
        named != nullptr ? named : KEEPSAKE_SOURCE_DIR "/../shared/corpus";
    std::vector<std::filesystem::path> paths;
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(root / folder, missing))
        if (entry.is_regular_file() && entry.file_size() <= kLargest) paths.push_back(entry.path());
    std::ranges::sort(paths);
    std::vector<Bytes> files;
    for (const auto& path : paths) {
        std::ifstream file(path, std::ios::binary);
        files.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return files;
}

}  // namespace keepsake::fuzz
