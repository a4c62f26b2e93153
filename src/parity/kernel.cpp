#include "parity/kernel.h"

#include <vector>

#include "parity/processor.h"

namespace keepsake::parity {

std::vector<const Kernel*> kernels() {
    std::vector<const Kernel*> usable{&kPortableKernel};
#if defined(__x86_64__)
    const auto processor = this_processor();
    if (processor.has_avx2) usable.push_back(&kAvx2Kernel);
    if (processor.has_gfni_avx2) usable.push_back(&kGfniAvx2Kernel);
    if (processor.has_gfni_avx512) usable.push_back(&kGfniAvx512Kernel);
#endif
    return usable;
}

const Kernel& best_kernel() { return *kernels().back(); }

}  // namespace keepsake::parity
