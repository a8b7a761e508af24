// fft: convolution by overlap-save with our own transforms, meant for large kernels. See README.md.
#include <convgauge/sdk.hpp>
#include <memory>
#include <optional>

#include "convolution.hpp"
#include "cost.hpp"
#include "isa.hpp"

namespace convgauge::backends::fft {
namespace {

constexpr cvg_option_info kOptions[] = {
    cvg::describe_option("isa", kInstructionSetValues, "auto",
                         "the instruction set that must be used"),
    cvg::describe_option(
        "workspace_limit", "bytes", "-1",
        "most bytes of workspace and packed weights; beside the limit of the settings"),
};

const Kernels& kernels_of(const cvg_settings& settings) {
  const auto set = instruction_set(cvg::option(settings, "isa").value_or("auto"));
  const Kernels* kernels = built_in(set);
  cvg::refuse_unless(kernels && runs_here(set), CVG_REASON_HOST, why_not_here(set));
  return *kernels;
}

/// The smaller of the host's limit and the option, in bytes; -1: no limit.
std::int64_t workspace_limit(const cvg_settings& settings) {
  std::int64_t limit = settings.workspace_limit_bytes;
  const auto text = cvg::option(settings, "workspace_limit");
  if (!text) return limit;
  std::int64_t own = 0;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), own);
  cvg::refuse_unless(
      read.ec == std::errc{} && read.ptr == text->data() + text->size() && own >= -1,
      CVG_REASON_OPTION,
      "option workspace_limit=" + std::string(*text) + " is not a number of bytes, -1 or more");
  return own < 0 ? limit : limit < 0 ? own : std::min(own, limit);
}

std::int64_t footprint(const Candidate& c, const Kernels& kernels, int threads) {
  const Sizes sizes = sizes_of(c.shape, c.cut, kernels, threads);
  return 4 * (sizes.packed_floats() + sizes.workspace_floats(threads));
}

/// The candidates within the workspace limit, the best first; refuses where there is none.
std::vector<Candidate> offered(const cvg_spec& spec, const cvg_settings& settings) {
  const Kernels& kernels = kernels_of(settings);
  auto all = candidates(spec, kernels, settings.threads);
  const auto limit = workspace_limit(settings);
  if (limit < 0) return all;
  std::int64_t least = INT64_MAX;
  std::erase_if(all, [&](const Candidate& c) {
    const auto bytes = footprint(c, kernels, settings.threads);
    least = std::min(least, bytes);
    return bytes > limit;
  });
  cvg::refuse_unless(!all.empty(), CVG_REASON_WORKSPACE_LIMIT,
                     "the least of all tiles needs " + std::to_string(least) +
                         " bytes of workspace and packed weights, the limit is " +
                         std::to_string(limit));
  return all;
}

/// What a tile spans of the source: at most 2^20, the most that the harness takes. A huge stride or
/// dilation leads beyond that, and beyond every source.
std::int32_t declared_extent(const Axis& axis, const Tiling& tiling) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(extent(axis, tiling), 1, 1 << 20));
}

cvg_algorithm described(const Candidate& c) {
  const auto across = declared_extent(c.shape.across, c.cut.across);
  const auto along = declared_extent(c.shape.along, c.cut.along);
  return c.shape.swapped ? cvg::fft(c.name(), along, across) : cvg::fft(c.name(), across, along);
}

}  // namespace

class Fft {
 public:
  static constexpr const char* name = "fft";
  static constexpr const char* version = "1.0";
#ifdef _OPENMP
  static constexpr const char* description = "overlap-save with our own transforms (OpenMP)";
#else
  static constexpr const char* description =
      "overlap-save with our own transforms (built without OpenMP: one thread)";
#endif
  static constexpr cvg::Supports supports{
      .layouts = {CVG_LAYOUT_NCHW, CVG_LAYOUT_NHWC, CVG_LAYOUT_NATIVE},
      .padding_modes = {CVG_PADDING_ZEROS, CVG_PADDING_REFLECT, CVG_PADDING_REPLICATE,
                        CVG_PADDING_CIRCULAR}};

