// The cuDNN of this machine, and a described H200 that it can plan for. Tests that need cuDNN are
// skipped where it is not installed.
#pragma once
#include <gtest/gtest.h>
#include <cudnn/candidates.hpp>

#include "host_gpu.hpp"

namespace convgauge::backends::cudnn {

inline const OpenedCudnn& opened() {
  static const auto made = open_cudnn(cudnn_places());
  return made;
}

/// A described H200.
inline const Target& h200() {
  static const auto made = Target::described(opened().table, host_gpu::description());
  return made;
}

class NeedsCudnn : public testing::Test {
 protected:
  void SetUp() override {
    if (!opened().ok()) GTEST_SKIP() << opened().why;
  }
};

}  // namespace convgauge::backends::cudnn
