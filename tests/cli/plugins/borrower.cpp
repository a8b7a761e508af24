// A correct plugin for 1x1 kernels of one channel that calls a library of its own, libwork.so, of
// which there are two versions: see work.cpp. With BORROWER_LAZY it loads the library in its first
// plan, else it is linked with it.
#include <dlfcn.h>
#include <convgauge/sdk.hpp>

extern "C" void work();

namespace {

#ifdef BORROWER_LAZY
constexpr const char* kName = "lazy_borrower";
using Work = void (*)();
Work load_work() {
  void* library = dlopen("libwork.so", RTLD_NOW | RTLD_LOCAL);
  return library ? reinterpret_cast<Work>(dlsym(library, "work")) : nullptr;
}
#else
constexpr const char* kName = "borrower";
auto* load_work() {
  return &work;
}
#endif

class Borrower {
 public:
  static constexpr const char* name = kName;
  static constexpr const char* description = "1x1 convolution that calls another library";
  static constexpr const char* version = "1.0";
  static constexpr cvg::Supports supports{
      .types = {CVG_DTYPE_F32}, .layouts = {CVG_LAYOUT_NCHW}, .padding_modes = {CVG_PADDING_ZEROS}};

  static void check(const cvg_spec& spec, const cvg_settings&) {
    cvg::refuse_unless(spec.h.kernel == 1 && spec.w.kernel == 1 && spec.in_channels == 1 &&
                           spec.out_channels == 1 && spec.h.stride == 1 && spec.w.stride == 1 &&
                           spec.h.pad_before == 0 && spec.w.pad_before == 0 && spec.batch == 1,
                       CVG_REASON_OTHER, "one 1x1 kernel of one channel");
  }

  Borrower(const cvg_spec& spec, const cvg_settings&)
      : elements_(spec.h.input * spec.w.input), work_(load_work()) {
    cvg::refuse_unless(work_ != nullptr, CVG_REASON_OTHER, "libwork.so was not found");
  }

  void execute(const cvg::Slot& slot) {
    work_();
    const float tap = *static_cast<const float*>(slot.weights);
    const float bias = slot.bias ? *static_cast<const float*>(slot.bias) : 0.0f;
    for (std::int64_t i = 0; i < elements_; ++i)
      static_cast<float*>(slot.dst)[i] = static_cast<const float*>(slot.src)[i] * tap + bias;
  }

 private:
  std::int64_t elements_;
  decltype(load_work()) work_;
};

}  // namespace

CVG_EXPORT_PLUGIN("borrower", "1.0", Borrower)
