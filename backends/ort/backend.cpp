// ort: ONNX Runtime's CPU provider. Each slot has a session of its own for a model of one Conv,
// made in prepare_weights, where the library packs the constant weights; execute() is one Run() on
// the host's own tensors.
#include <convgauge/sdk.hpp>
#include <memory>

#include "library.hpp"
#include "model.hpp"

namespace convgauge::backends::ort {
namespace {

// GraphOptimizationLevel. `all` adds to `extended` what changes layouts.
constexpr int kExtended = 2, kAll = 99;
constexpr std::size_t kMostModelBytes = INT32_MAX;  // of a message of protobuf

struct ReleaseSession {
  void operator()(OrtSession* session) const { library().table.release_session(session); }
};
struct ReleaseValue {
  void operator()(OrtValue* value) const { library().table.release_value(value); }
};
struct ReleaseOptions {
  void operator()(OrtSessionOptions* options) const { library().table.release_options(options); }
};

/// A f32 tensor over memory of the host, which is not copied.
std::unique_ptr<OrtValue, ReleaseValue> tensor_at(void* data, std::size_t bytes,
                                                  const std::int64_t (&shape)[4]) {
  constexpr int kFloat = 1;  // ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT
  OrtValue* made = nullptr;
  library().check(
      library().table.create_tensor(library().memory, data, bytes, shape, 4, kFloat, &made));
  return std::unique_ptr<OrtValue, ReleaseValue>(made);
}

}  // namespace

class Ort {
 public:
  static constexpr const char* name = "ort";
  static constexpr const char* description = "ONNX Runtime's CPU provider, a model of one Conv";
  static const char* version() {
    static const std::string text =
        "ONNX Runtime " + (library().version.empty() ? "(none)" : library().version);
    return text.c_str();
  }
  static constexpr cvg::Supports supports{
      .layouts = {CVG_LAYOUT_NCHW, CVG_LAYOUT_NHWC},
      .padding_modes = {CVG_PADDING_ZEROS, CVG_PADDING_REFLECT, CVG_PADDING_REPLICATE,
                        CVG_PADDING_CIRCULAR}};

  static std::vector<cvg_device> devices() {
    if (!library().why.empty()) throw cvg::Refused(CVG_REASON_HOST, library().why);
    return {cvg::cpu_device()};
  }
  static std::span<const cvg_option_info> options() {
    static constexpr cvg_option_info all[] = {cvg::describe_option(
        "spin", "0|1", "1", "whether idle threads of the library spin (its own default)")};
    return all;
  }
  static void check(const cvg_spec& spec, const cvg_settings& settings) {
    cvg::refuse_unless(settings.workspace_limit_bytes < 0, CVG_REASON_WORKSPACE_LIMIT,
                       "ONNX Runtime obtains its own memory, which cannot be limited");
    cvg::refuse_unless(cvg::weights_bytes(spec) + cvg::bias_bytes(spec) < kMostModelBytes - 4096,
                       CVG_REASON_SIZE, "an ONNX model with its weights has less than 2 GiB");
  }
  static std::vector<cvg_algorithm> algorithms(const cvg_spec& spec, const cvg_settings&) {
    static constexpr const char* kPadding[] = {"", "+pad_reflect", "+pad_replicate",
                                               "+pad_circular"};
    std::vector<cvg_algorithm> made;
    for (const std::string level : {"ort.all", "ort.extended"})
      made.push_back(cvg::algorithm(level + kPadding[spec.padding_mode] +
                                        (spec.layout == CVG_LAYOUT_NHWC ? "+transpose" : ""),
                                    CVG_CLASS_GEMM));
    return made;
  }

  Ort(const cvg_spec& spec, const cvg_settings& settings)
      : spec_(spec),
        threads_(settings.threads),
        level_(std::string_view(settings.algorithm).starts_with("ort.all") ? kAll : kExtended),
        spin_(cvg::option(settings, "spin").value_or("1")),
        runs_(static_cast<std::size_t>(settings.slots)) {}

  /// The weights are in the session, and what it computes with in its arena.
  std::vector<cvg_requirement> requirements() const {
    return {cvg::tensor(CVG_ROLE_SRC, cvg::src_bytes(spec_), spec_.src_type),
            cvg::tensor(CVG_ROLE_DST, cvg::dst_bytes(spec_), spec_.dst_type),
            cvg::in_library(CVG_ROLE_PACKED_WEIGHTS), cvg::in_library(CVG_ROLE_WORKSPACE)};
  }
  void bind(const cvg::Slot& slot) {
    auto& r = run_of(slot);
    const auto height = cvg::output(spec_.h), width = cvg::output(spec_.w);
    r.session.reset();
    if (spec_.layout == CVG_LAYOUT_NHWC) {
      r.x = tensor_at(slot.src, cvg::src_bytes(spec_),
                      {spec_.batch, spec_.h.input, spec_.w.input, spec_.in_channels});
      r.y = tensor_at(slot.dst, cvg::dst_bytes(spec_),
                      {spec_.batch, height, width, spec_.out_channels});
    } else {
      r.x = tensor_at(slot.src, cvg::src_bytes(spec_),
                      {spec_.batch, spec_.in_channels, spec_.h.input, spec_.w.input});
      r.y = tensor_at(slot.dst, cvg::dst_bytes(spec_),
                      {spec_.batch, spec_.out_channels, height, width});
    }
  }
  void prepare_weights(const cvg_tensors& host, const cvg::Slot& slot) {
    const auto options = session_options();
    const auto model = model_of(spec_, host.weights, host.bias);
    OrtSession* made = nullptr;
    library().check(library().table.create_session(library().environment, model.data(),
                                                   model.size(), options.get(), &made));
    run_of(slot).session.reset(made);
  }
  void execute(const cvg::Slot& slot) {
    static constexpr const char *kInput[] = {"x"}, *kOutput[] = {"y"};
    const auto& r = run_of(slot);
    const OrtValue* x[] = {r.x.get()};
    OrtValue* y[] = {r.y.get()};
    library().check(library().table.run(r.session.get(), nullptr, kInput, x, 1, kOutput, 1, y));
  }

 private:
  struct Run {
    std::unique_ptr<OrtValue, ReleaseValue> x, y;
    std::unique_ptr<OrtSession, ReleaseSession> session;
  };
  Run& run_of(const cvg::Slot& slot) { return runs_[static_cast<std::size_t>(slot.index)]; }

  std::unique_ptr<OrtSessionOptions, ReleaseOptions> session_options() const {
    const auto& t = library().table;
    OrtSessionOptions* made = nullptr;
    library().check(t.create_options(&made));
    std::unique_ptr<OrtSessionOptions, ReleaseOptions> options(made);
    library().check(t.set_intra_threads(made, threads_));
    library().check(t.set_inter_threads(made, 1));
    library().check(t.set_optimization(made, level_));
    library().check(t.add_config(made, "session.intra_op.allow_spinning", spin_.c_str()));
    return options;
  }

  cvg_spec spec_;
  int threads_, level_;
  std::string spin_;
  std::vector<Run> runs_;
};

}  // namespace convgauge::backends::ort

CVG_EXPORT_PLUGIN("convgauge_ort", "1.0", convgauge::backends::ort::Ort)
