// The problem as specialization constants, the part of the batch as push constants, and the map
// from a padded position to the pixel that it shows. Constant numbers are those of program.hpp.
layout(local_size_x_id = 0, local_size_y = 1, local_size_z = 1) in;
layout(constant_id = 0) const uint kThreads = 64;
layout(constant_id = 1) const uint kInChannels = 1;
layout(constant_id = 2) const uint kHeight = 1;
layout(constant_id = 3) const uint kWidth = 1;
layout(constant_id = 4) const uint kOutChannels = 1;
layout(constant_id = 5) const uint kOutHeight = 1;
layout(constant_id = 6) const uint kOutWidth = 1;
layout(constant_id = 7) const uint kGroups = 1;
layout(constant_id = 8) const uint kKernelH = 1;
layout(constant_id = 9) const uint kKernelW = 1;
layout(constant_id = 10) const uint kStrideH = 1;
layout(constant_id = 11) const uint kStrideW = 1;
layout(constant_id = 12) const uint kDilationH = 1;
layout(constant_id = 13) const uint kDilationW = 1;
layout(constant_id = 14) const uint kPadTop = 0;
layout(constant_id = 15) const uint kPadLeft = 0;
layout(constant_id = 16) const uint kPaddingMode = 0;
layout(constant_id = 17) const uint kChannelsLast = 0;

layout(push_constant) uniform Part {
  uint images;    // of this dispatch
  uint src_base;  // elements between the bound window's start and the first image
  uint dst_base;
}
part;

const uint kGroupInputs = kInChannels / kGroups;
const uint kGroupOutputs = kOutChannels / kGroups;
const uint kPixels = kOutHeight * kOutWidth;

// Steps, in elements, of the source and of the destination.
const uint kSrcImage = kInChannels * kHeight * kWidth;
const uint kSrcChannel = kChannelsLast != 0 ? 1 : kHeight * kWidth;
const uint kSrcRow = kChannelsLast != 0 ? kWidth * kInChannels : kWidth;
const uint kSrcColumn = kChannelsLast != 0 ? kInChannels : 1;
const uint kDstImage = kOutChannels * kPixels;
const uint kDstChannel = kChannelsLast != 0 ? 1 : kPixels;
const uint kDstPixel = kChannelsLast != 0 ? kOutChannels : 1;

// The index inside [0, size) that position `i` shows, or -1 where it shows zero. One fold is
// enough: no padding is wider than the axis where it shows pixels.
int shown(int i, int size) {
  if (i >= 0 && i < size) return i;
  if (kPaddingMode == 1) return i < 0 ? -i : 2 * (size - 1) - i;
  if (kPaddingMode == 2) return i < 0 ? 0 : size - 1;
  if (kPaddingMode == 3) return i < 0 ? i + size : i - size;
  return -1;
}
int shown_row(int i) {
  return shown(i, int(kHeight));
}
int shown_column(int i) {
  return shown(i, int(kWidth));
}

// sum + a b. Where padding shows a pixel twice, a driver may write x a + x b as x (a + b), which
// turns inf - inf into inf (Mesa 22.3 does): `precise` forbids that, but says nothing of fma().
float multiply_add(float a, float b, float sum) {
  if (kPaddingMode == 0) return fma(a, b, sum);
  precise float result = sum + a * b;
  return result;
}

// Workgroups in the order of a one-dimensional grid that was folded to fit the device's limit.
uint flat_workgroup() {
  return gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x;
}
