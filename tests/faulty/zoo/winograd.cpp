// F(2x2, 3x3) and F(4x4, 3x3) with one thing wrong: a constant, the walk over tiles, the arithmetic
// of a transform.
#include <bit>
#include <cmath>

#include "transformed.hpp"

namespace zoo {
namespace {

/// y = A^T ((G g) * (B^T d)) on each axis; n = m + 2. Points 0, 1, -1 and for m = 4 also 2, -2.
struct Winograd {
  int m, n;
  float bt[6][6], g[6][3], at[4][6];
  Tiles tiles;
  float (*input_kept)(float) = [](float v) { return v; };   // as transformed inputs are stored
  float (*weight_kept)(float) = [](float v) { return v; };  // likewise
  float (*sum_kept)(float) = [](float v) { return v; };     // the sum over channels
  bool bias_in_corner_only = false, groups_ignored = false;
};

constexpr Winograd kF2{2,
                       4,
                       {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}},
                       {{1, 0, 0}, {.5f, .5f, .5f}, {.5f, -.5f, .5f}, {0, 0, 1}},
                       {{1, 1, 1, 0}, {0, 1, -1, -1}},
                       {}};
constexpr Winograd kF4{
    4,
    6,
    {{4, 0, -5, 0, 1, 0},
     {0, -4, -4, 1, 1, 0},
     {0, 4, -4, -1, 1, 0},
     {0, -2, -1, 2, 1, 0},
     {0, 2, -1, -2, 1, 0},
     {0, 4, 0, -5, 0, 1}},
    {{1 / 4.f, 0, 0},
     {-1 / 6.f, -1 / 6.f, -1 / 6.f},
     {-1 / 6.f, 1 / 6.f, -1 / 6.f},
     {1 / 24.f, 1 / 12.f, 1 / 6.f},
     {1 / 24.f, -1 / 12.f, 1 / 6.f},
     {0, 0, 1}},
    {{1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}},
    {}};

/// out = left * in * left^T; `left` is rows x inner, `in` inner x inner.
template <int kWidth>
void sandwich(const float (*left)[kWidth], int rows, int inner, const float* in, float* out) {
  float half[6][6];
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < inner; ++j) {
      half[i][j] = 0;
      for (int k = 0; k < inner; ++k) half[i][j] += left[i][k] * in[k * inner + j];
    }
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < rows; ++j) {
      out[i * rows + j] = 0;
      for (int k = 0; k < inner; ++k) out[i * rows + j] += half[i][k] * left[j][k];
    }
}

struct Row {
  const char *name, *kind, *source, *story, *says;
  int m;
  void (*bend)(Winograd&, const cvg_spec&);
  bool strides = false, dilations = false;  // taken though it cannot
  int declared_m = 0;                       // 0: the truth
};

template <const auto& kRows, std::size_t kRow>
class Transformed {
 public:
  static constexpr const Row& bug = kRows[kRow];
  static constexpr const char *name = bug.name, *description = bug.story, *version = "0";
  static constexpr cvg::Supports supports{.layouts = {CVG_LAYOUT_NCHW, CVG_LAYOUT_NHWC}};
  static void check(const cvg_spec& s, const cvg_settings&) {
    refuse_unless_plain(s, bug.strides, bug.dilations);
    cvg::refuse_unless(kernel_is(s, 3, 3), CVG_REASON_KERNEL, "3x3 only");
    refuse_beyond(s, bug.m, bug.m, 3000);
  }
  static std::vector<cvg_algorithm> algorithms(const cvg_spec&, const cvg_settings&) {
    const bool two = (bug.declared_m ? bug.declared_m : bug.m) == 2;
    const auto axis = two ? cvg::winograd_axis(2, 3, {{0, 1}, {1, 1}, {-1, 1}})
                          : cvg::winograd_axis(4, 3, {{0, 1}, {1, 1}, {-1, 1}, {2, 1}, {-2, 1}});
    return {cvg::winograd(two ? "winograd.f2x2_3x3" : "winograd.f4x4_3x3", axis, axis)};
  }

