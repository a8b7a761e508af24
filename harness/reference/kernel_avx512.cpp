// AVX-512: 8 x 24 tiles in 24 of 32 registers.
#define CONVGAUGE_KERNEL avx512
#define CONVGAUGE_NAME "avx512"
#define CONVGAUGE_LANES 8
#define CONVGAUGE_ROWS 8
#define CONVGAUGE_RUNS_HERE has_avx512
#include "reference/kernel.inc"
