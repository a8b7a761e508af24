// The launches of our own kernels before and after cuDNN's plan in one execution, and the workspace
// that they need, which comes before cuDNN's.
#pragma once
#include <cstddef>
#include <vector>

#include "kernels.hpp"
#include "problem.hpp"

namespace convgauge::backends::cudnn {

/// Device addresses of one slot. x, w, y and bias are source, weights, destination and bias, or the
/// gradients of these, depending on the direction.
struct Addresses {
  void *x = nullptr, *w = nullptr, *y = nullptr, *bias = nullptr, *workspace = nullptr;
};

struct OwnWork {
  std::vector<Launch> before, after;
  void* x = nullptr;          // cuDNN's x: the padded one where the padding is written out
  void* workspace = nullptr;  // cuDNN's
};

/// Forward and backward weights: padding is written out before cuDNN's plan; the bias is added, or
/// its gradient summed, after it. Backward data: the gradient of the padded source is folded, or
/// cropped, after it.
OwnWork own_work(const cvg_spec& spec, const Route& route, const Addresses& at);

/// Bytes before cuDNN's workspace: x with its padding written out, then the chunks' sums of the
/// bias' gradient.
std::size_t own_workspace_bytes(const cvg_spec& spec, const Route& route);

}  // namespace convgauge::backends::cudnn