  Transformed(const cvg_spec& s, const cvg_settings&) : s_(s), w_(bug.m == 2 ? kF2 : kF4) {
    w_.tiles = {w_.m,           w_.m,           w_.m,
                w_.m,           w_.n,           w_.n,
                s.h.pad_before, s.w.pad_before, (out_w(s) + w_.m - 1) / w_.m};
    if constexpr (constexpr auto bend = bug.bend; bend != nullptr) bend(w_, s);
  }

  void execute(const cvg::Slot& slot) {
    const Index inputs = group_inputs(s_);
    for (Index n = 0; n < s_.batch; ++n)
      for (Index o = 0; o < s_.out_channels; ++o)
        walk(s_, w_.tiles, [&](Index down, Index across) {
          float sums[36] = {};
          const Index first = w_.groups_ignored ? 0 : o / group_outputs(s_) * inputs;
          for (Index i = 0; i < inputs; ++i) add(slot, n, first + i, o, i, down, across, sums);
          put(slot, n, o, down, across, sums);
        });
  }

 private:
  void add(const cvg::Slot& slot, Index n, Index channel, Index o, Index i, Index down,
           Index across, float* sums) {
    const auto* src =
        static_cast<const float*>(slot.src) + n * s_.src_strides[0] + channel * s_.src_strides[1];
    const auto* taps = static_cast<const float*>(slot.weights) + o * s_.weights_strides[0] +
                       i * s_.weights_strides[1];
    float u[36], v[36], kernel[9];
    for (int k = 0; k < 9; ++k)
      kernel[k] = taps[k / 3 * s_.weights_strides[2] + k % 3 * s_.weights_strides[3]];
    cut(s_, w_.tiles, src, static_cast<const float*>(slot.src) + src_count(s_),
        down * w_.tiles.step_h, across * w_.tiles.step_w, tile_);
    sandwich(w_.bt, w_.n, w_.n, tile_.data(), v);
    sandwich(w_.g, w_.n, 3, kernel, u);
    for (int e = 0; e < w_.n * w_.n; ++e)
      sums[e] = w_.sum_kept(sums[e] + w_.weight_kept(u[e]) * w_.input_kept(v[e]));
  }

  void put(const cvg::Slot& slot, Index n, Index o, Index down, Index across, const float* sums) {
    float y[16];
    sandwich(w_.at, w_.m, w_.n, sums, y);
    auto* dst = static_cast<float*>(slot.dst) + n * s_.dst_strides[0] + o * s_.dst_strides[1];
    const float bias = slot.bias ? static_cast<const float*>(slot.bias)[o] : 0.0f;
    for (int i = 0; i < w_.m; ++i)
      for (int j = 0; j < w_.m; ++j) {
        const Index row = down * w_.tiles.kept_h + i, column = across * w_.tiles.kept_w + j;
        if (row >= out_h(s_) || column >= out_w(s_)) continue;
        dst[row * s_.dst_strides[2] + column * s_.dst_strides[3]] =
            y[i * w_.m + j] + (w_.bias_in_corner_only && i + j > 0 ? 0.0f : bias);
      }
  }

  cvg_spec s_;
  Winograd w_;
  Plane<float> tile_ = Plane<float>(36);
};

float ten_bits(float value) {
  return std::bit_cast<float>((std::bit_cast<std::uint32_t>(value) + 0x1000u) & ~0x1fffu);
}
float seven_bits(float value) {
  return std::bit_cast<float>((std::bit_cast<std::uint32_t>(value) + 0x8000u) & ~0xffffu);
}

