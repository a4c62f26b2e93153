#include "parity/processor.h"

namespace keepsake::parity {

Processor this_processor() {
    Processor processor;
#if defined(__x86_64__)
    __builtin_cpu_init();
    processor.has_pclmul =
        __builtin_cpu_supports("pclmul") != 0 && __builtin_cpu_supports("sse4.1") != 0;
    processor.has_avx2 = __builtin_cpu_supports("avx2") != 0;
    const bool has_gfni = __builtin_cpu_supports("gfni") != 0;
    processor.has_gfni_avx2 = processor.has_avx2 && has_gfni;
    processor.has_avx512 = __builtin_cpu_supports("avx512f") != 0 &&
                           __builtin_cpu_supports("avx512bw") != 0 &&
                           __builtin_cpu_supports("avx512vl") != 0;
    processor.has_gfni_avx512 =
        processor.has_avx512 && has_gfni && __builtin_cpu_supports("avx512vbmi") != 0;
#endif
    return processor;
}

}  // namespace keepsake::parity
