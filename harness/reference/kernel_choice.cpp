// Which of the compiled kernels this processor runs.
#include "reference/kernel.hpp"

namespace convgauge::reference {

bool has_everything() {
  return true;
}

#ifdef CONVGAUGE_X86_KERNELS
bool has_avx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
bool has_avx512() {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl");
}
#endif

std::span<const Kernel* const> kernels() {
#ifdef CONVGAUGE_X86_KERNELS
  static constexpr const Kernel* all[] = {&baseline::kKernel, &avx2::kKernel, &avx512::kKernel};
#else
  static constexpr const Kernel* all[] = {&baseline::kKernel};
#endif
#include "core/layers.hpp"
  return all;
}

const Kernel& best_kernel() {
  const auto all = kernels();
  auto i = all.size() - 1;
  while (!all[i]->runs_here()) --i;
  return *all[i];
}

}  // namespace convgauge::reference
