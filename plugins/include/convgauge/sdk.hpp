// C++20 comfort over plugin.h: an author writes one class and one export line.
//
//   class Mine {
//    public:
//     static constexpr const char* name = "mine";                          // [a-z0-9_]+
//     static constexpr const char* description = "one line";
//     static constexpr const char* version = "1.0";                        // or static const char*
//     version() static constexpr cvg::Supports supports{.types = {CVG_DTYPE_F32}};         // the
//     rest is refused for you static void check(const cvg_spec&, const cvg_settings&); // throws
//     cvg::Refused; cheap Mine(const cvg_spec&, const cvg_settings&);
//     // everything that depends on no contents void execute(const cvg::Slot& slot);
//     // the timed part
//   };
//   CVG_EXPORT_PLUGIN("my_plugin", "1.0", Mine)
//
// Optional members, found by their names:
//   static std::vector<cvg_algorithm> algorithms(const cvg_spec&, const cvg_settings&)   the
//       class's own choice first; without it there is one, of class direct, named as the backend
//       is. cvg::algorithm, winograd and fft make them.
//   static std::span<const cvg_option_info> options()      unknown keys and values are refused for
//   you std::size_t workspace_bytes() const                    one scratch buffer: slot.workspace
//   std::size_t packed_weights_bytes() const               with prepare_weights; the plan then has
//   no slot.weights std::vector<cvg_requirement> requirements() const      instead of the two above
//   and the tensors void bind(const cvg::Slot&)
//   void prepare_weights(const cvg_tensors& host, const cvg::Slot&)
//   void upload(const cvg_tensors& host, const cvg::Slot&)
//   void fetch(const cvg_tensors& host, const cvg::Slot&)
//   void execute_batch(std::span<const cvg::Slot* const>, cvg_timing*)   instead of execute: may
//   return early ... void wait()                                            ... and this waits, and
//   fills the timing static std::vector<cvg_device> devices()               throws cvg::Refused to
//   say why there is none struct Memory { static void* alloc(device, kind, bytes, alignment); free,
//   fill, read, write }  as in plugin.h static void check_runnable(const cvg_spec&, const
//   cvg_settings&)   throws cvg::Refused for what algorithms() may
//       list and no plan may run
//   std::string details() const   and   static std::string device_details(std::int32_t device)
//       JSON objects for the record: the extension "cvg.details/0" of plugin.h
//
// The constructor and algorithms() see settings whose struct_size is met; the constructor's
// `algorithm` is never null: it names the one that must run. What check() or algorithms() accepts
// the constructor must not refuse (rule R3). The spec may be kept; the pointers inside the settings
// may not. Any exception becomes a status and its what() the note.
#pragma once
#include <convgauge/plugin.h>

#include <convgauge/sdk/glue.hpp>
#include <cstdint>

namespace [[gnu::visibility("hidden")]] cvg {

/// The table of one class; it lives as long as the library.
template <Backend B>
const cvg_backend* table() {
  static const cvg_backend made = [] {
    using G = Glue<B>;
    cvg_backend t{sizeof(cvg_backend),
                  B::name,
                  B::description,
                  version_of<B>(),
                  G::device_count,
                  G::device_info,
                  G::options,
                  G::query,
                  G::algorithms,
                  G::plan_create,
                  G::plan_destroy,
                  G::plan_algorithm,
                  G::requirements,
                  G::bind,
                  G::prepare_weights,
                  G::upload,
                  G::execute,
                  G::wait,
                  G::fetch,
                  nullptr,
                  nullptr,
                  nullptr,
                  nullptr,
                  nullptr,
                  nullptr};
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

/// What cvg_plugin_entry returns for these classes.
template <Backend... Bs>
const cvg_plugin* plugin(const char* name, const char* version, std::uint32_t host_abi,
                         std::uint32_t* own_abi) {
  if (own_abi) *own_abi = CVG_ABI_VERSION;
  if (host_abi != CVG_ABI_VERSION) return nullptr;
  static const cvg_backend* const backends[] = {table<Bs>()...};
  static const cvg_plugin made{sizeof(cvg_plugin), CVG_ABI_VERSION, sizeof...(Bs), name, version,
                               backends,           nullptr};
  return &made;
}

}  // namespace gnu::visibility("hidden")]]cvg

/// CVG_EXPORT_PLUGIN("name", "version", BackendA, BackendB): the library's one exported symbol.
#define CVG_EXPORT_PLUGIN(plugin_name, plugin_version, ...)                                        \
  extern "C" CVG_EXPORT const cvg_plugin* cvg_plugin_entry(std::uint32_t version, const cvg_host*, \
                                                           std::uint32_t* plugin_abi_version) {    \
    try {                                                                                          \
      return cvg::plugin<__VA_ARGS__>(plugin_name, plugin_version, version, plugin_abi_version);   \
    } catch (...) {                                                                                \
      return nullptr;                                                                              \
    }                                                                                              \
  }
