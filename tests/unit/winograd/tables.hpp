// Every table of kernels that can run here.
#pragma once
#include <string>
#include <vector>

#include "winograd/kernels.hpp"

namespace convgauge::backends::winograd {

const Kernels& kernels_wide();

struct Table {
  std::string name;
  const Kernels* kernels;
};

inline std::vector<Table> tables() {
  std::vector<Table> all{{"portable", &kernels_portable()}};
#if defined(__x86_64__)
  if (runs_here(InstructionSet::avx2)) {
    all.push_back({"avx2", &kernels_avx2()});
    all.push_back({"wide", &kernels_wide()});
  }
  if (runs_here(InstructionSet::avx512)) all.push_back({"avx512", &kernels_avx512()});
#endif
  return all;
}

}  // namespace convgauge::backends::winograd
