// Tiles of 8x16 through the Fourier transform, with one thing wrong: a twiddle, the overlap of
// tiles, the scale.
#include <bit>
#include <cmath>
#include <complex>

#include "transformed.hpp"

namespace zoo {
namespace {

using Complex = std::complex<float>;
constexpr int kHeight = 8, kWidth = 16;

/// As the transforms see themselves.
struct Fourier {
  Complex twiddles[kWidth];  // exp(-2 pi i k / kWidth)
  Tiles tiles;
  float scale = 1.0f / (kHeight * kWidth);
  bool conjugated = true;  // of the kernel: without it, a true convolution
  bool bias_before_scale = false;
  int dropped_bin = -1;  // along the width
  float (*kept)(float) = [](float v) { return v; };
};

struct Row {
  const char *name, *kind, *source, *story, *says;
  void (*bend)(Fourier&, const cvg_spec&);
};

/// In place, `count` values `step` apart, a power of two; inverse without scale.
void transform(const Fourier& f, Complex* x, int count, int step, bool inverse) {
  if (count == 1) return;
  Complex even[kWidth], odd[kWidth];
  for (int i = 0; i < count / 2; ++i) even[i] = x[2 * i * step], odd[i] = x[(2 * i + 1) * step];
  transform(f, even, count / 2, 1, inverse);
  transform(f, odd, count / 2, 1, inverse);
  for (int i = 0; i < count / 2; ++i) {
    const auto w = f.twiddles[i * (kWidth / count)];
    const auto turned = (inverse ? std::conj(w) : w) * odd[i];
    x[i * step] = even[i] + turned;
    x[(i + count / 2) * step] = even[i] - turned;
  }
}

void transform(const Fourier& f, Plane<Complex>& tile, bool inverse) {
  for (int i = 0; i < kHeight; ++i)
    transform(f, &tile[static_cast<std::size_t>(i * kWidth)], kWidth, 1, inverse);
  for (int j = 0; j < kWidth; ++j)
    transform(f, &tile[static_cast<std::size_t>(j)], kHeight, kWidth, inverse);
}

template <const auto& kRows, std::size_t kRow>
class Transformed {
 public:
  static constexpr const Row& bug = kRows[kRow];
  static constexpr const char *name = bug.name, *description = bug.story, *version = "0";
  static constexpr cvg::Supports supports{.layouts = {CVG_LAYOUT_NCHW, CVG_LAYOUT_NHWC}};
  static void check(const cvg_spec& s, const cvg_settings&) {
    refuse_unless_plain(s, false, false);
    cvg::refuse_unless(s.h.kernel <= kHeight - 1 && s.w.kernel <= kWidth - 1, CVG_REASON_KERNEL,
                       "up to 7x15");
    refuse_beyond(s, kHeight - s.h.kernel + 1, kWidth - s.w.kernel + 1, 300);
  }
  static std::vector<cvg_algorithm> algorithms(const cvg_spec&, const cvg_settings&) {
    return {cvg::fft("fft.8x16", kHeight, kWidth)};
  }

  Transformed(const cvg_spec& s, const cvg_settings&) : s_(s) {
    for (int k = 0; k < kWidth; ++k)
      f_.twiddles[k] = Complex(std::polar(1.0, -2 * M_PI * k / kWidth));
    const Index h = kHeight - s.h.kernel + 1, w = kWidth - s.w.kernel + 1;
    f_.tiles = {h, w, h, w, kHeight, kWidth, s.h.pad_before, s.w.pad_before, 0};
    if constexpr (constexpr auto bend = bug.bend; bend != nullptr) bend(f_, s);
    f_.tiles.step_h = f_.tiles.kept_h, f_.tiles.step_w = f_.tiles.kept_w;
    f_.tiles.across = (out_w(s) + f_.tiles.kept_w - 1) / f_.tiles.kept_w;
  }

  void execute(const cvg::Slot& slot) {
    const Index inputs = group_inputs(s_);
    for (Index n = 0; n < s_.batch; ++n)
      for (Index o = 0; o < s_.out_channels; ++o)
        walk(s_, f_.tiles, [&](Index down, Index across) {
          std::fill(sum_.begin(), sum_.end(), Complex{});
          for (Index i = 0; i < inputs; ++i) add(slot, n, o, i, down, across);
          put(slot, n, o, down, across);
        });
  }

 private:
  void add(const cvg::Slot& slot, Index n, Index o, Index i, Index down, Index across) {
    const Index channel = o / group_outputs(s_) * group_inputs(s_) + i;
    const auto* src =
        static_cast<const float*>(slot.src) + n * s_.src_strides[0] + channel * s_.src_strides[1];
    const auto* taps = static_cast<const float*>(slot.weights) + o * s_.weights_strides[0] +
                       i * s_.weights_strides[1];
    cut(s_, f_.tiles, src, static_cast<const float*>(slot.src) + src_count(s_),
        down * f_.tiles.step_h, across * f_.tiles.step_w, tile_);
    std::fill(kernel_.begin(), kernel_.end(), Complex{});
    for (Index k = 0; k < s_.h.kernel; ++k)
      for (Index l = 0; l < s_.w.kernel; ++l)
        kernel_[static_cast<std::size_t>(k * kWidth + l)] =
            taps[k * s_.weights_strides[2] + l * s_.weights_strides[3]];
    transform(f_, tile_, false);
    transform(f_, kernel_, false);
    for (std::size_t e = 0; e < sum_.size(); ++e) {
      const auto w = f_.conjugated ? std::conj(kernel_[e]) : kernel_[e];
      const Complex x(f_.kept(tile_[e].real()), f_.kept(tile_[e].imag()));
      if (static_cast<int>(e) % kWidth != f_.dropped_bin) sum_[e] += w * x;
    }
  }

