#include "dispatch.hpp"

namespace convgauge::backends::winograd {

const Kernels& chosen_kernels(const cvg_settings& settings) {
  const auto set = instruction_set(cvg::option(settings, "isa").value_or("auto"));
  cvg::refuse_unless(runs_here(set), CVG_REASON_HOST, why_not_here(set));
#if defined(__x86_64__)
  if (set == InstructionSet::avx2) return kernels_avx2();
  if (set == InstructionSet::avx512) return kernels_avx512();
#endif
  return kernels_portable();
}

}  // namespace convgauge::backends::winograd