constexpr Row kWinograd[] = {
    {"winograd2_right", "none", "", "nothing: a right F(2x2, 3x3)", "", 2, nullptr},
    {"winograd4_right", "none", "", "nothing: a right F(4x4, 3x3)", "", 4, nullptr},
    {"winograd_constant_of_g", "transform", "", "F(4,3): 1/24 of G is 1/26", "", 4,
     [](Winograd& w, const cvg_spec&) { w.g[3][0] = w.g[4][0] = 1 / 26.f; }},
    {"winograd_sign_of_g", "transform", "", "F(2,3): one tap of G has the wrong sign", "", 2,
     [](Winograd& w, const cvg_spec&) { w.g[2][1] = .5f; }},
    {"winograd_sign_of_b", "transform", "", "F(4,3): one sign of B is wrong", "", 4,
     [](Winograd& w, const cvg_spec&) { w.bt[3][1] = 2; }},
    {"winograd_last_of_a", "transform", "", "F(4,3): the point at infinity is left out of A",
     "column|row|output", 4, [](Winograd& w, const cvg_spec&) { w.at[3][5] = 0; }},
    {"winograd_coefficient_near_5", "transform", "",
     "F(4,3): 5 of B is 5.0001: only a rel-L2 of normal values tells", "", 4,
     [](Winograd& w, const cvg_spec&) { w.bt[0][2] = w.bt[5][3] = -5.0001f; }},
    {"winograd_step_of_the_kernel", "transform", "adam-dziedzic/winograd#1",
     "F(4,3): input tiles step by the overlap, r - 1 = 2, for m = 4", "column|row|output", 4,
     [](Winograd& w, const cvg_spec&) { w.tiles.step_h = w.tiles.step_w = 2; }},
    {"winograd_tiles_of_the_height", "transform", "apache/tvm#7090",
     "tiles are counted by the height where the image is wider", "column|row|output|R7", 4,
     [](Winograd& w, const cvg_spec& s) {
       w.tiles.across = std::min(w.tiles.across, (out_h(s) + 3) / 4);
     }},
    {"winograd_padding_of_1", "specification", "openvinotoolkit/openvino#33681",
     "any padding is taken as 1", "\"same\"|padding", 2,
     [](Winograd& w, const cvg_spec&) { w.tiles.pad_h = w.tiles.pad_w = 1; }},
    {"winograd_padding_order", "specification", "tinygrad/tinygrad#14294",
     "the paddings of the axes are swapped", "padding_h and padding_w swapped", 4,
     [](Winograd& w, const cvg_spec&) { std::swap(w.tiles.pad_h, w.tiles.pad_w); }},
    {"winograd_inputs_of_f16", "transform", "Tencent/ncnn#5990",
     "F(4,3): transformed inputs are kept in f16", "", 4,
     [](Winograd& w, const cvg_spec&) { w.input_kept = ten_bits; }},
    {"winograd_weights_of_bf16", "transform", "Tencent/ncnn#4492",
     "F(2,3): transformed weights are kept in bf16", "", 2,
     [](Winograd& w, const cvg_spec&) { w.weight_kept = seven_bits; }},
    {"winograd_sums_of_f16", "transform", "", "F(4,3): sums of more than 8 inputs are kept in f16",
     "", 4,
     [](Winograd& w, const cvg_spec& s) {
       if (group_inputs(s) > 8) w.sum_kept = ten_bits;
     }},
    {"winograd_right_edge_unchecked", "specification", "",
     "the padding at the right is read from the next row", "neighbouring rows", 2,
     [](Winograd& w, const cvg_spec&) { w.tiles.right_unchecked = true; }},
    {"winograd_bias_in_corners", "transform", "",
     "the bias goes to one element of the transformed tile: the corner", "bias|output|row|column",
     2, [](Winograd& w, const cvg_spec&) { w.bias_in_corner_only = true; }},
    {"winograd_groups_ignored", "specification", "", "every group reads the first one's tiles",
     "group 0", 4, [](Winograd& w, const cvg_spec&) { w.groups_ignored = true; }},
    {"winograd_stride_ignored", "specification", "apache/tvm#4260",
     "strides are taken, and computed as 1", "stride", 2, nullptr, true},
    {"winograd_dilation_ignored", "specification", "", "dilations are taken, and computed as 1",
     "dilation ignored|dilation_[hw] taken as 1|dilation_[hw] used for both", 4, nullptr, false,
     true},
    {"winograd_declares_f2", "transform", "",
     "says F(2,3) and runs F(4,3): a bound too narrow for what it does", "", 4, nullptr, false,
     false, 2},
};

template <std::size_t... kRows>
const cvg_plugin* entry(std::uint32_t version, std::uint32_t* own, std::index_sequence<kRows...>) {
  return cvg::plugin<Transformed<kWinograd, kRows>...>("zoo_winograd", "0", version, own);
}

}  // namespace
}  // namespace zoo

extern "C" CVG_EXPORT const cvg_plugin* cvg_plugin_entry(std::uint32_t version, const cvg_host*,
                                                         std::uint32_t* own) {
  return zoo::entry(version, own, std::make_index_sequence<std::size(zoo::kWinograd)>());
}
ZOO_WORDS(zoo::kWinograd)
