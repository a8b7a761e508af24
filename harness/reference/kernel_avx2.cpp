// AVX2 and FMA: 4 x 12 tiles in 12 of 16 registers.
#define CONVGAUGE_KERNEL avx2
#define CONVGAUGE_NAME "avx2"
#define CONVGAUGE_LANES 4
#define CONVGAUGE_ROWS 4
#define CONVGAUGE_RUNS_HERE has_avx2
#include "reference/kernel.inc"
