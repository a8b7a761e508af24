// xnnpack: XNNPACK's convolution operator in f32, which wants NHWC. An operator, with its packed
// weights, belongs to a slot and is made in prepare_weights. XNNPACK may read 16 bytes behind its
// input (XNN_EXTRA_BYTES), which the plan announces. Where the input is not the source itself, the
// algorithm's name says how it is made.
#include <pthreadpool.h>
#include <xnnpack.h>

#include <algorithm>
#include <convgauge/sdk.hpp>
#include <limits>
#include <memory>

#include "../common/padding.hpp"

namespace convgauge::backends::xnnpack {
namespace {

struct DeleteOperator {
  void operator()(xnn_operator_t made) const { xnn_delete_operator(made); }
};
using Operator = std::unique_ptr<std::remove_pointer_t<xnn_operator_t>, DeleteOperator>;

struct DestroyPool {
  void operator()(pthreadpool_t pool) const { pthreadpool_destroy(pool); }
};
using Pool = std::unique_ptr<std::remove_pointer_t<pthreadpool_t>, DestroyPool>;

void succeeded(xnn_status status, const char* function) {
  if (status == xnn_status_out_of_memory) throw cvg::OutOfMemory(function);
  if (status != xnn_status_success)
    throw std::runtime_error(std::string(function) + ": xnn_status " + std::to_string(status));
}

std::size_t unsigned_of(std::int64_t value) {
  return static_cast<std::size_t>(value);
}

/// `images` matrices of rows x columns, dense, each of which is transposed.
struct Transposition {
  const float* from;
  float* to;
  std::size_t rows, columns;

  /// The tile of an image that begins at this row and column.
  static void tile(void* context, std::size_t image, std::size_t row, std::size_t column,
                   std::size_t row_count, std::size_t column_count) {
    const auto& t = *static_cast<const Transposition*>(context);
    const auto* from = t.from + image * t.rows * t.columns;
    auto* to = t.to + image * t.rows * t.columns;
    for (auto r = row; r < row + row_count; ++r)
      for (auto c = column; c < column + column_count; ++c)
        to[c * t.rows + r] = from[r * t.columns + c];
  }
  void run(std::size_t images, pthreadpool_t pool) {
    if (images == 0) return;           // which pthreadpool aborts for
    constexpr std::size_t kTile = 16;  // floats: a cache line
    pthreadpool_parallelize_3d_tile_2d(pool, &Transposition::tile, this, images, rows, columns,
                                       kTile, kTile, 0);
  }
};

/// OIHW, as the host has the weights, in XNNPACK's order OHWI.
std::vector<float> channels_last(const cvg_spec& s, const float* weights) {
  const auto outputs = unsigned_of(s.out_channels), inputs = unsigned_of(s.in_channels / s.groups),
             taps = unsigned_of(s.h.kernel * s.w.kernel);
  std::vector<float> made(outputs * inputs * taps);
  Transposition{weights, made.data(), inputs, taps}.run(outputs, nullptr);
  return made;
}

}  // namespace

class XnnPack {
 public:
  static constexpr const char* name = "xnnpack";
  static constexpr const char* description = "XNNPACK's convolution operator, NHWC";
  static constexpr const char* version = "XNNPACK " CONVGAUGE_XNNPACK_VERSION;
  static constexpr cvg::Supports supports{
      .layouts = {CVG_LAYOUT_NCHW, CVG_LAYOUT_NHWC, CVG_LAYOUT_NATIVE},
      .padding_modes = {CVG_PADDING_ZEROS, CVG_PADDING_REFLECT, CVG_PADDING_REPLICATE,
                        CVG_PADDING_CIRCULAR}};

