// vulkan: convolution by compute shaders, on any device with Vulkan 1.2. Weights are packed on the
// host by prepare_weights; source and destination stay on the device in the problem's own layout;
// an execution submits commands that were recorded when its slot was bound.
#include <convgauge/sdk.hpp>
#include <deque>

#include "candidates.hpp"
#include "copies.hpp"
#include "execution.hpp"
#include "packing.hpp"
#include "settings.hpp"
#include "tuning.hpp"

namespace convgauge::backends::vulkan {

class Vulkan {
 public:
  static constexpr const char* name = "vulkan";
  static constexpr const char* description =
      "compute shaders on any device with Vulkan 1.2, a GPU or one imitated";
  static constexpr const char* version = "1.0";
  static constexpr cvg::Supports supports{
      .types = {CVG_DTYPE_F32, CVG_DTYPE_F16, CVG_DTYPE_BF16},
      .layouts = {CVG_LAYOUT_NCHW, CVG_LAYOUT_NHWC},
      .padding_modes = {CVG_PADDING_ZEROS, CVG_PADDING_REFLECT, CVG_PADDING_REPLICATE,
                        CVG_PADDING_CIRCULAR}};
  using Memory = vulkan::Memory;

  static std::span<const cvg_option_info> options() { return kOptions; }

  static std::vector<cvg_device> devices() {
    std::vector<cvg_device> all;
    for (const auto& facts : all_facts()) {
      cvg_device told{};
      told.struct_size = sizeof told;
      // A device of type CPU is a GPU imitated in software.
      told.kind = facts.type == VK_PHYSICAL_DEVICE_TYPE_CPU ? CVG_DEVICE_KIND_SOFTWARE
                                                            : CVG_DEVICE_KIND_GPU;
      cvg::write_text(facts.name, told.name, sizeof told.name);
      cvg::write_text(facts.driver, told.driver, sizeof told.driver);
      told.memory_bytes = facts.memory_bytes;
      all.push_back(told);
    }
    return all;
  }

  static void check(const cvg_spec& spec, const cvg_settings& settings) {
    const auto options = options_of(settings);
    const auto limits = limits_for(settings, options);
    if (options.validation) static_cast<void>(instance(true));
    cvg::refuse_unless(spec.src_type == CVG_DTYPE_F32 || limits.storage_16bit, CVG_REASON_DTYPE,
                       "the device has no 16-bit storage (storageBuffer16BitAccess)");
    cvg::refuse_unless(options.tune_cache.empty() || options.tune, CVG_REASON_OPTION,
                       "tune_cache is for tune=on, which is not set");
    // Throws cvg::Refused where no kernel can compute the problem within the device's limits.
    static_cast<void>(candidates(Shape(spec), limits));
  }

  static std::vector<cvg_algorithm> algorithms(const cvg_spec& spec, const cvg_settings& settings) {
    std::vector<cvg_algorithm> all;
    for (const auto& candidate : ranked(spec, settings)) all.push_back(describe(candidate));
    return all;
  }

  Vulkan(const cvg_spec& spec, const cvg_settings& settings)
      : shape_(spec),
        options_(vulkan::options_of(settings)),
        device_(device(options_.validation, static_cast<std::size_t>(settings.device))),
        program_(build(find(spec, settings), shape_, limits_for(settings, options_))),
        execution_(device_, program_, settings.slots, options_.wait),
        src_bytes_(cvg::src_bytes(spec)),
        dst_bytes_(cvg::dst_bytes(spec)) {}

  std::vector<cvg_requirement> requirements() const {
    const char* layout = shape_.channels_last ? "nhwc" : "nchw";
    const auto on_device = [&](cvg_role role, cvg_scope scope, std::int64_t bytes,
                               const char* name_of_layout = "") {
      auto need = cvg::own(role, scope, static_cast<std::size_t>(bytes),
                           static_cast<std::size_t>(device_.facts().limits.offset_alignment),
                           name_of_layout);
      need.memory_kind = options_.memory().number();
      return need;
    };
    // In the order of Place; those that are not needed are left out at the end.
    std::vector<cvg_requirement> all{
        on_device(CVG_ROLE_SRC, CVG_SCOPE_SLOT, static_cast<std::int64_t>(src_bytes_), layout),
        on_device(CVG_ROLE_PACKED_WEIGHTS, CVG_SCOPE_SLOT, program_.packed_bytes),
        on_device(CVG_ROLE_DST, CVG_SCOPE_SLOT, static_cast<std::int64_t>(dst_bytes_), layout)};
    for (const auto bytes : {program_.transformed_bytes, program_.products_bytes})
      if (bytes > 0) all.push_back(on_device(CVG_ROLE_WORKSPACE, CVG_SCOPE_EXECUTION, bytes));
    return all;
  }

  void bind(const cvg::Slot& slot) {
    Spots spots;
    for (std::size_t i = 0; i < requirements().size(); ++i) spots[i] = spot_of(slot.addresses[i]);
    execution_.bind(static_cast<std::size_t>(slot.index), spots);
  }

  void prepare_weights(const cvg_tensors& host, const cvg::Slot& slot) {
    execution_.wait();
    const auto packed = pack(program_, shape_, host.weights, host.bias);
    write(slot.packed_weights, packed.data(), packed.size());
  }
  void upload(const cvg_tensors& host, const cvg::Slot& slot) {
    execution_.wait();
    write(slot.src, host.src, src_bytes_);
  }
  void execute_batch(std::span<const cvg::Slot* const> slots, cvg_timing* timing) {
    order_.clear();
    for (const auto* slot : slots) order_.push_back(static_cast<std::size_t>(slot->index));
    execution_.start(order_, timing);
  }
  void wait() { execution_.wait(); }
  void fetch(const cvg_tensors& host, const cvg::Slot& slot) {
    execution_.wait();
    const auto [buffer, offset] = spot_of(slot.dst);
    read_bytes(*buffer, offset, host.dst, dst_bytes_);
    device_.throw_if_told();
  }

 private:
  static Limits limits_for(const cvg_settings& settings, const Options& options) {
    return limited(all_facts().at(static_cast<std::size_t>(settings.device)).limits, options);
  }

  static std::vector<Candidate> ranked(const cvg_spec& spec, const cvg_settings& settings) {
    const auto options = vulkan::options_of(settings);
    auto all = candidates(Shape(spec), limits_for(settings, options));
    if (options.tune && !settings.algorithm && spec.batch > 0)
      return tuned(std::move(all), spec, settings, options);
    return all;
  }

  static Candidate find(const cvg_spec& spec, const cvg_settings& settings) {
    for (const auto& candidate :
         candidates(Shape(spec), limits_for(settings, vulkan::options_of(settings))))
      if (name_of(candidate) == settings.algorithm) return candidate;
    throw std::logic_error("an algorithm that was offered is gone");
  }

  void write(const void* address, const void* from, std::size_t bytes) {
    const auto [buffer, offset] = spot_of(address);
    write_bytes(*buffer, offset, from, bytes);
    device_.throw_if_told();
  }

  Shape shape_;
  Options options_;
  Device& device_;
  Program program_;
  Execution execution_;
  std::size_t src_bytes_, dst_bytes_;
  std::vector<std::size_t> order_;
};

}  // namespace convgauge::backends::vulkan

CVG_EXPORT_PLUGIN("convgauge_vulkan", "1.0", convgauge::backends::vulkan::Vulkan)
