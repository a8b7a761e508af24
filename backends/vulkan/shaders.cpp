#include "shaders.hpp"

namespace convgauge::backends::vulkan {
namespace {

constexpr std::uint32_t kDirect32[] =
#include "direct.32.inc"
    ;
constexpr std::uint32_t kDirect16[] =
#include "direct.16.inc"
    ;
constexpr std::uint32_t kDirect116[] =
#include "direct.116.inc"
    ;
constexpr std::uint32_t kIgemm32[] =
#include "igemm.32.inc"
    ;
constexpr std::uint32_t kIgemm16[] =
#include "igemm.16.inc"
    ;
constexpr std::uint32_t kIgemm116[] =
#include "igemm.116.inc"
    ;
constexpr std::uint32_t kDepthwise32[] =
#include "depthwise.32.inc"
    ;
constexpr std::uint32_t kDepthwise16[] =
#include "depthwise.16.inc"
    ;
constexpr std::uint32_t kDepthwise116[] =
#include "depthwise.116.inc"
    ;
constexpr std::uint32_t kDepthwiseLarge32[] =
#include "depthwise_large.32.inc"
    ;
constexpr std::uint32_t kDepthwiseLarge16[] =
#include "depthwise_large.16.inc"
    ;
constexpr std::uint32_t kDepthwiseLarge116[] =
#include "depthwise_large.116.inc"
    ;
constexpr std::uint32_t kInput2x32[] =
#include "winograd_input_2.32.inc"
    ;
constexpr std::uint32_t kInput2x16[] =
#include "winograd_input_2.16.inc"
    ;
constexpr std::uint32_t kInput2x116[] =
#include "winograd_input_2.116.inc"
    ;
constexpr std::uint32_t kInput4x32[] =
#include "winograd_input_4.32.inc"
    ;
constexpr std::uint32_t kInput4x16[] =
#include "winograd_input_4.16.inc"
    ;
constexpr std::uint32_t kInput4x116[] =
#include "winograd_input_4.116.inc"
    ;
constexpr std::uint32_t kOutput2x32[] =
#include "winograd_output_2.32.inc"
    ;
constexpr std::uint32_t kOutput2x16[] =
#include "winograd_output_2.16.inc"
    ;
constexpr std::uint32_t kOutput2x116[] =
#include "winograd_output_2.116.inc"
    ;
constexpr std::uint32_t kOutput4x32[] =
#include "winograd_output_4.32.inc"
    ;
constexpr std::uint32_t kOutput4x16[] =
#include "winograd_output_4.16.inc"
    ;
constexpr std::uint32_t kOutput4x116[] =
#include "winograd_output_4.116.inc"
    ;

constexpr std::uint32_t kCoopmat16[] =
#include "generated/coopmat.inc"
    ;
constexpr std::uint32_t kCoopmatEmulated16[] =
#include "coopmat_emulated.16.inc"
    ;

using Code = std::span<const std::uint32_t>;

// Indexed by Shader and Storage.
const Code kCodes[kShaderCount][3] = {
    {kDirect32, kDirect16, kDirect116},
    {kIgemm32, kIgemm16, kIgemm116},
    {kDepthwise32, kDepthwise16, kDepthwise116},
    {kDepthwiseLarge32, kDepthwiseLarge16, kDepthwiseLarge116},
    {kInput2x32, kInput2x16, kInput2x116},
    {kInput4x32, kInput4x16, kInput4x116},
    {kOutput2x32, kOutput2x16, kOutput2x116},
    {kOutput4x32, kOutput4x16, kOutput4x116},
    {{}, kCoopmat16, {}},
    {{}, kCoopmatEmulated16, {}},
};

}  // namespace

Code spirv(Shader shader, Storage storage) {
  return kCodes[static_cast<int>(shader)][static_cast<int>(storage)];
}

}  // namespace convgauge::backends::vulkan