  static std::span<const cvg_option_info> options() {
    return kOptions;
  }

  static void check(const cvg_spec& spec, const cvg_settings& settings) {
    kernels_of(settings);
    workspace_limit(settings);
    cvg::refuse_unless(spec.h.kernel > 1 || spec.w.kernel > 1, CVG_REASON_KERNEL,
                       "a 1x1 kernel has nothing to transform");
    cvg::refuse_unless(spec.h.input <= INT32_MAX && spec.w.input <= INT32_MAX, CVG_REASON_SIZE,
                       "an axis of the source is longer than 2147483647");
  }

  static std::vector<cvg_algorithm> algorithms(const cvg_spec& spec, const cvg_settings& settings) {
    std::vector<cvg_algorithm> all;
    for (const auto& c : offered(spec, settings)) all.push_back(described(c));
    return all;
  }

  Fft(const cvg_spec& spec, const cvg_settings& settings)
      : spec_(spec), convolution_(convolution(spec, settings)), threads_(settings.threads) {}

  std::vector<cvg_requirement> requirements() const {
    const Sizes& sizes = convolution_.sizes();
    const auto bytes = [](std::int64_t floats) {
      return static_cast<std::size_t>(floats) * sizeof(float);
    };
    return {image(CVG_ROLE_SRC, convolution_.src(), cvg::src_bytes(spec_)),
            image(CVG_ROLE_DST, convolution_.dst(), cvg::dst_bytes(spec_)),
            cvg::packed_weights(bytes(sizes.packed_floats())),
            cvg::workspace(bytes(sizes.workspace_floats(threads_)))};
  }

  void prepare_weights(const cvg_tensors& host, const cvg::Slot& slot) const {
    convolution_.prepare(static_cast<const float*>(host.weights),
                         spec_.bias ? static_cast<const float*>(host.bias) : nullptr,
                         static_cast<float*>(slot.packed_weights));
  }

  void upload(const cvg_tensors& host, const cvg::Slot& slot) const {
    if (spec_.layout != CVG_LAYOUT_NATIVE || spec_.batch == 0) return;
    to_native(convolution_.src(), spec_.batch, static_cast<const float*>(host.src),
              static_cast<float*>(slot.src));
  }

  void execute(const cvg::Slot& slot) const {
    if (spec_.batch == 0) return;
    convolution_.execute(static_cast<const float*>(slot.src), static_cast<float*>(slot.dst),
                         static_cast<const float*>(slot.packed_weights),
                         static_cast<float*>(slot.workspace));
  }

  void fetch(const cvg_tensors& host, const cvg::Slot& slot) const {
    if (spec_.layout != CVG_LAYOUT_NATIVE || spec_.batch == 0) return;
    from_native(convolution_.dst(), spec_.batch, static_cast<const float*>(slot.dst),
                static_cast<float*>(host.dst));
  }

 private:
  static Convolution convolution(const cvg_spec& spec, const cvg_settings& settings) {
    const Kernels& kernels = kernels_of(settings);
    for (const auto& c : candidates(spec, kernels, settings.threads))
      if (c.name() == settings.algorithm)
        return Convolution(spec, c.shape, c.cut, kernels, settings.threads);
    // Not reached: the SDK's chosen() has refused unknown algorithms before.
    throw cvg::Refused(CVG_REASON_ALGORITHM, "no such algorithm");
  }

  cvg_requirement image(cvg_role role, const ImageLayout& layout, std::size_t tensor_bytes) const {
    if (spec_.layout != CVG_LAYOUT_NATIVE) return cvg::tensor(role, tensor_bytes, CVG_DTYPE_F32);
    const auto elements = static_cast<std::size_t>(spec_.batch * layout.image_stride());
    return cvg::own(role, CVG_SCOPE_SLOT, elements * sizeof(float), sizeof(float),
                    "nChw" + std::to_string(layout.block) + "c");
  }

  cvg_spec spec_;
  Convolution convolution_;
  int threads_;
};

}  // namespace convgauge::backends::fft

CVG_EXPORT_PLUGIN("convgauge_fft", "1.0", convgauge::backends::fft::Fft)
