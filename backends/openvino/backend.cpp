// openvino: OpenVINO's plugin for the CPU, on a model of one convolution. Each slot has a compiled
// model of its own, made in prepare_weights, where the library packs the constant weights;
// execute() is one inference on the host's own tensors.
#include <convgauge/sdk.hpp>
#include <openvino/op/add.hpp>
#include <openvino/op/constant.hpp>
#include <openvino/op/convolution.hpp>
#include <openvino/op/group_conv.hpp>
#include <openvino/op/pad.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/op/transpose.hpp>
#include <openvino/openvino.hpp>

namespace convgauge::backends::openvino {
namespace {

namespace op = ov::op;
using Node = std::shared_ptr<ov::Node>;

/// Lives as long as the process: its threads must not meet the destructors of static objects.
ov::Core& core() {
  static auto* const one = new ov::Core;
  return *one;
}

std::size_t unsigned_of(std::int64_t value) {
  return static_cast<std::size_t>(value);
}
ov::Shape shape_of(std::initializer_list<std::int64_t> sizes) {
  ov::Shape made;
  for (const auto size : sizes) made.push_back(unsigned_of(size));
  return made;
}
ov::Shape image(const cvg_spec& s, std::int64_t channels, std::int64_t height, std::int64_t width) {
  if (s.layout == CVG_LAYOUT_NHWC) return shape_of({s.batch, height, width, channels});
  return shape_of({s.batch, channels, height, width});
}
ov::Shape src_shape(const cvg_spec& s) {
  return image(s, s.in_channels, s.h.input, s.w.input);
}
ov::Shape dst_shape(const cvg_spec& s) {
  return image(s, s.out_channels, cvg::output(s.h), cvg::output(s.w));
}

Node numbers(const std::vector<std::int64_t>& values) {
  return op::v0::Constant::create(ov::element::i64, {values.size()}, values);
}
Node floats(const ov::Shape& shape, const void* values) {
  return std::make_shared<op::v0::Constant>(ov::element::f32, shape, values);
}
Node transposed(const Node& x, const std::vector<std::int64_t>& order) {
  return std::make_shared<op::v1::Transpose>(x, numbers(order));
}
Node padded(const cvg_spec& s, const Node& x) {
  return std::make_shared<op::v1::Pad>(
      x, numbers({0, 0, s.h.pad_before, s.w.pad_before}),
      numbers({0, 0, s.h.pad_after, s.w.pad_after}),
      s.padding_mode == CVG_PADDING_REFLECT ? op::PadMode::REFLECT : op::PadMode::EDGE);
}
bool pads(const cvg_spec& s) {
  return s.padding_mode != CVG_PADDING_ZEROS;
}

Node convolution(const cvg_spec& s, const Node& x, const void* weights) {
  const ov::Strides strides{unsigned_of(s.h.stride), unsigned_of(s.w.stride)};
  const ov::Strides dilations{unsigned_of(s.h.dilation), unsigned_of(s.w.dilation)};
  ov::CoordinateDiff before{s.h.pad_before, s.w.pad_before}, after{s.h.pad_after, s.w.pad_after};
  if (pads(s)) before = after = {0, 0};
  const auto out = s.out_channels / s.groups, in = s.in_channels / s.groups;
  if (s.groups == 1)
    return std::make_shared<op::v1::Convolution>(
        x, floats(shape_of({out, in, s.h.kernel, s.w.kernel}), weights), strides, before, after,
        dilations);
  return std::make_shared<op::v1::GroupConvolution>(
      x, floats(shape_of({s.groups, out, in, s.h.kernel, s.w.kernel}), weights), strides, before,
      after, dilations);
}

std::shared_ptr<ov::Model> model_of(const cvg_spec& s, const void* weights, const void* bias) {
  const bool nhwc = s.layout == CVG_LAYOUT_NHWC;
  const auto input = std::make_shared<op::v0::Parameter>(ov::element::f32, src_shape(s));
  Node x = input;
  if (nhwc) x = transposed(x, {0, 3, 1, 2});
  if (pads(s)) x = padded(s, x);
  x = convolution(s, x, weights);
  if (bias) x = std::make_shared<op::v1::Add>(x, floats(shape_of({1, s.out_channels, 1, 1}), bias));
  if (nhwc) x = transposed(x, {0, 2, 3, 1});
  return std::make_shared<ov::Model>(ov::OutputVector{x}, ov::ParameterVector{input});
}

}  // namespace

class OpenVino {
 public:
  static constexpr const char* name = "openvino";
  static constexpr const char* description =
      "OpenVINO's plugin for the CPU, a model of one convolution";
  static const char* version() {
    static const std::string build = ov::get_openvino_version().buildNumber;
    static const std::string text = "OpenVINO " + build.substr(0, build.find('-'));
    return text.c_str();
  }
  static constexpr cvg::Supports supports{
      .layouts = {CVG_LAYOUT_NCHW, CVG_LAYOUT_NHWC},
      .padding_modes = {CVG_PADDING_ZEROS, CVG_PADDING_REFLECT, CVG_PADDING_REPLICATE}};

