// winograd: F(m x m, r x r) in f32 on the CPU. Weights are transformed in prepare_weights. An
// execution transforms, multiplies and transforms back one block of tiles after another, and
// allocates nothing.
#include <convgauge/sdk.hpp>

#include "candidates.hpp"
#include "dispatch.hpp"
#include "execution.hpp"
#include "weights.hpp"

namespace convgauge::backends::winograd {

class Winograd {
 public:
  static constexpr const char* name = "winograd";
  static constexpr const char* version = "1.0";
#ifdef _OPENMP
  static constexpr const char* description =
      "Winograd's minimal filtering F(m, r), fused, on the CPU (OpenMP)";
#else
  static constexpr const char* description =
      "Winograd's minimal filtering F(m, r), fused, on the CPU (one thread)";
#endif
  static constexpr cvg::Supports supports{
      .types = {CVG_DTYPE_F32},
      .layouts = {CVG_LAYOUT_NCHW, CVG_LAYOUT_NHWC, CVG_LAYOUT_NATIVE},
      .padding_modes = {CVG_PADDING_ZEROS, CVG_PADDING_REFLECT, CVG_PADDING_REPLICATE,
                        CVG_PADDING_CIRCULAR}};

  static std::span<const cvg_option_info> options() {
    static constexpr cvg_option_info kOptions[] = {
        cvg::describe_option(
            "accuracy", "strict|balanced|fast", "balanced",
            "how much rounding the default algorithm may amplify: up to F(3,3), F(4,3), any"),
        cvg::describe_option("isa", kInstructionSetValues, "auto",
                             "the instruction set of the kernels")};
    return kOptions;
  }

  static void check(const cvg_spec& spec, const cvg_settings& settings) {
    static_cast<void>(chosen_kernels(settings));
    refuse_what_winograd_cannot(spec);
  }

  static std::vector<cvg_algorithm> algorithms(const cvg_spec& spec, const cvg_settings& settings) {
    std::vector<cvg_algorithm> all;
    for (const auto& choice : choices(spec, settings, chosen_kernels(settings)))
      all.push_back(describe(choice));
    return all;
  }

  Winograd(const cvg_spec& spec, const cvg_settings& settings)
      : spec_(spec),
        plan_(spec, find(spec, settings), chosen_kernels(settings), settings.threads) {}

  std::vector<cvg_requirement> requirements() const {
    return {image(CVG_ROLE_SRC, cvg::src_bytes(spec_), plan_.src),
            cvg::packed_weights(packed_weights_bytes(plan_)),
            image(CVG_ROLE_DST, cvg::dst_bytes(spec_), plan_.dst),
            cvg::workspace(workspace_bytes(plan_))};
  }

  void prepare_weights(const cvg_tensors& host, const cvg::Slot& slot) const {
    pack_weights(plan_, static_cast<const float*>(host.weights),
                 static_cast<const float*>(host.bias), packed(slot));
  }
  void upload(const cvg_tensors& host, const cvg::Slot& slot) const {
    if (spec_.layout == CVG_LAYOUT_NATIVE)
      import_nchw(static_cast<const float*>(host.src), plan_.src, spec_.batch,
                  static_cast<float*>(slot.src));
  }
  void execute(const cvg::Slot& slot) const {
    winograd::execute(plan_, {static_cast<const float*>(slot.src), static_cast<float*>(slot.dst),
                              packed(slot), Workspace(plan_, slot.workspace)});
  }
  void fetch(const cvg_tensors& host, const cvg::Slot& slot) const {
    if (spec_.layout == CVG_LAYOUT_NATIVE)
      export_nchw(static_cast<const float*>(slot.dst), plan_.dst, spec_.batch,
                  static_cast<float*>(host.dst));
  }

 private:
  static Choice find(const cvg_spec& spec, const cvg_settings& settings) {
    for (const auto& choice : choices(spec, settings, chosen_kernels(settings)))
      if (describe(choice).name == std::string_view(settings.algorithm)) return choice;
    throw std::logic_error("an algorithm that was offered is gone");
  }

  cvg_requirement image(cvg_role role, std::size_t tensor_bytes, const ImageLayout& layout) const {
    if (spec_.layout != CVG_LAYOUT_NATIVE) return cvg::tensor(role, tensor_bytes, CVG_DTYPE_F32);
    return cvg::own(role, CVG_SCOPE_SLOT, layout.bytes(spec_.batch), Arena::kAlignment,
                    layout.name());
  }

  PackedWeights packed(const cvg::Slot& slot) const {
    Arena arena(slot.packed_weights);
    return {plan_, arena};
  }

  cvg_spec spec_;
  Plan plan_;
};

}  // namespace convgauge::backends::winograd

CVG_EXPORT_PLUGIN("convgauge_winograd", "1.0", convgauge::backends::winograd::Winograd)
