// torch: libtorch's own convolution and its gradients, as a C++ program calls them in inference
// mode. The library obtains its result itself, which is then copied to the host's tensor ("+copy").
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/native/ConvUtils.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/pad.h>
#include <ATen/ops/reflection_pad2d_backward.h>
#include <ATen/ops/replication_pad2d_backward.h>
#include <c10/core/InferenceMode.h>
#include <torch/version.h>

#include <convgauge/sdk.hpp>
#include <tuple>

#include "../common/padding.hpp"

namespace convgauge::backends::torch {
namespace {

using Sizes = std::array<std::int64_t, 4>;

Sizes src_sizes(const cvg_spec& s) {
  return {s.batch, s.in_channels, s.h.input, s.w.input};
}
Sizes weights_sizes(const cvg_spec& s) {
  return {s.out_channels, s.in_channels / s.groups, s.h.kernel, s.w.kernel};
}
Sizes dst_sizes(const cvg_spec& s) {
  return {s.batch, s.out_channels, cvg::output(s.h), cvg::output(s.w)};
}

/// The strides of a dense tensor whose channels come last.
Sizes channels_last(const Sizes& n) {
  return {n[1] * n[2] * n[3], 1, n[3] * n[1], n[1]};
}

at::TensorOptions options_of(const cvg_spec& s) {
  return at::TensorOptions().dtype(s.src_type == CVG_DTYPE_F64 ? at::kDouble : at::kFloat);
}

/// A tensor over memory of the host, which is not copied.
at::Tensor tensor_at(const cvg_spec& s, const void* data, at::IntArrayRef sizes,
                     at::IntArrayRef strides) {
  return at::from_blob(const_cast<void*>(data), sizes, strides, options_of(s));
}
/// One of the library's own, uninitialised, in the spec's layout.
at::Tensor empty(const cvg_spec& s, at::IntArrayRef sizes) {
  return at::empty(sizes, options_of(s).memory_format(s.layout == CVG_LAYOUT_NHWC
                                                          ? at::MemoryFormat::ChannelsLast
                                                          : at::MemoryFormat::Contiguous));
}

/// How the library's pad operators name the sides of the last two axes.
std::array<std::int64_t, 4> sides(const cvg_spec& s) {
  return {s.w.pad_before, s.w.pad_after, s.h.pad_before, s.h.pad_after};
}
/// Whether a pad operator runs first, as in torch.nn.Conv2d: for the modes other than zeros, and
/// for zeros that are not the same on both sides.
bool pads(const cvg_spec& s) {
  return s.padding_mode != CVG_PADDING_ZEROS || s.h.pad_before != s.h.pad_after ||
         s.w.pad_before != s.w.pad_after;
}
at::Tensor padded(const cvg_spec& s, const at::Tensor& src) {
  static constexpr const char* kModes[] = {"constant", "reflect", "replicate", "circular"};
  return pads(s) ? at::pad(src, sides(s), kModes[s.padding_mode]) : src;
}

/// The axis `dim` of a gradient of the circularly padded source, folded back.
at::Tensor fold_circular(const at::Tensor& gradient, std::int64_t dim, const cvg_axis& axis) {
  auto folded = gradient.narrow(dim, axis.pad_before, axis.input).clone();
  folded.narrow(dim, axis.input - axis.pad_before, axis.pad_before)
      .add_(gradient.narrow(dim, 0, axis.pad_before));
  folded.narrow(dim, 0, axis.pad_after)
      .add_(gradient.narrow(dim, axis.pad_before + axis.input, axis.pad_after));
  return folded;
}
/// The gradient of the source from that of the padded source.
at::Tensor unpadded(const cvg_spec& s, const at::Tensor& gradient, const at::Tensor& src) {
  if (!pads(s)) return gradient;
  if (s.padding_mode == CVG_PADDING_REFLECT)
    return at::reflection_pad2d_backward(gradient, src, sides(s));
  if (s.padding_mode == CVG_PADDING_REPLICATE)
    return at::replication_pad2d_backward(gradient, src, sides(s));
  if (s.padding_mode == CVG_PADDING_CIRCULAR)
    return fold_circular(fold_circular(gradient, 2, s.h), 3, s.w);
  return gradient.narrow(2, s.h.pad_before, s.h.input).narrow(3, s.w.pad_before, s.w.input);
}

/// The convolution's own parameters, where the library pads or a pad operator did.
struct Parameters {
  explicit Parameters(const cvg_spec& s)
      : stride{s.h.stride, s.w.stride},
        padding{pads(s) ? 0 : s.h.pad_before, pads(s) ? 0 : s.w.pad_before},
        dilation{s.h.dilation, s.w.dilation},
        groups(s.groups) {}
  std::array<std::int64_t, 2> stride, padding, dilation;
  std::int64_t groups;
};

/// The library's own choice among its implementations.
const char* word(at::native::ConvBackend backend) {
  using Kind = at::native::ConvBackend;
  switch (backend) {
    case Kind::Mkldnn:
      return "onednn";
    case Kind::MkldnnEmpty:
    case Kind::Empty:
      return "empty";
    case Kind::NnpackSpatial:
      return "nnpack";
    case Kind::Slow2d:
      return "slow2d";
    case Kind::SlowDilated2d:
      return "slow_dilated2d";
    case Kind::Xnnpack2d:
      return "xnnpack";
    default:
      return "other";
  }
}

/// The implementation that the library will choose, which depends on its number of threads.
at::native::ConvBackend implementation(const cvg_spec& s) {
  static double nothing = 0;  // nothing reads the elements
  const Parameters p(s);
  auto sizes = src_sizes(s);
  if (pads(s)) sizes[2] = backends::padded(s.h), sizes[3] = backends::padded(s.w);
  const bool last = s.layout == CVG_LAYOUT_NHWC;
  const auto dense = [](const Sizes& n) { return Sizes{n[1] * n[2] * n[3], n[2] * n[3], n[3], 1}; };
  const auto tensor = [&](const Sizes& n) {
    return tensor_at(s, &nothing, n, last ? channels_last(n) : dense(n));
  };
  const auto src = tensor(sizes), weights = tensor(weights_sizes(s));
  const std::array<std::int64_t, 2> none{0, 0};
  const bool bias = s.bias != 0 && s.direction == CVG_DIRECTION_FORWARD;
  const auto bias_tensor =
      bias ? at::from_blob(&nothing, {s.out_channels}, options_of(s)) : at::Tensor();
#if TORCH_VERSION_MAJOR >= 2
  const auto sym = [](at::IntArrayRef values) { return c10::fromIntArrayRefSlow(values); };
  return at::native::select_conv_backend(src, weights, bias_tensor, sym(p.stride), sym(p.padding),
                                         sym(p.dilation), false, sym(none), p.groups,
                                         at::OptionalSymIntArrayRef());
#else
  return at::native::select_conv_backend(src, weights, bias_tensor, p.stride, p.padding, p.dilation,
                                         false, none, p.groups);
#endif
}

void use_threads(int count) {
  if (at::get_num_threads() != count) at::set_num_threads(count);
}

}  // namespace

class Torch {
 public:
  static constexpr const char* name = "torch";
  static constexpr const char* description = "libtorch's convolution and its gradients";
  static constexpr const char* version = "libtorch " TORCH_VERSION;
  static constexpr cvg::Supports supports{
      .types = {CVG_DTYPE_F32, CVG_DTYPE_F64},
      .layouts = {CVG_LAYOUT_NCHW, CVG_LAYOUT_NHWC},
      .padding_modes = {CVG_PADDING_ZEROS, CVG_PADDING_REFLECT, CVG_PADDING_REPLICATE,
                        CVG_PADDING_CIRCULAR},
      .directions = {CVG_DIRECTION_FORWARD, CVG_DIRECTION_BACKWARD_DATA,
                     CVG_DIRECTION_BACKWARD_WEIGHTS}};

