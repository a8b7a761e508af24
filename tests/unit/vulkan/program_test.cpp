// How a program is cut into dispatches for a device: every image is computed once, every window
// stays within the device's range, and every grid within its limits.
#include "vulkan/program.hpp"

#include <gtest/gtest.h>

#include <set>

#include "problems.hpp"
#include "vulkan/candidates.hpp"

namespace convgauge::backends::vulkan {
namespace {

Limits small(std::int64_t range) {
  Limits limits;
  limits.range_bytes = range;
  limits.shared_bytes = 32768;
  limits.threads = 1024;
  return limits;
}

/// The first byte of a step's first image, counted from the start of the buffer.
std::int64_t first_byte(const Window& window, std::uint32_t base, const Shape& shape) {
  return window.offset + base * shape.element_bytes();
}

void expect_cut(const cvg_spec& spec, const Candidate& candidate, const Limits& limits) {
  const Shape shape(spec);
  const auto program = build(candidate, shape, limits);
  std::int64_t images = 0;
  for (const auto& step : program.steps) {
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_GE(step.groups[i], 1u);
      EXPECT_LE(step.groups[i], limits.groups[i]);
    }
    if (step.windows[3].place != Place::dst) continue;
    EXPECT_EQ(first_byte(step.windows[3], step.push.dst_base, shape),
              images * shape.dst_image() * shape.element_bytes());
    if (step.windows[0].place == Place::src) {
      EXPECT_EQ(first_byte(step.windows[0], step.push.src_base, shape),
                images * shape.src_image() * shape.element_bytes());
    }
    const auto seen = step.push.dst_base + step.push.images * shape.dst_image();
    EXPECT_LE(seen * shape.element_bytes(), limits.range_bytes);
    for (const auto& window : step.windows) EXPECT_EQ(window.offset % limits.offset_alignment, 0);
    images += step.push.images;
  }
  EXPECT_EQ(images, spec.batch);
  EXPECT_LE(program.transformed_bytes, limits.range_bytes);
  EXPECT_LE(program.products_bytes, limits.range_bytes);
}

TEST(Program, BatchesAreCutForEveryKernel) {
  for (const auto& spec : {problem(13, 5, 17, 7, 3, 1, 1), problem(13, 32, 9, 40, 1),
                           problem(7, 6, 15, 6, 3, 1, 1, 6), problem(9, 4, 20, 4, 7, 1, 3, 4)})
    for (const std::int64_t range : {40'000, 100'000, 1'000'000}) {
      auto typed = spec;
      for (const auto type : {CVG_DTYPE_F32, CVG_DTYPE_F16}) {
        typed.src_type = typed.weights_type = typed.dst_type = type;
        for (const auto& candidate : candidates(Shape(typed), small(range))) {
          SCOPED_TRACE(name_of(candidate) + ", range " + std::to_string(range));
          expect_cut(typed, candidate, small(range));
        }
      }
    }
}

TEST(Program, ASmallRangeNeedsSeveralDispatchesAndALargeOneOne) {
  const Shape shape(problem(13, 5, 17, 7, 3, 1, 1));
  EXPECT_EQ(build({}, shape, small(1'000'000)).steps.size(), 1u);
  // An image has 8092 bytes: two images and an alignment fit into the range.
  EXPECT_EQ(build({}, shape, small(20'000)).steps.size(), 7u);
}

TEST(Program, OneImageBeyondTheRangeIsRefusedWithBothNumbers) {
  try {
    build({}, Shape(problem(2, 5, 17, 7, 3, 1, 1)), small(8192));
    FAIL() << "8092 bytes beside an alignment of 256 were put into 8192";
  } catch (const cvg::Refused& refusal) {
    EXPECT_EQ(refusal.reason, CVG_REASON_SIZE);
    EXPECT_NE(std::string(refusal.what()).find("8092"), std::string::npos) << refusal.what();
    EXPECT_NE(std::string(refusal.what()).find("7936"), std::string::npos) << refusal.what();
  }
}

TEST(Program, AnEmptyBatchHasNothingToDispatch) {
  EXPECT_TRUE(build({}, Shape(problem(0, 5, 17, 7, 3, 1, 1)), small(1 << 20)).steps.empty());
}

TEST(Program, WhatHas33BitsIsRefused) {
  auto spec = problem(1, 1, 4, 1, 1);
  spec.h.pad_before = std::int64_t{1} << 31;
  EXPECT_THROW(Shape{spec}, cvg::Refused);
}

TEST(Program, StepsThatAreNeverTakenMayBeAnyNumber) {
  auto spec = problem(1, 1, 4, 1, 1);
  spec.h.dilation = spec.w.dilation = std::int64_t{1} << 40;  // of a single tap
  spec.h.stride = std::int64_t{1} << 40;                      // of a single output
  const Shape shape(spec);
  EXPECT_EQ(shape.h.dilation, 1);
  EXPECT_EQ(shape.h.stride, 1);
  EXPECT_EQ(shape.out_h, 1);
}

}  // namespace
}  // namespace convgauge::backends::vulkan
