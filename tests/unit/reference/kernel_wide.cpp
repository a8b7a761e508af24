// The kernel as AVX-512 has it, 8 x 24 tiles, compiled for AVX2: its logic runs where the processor lacks AVX-512.
#define CONVGAUGE_KERNEL wide
#define CONVGAUGE_NAME "wide"
#define CONVGAUGE_LANES 8
#define CONVGAUGE_ROWS 8
#define CONVGAUGE_RUNS_HERE has_avx2
#include "reference/kernel.hpp"

namespace convgauge::wide {
extern const Kernel kKernel;
}

#include "reference/kernel.inc"
