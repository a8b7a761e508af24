// Backward data and weights through the plugin's own table, against loops: the harness cannot verify them yet.
#include <convgauge/plugin.h>
#include <cmath>
#include <convgauge/sdk.hpp>
#include <cudnn/memory.hpp>
#include <random>

#include "library.hpp"
#include "specs.hpp"

namespace convgauge::backends::cudnn {
namespace {

const cvg_backend& backend() {
  std::uint32_t version = 0;
  return *cvg_plugin_entry(CVG_ABI_VERSION, nullptr, &version)->backends[0];
}

std::vector<float> random(std::int64_t count, unsigned seed) {
  std::mt19937 bits(seed);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (auto& v : values) v = static_cast<float>(static_cast<int>(bits() % 9) - 4);  // small integers: exact sums
  return values;
}

std::size_t at(const std::int64_t (&strides)[4], std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d) {
  return static_cast<std::size_t>(a * strides[0] + b * strides[1] + c * strides[2] + d * strides[3]);
}

/// Index that tap k of output o reads, padding applied; -1: a zero.
std::int64_t read_index(const cvg_axis& axis, std::int32_t mode, std::int64_t o, std::int64_t k) {
  const auto padded = o * axis.stride + k * axis.dilation;
  return shown(padded_axis(axis), static_cast<PaddingMode>(mode), padded);
}

/// Calls for every product: indices into src, weights and dst.
template <class Product>
void each_product(const cvg_spec& s, Product&& product) {
  const auto in = s.in_channels / s.groups, out = s.out_channels / s.groups;
  for (std::int64_t n = 0; n < s.batch; ++n)
    for (std::int64_t o = 0; o < s.out_channels; ++o)
      for (std::int64_t p = 0; p < cvg::output(s.h); ++p)
        for (std::int64_t q = 0; q < cvg::output(s.w); ++q)
          for (std::int64_t i = 0; i < in; ++i)
            for (std::int64_t k = 0; k < s.h.kernel; ++k)
              for (std::int64_t l = 0; l < s.w.kernel; ++l) {
                const auto y = read_index(s.h, s.padding_mode, p, k), x = read_index(s.w, s.padding_mode, q, l);
                if (y < 0 || x < 0) continue;
                product(at(s.src_strides, n, o / out * in + i, y, x), at(s.weights_strides, o, i, k, l),
                        at(s.dst_strides, n, o, p, q));
              }
}

/// A plan's whole life on the played GPU.
struct Life {
  cvg_plan* plan = nullptr;
  std::vector<void*> addresses;
  std::string why;
};

bool run(const cvg_spec& spec, const cvg_tensors& tensors, std::string& why) {
  const auto& b = backend();
  char text[512] = {};
  cvg_note note{text, sizeof text};
  cvg_settings settings{};
  settings.struct_size = sizeof settings;
  settings.threads = settings.slots = 1;
  settings.workspace_limit_bytes = -1;
  cvg_plan* plan = nullptr;
  std::int32_t reason = 0, count = 0;
  std::vector<void*> addresses;
  bool ok = b.plan_create(&spec, &settings, &plan, &reason, &note) == CVG_OK;
  if (ok) {
    std::vector<cvg_requirement> needs(16);
    for (auto& need : needs) need.struct_size = sizeof need;
    b.requirements(plan, needs.data(), 16, &count);
    for (std::int32_t i = 0; i < count; ++i) {
      const auto& need = needs[static_cast<std::size_t>(i)];
      addresses.push_back(DeviceMemory::alloc(0, need.memory_kind, need.bytes, need.alignment));
      DeviceMemory::fill(0, need.memory_kind, addresses.back(), 0, 0xFF, need.bytes);
    }
    const std::int32_t slot = 0;
    ok = b.bind(plan, 0, addresses.data(), count, &note) == CVG_OK &&
         b.prepare_weights(plan, 0, &tensors, &note) == CVG_OK && b.upload(plan, 0, &tensors, &note) == CVG_OK &&
         b.execute(plan, &slot, 1, nullptr, &note) == CVG_OK && b.wait(plan, &note) == CVG_OK &&
         b.fetch(plan, 0, &tensors, &note) == CVG_OK;
    b.plan_destroy(plan);
  }
  for (void* address : addresses) DeviceMemory::free(0, kDeviceMemory, address);
  why = text;
  return ok;
}

class Backward : public NeedsCudnn {
 protected:
  void SetUp() override {
    NeedsCudnn::SetUp();
    host_gpu::faults() = {};
  }
  static void check(const std::string& text, Layout layout, Direction direction) {
    SCOPED_TRACE(text + " " + std::string(word(layout)) + " " + std::string(word(direction)));
    const auto spec = spec_of(text, {.layout = layout, .direction = direction});
    const auto src_count = spec.batch * spec.in_channels * spec.h.input * spec.w.input;
    const auto weights_count = spec.out_channels * (spec.in_channels / spec.groups) * spec.h.kernel * spec.w.kernel;
    const auto dst_count = spec.batch * spec.out_channels * cvg::output(spec.h) * cvg::output(spec.w);
    const auto src = random(src_count, 1), weights = random(weights_count, 2), diff_dst = random(dst_count, 3);
    const bool data = direction == Direction::backward_data;
    std::vector<float> got((data ? src : weights).size(), NAN), want(got.size(), 0);
    each_product(spec, [&](std::size_t x, std::size_t w, std::size_t y) {
      (data ? want[x] : want[w]) += diff_dst[y] * (data ? weights[w] : src[x]);
    });
    cvg_tensors t{};
    t.struct_size = sizeof t;
    t.src = src.data();
    t.weights = weights.data();
    t.diff_dst = diff_dst.data();
    (data ? t.diff_src : t.diff_weights) = got.data();
    std::string why;
    ASSERT_TRUE(run(spec, t, why)) << why;
    EXPECT_EQ(got, want);
  }
};

TEST_F(Backward, DataIsTheSumOverEveryTapThatReadIt) {
  for (const auto layout : {Layout::nchw, Layout::nhwc, Layout::native})
    for (const auto* text : {"n2c4h5w6_o6k3s2x1p1x0_nobias", "n1c6h6w5_o9k2x3p1d1x2g3", "n1c4h5w5_o4k3p2.0x0.1_nobias"})
      check(text, layout, Direction::backward_data);
}

TEST_F(Backward, WeightsAreTheSumOverEveryPositionWithAnyPadding) {
  for (const auto layout : {Layout::nchw, Layout::nhwc, Layout::native})
    for (const auto* text : {"n2c4h5w6_o6k3s2x1p1x0_nobias", "n1c6h6w5_o9k2x3p1d1x2g3_nobias",
                             "n2c3h6w5_o4k3p2x1_nobias_reflect", "n1c3h6w5_o4k3p2x1_nobias_circular"})
      check(text, layout, Direction::backward_weights);
}

TEST_F(Backward, WhatIsNotComputedIsRefused) {
  std::string why;
  EXPECT_FALSE(run(spec_of("n1c3h6w5_o4k3p1_nobias_reflect", {.direction = Direction::backward_data}), {}, why));
  EXPECT_EQ(why, "the gradient of a padding other than zeros is not computed");
  EXPECT_FALSE(run(spec_of("n1c3h6w5_o4k3p1_bias", {.direction = Direction::backward_weights}), {}, why));
  EXPECT_EQ(why, "the gradient of the bias is not computed");
}

}  // namespace
}  // namespace convgauge::backends::cudnn
