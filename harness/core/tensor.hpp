// A view of a 4-D array by strides: NCHW and NHWC differ only in their strides.
#pragma once
#include <cstdint>

#include "core/spec.hpp"

namespace convgauge {

/// A 4-D array that this view does not own, indexed n, c, h, w whatever its order in memory.
/// Strides count elements.
template <class T>
struct TensorView {
  T* data = nullptr;
  Shape shape{};
  Strides stride{};

  std::int64_t offset(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w) const {
    return n * stride[0] + c * stride[1] + h * stride[2] + w * stride[3];
  }
  T& operator()(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w) const {
    return data[offset(n, c, h, w)];
  }
  operator TensorView<const T>() const { return {data, shape, stride}; }
};

/// Calls visit(n, c, h, w) for every element of a shape, the last index fastest.
template <class Visit>
void each_index(const Shape& shape, Visit visit) {
  for (std::int64_t n = 0; n < shape[0]; ++n)
    for (std::int64_t c = 0; c < shape[1]; ++c)
      for (std::int64_t h = 0; h < shape[2]; ++h)
        for (std::int64_t w = 0; w < shape[3]; ++w) visit(n, c, h, w);
}

}  // namespace convgauge
