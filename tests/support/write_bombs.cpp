// Writes the bombs into a folder, for scripts: write_bombs FOLDER

#include <cstdio>
#include <fstream>
#include <ios>
#include <string>

#include "support/bombs.h"

int main(int count, char** arguments) {
    using namespace keepsake::testing;
    if (count != 2) return 2;
    for (const auto& bombs :
         {picture_bombs(), document_bombs(), drawings_that_refer_to("file:///etc/passwd")})
        for (const auto& bomb : bombs) {
            const auto path = std::string(arguments[1]) + "/" + bomb.name;
            std::ofstream file(path, std::ios::binary);
            file << bomb.bytes;
            if (!file.flush()) {
                std::fprintf(stderr, "write_bombs: %s cannot be written\n", path.c_str());
                return 1;
            }
        }
    return 0;
}
