// A view of a 4-D array by strides: NCHW and NHWC differ only in numbers.
#pragma once
#include <cstdint>

#include "core/spec.hpp"

namespace convgauge {

/// Someone else's 4-D array, indexed n, c, h, w whatever its order in memory. Strides count elements. Never owns.
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

}  // namespace convgauge