  static void check(const cvg_spec&, const cvg_settings& settings) {
    cvg::refuse_unless(settings.workspace_limit_bytes < 0, CVG_REASON_WORKSPACE_LIMIT,
                       "libtorch obtains its own memory, which cannot be limited");
  }
  static std::vector<cvg_algorithm> algorithms(const cvg_spec& spec, const cvg_settings& settings) {
    static constexpr const char* kDirections[] = {"", "bwd_data.", "bwd_weights."};
    static constexpr const char* kPadding[] = {"+pad_zeros", "+pad_reflect", "+pad_replicate",
                                               "+pad_circular"};
    use_threads(settings.threads);
    const c10::InferenceMode guard;
    return {cvg::algorithm(std::string("torch.") + kDirections[spec.direction] +
                               word(implementation(spec)) +
                               (pads(spec) ? kPadding[spec.padding_mode] : "") + "+copy",
                           CVG_CLASS_GEMM)};
  }

  Torch(const cvg_spec& spec, const cvg_settings& settings)
      : spec_(spec),
        parameters_(spec),
        threads_(settings.threads),
        runs_(static_cast<std::size_t>(settings.slots)) {}

  std::vector<cvg_requirement> requirements() const {
    auto made = cvg::tensors(spec_, packs());
    if (packs()) made.push_back(cvg::packed_weights(cvg::weights_bytes(spec_)));
    made.push_back(cvg::in_library(CVG_ROLE_WORKSPACE, CVG_SCOPE_EXECUTION));
    return made;
  }

