#pragma once

#include "target.h"

/// One a file: <name>_fuzz.cpp.
namespace keepsake::fuzz {

Target age_armor_target();
Target age_file_target();
Target age_header_target();
Target archive_identity_target();
Target bech32_target();
Target clock_target();
Target command_line_target();
Target file_names_target();
Target http_target();
Target identity_file_target();
Target journal_target();
Target local_state_target();
Target manifest_target();
Target media_target();
Target object_file_target();
Target packing_target();
Target par2_target();
Target recovery_words_target();
Target rollup_index_target();
Target ssh_signature_target();
Target story_target();
Target text_target();
Target thumbnail_pack_target();
Target written_target();

}  // namespace keepsake::fuzz
