// The shaders of this backend as SPIR-V, made by glslc when it is built: one for each way to store
// elements.
#pragma once
#include <cstdint>
#include <span>

namespace convgauge::backends::vulkan {

enum class Shader {
  direct,
  igemm,
  depthwise,
  depthwise_large,
  winograd_input_2,
  winograd_input_4,
  winograd_output_2,
  winograd_output_4,
  coopmat,           // f16 only
  coopmat_emulated,  // likewise
};
inline constexpr int kShaderCount = 10;

enum class Storage { f32, f16, bf16 };

/// Empty where a shader is not made for a storage.
std::span<const std::uint32_t> spirv(Shader shader, Storage storage);

}  // namespace convgauge::backends::vulkan