  static std::vector<cvg_device> devices() {
    static const std::string why = why_no_cpu();
    if (!why.empty()) throw cvg::Refused(CVG_REASON_HOST, why);
    return {cvg::cpu_device()};
  }
  static void check(const cvg_spec&, const cvg_settings& settings) {
    cvg::refuse_unless(settings.workspace_limit_bytes < 0, CVG_REASON_WORKSPACE_LIMIT,
                       "OpenVINO obtains its own memory, which cannot be limited");
  }
  /// While it runs, the library sets the processor to take subnormals as zero.
  static std::vector<cvg_algorithm> algorithms(const cvg_spec& spec, const cvg_settings&) {
    static constexpr const char* kPadding[] = {"", "+pad_reflect", "+pad_replicate"};
    return {cvg::algorithm(std::string("openvino.f32") + kPadding[spec.padding_mode] +
                               (spec.layout == CVG_LAYOUT_NHWC ? "+transpose" : ""),
                           CVG_CLASS_GEMM, {.flushes_subnormals = true})};
  }

  OpenVino(const cvg_spec& spec, const cvg_settings& settings)
      : spec_(spec), threads_(settings.threads), runs_(unsigned_of(settings.slots)) {}

  /// The weights are in the compiled model, and what it computes with.
  std::vector<cvg_requirement> requirements() const {
    return {cvg::tensor(CVG_ROLE_SRC, cvg::src_bytes(spec_), spec_.src_type),
            cvg::tensor(CVG_ROLE_DST, cvg::dst_bytes(spec_), spec_.dst_type),
            cvg::in_library(CVG_ROLE_PACKED_WEIGHTS), cvg::in_library(CVG_ROLE_WORKSPACE)};
  }
  void bind(const cvg::Slot& slot) { run_of(slot) = ov::InferRequest(); }
  void prepare_weights(const cvg_tensors& host, const cvg::Slot& slot) {
    auto& request = run_of(slot);
    request = core()
                  .compile_model(model_of(spec_, host.weights, host.bias), "CPU",
                                 ov::inference_num_threads(threads_), ov::num_streams(1),
                                 ov::hint::inference_precision(ov::element::f32),
                                 ov::hint::enable_hyper_threading(true),
                                 ov::hint::enable_cpu_pinning(false))
                  .create_infer_request();
    if (spec_.batch == 0) return;
    request.set_input_tensor(ov::Tensor(ov::element::f32, src_shape(spec_), slot.src));
    request.set_output_tensor(ov::Tensor(ov::element::f32, dst_shape(spec_), slot.dst));
  }
  void execute(const cvg::Slot& slot) {
    if (spec_.batch > 0) run_of(slot).infer();
  }

 private:
  static std::string why_no_cpu() {
    try {
      core().get_property("CPU", ov::supported_properties);
      return "";
    } catch (const std::exception& failure) {
      return std::string("OpenVINO has no plugin for the CPU: ") + failure.what();
    }
  }
  ov::InferRequest& run_of(const cvg::Slot& slot) { return runs_[unsigned_of(slot.index)]; }

  cvg_spec spec_;
  std::int32_t threads_;
  std::vector<ov::InferRequest> runs_;  // each keeps its compiled model alive
};

}  // namespace convgauge::backends::openvino

CVG_EXPORT_PLUGIN("convgauge_openvino", "1.0", convgauge::backends::openvino::OpenVino)
