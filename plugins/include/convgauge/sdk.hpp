// A C++20 layer over plugin.h: an author writes one class and one export line.
//
//   class Mine {
//    public:
//     static constexpr const char* name = "mine";  // [a-z0-9_]+
//     static constexpr const char* description = "one line";
//     static constexpr const char* version = "1.0";  // or: static const char* version()
//
//     // What the class can do as a whole. The rest is refused before it is asked.
//     static constexpr cvg::Supports supports{.types = {CVG_DTYPE_F32}};
//
//     // Throws cvg::Refused for a problem that it does not support. Cheap.
//     static void check(const cvg_spec&, const cvg_settings&);
//
//     // Builds everything that does not depend on the contents of tensors.
//     Mine(const cvg_spec&, const cvg_settings&);
//
//     // The timed part.
//     void execute(const cvg::Slot& slot);
//   };
//   CVG_EXPORT_PLUGIN("my_plugin", "1.0", Mine)
//
// OPTIONAL MEMBERS, found by their names.
//
// Algorithms, options and devices:
//   static std::vector<cvg_algorithm> algorithms(const cvg_spec&, const cvg_settings&)
//       The class's own choice first. cvg::algorithm(), winograd() and fft() make them. Without
//       this member there is one algorithm, of class direct, with the backend's name.
//   static std::span<const cvg_option_info> options()
//       cvg::describe_option() makes them. Unknown keys and values are refused for you.
//   static std::vector<cvg_device> devices()
//       Throws cvg::Refused to say why there is none. Without this member there is one: the CPU.
//   static void check_runnable(const cvg_spec&, const cvg_settings&)
//       Throws cvg::Refused for what algorithms() may list but no plan may run.
//
// Buffers:
//   std::size_t workspace_bytes() const
//       One scratch buffer: slot.workspace.
//   std::size_t packed_weights_bytes() const
//       One buffer that prepare_weights() fills: slot.packed_weights. The plan then has no
//       slot.weights; slot.bias stays.
//   std::vector<cvg_requirement> requirements() const
//       All buffers, instead of the two above and the tensors of the direction: cvg::tensors() and
//       the functions beside it make them. cvg::overread() lets a kernel load whole vectors past a
//       tensor's end; cvg::in_library() says that a library keeps weights of its own.
//   struct Memory
//       Memory of the class's own kinds: static functions alloc(device, kind, bytes, alignment),
//       which returns the address, and free, fill, read and write with the parameters of plugin.h.
//
// Steps of a plan:
//   void bind(const cvg::Slot&)
//   void prepare_weights(const cvg_tensors& host, const cvg::Slot&)
//   void upload(const cvg_tensors& host, const cvg::Slot&)
//   void fetch(const cvg_tensors& host, const cvg::Slot&)
//   void execute_batch(std::span<const cvg::Slot* const>, cvg_timing*)
//   void wait()
//       These two instead of execute(): execute_batch() may return early, and wait() waits and
//       fills the timing.
//
// For the results file, by the extension "cvg.details/1" of plugin.h; both return a JSON object:
//   std::string details() const
//   static std::string device_details(std::int32_t device)
//
// WHAT A CLASS MAY RELY ON, AND WHAT IT MUST KEEP
//   The constructor and algorithms() only see settings that have passed the SDK's checks. The
//   constructor's `settings.algorithm` is never null: it names the algorithm that must run. What
//   check() and algorithms() accept, the constructor must not refuse (rule R3). The spec may be
//   kept; the pointers inside the settings may not.
//   Any exception becomes a status, and its what() the note.
#pragma once
#include <convgauge/plugin.h>
#include <convgauge/sdk/glue.hpp>
#include <convgauge/sdk/hidden.hpp>

#include <cstdint>

namespace CVG_HIDDEN cvg {

/// The cvg_backend of one class. It lives as long as the library is loaded.
template <Backend B>
const cvg_backend* table() {
  static const cvg_backend made = [] {
    using G = Glue<B>;
    cvg_backend t{.struct_size = sizeof(cvg_backend),
                  .name = B::name,
                  .description = B::description,
                  .version = version_of<B>(),
                  .device_count = G::device_count,
                  .device_info = G::device_info,
                  .options = G::options,
                  .query = G::query,
                  .algorithms = G::algorithms,
                  .plan_create = G::plan_create,
                  .plan_destroy = G::plan_destroy,
                  .plan_algorithm = G::plan_algorithm,
                  .requirements = G::requirements,
                  .bind = G::bind,
                  .prepare_weights = G::prepare_weights,
                  .upload = G::upload,
                  .execute = G::execute,
                  .wait = G::wait,
                  .fetch = G::fetch,
                  .memory_alloc = nullptr,
                  .memory_free = nullptr,
                  .memory_fill = nullptr,
                  .memory_read = nullptr,
                  .memory_write = nullptr,
                  .extension = nullptr};
    if constexpr (requires { typename B::Memory; }) {
      using M = MemoryGlue<typename B::Memory>;
      t.memory_alloc = M::alloc;
      t.memory_free = M::free;
      t.memory_fill = M::fill;
      t.memory_read = M::read;
      t.memory_write = M::write;
    }
    if constexpr (TellsDetails<B>) t.extension = DetailsGlue<B>::extension;
    return t;
  }();
  return &made;
}

/// What cvg_plugin_entry() returns for these classes: null for a host of another ABI version.
template <Backend... Bs>
const cvg_plugin* plugin(const char* name, const char* version, std::uint32_t host_abi,
                         std::uint32_t* own_abi) {
  if (own_abi) *own_abi = CVG_ABI_VERSION;
  if (host_abi != CVG_ABI_VERSION) return nullptr;
  static const cvg_backend* const backends[] = {table<Bs>()...};
  static const cvg_plugin made{.struct_size = sizeof(cvg_plugin),
                               .abi_version = CVG_ABI_VERSION,
                               .backend_count = sizeof...(Bs),
                               .name = name,
                               .version = version,
                               .backends = backends,
                               .extension = nullptr};
  return &made;
}

}  // namespace cvg

/// CVG_EXPORT_PLUGIN("name", "version", BackendA, BackendB) defines the library's one exported
/// symbol.
#define CVG_EXPORT_PLUGIN(plugin_name, plugin_version, ...)                                        \
  extern "C" CVG_EXPORT const cvg_plugin* cvg_plugin_entry(std::uint32_t version, const cvg_host*, \
                                                           std::uint32_t* plugin_abi_version) {    \
    try {                                                                                          \
      return cvg::plugin<__VA_ARGS__>(plugin_name, plugin_version, version, plugin_abi_version);   \
    } catch (...) {                                                                                \
      return nullptr;                                                                              \
    }                                                                                              \
  }
