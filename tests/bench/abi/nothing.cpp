// A backend that does next to nothing, so that the call to it is what is measured.
#include <convgauge/sdk.hpp>

namespace {

class Nothing {
 public:
  static constexpr const char* name = "nothing";
  static constexpr const char* description = "one load, one store";
  static constexpr const char* version = "1";
  static constexpr cvg::Supports supports{.any_strides = true};
  static void check(const cvg_spec&, const cvg_settings&) {}
  Nothing(const cvg_spec&, const cvg_settings&) {}
  void execute(const cvg::Slot& slot) const {
    *static_cast<float*>(slot.dst) = *static_cast<const float*>(slot.src);
  }
};

}  // namespace

CVG_EXPORT_PLUGIN("nothing", "1", Nothing)
