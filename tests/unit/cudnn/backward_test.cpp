// Backward data and weights through the plugin's table of functions, compared with loops; and which
// routes they take.
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
  for (auto& v : values)
    v = static_cast<float>(static_cast<int>(bits() % 9) - 4);  // small integers: exact sums
  return values;
}

std::size_t at(const std::int64_t (&strides)[4], std::int64_t a, std::int64_t b, std::int64_t c,
               std::int64_t d) {
  return static_cast<std::size_t>(a * strides[0] + b * strides[1] + c * strides[2] +
                                  d * strides[3]);
}

/// The source index that tap k reads for output o, which may lie in the padding; -1: zero.
std::int64_t read_index(const cvg_axis& axis, std::int32_t mode, std::int64_t o, std::int64_t k) {
  const auto padded = o * axis.stride + k * axis.dilation;
  return shown(padded_axis(axis), static_cast<PaddingMode>(mode), padded);
}

/// Calls the function with the indices into src, weights and dst of every product.
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
                const auto y = read_index(s.h, s.padding_mode, p, k),
                           x = read_index(s.w, s.padding_mode, q, l);
                if (y < 0 || x < 0) continue;
                product(at(s.src_strides, n, o / out * in + i, y, x),
                        at(s.weights_strides, o, i, k, l), at(s.dst_strides, n, o, p, q));
              }
}

/// The channel of the element of dst at this place in memory.
std::size_t channel_of(const cvg_spec& s, std::size_t place) {
  return place / static_cast<std::size_t>(s.dst_strides[1]) %
         static_cast<std::size_t>(s.out_channels);
}

/// The whole life of a plan on the imitated GPU. Where it fails, returns false and sets `why`.
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
  bool ok = b.plan_create(&spec, &settings, &plan, &reason, &note) == CVG_STATUS_OK;
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
    ok = b.bind(plan, 0, addresses.data(), count, &note) == CVG_STATUS_OK &&
         b.prepare_weights(plan, 0, &tensors, &note) == CVG_STATUS_OK &&
         b.upload(plan, 0, &tensors, &note) == CVG_STATUS_OK &&
         b.execute(plan, &slot, 1, nullptr, &note) == CVG_STATUS_OK &&
         b.wait(plan, &note) == CVG_STATUS_OK && b.fetch(plan, 0, &tensors, &note) == CVG_STATUS_OK;
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
    const auto weights_count =
        spec.out_channels * (spec.in_channels / spec.groups) * spec.h.kernel * spec.w.kernel;
    const auto dst_count =
        spec.batch * spec.out_channels * cvg::output(spec.h) * cvg::output(spec.w);
    const auto src = random(src_count, 1), weights = random(weights_count, 2),
               diff_dst = random(dst_count, 3);
    const bool data = direction == Direction::backward_data;
    const auto channels = static_cast<std::size_t>(spec.out_channels);
    std::vector<float> got_bias(channels, NAN), want_bias(channels, spec.bias && !data ? 0 : NAN);
    std::vector<float> got((data ? src : weights).size(), NAN), want(got.size(), 0);
    each_product(spec, [&](std::size_t x, std::size_t w, std::size_t y) {
      (data ? want[x] : want[w]) += diff_dst[y] * (data ? weights[w] : src[x]);
    });
    if (spec.bias && !data)
      for (std::size_t y = 0; y < diff_dst.size(); ++y)
        want_bias[channel_of(spec, y)] += diff_dst[y];
    cvg_tensors t{};
    t.struct_size = sizeof t;
    t.src = src.data();
    t.weights = weights.data();
    t.diff_dst = diff_dst.data();
    (data ? t.diff_src : t.diff_weights) = got.data();
    if (!data && spec.bias) t.diff_bias = got_bias.data();
    std::string why;
    ASSERT_TRUE(run(spec, t, why)) << why;
    EXPECT_EQ(got, want);
    if (t.diff_bias) {
      EXPECT_EQ(got_bias, want_bias);
    }
  }
};

constexpr Layout kLayouts[] = {Layout::nchw, Layout::nhwc, Layout::native};

TEST_F(Backward, DataIsTheSumOverEveryTapThatReadIt) {
  for (const auto layout : kLayouts)
    for (const auto* text : {"n2c4h5w6_o6k3s2x1p1x0_nobias", "n1c6h6w5_o9k2x3p1d1x2g3",
                             "n1c4h5w5_o4k3p2.0x0.1_nobias"})
      check(text, layout, Direction::backward_data);
}

