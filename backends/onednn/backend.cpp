// onednn, onednn3: oneDNN 2.x and 3.x from one source; the plan names the library's own implementation and the route to
// it. Weights are packed in prepare_weights, scratch is the host's, nothing is chosen by timing.
#include <convgauge/sdk.hpp>

#include "pipeline.hpp"

namespace convgauge::backends::onednn {

class OneDnn {
 public:
#if DNNL_VERSION_MAJOR >= 3
  static constexpr const char* name = "onednn3";
#else
  static constexpr const char* name = "onednn";
#endif
  static constexpr const char* description = "oneAPI Deep Neural Network Library on the CPU";
  static const char* version() {
    static const std::string text =
        "oneDNN " + library_version() + (library().threads.adjustable() ? " (OpenMP)" : " (sequential)");
    return text.c_str();
  }
  static constexpr cvg::Supports supports{
      .types = {CVG_F32, CVG_F16, CVG_BF16},
      .layouts = {CVG_NCHW, CVG_NHWC, CVG_NATIVE},
      .padding_modes = {CVG_PADDING_ZEROS, CVG_PADDING_REFLECT, CVG_PADDING_REPLICATE, CVG_PADDING_CIRCULAR}};

  static void check(const cvg_spec& spec, const cvg_settings& settings) {
    cvg::refuse_unless(settings.threads == 1 || library().threads.adjustable(), CVG_REASON_THREADS,
                       "this oneDNN is built without OpenMP and runs in one thread");
    for (const auto size : {spec.batch, spec.in_channels, spec.out_channels, padded(spec.h), padded(spec.w)})
      cvg::refuse_unless(size <= INT32_MAX, CVG_REASON_SIZE,
                         "oneDNN's kernels count in 32 bits; " + std::to_string(size) + " is beyond them");
  }

  static std::vector<cvg_algorithm> algorithms(const cvg_spec& spec, const cvg_settings& settings) {
    library().threads.use(settings.threads);  // the library's choice depends on it
    std::vector<cvg_algorithm> all;
    for (const auto& candidate : candidates(spec)) all.push_back(describe(candidate, spec));
    cvg::refuse_unless(!all.empty(), spec.src_type == CVG_F32 ? CVG_REASON_OTHER : CVG_REASON_DTYPE, why_none(spec));
    return all;
  }

  OneDnn(const cvg_spec& spec, const cvg_settings& settings)
      : spec_(spec),
        threads_(settings.threads),
        candidate_(find(spec, settings)),
        pipeline_(spec, candidate_),
        runs_(static_cast<std::size_t>(settings.slots)) {}

  std::vector<cvg_requirement> requirements() const {
    std::vector<cvg_requirement> made;
    made.push_back(image(CVG_ROLE_SRC, cvg::src_bytes(spec_), stored_src()));
    made.push_back(packs() ? cvg::packed_weights(pipeline_.weights().get_size())
                           : cvg::tensor(CVG_ROLE_WEIGHTS, cvg::weights_bytes(spec_), spec_.weights_type));
    if (spec_.bias) made.push_back(cvg::tensor(CVG_ROLE_BIAS, cvg::bias_bytes(spec_), spec_.dst_type));
    made.push_back(image(CVG_ROLE_DST, cvg::dst_bytes(spec_), pipeline_.dst()));
    if (pipeline_.workspace_bytes() > 0) made.push_back(cvg::workspace(pipeline_.workspace_bytes()));
    return made;
  }

  void bind(const cvg::Slot& slot) {
    runs_[static_cast<std::size_t>(slot.index)] =
        pipeline_.bind({slot.src, packs() ? slot.packed_weights : slot.weights, slot.bias, slot.dst, slot.workspace});
  }
  void prepare_weights(const cvg_tensors& host, const cvg::Slot& slot) {
    library().threads.use(threads_);
    if (packs()) convert(user_weights(spec_), host.weights, pipeline_.weights(), slot.packed_weights);
  }
  void upload(const cvg_tensors& host, const cvg::Slot& slot) {
    library().threads.use(threads_);
    if (is_native() && spec_.batch > 0) convert(host_src(), host.src, stored_src(), const_cast<void*>(slot.src));
  }
  void execute(const cvg::Slot& slot) {
    if (spec_.batch == 0) return;
    library().threads.use(threads_);
    pipeline_.execute(runs_[static_cast<std::size_t>(slot.index)]);
  }
  void fetch(const cvg_tensors& host, const cvg::Slot& slot) {
    library().threads.use(threads_);
    if (is_native() && spec_.batch > 0) convert(pipeline_.dst(), slot.dst, user_dst(spec_), host.dst);
  }

 private:
  bool is_native() const {
    return candidate_.route == Route::native;
  }
  bool packs() const {
    return pipeline_.weights() != user_weights(spec_);
  }

  /// The source without explicit padding, as the host has it and as the slot keeps it.
  cvg_spec unpadded() const {
    auto spec = spec_;
    spec.padding_mode = CVG_PADDING_ZEROS;
    return spec;
  }
  dnnl::memory::desc host_src() const {
    return user_src(unpadded());
  }
  dnnl::memory::desc stored_src() const {
    return describe(unpadded(), candidate_).src;
  }

  cvg_requirement image(cvg_role role, std::size_t tensor_bytes, const dnnl::memory::desc& native) const {
    if (!is_native()) return cvg::tensor(role, tensor_bytes, spec_.src_type);
    return cvg::own(role, CVG_SCOPE_SLOT, spec_.batch > 0 ? native.get_size() : 0, 64, family_name(candidate_.family));
  }

  static Candidate find(const cvg_spec& spec, const cvg_settings& settings) {
    for (auto& candidate : candidates(spec))
      if (describe(candidate, spec).name == std::string_view(settings.algorithm)) return candidate;
    throw std::runtime_error("oneDNN no longer offers " + std::string(settings.algorithm));
  }

  /// The library's own words for having nothing.
  static std::string why_none(const cvg_spec& spec) {
    std::string words = "unimplemented";
    try {
      static_cast<void>(Implementations(describe(spec, Candidate{}), attributes(spec), library().engine).any());
    } catch (const dnnl::error& refusal) {
      words = refusal.what();
    }
    return "oneDNN " + library_version() + " has no implementation for " + cvg::type_word(spec.src_type) +
           " here on this processor (" + words + ")";
  }

  cvg_spec spec_;
  int threads_;
  Candidate candidate_;
  Pipeline pipeline_;
  std::vector<Run> runs_;
};

}  // namespace convgauge::backends::onednn

#if DNNL_VERSION_MAJOR >= 3
CVG_EXPORT_PLUGIN("convgauge_onednn3", "1.0", convgauge::backends::onednn::OneDnn)
#else
CVG_EXPORT_PLUGIN("convgauge_onednn", "1.0", convgauge::backends::onednn::OneDnn)
#endif