  void bind(const cvg::Slot& slot) {
    const c10::InferenceMode guard;
    auto& r = run_of(slot);
    const auto given = [](void* read, void* written) { return written ? written : read; };
    const auto& s = spec_;
    r.src = s.direction == CVG_DIRECTION_BACKWARD_DATA
                ? tensor_at(s, slot.diff_src, src_sizes(s), s.src_strides)
                : tensor_at(s, slot.src, src_sizes(s), s.src_strides);
    const auto last = channels_last(weights_sizes(s));
    r.weights = packs() ? tensor_at(s, slot.packed_weights, weights_sizes(s), last)
                        : tensor_at(s, given(slot.weights, slot.diff_weights), weights_sizes(s),
                                    s.weights_strides);
    r.dst = tensor_at(s, given(slot.diff_dst, slot.dst), dst_sizes(s), s.dst_strides);
    void* bias = given(slot.bias, slot.diff_bias);
    r.bias = bias ? at::from_blob(bias, {s.out_channels}, options_of(s)) : at::Tensor();
    if (s.direction != CVG_DIRECTION_BACKWARD_DATA) return;
    auto sizes = src_sizes(s);
    r.shape = empty(s, sizes);
    if (pads(s)) sizes[2] = backends::padded(s.h), sizes[3] = backends::padded(s.w);
    r.padded_shape = empty(s, sizes);
  }
  void prepare_weights(const cvg_tensors& host, const cvg::Slot& slot) {
    if (!packs()) return;
    const c10::InferenceMode guard;
    run_of(slot).weights.copy_(
        tensor_at(spec_, host.weights, weights_sizes(spec_), spec_.weights_strides));
  }
  void execute(const cvg::Slot& slot) {
    use_threads(threads_);
    const c10::InferenceMode guard;
    auto& r = run_of(slot);
    if (spec_.direction == CVG_DIRECTION_BACKWARD_DATA) return data(r);
    if (spec_.direction == CVG_DIRECTION_BACKWARD_WEIGHTS) return weights(r);
    const auto& p = parameters_;
    r.dst.copy_(at::conv2d(padded(spec_, r.src), r.weights, r.bias, p.stride, p.padding, p.dilation,
                           p.groups));
  }

 private:
  struct Run {
    at::Tensor src, weights, bias, dst;  // or the gradients in their place
    // Of the source and of the padded source: the gradient of the source needs their shapes only.
    at::Tensor shape, padded_shape;
  };
  Run& run_of(const cvg::Slot& slot) { return runs_[static_cast<std::size_t>(slot.index)]; }

  /// Whether prepare_weights brings the weights into the order of the images, as a user does once
  /// by model.to(memory_format=torch.channels_last). Not for an empty batch: 1.13 fails there.
  bool packs() const {
    return spec_.layout == CVG_LAYOUT_NHWC && spec_.batch > 0 &&
           spec_.direction != CVG_DIRECTION_BACKWARD_WEIGHTS;
  }
  std::tuple<at::Tensor, at::Tensor, at::Tensor> gradients(const Run& r, const at::Tensor& src,
                                                           std::array<bool, 3> wanted) const {
    const auto& p = parameters_;
    const std::array<std::int64_t, 2> none{0, 0};
    const std::array<std::int64_t, 1> outputs{spec_.out_channels};
    return at::convolution_backward(
        r.dst, src, r.weights,
        wanted[2] ? at::OptionalIntArrayRef(outputs) : at::OptionalIntArrayRef(), p.stride,
        p.padding, p.dilation, false, none, p.groups, wanted);
  }
  void data(Run& r) const {
    const auto found = std::get<0>(gradients(r, r.padded_shape, {true, false, false}));
    r.src.copy_(unpadded(spec_, found, r.shape));
  }
  void weights(Run& r) const {
    const auto found = gradients(r, padded(spec_, r.src), {false, true, r.bias.defined()});
    r.weights.copy_(std::get<1>(found));
    if (r.bias.defined()) r.bias.copy_(std::get<2>(found));
  }

  cvg_spec spec_;
  Parameters parameters_;
  int threads_;
  std::vector<Run> runs_;
};

}  // namespace convgauge::backends::torch

CVG_EXPORT_PLUGIN("convgauge_torch", "1.0", convgauge::backends::torch::Torch)
