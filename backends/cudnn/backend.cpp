// cudnn: NVIDIA's cuDNN 9 through its graph API. Each engine configuration is one algorithm.
// Tensors lie on the device; copies and changes of layout happen in prepare_weights, upload and
// fetch, which are timed separately.
#include <charconv>
#include <convgauge/sdk.hpp>
#include <cstring>

#include "memory.hpp"
#include "permute.hpp"
#include "session.hpp"

namespace convgauge::backends::cudnn {

class Cudnn {
 public:
  static constexpr const char* name = "cudnn";
  static constexpr const char* description = "NVIDIA cuDNN 9 on a GPU, by its graph API";
  static const char* version() {
    static const std::string text = session().opened().ok()
                                        ? cudnn_version_words(session().cudnn())
                                        : "built with cuDNN " + version_text(CUDNN_VERSION);
    return text.c_str();
  }
  static constexpr cvg::Supports supports{
      .types = {CVG_DTYPE_F32, CVG_DTYPE_F64, CVG_DTYPE_F16, CVG_DTYPE_BF16},
      .layouts = {CVG_LAYOUT_NCHW, CVG_LAYOUT_NHWC, CVG_LAYOUT_NATIVE},
      .padding_modes = {CVG_PADDING_ZEROS, CVG_PADDING_REFLECT, CVG_PADDING_REPLICATE,
                        CVG_PADDING_CIRCULAR},
      .directions = {CVG_DIRECTION_FORWARD, CVG_DIRECTION_BACKWARD_DATA,
                     CVG_DIRECTION_BACKWARD_WEIGHTS}};
  using Memory = DeviceMemory;

  static std::span<const cvg_option_info> options() {
    static constexpr cvg_option_info all[] = {
        cvg::describe_option("workspace_limit", "bytes", "none",
                             "candidates that need more are left out"),
        cvg::describe_option("candidates", "1..4096", "4096",
                             "at most so many algorithms, cuDNN's first picks"),
        cvg::describe_option("replay", "small|always|never", "small",
                             "which batches are replayed from a captured CUDA graph")};
    return all;
  }

  static std::vector<cvg_device> devices() {
    const auto& found = session().devices();
    cvg::refuse_unless(!found.list.empty(), CVG_REASON_DEVICE, found.why_none);
    std::vector<cvg_device> all;
    for (const auto& device : found.list) all.push_back(device.info);
    return all;
  }
  static std::string device_details(std::int32_t device) {
    return session().device_details(device);
  }

  static void check(const cvg_spec& spec, const cvg_settings& settings) {
    static_cast<void>(limit(settings));
    for (const auto size : {spec.batch, spec.in_channels, spec.out_channels,
                            padded_axis(spec.h).padded, padded_axis(spec.w).padded})
      cvg::refuse_unless(size <= INT32_MAX, CVG_REASON_SIZE,
                         "cuDNN counts in 32 bits; " + std::to_string(size) + " is beyond them");
    cvg::refuse_unless(spec.padding_mode == CVG_PADDING_ZEROS || kernels_fatbin(),
                       CVG_REASON_PADDING_MODE,
                       "built without nvcc: padding that cuDNN lacks cannot be written out");
    cvg::refuse_unless(
        !sums_copies(spec) || spec.src_type == CVG_DTYPE_F32 || spec.src_type == CVG_DTYPE_F64,
        CVG_REASON_PADDING_MODE,
        "the gradient by padding other than zeros is a sum of gradients that f16 "
        "and bf16 would round");
    cvg::refuse_unless(
        !spec.bias || spec.direction != CVG_DIRECTION_BACKWARD_WEIGHTS || kernels_fatbin(),
        CVG_REASON_BIAS, "built without nvcc: there is no kernel to sum the gradient of the bias");
  }
  static void check_runnable(const cvg_spec&, const cvg_settings& settings) {
    refuse_described(session().device(settings.device));
  }

  static std::vector<cvg_algorithm> algorithms(const cvg_spec& spec, const cvg_settings& settings) {
    const auto listing = session().listing(spec, settings.device, limit(settings));
    std::vector<cvg_algorithm> all;
    const auto most = most_candidates(settings);
    for (const auto& candidate : listing->candidates)
      if (all.size() < most) all.push_back(describe(candidate, spec));
    const bool small = listing->least_workspace_bytes == 0;
    cvg::refuse_unless(!all.empty(), small ? CVG_REASON_OTHER : CVG_REASON_WORKSPACE_LIMIT,
                       "cuDNN has nothing for this: " + listing->why_none());
    return all;
  }