  void put(const cvg::Slot& slot, Index n, Index o, Index down, Index across) {
    const float bias = slot.bias ? static_cast<const float*>(slot.bias)[o] : 0.0f;
    transform(f_, sum_, true);
    auto* dst = static_cast<float*>(slot.dst) + n * s_.dst_strides[0] + o * s_.dst_strides[1];
    // A true convolution of the tile ends where the kernel has come in whole.
    const Index top = f_.conjugated ? 0 : s_.h.kernel - 1,
                left = f_.conjugated ? 0 : s_.w.kernel - 1;
    for (Index i = 0; i < f_.tiles.kept_h; ++i)
      for (Index j = 0; j < f_.tiles.kept_w; ++j) {
        const Index row = down * f_.tiles.kept_h + i, column = across * f_.tiles.kept_w + j;
        if (row >= out_h(s_) || column >= out_w(s_)) continue;
        const float sum =
            sum_[static_cast<std::size_t>((i + top) % kHeight * kWidth + (j + left) % kWidth)]
                .real();
        dst[row * s_.dst_strides[2] + column * s_.dst_strides[3]] =
            f_.bias_before_scale ? (sum + bias) * f_.scale : sum * f_.scale + bias;
      }
  }

  cvg_spec s_;
  Fourier f_;
  Plane<Complex> tile_ = Plane<Complex>(kHeight * kWidth), kernel_ = tile_, sum_ = tile_;
};

constexpr Row kFft[] = {
    {"fft_right", "none", "", "nothing: a right transform", "", nullptr},
    {"fft_overlap_one_short", "transform", "adam-dziedzic/bandlimited-cnns#1",
     "tiles overlap by one column too little: the last output of each wraps around",
     "column|output", [](Fourier& f, const cvg_spec& s) { f.tiles.kept_w += s.w.kernel > 1; }},
    {"fft_rows_wrap_for_large_kernels", "transform", "ihhub/penguinV#297",
     "kernels higher than 5 are given the tiles of 5 rows", "row|output",
     [](Fourier& f, const cvg_spec& s) {
       if (s.h.kernel > 5) f.tiles.kept_h = kHeight - 4;
     }},
    {"fft_twiddle_off", "transform", "", "one twiddle is 1000 units of its last place off", "",
     [](Fourier& f, const cvg_spec&) { f.twiddles[3] *= 1 + 1000 * 0x1p-24f; }},
    {"fft_twiddles_of_a_short_table", "transform", "", "twiddles come from a table of four digits",
     "",
     [](Fourier& f, const cvg_spec&) {
       for (auto& t : f.twiddles)
         t = {std::round(t.real() * 1e4f) * 1e-4f, std::round(t.imag() * 1e4f) * 1e-4f};
     }},
    {"fft_not_conjugated", "specification", "",
     "the kernel's spectrum is not conjugated: a true convolution", "kernel flipped",
     [](Fourier& f, const cvg_spec&) { f.conjugated = false; }},
    {"fft_scaled_by_the_width_twice", "specification", "",
     "the inverse is divided by the width squared", "scale 1/2",
     [](Fourier& f, const cvg_spec&) { f.scale = 1.0f / (kWidth * kWidth); }},
    {"fft_nyquist_dropped", "transform", "", "the highest frequency is left out", "",
     [](Fourier& f, const cvg_spec&) { f.dropped_bin = kWidth / 2; }},
    {"fft_right_edge_unchecked", "specification", "",
     "the padding at the right is read from the next row", "neighbouring rows",
     [](Fourier& f, const cvg_spec&) { f.tiles.right_unchecked = true; }},
    {"fft_spectrum_of_bf16", "transform", "", "spectra of the input are kept in bf16", "",
     [](Fourier& f, const cvg_spec&) {
       f.kept = [](float v) {
         return std::bit_cast<float>((std::bit_cast<std::uint32_t>(v) + 0x8000u) & ~0xffffu);
       };
     }},
    {"fft_bias_scaled", "specification", "", "the bias is added before the inverse is scaled",
     "bias", [](Fourier& f, const cvg_spec&) { f.bias_before_scale = true; }},
    {"fft_padding_swapped", "specification", "tinygrad/tinygrad#14294",
     "the paddings of the axes are swapped", "padding_h and padding_w swapped",
     [](Fourier& f, const cvg_spec&) { std::swap(f.tiles.pad_h, f.tiles.pad_w); }},
};

template <std::size_t... kRows>
const cvg_plugin* entry(std::uint32_t version, std::uint32_t* own, std::index_sequence<kRows...>) {
  return cvg::plugin<Transformed<kFft, kRows>...>("zoo_fft", "0", version, own);
}

}  // namespace
}  // namespace zoo

extern "C" CVG_EXPORT const cvg_plugin* cvg_plugin_entry(std::uint32_t version, const cvg_host*,
                                                         std::uint32_t* own) {
  return zoo::entry(version, own, std::make_index_sequence<std::size(zoo::kFft)>());
}
ZOO_WORDS(zoo::kFft)
