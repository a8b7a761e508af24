// How tensors lie in buffers: f32 as it is; f16 and bf16 as 16 bits, turned into f32 by integer
// arithmetic, because the rounding of a conversion to 16 bits is the driver's choice in Vulkan.
// STORAGE is 32, 16 or 116 (bf16).
#extension GL_EXT_control_flow_attributes : require
#if STORAGE == 32
#define ELEMENT float
#define ELEMENT4 vec4
#else
#extension GL_EXT_shader_16bit_storage : require
#define ELEMENT uint16_t
#define ELEMENT4 u16vec4
#endif

#if STORAGE == 32
#define LOAD(stored) (stored)
#define LOAD4(stored) (stored)
#define STORED(value) (value)
#else
#define LOAD(stored) widen(uint(stored))
#define LOAD4(stored) widen(uvec4(stored))
#define STORED(value) ELEMENT(narrow(value))
#endif

#if STORAGE == 16
float widen(uint bits) {
  return unpackHalf2x16(bits).x;
}
vec4 widen(uvec4 bits) {
  return vec4(unpackHalf2x16(bits.x | bits.y << 16), unpackHalf2x16(bits.z | bits.w << 16));
}
// To nearest, ties to even; overflow becomes infinity.
uint narrow(float value) {
  const uint bits = floatBitsToUint(value), sign = bits >> 16 & 0x8000u, size = bits & 0x7fffffffu;
  uint half_bits = 0u;
  if (size > 0x7f800000u) {
    half_bits = 0x7e00u;  // NaN
  } else if (size >= 0x477ff000u) {
    half_bits = 0x7c00u;  // 65520 and beyond
  } else if (size >= 0x38800000u) {
    half_bits = (size + 0xfffu + (size >> 13 & 1u) - 0x38000000u) >> 13;
  } else if (size > 0x33000000u) {  // a subnormal half, in steps of 2^-24
    const uint shift = 126u - (size >> 23), significand = (size & 0x7fffffu) | 0x800000u;
    const uint rest = significand & ((1u << shift) - 1u), tie = 1u << (shift - 1u);
    half_bits = significand >> shift;
    if (rest > tie || (rest == tie && (half_bits & 1u) == 1u)) ++half_bits;
  }
  return sign | half_bits;
}
#elif STORAGE == 116
float widen(uint bits) {
  return uintBitsToFloat(bits << 16);
}
vec4 widen(uvec4 bits) {
  return uintBitsToFloat(bits << 16);
}
uint narrow(float value) {
  const uint bits = floatBitsToUint(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return bits >> 16 | 0x40u;
  return (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
}
#endif
