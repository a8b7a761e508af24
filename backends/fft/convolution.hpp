// One convolution by FFT, executed: tiles are transformed to spectra, multiplied and transformed
// back. Of the plugin interface only cvg_spec is used.
#pragma once
#include "layout.hpp"
#include "parts.hpp"
#include "shape.hpp"
#include "weights.hpp"

namespace convgauge::backends::fft {

class Convolution {
 public:
  Convolution(const cvg_spec& spec, const Shape& shape, const Cut& cut, const Kernels& kernels,
              int threads);

  const Sizes& sizes() const { return sizes_; }
  const ImageLayout& src() const { return src_; }
  const ImageLayout& dst() const { return dst_; }

  void prepare(const float* weights, const float* bias, float* packed) const;
  /// `src` and `dst` in the layouts above; `packed` and `workspace` of the sizes above.
  void execute(const float* src, float* dst, const float* packed, float* workspace) const;

 private:
  /// A tile: which image of the batch it belongs to, and its index on both axes.
  struct Image {
    std::int64_t batch, across, along;
  };
  struct Shares;

  Image image(std::int64_t i) const;
  void forward(const float* src, const Image& image, std::int64_t branch, const Channels& channels,
               float* scratch, float* out, std::int64_t slot_stride) const;
  void inverse(const float* in, std::int64_t slot_stride, const Image& image,
               const Channels& channels, const float* bias, float* scratch, float* dst) const;
  void run_dense(const float* src, float* dst, const float* packed, float* workspace) const;
  void transform_inputs(const Shares& work, int id, int threads) const;
  void multiply_and_return(const Shares& work, int id, int threads) const;
  void return_tiles(const Shares& work, const Product& product, std::int64_t block, int vector,
                    const Part& tiles, float* scratch) const;
  void run_lanes(const float* src, float* dst, const float* packed, float* workspace, int id,
                 int threads) const;
  void clear_tail(float* dst) const;

  Shape shape_;
  Cut cut_;
  const Kernels* kernels_;
  int threads_;
  Sizes sizes_;
  ImageLayout src_, dst_;
  AxisMap across_, along_;
  WeightSource strides_;
  std::vector<std::int32_t> block_lanes_;  // dense: the channels in each block of k
};

}  // namespace convgauge::backends::fft
