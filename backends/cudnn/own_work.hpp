// What our own kernels do around cuDNN's plan in one execution, and the workspace that they need in
// front of cuDNN's.
#pragma once
#include <cstddef>
#include <vector>

#include "kernels.hpp"
#include "problem.hpp"

namespace convgauge::backends::cudnn {

/// Device addresses of one slot. x, w, y, bias by their role in the convolution, whatever its
/// direction.
struct Addresses {
  void *x = nullptr, *w = nullptr, *y = nullptr, *bias = nullptr, *workspace = nullptr;
};

struct OwnWork {
  std::vector<Launch> before, after;
  void* x = nullptr;          // cuDNN's: the padded one where the padding is written out
  void* workspace = nullptr;  // cuDNN's
};

/// forward, backward weights: the padding is written out before; a bias added, its gradient summed
/// after. Backward data: the gradient of the padded source is folded, or cropped, after.
OwnWork own_work(const cvg_spec& spec, const Route& route, const Addresses& at);

/// Bytes in front of cuDNN's workspace: x with its padding written out, then the chunks' sums of
/// the bias' gradient.
std::size_t own_workspace_bytes(const cvg_spec& spec, const Route& route);

}  // namespace convgauge::backends::cudnn