  Cudnn(const cvg_spec& spec, const cvg_settings& settings)
      : spec_(spec),
        listing_(session().listing(spec, settings.device, limit(settings))),
        candidate_(find(*listing_, settings.algorithm)),
        gpu_(session().gpu(settings.device)),
        execution_(gpu_, spec, candidate_, settings.slots, replay(settings)) {}

  std::vector<cvg_requirement> requirements() const {
    std::vector<cvg_requirement> all;
    const char* layout = channels_last(spec_) ? "nhwc" : "nchw";
    const auto add = [&](cvg_role role, std::size_t bytes, const char* name_of_layout) {
      auto r = cvg::own(role, CVG_SCOPE_SLOT, bytes, kDeviceAlignment, name_of_layout);
      r.memory_kind = kDeviceMemory;
      all.push_back(r);
    };
    const auto [x, w, y] = roles();
    add(x, cvg::src_bytes(spec_), layout);
    add(w, cvg::weights_bytes(spec_), "");
    if (has_bias()) add(forward() ? CVG_ROLE_BIAS : CVG_ROLE_DIFF_BIAS, cvg::bias_bytes(spec_), "");
    add(y, cvg::dst_bytes(spec_), layout);
    if (const auto bytes = workspace_bytes(spec_, candidate_); bytes > 0) {
      add(CVG_ROLE_WORKSPACE, bytes, "");
      all.back().scope = CVG_SCOPE_EXECUTION;
    }
    return all;
  }

  void bind(const cvg::Slot& slot) { execution_.bind(slot.index, addresses(slot)); }

  void prepare_weights(const cvg_tensors& host, const cvg::Slot& slot) {
    if (spec_.direction == CVG_DIRECTION_BACKWARD_WEIGHTS) return;
    const auto taps = spec_.h.kernel * spec_.w.kernel;
    send(host.weights, addresses(slot).w, cvg::weights_bytes(spec_), spec_.out_channels,
         spec_.in_channels / spec_.groups, taps, channels_last(spec_));
    if (forward() && has_bias())
      send(host.bias, addresses(slot).bias, cvg::bias_bytes(spec_), 1, 1, spec_.out_channels,
           false);
  }
  void upload(const cvg_tensors& host, const cvg::Slot& slot) {
    const auto at = addresses(slot);
    if (spec_.direction != CVG_DIRECTION_BACKWARD_DATA)
      send(host.src, at.x, cvg::src_bytes(spec_), spec_.batch, spec_.in_channels,
           spec_.h.input * spec_.w.input, native());
    if (!forward())
      send(host.diff_dst, at.y, cvg::dst_bytes(spec_), spec_.batch, spec_.out_channels, outputs(),
           native());
  }
  void fetch(const cvg_tensors& host, const cvg::Slot& slot) {
    const auto at = addresses(slot);
    switch (spec_.direction) {
      case CVG_DIRECTION_FORWARD:
        return receive(at.y, host.dst, cvg::dst_bytes(spec_), spec_.batch, spec_.out_channels,
                       outputs(), native());
      case CVG_DIRECTION_BACKWARD_DATA:
        return receive(at.x, host.diff_src, cvg::src_bytes(spec_), spec_.batch, spec_.in_channels,
                       spec_.h.input * spec_.w.input, native());
      default:
        if (has_bias())
          receive(at.bias, host.diff_bias, cvg::bias_bytes(spec_), 1, 1, spec_.out_channels, false);
        return receive(at.w, host.diff_weights, cvg::weights_bytes(spec_), spec_.out_channels,
                       spec_.in_channels / spec_.groups, spec_.h.kernel * spec_.w.kernel,
                       channels_last(spec_));
    }
  }

  void execute_batch(std::span<const cvg::Slot* const> slots, cvg_timing* timing) {
    turn_.clear();
    for (const auto* slot : slots) turn_.push_back(slot->index);
    execution_.start(turn_, timing);
  }
  void wait() { execution_.wait(); }

  std::string details() const {
    auto text = cudnn::details(candidate_, *listing_);
    text.pop_back();
    text += ", \"replayed\": " + std::string(execution_.replayed() ? "true" : "false");
    if (!execution_.capture_failure().empty())
      text += ", \"capture_failed\": " + quoted(execution_.capture_failure());
    return text + "}";
  }

 private:
  static std::string quoted(const std::string& text) {
    std::string safe = "\"";
    for (const char c : text)
      safe += c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 ? '\'' : c;
    return safe + "\"";
  }

