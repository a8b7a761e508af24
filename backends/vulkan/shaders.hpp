// The shaders of this backend as SPIR-V, one for each way to store elements. glslc compiles them
// when this backend is built; only coopmat, whose extension the glslc of Debian 12 does not know,
// is a file of this folder, generated/coopmat.inc (see ./generate).
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
  coopmat_emulated,  // f16 only
};
inline constexpr int kShaderCount = 10;

enum class Storage { f32, f16, bf16 };

/// Empty where there is no shader for the storage.
std::span<const std::uint32_t> spirv(Shader shader, Storage storage);

}  // namespace convgauge::backends::vulkan