  static std::vector<cvg_device> devices() {
    static const auto status = xnn_initialize(nullptr);
    if (status != xnn_status_success)
      throw cvg::Refused(CVG_REASON_HOST, "XNNPACK does not support this processor: xnn_status " +
                                              std::to_string(status));
    return {cvg::cpu_device()};
  }
  static void check(const cvg_spec& spec, const cvg_settings& settings) {
    cvg::refuse_unless(settings.workspace_limit_bytes < 0, CVG_REASON_WORKSPACE_LIMIT,
                       "XNNPACK keeps packed weights in its own memory, which cannot be limited");
    for (const auto& axis : {spec.h, spec.w})
      for (const auto value :
           {axis.kernel, stride(axis), axis.dilation, axis.pad_before, axis.pad_after})
        cvg::refuse_unless(value <= UINT32_MAX, CVG_REASON_SIZE,
                           "XNNPACK counts kernel, stride, dilation and padding in 32 bits; " +
                               std::to_string(value) + " is beyond them");
  }
  /// xnn_run_operator() sets the processor to take subnormals as zero while it runs; results are
  /// clamped to [-inf, inf] by instructions that return their other operand for NaN.
  static std::vector<cvg_algorithm> algorithms(const cvg_spec& spec, const cvg_settings&) {
    static constexpr const char* kLayouts[] = {"transpose", "", "native"};
    static constexpr const char* kPadding[] = {"", "pad_reflect", "pad_replicate", "pad_circular"};
    std::string how = kLayouts[spec.layout];
    if (pads(spec)) how += (how.empty() ? "" : "+") + std::string(kPadding[spec.padding_mode]);
    return {cvg::algorithm("xnnpack." + (how.empty() ? "nhwc" : how), CVG_CLASS_GEMM,
                           {.flushes_subnormals = true, .ignores_nan = true})};
  }

  XnnPack(const cvg_spec& spec, const cvg_settings& settings)
      : spec_(spec),
        pool_(pthreadpool_create(unsigned_of(settings.threads))),
        runs_(unsigned_of(settings.slots)) {
    if (!pool_) throw std::runtime_error("pthreadpool_create made no threads");
    devices();  // XNNPACK must be initialised
  }

  std::vector<cvg_requirement> requirements() const {
    const bool own = spec_.layout == CVG_LAYOUT_NATIVE;
    std::vector<cvg_requirement> made;
    if (own) {
      made.push_back(cvg::overread(
          cvg::own(CVG_ROLE_SRC, CVG_SCOPE_SLOT, cvg::src_bytes(spec_), kAlignment, "nhwc"),
          XNN_EXTRA_BYTES));
      made.push_back(
          cvg::own(CVG_ROLE_DST, CVG_SCOPE_SLOT, cvg::dst_bytes(spec_), kAlignment, "nhwc"));
    } else {
      made.push_back(cvg::overread(cvg::tensor(CVG_ROLE_SRC, cvg::src_bytes(spec_), CVG_DTYPE_F32),
                                   copies() ? 0 : XNN_EXTRA_BYTES));
      made.push_back(cvg::tensor(CVG_ROLE_DST, cvg::dst_bytes(spec_), CVG_DTYPE_F32));
    }
    if (const auto bytes = layout_of_workspace().bytes; bytes > 0)
      made.push_back(cvg::workspace(bytes));
    made.push_back(cvg::in_library(CVG_ROLE_PACKED_WEIGHTS));
    return made;
  }

  void bind(const cvg::Slot& slot) { run_of(slot).reset(); }
  void prepare_weights(const cvg_tensors& host, const cvg::Slot& slot) {
    const auto narrow = [](std::int64_t value) { return static_cast<std::uint32_t>(value); };
    const auto& s = spec_;
    const bool padded = pads(s);
    const auto pad = [&](std::int64_t value) { return padded ? 0u : narrow(value); };
    constexpr auto kInfinity = std::numeric_limits<float>::infinity();
    xnn_operator_t made = nullptr;
    succeeded(xnn_create_convolution2d_nhwc_f32(
                  pad(s.h.pad_before), pad(s.w.pad_after), pad(s.h.pad_after), pad(s.w.pad_before),
                  narrow(s.h.kernel), narrow(s.w.kernel), narrow(stride(s.h)), narrow(stride(s.w)),
                  narrow(s.h.dilation), narrow(s.w.dilation), narrow(s.groups),
                  unsigned_of(s.in_channels / s.groups), unsigned_of(s.out_channels / s.groups),
                  unsigned_of(s.in_channels), unsigned_of(s.out_channels),
                  channels_last(s, static_cast<const float*>(host.weights)).data(),
                  static_cast<const float*>(host.bias), -kInfinity, kInfinity, 0, &made),
              "xnn_create_convolution2d_nhwc_f32");
    run_of(slot).reset(made);
    const auto at = addresses(slot);
    succeeded(
        xnn_setup_convolution2d_nhwc_f32(made, unsigned_of(s.batch),
                                         unsigned_of(padded ? backends::padded(s.h) : s.h.input),
                                         unsigned_of(padded ? backends::padded(s.w) : s.w.input),
                                         at.input, at.output, pool_.get()),
        "xnn_setup_convolution2d_nhwc_f32");
  }
  void upload(const cvg_tensors& host, const cvg::Slot& slot) {
    if (spec_.layout == CVG_LAYOUT_NATIVE)
      source_to_nhwc(static_cast<const float*>(host.src), static_cast<float*>(slot.src));
  }
  void execute(const cvg::Slot& slot) {
    if (spec_.batch == 0) return;
    const auto at = addresses(slot);
    const auto* source = static_cast<const float*>(slot.src);
    if (spec_.layout == CVG_LAYOUT_NCHW) {
      source_to_nhwc(source, at.turned);
      source = at.turned;
    }
    if (pads(spec_))
      pad({spec_.batch, unsigned_of(spec_.in_channels) * sizeof(float)}, spec_.h, spec_.w,
          spec_.padding_mode, source, at.input);
    succeeded(xnn_run_operator(run_of(slot).get(), pool_.get()), "xnn_run_operator");
    if (spec_.layout == CVG_LAYOUT_NCHW) result_to_nchw(at.output, static_cast<float*>(slot.dst));
  }
  void fetch(const cvg_tensors& host, const cvg::Slot& slot) {
    if (spec_.layout == CVG_LAYOUT_NATIVE)
      result_to_nchw(static_cast<const float*>(slot.dst), static_cast<float*>(host.dst));
  }

