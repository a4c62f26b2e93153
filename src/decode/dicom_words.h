#pragma once

#include <string>
#include <string_view>

namespace keepsake::decode {

/// So that texts of all alphabets of DICOM can be read once the cage is closed.
void prepare_dicom_words();
/// Text as UTF-8. `alphabets`: Specific Character Set as it stands in the file, several with "\\"
/// between them where they change on the way (ISO 2022). What cannot be read is left as ASCII.
/// Source: DICOM PS3.3, C.12.1.1.2; PS3.5, 6.1.
std::string dicom_words(std::string text, std::string_view alphabets);

}  // namespace keepsake::decode