TEST_F(Backward, DataIsFoldedByEveryPadding) {
  for (const auto layout : kLayouts)
    for (const auto* text : {"n2c3h6w5_o4k3p2x1_reflect", "n1c4h5w6_o4k3s2p1.2x0.3g2_reflect",
                             "n2c3h6w5_o4k3p2x1_circular", "n1c3h3w3_o4k3p3d2_circular",
                             "n2c4h4w5_o4k2x3p3.0x2_replicate", "n1c3h1w4_o2k3p1x2_replicate"})
      check(text, layout, Direction::backward_data);
}

TEST_F(Backward, WeightsAreTheSumOverEveryPositionWithAnyPadding) {
  for (const auto layout : kLayouts)
    for (const auto* text : {"n2c4h5w6_o6k3s2x1p1x0_nobias", "n1c6h6w5_o9k2x3p1d1x2g3_nobias",
                             "n1c4h5w5_o4k3p2.0x0.1_nobias", "n2c3h6w5_o4k3p2x1_nobias_reflect",
                             "n1c3h6w5_o4k3p2x1_nobias_circular"})
      check(text, layout, Direction::backward_weights);
}

TEST_F(Backward, TheBiasHasTheSumOfItsChannel) {
  for (const auto layout : kLayouts)
    for (const auto* text : {"n2c4h5w6_o6k3s2x1p1x0", "n3c4h9w7_o34k1", "n2c3h6w5_o4k3p2x1_reflect",
                             "n1c6h6w5_o9k2x3p1d1x2g3"})
      check(text, layout, Direction::backward_weights);
}

TEST_F(Backward, AnEmptyBatchLeavesZeros) {
  for (const auto layout : kLayouts)
    for (const auto direction : {Direction::backward_data, Direction::backward_weights})
      check("n0c4h5w5_o4k3p1", layout, direction);
}

/// The end of the name of a spec's first candidate, which says what our own kernels do.
std::string ending(const char* text, const Ways& ways) {
  const auto listing = session().listing(spec_of(text, ways), 0, -1);
  if (listing->candidates.empty()) return "nothing";
  const auto& name = listing->candidates.front().name;
  return name.find('+') == std::string::npos ? "" : name.substr(name.find('+'));
}

TEST_F(Backward, PaddingThatCudnnDoesNotTakeIsWrittenOutOrCropped) {
  host_gpu::faults().no_padding = true;
  const Ways data{.direction = Direction::backward_data},
      weights{.direction = Direction::backward_weights};
  for (const auto layout : kLayouts)
    for (const auto* text : {"n2c4h6w5_o4k3s2p2.0x0.1", "n1c6h5w7_o9k2x3p1d1x2g3"})
      for (const auto direction : {Direction::backward_data, Direction::backward_weights})
        check(text, layout, direction);
  EXPECT_EQ(ending("n2c4h6w5_o4k3s2p2.0x0.1", data), "+crop");
  EXPECT_EQ(ending("n2c4h6w5_o4k3s2p2.0x0.1", weights), "+bias_gradient+pad_zeros");
}

TEST_F(Backward, NamesTellWhatOurKernelsDo) {
  const Ways data{.direction = Direction::backward_data},
      weights{.direction = Direction::backward_weights};
  EXPECT_EQ(ending("n1c4h5w5_o4k3p1", data), "");
  EXPECT_EQ(ending("n1c4h5w5_o4k3p1_reflect", data), "+fold_reflect");
  EXPECT_EQ(ending("n1c4h5w5_o4k3_reflect", data), "");
  EXPECT_EQ(ending("n1c4h5w5_o4k3p1", weights), "+bias_gradient");
  EXPECT_EQ(ending("n1c4h5w5_o4k3p1_nobias", weights), "");
  EXPECT_EQ(ending("n1c4h5w5_o4k3p1_circular", weights), "+bias_gradient+pad_circular");
}

TEST_F(Backward, ASumOfRoundedGradientsIsRefused) {
  std::string why;
  for (const auto type : {Dtype::f16, Dtype::bf16}) {
    const Ways ways{.dtype = type, .direction = Direction::backward_data};
    EXPECT_FALSE(run(spec_of("n1c3h6w5_o4k3p1_nobias_reflect", ways), {}, why));
    EXPECT_EQ(why,
              "the gradient by padding other than zeros is a sum of gradients that f16 and bf16 "
              "would round");
  }
}

}  // namespace
}  // namespace convgauge::backends::cudnn
