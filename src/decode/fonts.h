#pragma once

namespace keepsake::decode {

/// The fonts that PDF files and drawings without fonts of their own are shown with: those of the
/// system that cover Latin, Greek and Cyrillic, held open. No others are known in the cage, and
/// none of the person's own.
void hold_fonts();

}  // namespace keepsake::decode
