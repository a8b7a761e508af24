// Problems for the tests of this folder, as specs of the ABI.
#pragma once
#include <convgauge/plugin.h>

#include <cstdint>
#include <random>

namespace convgauge::backends::vulkan {

inline cvg_spec problem(std::int64_t batch, std::int64_t in, std::int64_t size, std::int64_t out,
                        std::int64_t kernel, std::int64_t stride = 1, std::int64_t padding = 0,
                        std::int64_t groups = 1) {
  cvg_spec spec{};
  spec.struct_size = sizeof spec;
  spec.batch = batch, spec.in_channels = in, spec.out_channels = out, spec.groups = groups;
  spec.h = spec.w = {size, kernel, stride, 1, padding, padding};
  spec.bias = 1;
  return spec;
}

}  // namespace convgauge::backends::vulkan
