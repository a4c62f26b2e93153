// pack_pages PACK FOLDER...: packs the files of the first folder that holds an index.html, in order
// of their names, into PACK, which is left as it is where nothing has changed. Used while building.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <string>
#include <vector>

namespace {

std::string read_whole(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void put_number(std::string& pack, std::size_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8)
        pack += static_cast<char>(static_cast<std::uint32_t>(value) >> shift & 0xFFU);
}

std::string pack_of(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) files.push_back(entry.path());
    std::ranges::sort(files);
    std::string pack;
    for (const auto& file : files) {
        const auto name = file.lexically_relative(folder).generic_string();
        const auto bytes = read_whole(file);
        put_number(pack, name.size());
        put_number(pack, bytes.size());
        pack += name + bytes;
    }
    return pack;
}

}  // namespace

int main(int count, char** arguments) try {
    if (count < 3) return 2;
    const std::filesystem::path target = arguments[1];
    for (int i = 2; i < count; ++i) {
        const std::filesystem::path folder = arguments[i];
        if (!std::filesystem::exists(folder / "index.html")) continue;
        const auto pack = pack_of(folder);
        if (std::filesystem::exists(target) && read_whole(target) == pack) return 0;
        std::ofstream out(target, std::ios::binary | std::ios::trunc);
        out << pack;
        out.close();
        return out ? 0 : 1;
    }
    std::fprintf(stderr, "pack_pages: there is no index.html\n");
    return 1;
} catch (const std::exception& error) {
    std::fprintf(stderr, "pack_pages: %s\n", error.what());
    return 1;
}