 private:
  static constexpr std::size_t kAlignment = 64;

  /// A stride longer than the padded input allows one output only, so that it may be shortened to
  /// fit the library's 32-bit counters.
  static std::int64_t stride(const cvg_axis& axis) {
    return std::min(axis.stride, backends::padded(axis));
  }

  /// Whether our own code writes out the padded source.
  static bool pads(const cvg_spec& spec) { return spec.padding_mode != CVG_PADDING_ZEROS; }
  /// Whether the operator's input lies in the workspace, and is not the source itself.
  bool copies() const { return pads(spec_) || spec_.layout == CVG_LAYOUT_NCHW; }

  /// In nhwc. `turned`: the source without padding, where it is not the input itself.
  struct Addresses {
    float *turned, *input, *output;
  };
  /// Where in the workspace they begin, and how many bytes it has.
  struct Workspace {
    std::size_t turned, input, output, bytes;
  };
  Workspace layout_of_workspace() const {
    Workspace made{};
    const auto take = [&](bool wanted, std::int64_t floats) {
      const auto begin = made.bytes;
      if (wanted)
        made.bytes += (unsigned_of(floats) * sizeof(float) + XNN_EXTRA_BYTES + kAlignment - 1) /
                      kAlignment * kAlignment;
      return begin;
    };
    const auto& s = spec_;
    const bool nchw = s.layout == CVG_LAYOUT_NCHW, padded = pads(s);
    const auto source = s.batch * s.in_channels * s.h.input * s.w.input;
    made.turned = take(nchw && padded, source);
    made.input = take(
        copies(),
        padded ? s.batch * s.in_channels * backends::padded(s.h) * backends::padded(s.w) : source);
    made.output = take(nchw, s.batch * s.out_channels * cvg::output(s.h) * cvg::output(s.w));
    return made;
  }
  Addresses addresses(const cvg::Slot& slot) const {
    const auto at = layout_of_workspace();
    const auto in_workspace = [&](std::size_t offset) {
      return reinterpret_cast<float*>(static_cast<unsigned char*>(slot.workspace) + offset);
    };
    const bool nchw = spec_.layout == CVG_LAYOUT_NCHW;
    Addresses made{};
    made.input = copies() ? in_workspace(at.input) : static_cast<float*>(slot.src);
    made.turned = nchw && pads(spec_) ? in_workspace(at.turned) : made.input;
    made.output = nchw ? in_workspace(at.output) : static_cast<float*>(slot.dst);
    return made;
  }

  void source_to_nhwc(const float* from, float* to) const {
    Transposition{from, to, unsigned_of(spec_.in_channels),
                  unsigned_of(spec_.h.input * spec_.w.input)}
        .run(unsigned_of(spec_.batch), pool_.get());
  }
  void result_to_nchw(const float* from, float* to) const {
    Transposition{from, to, unsigned_of(cvg::output(spec_.h) * cvg::output(spec_.w)),
                  unsigned_of(spec_.out_channels)}
        .run(unsigned_of(spec_.batch), pool_.get());
  }
  Operator& run_of(const cvg::Slot& slot) { return runs_[unsigned_of(slot.index)]; }

  cvg_spec spec_;
  Pool pool_;
  std::vector<Operator> runs_;
};

}  // namespace convgauge::backends::xnnpack

CVG_EXPORT_PLUGIN("convgauge_xnnpack", "1.0", convgauge::backends::xnnpack::XnnPack)
