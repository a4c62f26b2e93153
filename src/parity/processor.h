#pragma once

namespace keepsake::parity {

/// What the processor, and the system on it, can run.
struct Processor {
    bool has_pclmul = false;  ///< with SSE4.1
    bool has_avx2 = false;
    bool has_gfni_avx2 = false;
    bool has_avx512 = false;       ///< F, BW, VL
    bool has_gfni_avx512 = false;  ///< with VBMI
};

Processor this_processor();

}  // namespace keepsake::parity
