#include <cstdio>
#include <string>

#include "base/error.h"
#include "decode/service.h"
#include "media/protocol.h"

/// Looks at files for keepsake, in a cage that it closes around itself first.
int main(int count, char** arguments) {
    using namespace keepsake;
    const bool plays = count == 3 && arguments[2] == media::kPlayWord;
    const auto served =
        decode::serve(count == 2 || plays ? arguments[1] : std::string(), media::kReaderControl,
                      plays ? media::ReaderWork::play : media::ReaderWork::look);
    if (served) return 0;
    std::fprintf(stderr, "keepsake-reader: %s\n", served.error().message().c_str());
    return served.error().code() == ErrorCode::invalid ? 2 : 1;
}
