// What every processor of this architecture has (x86-64: SSE2).
#define CONVGAUGE_KERNEL baseline
#define CONVGAUGE_NAME "baseline"
#define CONVGAUGE_LANES 2
#define CONVGAUGE_ROWS 4
#define CONVGAUGE_RUNS_HERE has_everything
#include "reference/kernel.inc"
