// Every table of kernels that can run here, or the one that CONVGAUGE_TEST_ISA names.
#pragma once
#include <cstdlib>
#include <stdexcept>
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
  if (const char* only = std::getenv("CONVGAUGE_TEST_ISA")) {
    std::erase_if(all, [&](const Table& table) { return table.name != only; });
    if (all.empty())
      throw std::runtime_error(std::string("CONVGAUGE_TEST_ISA: nothing here is ") + only);
  }
  return all;
}

}  // namespace convgauge::backends::winograd