  /// Whether the gradient of a source element is a sum over several positions of the padded source.
  static bool sums_copies(const cvg_spec& spec) {
    return spec.direction == CVG_DIRECTION_BACKWARD_DATA &&
           spec.padding_mode != CVG_PADDING_ZEROS && is_padded(spec);
  }
  /// The smaller of the host's workspace limit and the option, in bytes; negative: no limit.
  static std::int64_t limit(const cvg_settings& settings) {
    auto bytes = settings.workspace_limit_bytes;
    const auto asked = cvg::option(settings, "workspace_limit");
    if (!asked || *asked == "none") return bytes;
    std::int64_t value = -1;
    const auto read = std::from_chars(asked->data(), asked->data() + asked->size(), value);
    cvg::refuse_unless(
        read.ec == std::errc{} && read.ptr == asked->data() + asked->size() && value >= 0,
        CVG_REASON_OPTION,
        "option workspace_limit=" + std::string(*asked) + " is neither a number of bytes nor none");
    return bytes < 0 ? value : std::min(bytes, value);
  }
  static std::size_t most_candidates(const cvg_settings& settings) {
    // The SDK has checked that the value is a number.
    const auto asked = cvg::option(settings, "candidates").value_or("4096");
    std::size_t value = 0;
    std::from_chars(asked.data(), asked.data() + asked.size(), value);
    return value;
  }
  static Replay replay(const cvg_settings& settings) {
    const auto asked = cvg::option(settings, "replay").value_or("small");
    return asked == "always" ? Replay::always : asked == "never" ? Replay::never : Replay::small;
  }
  static const Candidate& find(const Listing& listing, const char* algorithm) {
    for (const auto& candidate : listing.candidates)
      if (candidate.name == algorithm) return candidate;
    throw std::runtime_error("cuDNN no longer offers " + std::string(algorithm));
  }

  struct Roles {
    cvg_role x, w, y;
  };
  Roles roles() const {
    const bool data = spec_.direction == CVG_DIRECTION_BACKWARD_DATA,
               weights = spec_.direction == CVG_DIRECTION_BACKWARD_WEIGHTS;
    return {data ? CVG_ROLE_DIFF_SRC : CVG_ROLE_SRC,
            weights ? CVG_ROLE_DIFF_WEIGHTS : CVG_ROLE_WEIGHTS,
            data || weights ? CVG_ROLE_DIFF_DST : CVG_ROLE_DST};
  }
  Addresses addresses(const cvg::Slot& slot) const {
    const auto given = [](void* in, void* out) { return out ? out : in; };
    return {given(slot.src, slot.diff_src), given(slot.weights, slot.diff_weights),
            given(slot.diff_dst, slot.dst), given(slot.bias, slot.diff_bias), slot.workspace};
  }
  bool forward() const { return spec_.direction == CVG_DIRECTION_FORWARD; }
  bool has_bias() const { return spec_.bias && spec_.direction != CVG_DIRECTION_BACKWARD_DATA; }
  bool native() const { return spec_.layout == CVG_LAYOUT_NATIVE; }
  std::int64_t outputs() const { return cvg::output(spec_.h) * cvg::output(spec_.w); }

  /// Copies a host tensor of count x channels x pixels to the device; there its layout is channels
  /// last if `last`.
  void send(const void* host, void* device, std::size_t bytes, std::int64_t count,
            std::int64_t channels, std::int64_t pixels, bool last) {
    if (bytes == 0) return;
    if (last) {
      staging_.resize(bytes);
      transpose(host, staging_.data(), count, channels, pixels, cvg::size_of(spec_.src_type));
      host = staging_.data();
    }
    cudnn::check(gpu_.cuda, gpu_.cuda.memcpy(device, host, bytes, cudaMemcpyHostToDevice),
                 "upload");
    cudnn::check(gpu_.cuda, gpu_.cuda.device_synchronize(), "upload");
  }
  void receive(const void* device, void* host, std::size_t bytes, std::int64_t count,
               std::int64_t channels, std::int64_t pixels, bool last) {
    if (bytes == 0) return;
    if (last) staging_.resize(bytes);
    void* to = last ? staging_.data() : host;
    cudnn::check(gpu_.cuda, gpu_.cuda.memcpy(to, device, bytes, cudaMemcpyDeviceToHost), "fetch");
    if (last)
      transpose(staging_.data(), host, count, pixels, channels, cvg::size_of(spec_.src_type));
  }

  cvg_spec spec_;
  std::shared_ptr<const Listing> listing_;
  const Candidate& candidate_;
  Gpu& gpu_;
  Execution execution_;
  std::vector<int> turn_;
  std::vector<unsigned char> staging_;
};

}  // namespace convgauge::backends::cudnn

CVG_EXPORT_PLUGIN("convgauge_cudnn", "1.0", convgauge::backends::cudnn::Cudnn)
