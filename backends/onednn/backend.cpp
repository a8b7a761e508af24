// onednn, onednn3: oneDNN 2.x and 3.x from one source. In each direction an algorithm's name says
// which of the library's implementations runs and by which route. Weights are packed in
// prepare_weights, scratch memory comes from the host, and nothing is chosen by timing.
#include <algorithm>
#include <convgauge/sdk.hpp>
#include <cstring>

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
    static const std::string text = "oneDNN " + library_version() + " (" +
                                    (!why_not_here().empty()          ? "no CPU"
                                     : library().threads.adjustable() ? Threads::name
                                                                      : "sequential") +
                                    ")";
    return text.c_str();
  }
  static constexpr cvg::Supports supports{
      .types = {CVG_DTYPE_F32, CVG_DTYPE_F16, CVG_DTYPE_BF16},
      .layouts = {CVG_LAYOUT_NCHW, CVG_LAYOUT_NHWC, CVG_LAYOUT_NATIVE},
      .padding_modes = {CVG_PADDING_ZEROS, CVG_PADDING_REFLECT, CVG_PADDING_REPLICATE,
                        CVG_PADDING_CIRCULAR},
      .directions = {CVG_DIRECTION_FORWARD, CVG_DIRECTION_BACKWARD_DATA,
                     CVG_DIRECTION_BACKWARD_WEIGHTS}};

  static std::vector<cvg_device> devices() {
    if (!why_not_here().empty()) throw cvg::Refused(CVG_REASON_HOST, why_not_here());
    return {cvg::cpu_device()};
  }
  static void check(const cvg_spec& spec, const cvg_settings& settings) {
    cvg::refuse_unless(settings.threads == 1 || library().threads.adjustable(), CVG_REASON_THREADS,
                       "this oneDNN is built without threads");
    for (const auto size :
         {spec.batch, spec.in_channels, spec.out_channels, padded(spec.h), padded(spec.w)})
      cvg::refuse_unless(
          size <= INT32_MAX, CVG_REASON_SIZE,
          "oneDNN's kernels count in 32 bits; " + std::to_string(size) + " is beyond them");
  }

  static std::vector<cvg_algorithm> algorithms(const cvg_spec& spec, const cvg_settings& settings) {
    library().threads.use(settings.threads);  // the library's choice depends on it
    std::vector<cvg_algorithm> all;
    for (const auto& candidate : candidates(spec)) all.push_back(describe(candidate, spec));
    cvg::refuse_unless(!all.empty(),
                       spec.src_type == CVG_DTYPE_F32 ? CVG_REASON_OTHER : CVG_REASON_DTYPE,
                       why_none(spec));
    return all;
  }

  OneDnn(const cvg_spec& spec, const cvg_settings& settings)
      : spec_(spec),
        threads_(settings.threads),
        candidate_(find(spec, settings)),
        images_(images_at_once(spec, candidate_)),
        pipeline_(with_batch(spec, images_), candidate_),
        runs_(static_cast<std::size_t>(settings.slots)) {}

  std::vector<cvg_requirement> requirements() const {
    const auto& direction = direction_of(spec_);
    std::vector<cvg_requirement> made;
    made.push_back(image(direction.src.role, cvg::src_bytes(spec_), pipeline_.src()));
    made.push_back(weights());
    if (has_bias(spec_))
      made.push_back(tensor(direction.bias.role, cvg::bias_bytes(spec_), spec_.dst_type));
    made.push_back(image(direction.dst.role, cvg::dst_bytes(spec_), pipeline_.dst()));
    if (pipeline_.workspace_bytes() > 0)
      made.push_back(cvg::workspace(pipeline_.workspace_bytes()));
    return made;
  }

  void bind(const cvg::Slot& slot) {
    auto& runs = runs_[static_cast<std::size_t>(slot.index)];
    runs.clear();
    for (std::int64_t image = 0; image < std::max<std::int64_t>(spec_.batch, 1); image += images_) {
      auto at = addresses(slot);
      at.src = beyond(at.src, cvg::src_bytes(spec_), image);
      at.dst = beyond(at.dst, cvg::dst_bytes(spec_), image);
      runs.push_back(pipeline_.bind(at));
      if (spec_.batch == 0) break;
    }
  }
  void prepare_weights(const cvg_tensors& host, const cvg::Slot& slot) {
    library().threads.use(threads_);
    if (packs())
      convert(user_weights(spec_), host.weights, pipeline_.weights(), slot.packed_weights);
  }
  void upload(const cvg_tensors& host, const cvg::Slot& slot) {
    if (!is_native() || spec_.batch == 0) return;
    library().threads.use(threads_);
    const auto at = addresses(slot);
    if (spec_.direction != CVG_DIRECTION_BACKWARD_DATA)
      convert(host_src(), host.src, pipeline_.src(), at.src);
    if (spec_.direction != CVG_DIRECTION_FORWARD)
      convert(user_dst(spec_), host.diff_dst, pipeline_.dst(), at.dst);
  }
  void execute(const cvg::Slot& slot) {
    if (spec_.batch == 0) return clear_sums(slot);
    library().threads.use(threads_);
    for (const auto& run : runs_[static_cast<std::size_t>(slot.index)]) pipeline_.execute(run);
  }
  void fetch(const cvg_tensors& host, const cvg::Slot& slot) {
    if (!is_native()) return;
    library().threads.use(threads_);
    const auto at = addresses(slot);
    if (spec_.direction == CVG_DIRECTION_BACKWARD_WEIGHTS)
      return convert(pipeline_.weights(), at.weights, user_weights(spec_), host.diff_weights);
    if (spec_.batch == 0) return;
    if (spec_.direction == CVG_DIRECTION_FORWARD)
      return convert(pipeline_.dst(), at.dst, user_dst(spec_), host.dst);
    convert(pipeline_.src(), at.src, host_src(), host.diff_src);
  }

 private:
  bool is_native() const {
    return candidate_.route == Route::native;
  }
  /// Whether prepare_weights brings the weights into another layout.
  bool packs() const {
    return spec_.direction != CVG_DIRECTION_BACKWARD_WEIGHTS &&
           pipeline_.weights() != user_weights(spec_);
  }
  dnnl::memory::desc host_src() const {
    return user_src(unpadded(spec_));
  }

  /// The kernels for SSE4.1 have additions with a memory operand, which must be aligned to 16 bytes
  /// (seen: 2.6.3 crashes in jit_1x1:sse41 with 512 channels where the destination is not).
  cvg_requirement tensor(cvg_role role, std::size_t bytes, cvg_dtype type) const {
    auto made = cvg::tensor(role, bytes, type);
    if (candidate_.implementation.find("sse41") != std::string::npos) made.alignment = 16;
    return made;
  }
  cvg_requirement image(cvg_role role, std::size_t tensor_bytes,
                        const dnnl::memory::desc& native) const {
    if (!is_native()) return tensor(role, tensor_bytes, spec_.src_type);
    return cvg::own(role, CVG_SCOPE_SLOT, spec_.batch > 0 ? native.get_size() : 0, 64,
                    family_name(candidate_.family));
  }
  cvg_requirement weights() const {
    const auto role = direction_of(spec_).weights.role;
    if (packs()) return cvg::packed_weights(pipeline_.weights().get_size());
    if (role == CVG_ROLE_DIFF_WEIGHTS && is_native())
      return cvg::own(role, CVG_SCOPE_SLOT, pipeline_.weights().get_size(), 64);
    return tensor(role, cvg::weights_bytes(spec_), spec_.weights_type);
  }

  static Addresses addresses(const cvg::Slot& slot) {
    const auto given = [](void* read, void* written) { return written ? written : read; };
    return {given(slot.src, slot.diff_src),
            given(slot.packed_weights ? slot.packed_weights : slot.weights, slot.diff_weights),
            given(slot.bias, slot.diff_bias), given(slot.diff_dst, slot.dst), slot.workspace};
  }

  static cvg_spec with_batch(cvg_spec spec, std::int64_t images) {
    spec.batch = images;
    return spec;
  }
  /// The address of an image; images lie one after the other in nchw and nhwc.
  void* beyond(void* tensor, std::size_t bytes, std::int64_t image) const {
    if (image == 0) return tensor;
    return static_cast<unsigned char*>(tensor) +
           bytes / static_cast<std::size_t>(spec_.batch) * static_cast<std::size_t>(image);
  }

  /// For an empty batch: the gradients of weights and bias are sums over the batch, so zero.
  void clear_sums(const cvg::Slot& slot) const {
    if (spec_.direction != CVG_DIRECTION_BACKWARD_WEIGHTS) return;
    std::memset(slot.diff_weights, 0, pipeline_.weights().get_size());
    if (slot.diff_bias) std::memset(slot.diff_bias, 0, cvg::bias_bytes(spec_));
  }

  static Candidate find(const cvg_spec& spec, const cvg_settings& settings) {
    for (auto& candidate : candidates(spec))
      if (describe(candidate, spec).name == std::string_view(settings.algorithm)) return candidate;
    throw std::runtime_error("oneDNN no longer offers " + std::string(settings.algorithm));
  }

  /// Why the library has no implementation, with its own error message.
  static std::string why_none(const cvg_spec& spec) {
    std::string words = "unimplemented";
    try {
      static_cast<void>(
          Implementations(describe(spec, Candidate{}), attributes(spec), library().engine).any());
    } catch (const dnnl::error& refusal) {
      words = refusal.what();
    }
    return "oneDNN " + library_version() + " has no implementation for " +
           cvg::type_word(spec.src_type) + " here on this processor (" + words + ")";
  }

  cvg_spec spec_;
  int threads_;
  Candidate candidate_;
  std::int64_t images_;  // that the pipeline takes at once
  Pipeline pipeline_;
  std::vector<std::vector<Run>> runs_;  // of each slot, one for so many images
};

}  // namespace convgauge::backends::onednn

#if DNNL_VERSION_MAJOR >= 3
CVG_EXPORT_PLUGIN("convgauge_onednn3", "1.0", convgauge::backends::onednn::OneDnn)
#else
CVG_EXPORT_PLUGIN("convgauge_onednn", "1.0", convgauge::backends::onednn::OneDnn)
#endif
