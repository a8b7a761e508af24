// C++20 comfort over plugin.h: an author writes one class and one export line.
//
//   class Mine {
//    public:
//     static constexpr const char* name = "mine";                          // [a-z0-9_]+
//     static constexpr const char* description = "one line";
//     static constexpr const char* version = "1.0";                        // or static const char* version()
//     static constexpr cvg::Supports supports{.types = {CVG_F32}};         // the rest is refused for you
//     static void check(const cvg_spec&, const cvg_settings&);             // throws cvg::Refused; cheap
//     Mine(const cvg_spec&, const cvg_settings&);                          // everything that depends on no contents
//     void execute(const cvg::Slot& slot);                                 // the timed part
//   };
//   CVG_EXPORT_PLUGIN("my_plugin", "1.0", Mine)
//
// Optional members, found by their names:
//   static std::vector<cvg_algorithm> algorithms(const cvg_spec&, const cvg_settings&)   the class's own choice first;
//       without it there is one, of class direct, named as the backend is. cvg::algorithm, winograd and fft make them.
//   static std::span<const cvg_option_info> options()      unknown keys and values are refused for you
//   std::size_t workspace_bytes() const                    one scratch buffer: slot.workspace
//   std::size_t packed_weights_bytes() const               with prepare_weights; the plan then has no slot.weights
//   std::vector<cvg_requirement> requirements() const      instead of the two above and the tensors
//   void bind(const cvg::Slot&)
//   void prepare_weights(const cvg_tensors& host, const cvg::Slot&)
//   void upload(const cvg_tensors& host, const cvg::Slot&)   and   void fetch(const cvg_tensors& host, const
//   cvg::Slot&) void execute_batch(std::span<const cvg::Slot* const>, cvg_timing*)   instead of execute: may return
//   early ... void wait()                                            ... and this waits, and fills the timing static
//   std::vector<cvg_device> devices()               throws cvg::Refused to say why there is none struct Memory { static
//   void* alloc(device, kind, bytes, alignment); free, fill, read, write }  as in plugin.h
//
// The constructor and algorithms() see settings whose struct_size is met; the constructor's `algorithm` is never null:
// it names the one that must run. What check() or algorithms() accepts the constructor must not refuse (rule R3). The
// spec may be kept; the pointers inside the settings may not. Any exception becomes a status and its what() the note.
#pragma once
#include <convgauge/plugin.h>

#include <concepts>
#include <convgauge/sdk/buffers.hpp>
#include <convgauge/sdk/cpu.hpp>
#include <convgauge/sdk/structs.hpp>
#include <convgauge/sdk/values.hpp>
#include <convgauge/sdk/vetting.hpp>
#include <memory>
#include <new>
#include <span>
#include <vector>

namespace cvg __attribute__((visibility("hidden"))) {

  template <class B>
  concept RunsOne = requires(B b, const Slot& slot) {
    b.execute(slot);
  };
  template <class B>
  concept RunsBatches = requires(B b, std::span<const Slot* const> slots, cvg_timing * timing) {
    b.execute_batch(slots, timing);
    b.wait();
  };
  template <class B>
  concept Packs = requires(const B b) {
    { b.packed_weights_bytes() } -> std::convertible_to<std::size_t>;
  };

  /// What CVG_EXPORT_PLUGIN demands of a class.
  template <class B>
  concept Backend = std::constructible_from<B, const cvg_spec&, const cvg_settings&> &&
      (RunsOne<B> || RunsBatches<B>)&&requires(const cvg_spec& spec, const cvg_settings& settings) {
    { B::name } -> std::convertible_to<const char*>;
    { B::description } -> std::convertible_to<const char*>;
    B::version;
    { B::supports } -> std::convertible_to<Supports>;
    B::check(spec, settings);
  }
  &&(!Packs<B> || requires(B b, const cvg_tensors& t, const Slot& s) { b.prepare_weights(t, s); });

  /// Runs `body`; no exception crosses the C boundary. With `reason` a Refused is a refusal, without it a failure.
  template <class Body>
  cvg_status guarded(cvg_note * why, std::int32_t * reason, Body && body) noexcept {
    try {
      body();
      return CVG_OK;
    } catch (const Refused& refusal) {
      write_note(why, refusal.what());
      if (!reason) return CVG_FAILED;
      *reason = refusal.reason == CVG_REASON_NONE ? CVG_REASON_OTHER : refusal.reason;
      return CVG_REFUSED;
    } catch (const DeviceLost& lost) {
      write_note(why, lost.what());
      return CVG_DEVICE_LOST;
    } catch (const std::bad_alloc&) {
      write_note(why, "out of memory");
      return CVG_OUT_OF_MEMORY;
    } catch (const std::exception& failure) {
      write_note(why, failure.what());
      return CVG_FAILED;
    } catch (...) {
      write_note(why, "unknown exception");
      return CVG_FAILED;
    }
  }

  /// The optional static members of a class, or what stands for them.
  template <class B>
  std::span<const cvg_option_info> options_of() {
    if constexpr (requires { B::options(); }) return B::options();
    return {};
  }
  template <class B>
  std::vector<cvg_device> devices_of() {
    if constexpr (requires { B::devices(); }) return B::devices();
    return {cpu_device()};
  }
  /// How many; without reading the processor's name, for query() is to be cheap.
  template <class B>
  std::size_t device_count_of() {
    if constexpr (requires { B::devices(); }) return B::devices().size();
    return 1;
  }
  template <class B>
  const char* version_of() {
    if constexpr (requires { B::version(); })
      return B::version();
    else
      return B::version;
  }
  template <class B>
  std::vector<cvg_algorithm> algorithms_of(const cvg_spec& spec, const cvg_settings& settings) {
    if constexpr (requires { B::algorithms(spec, settings); })
      return B::algorithms(spec, settings);
    else
      return {algorithm(B::name)};
  }

  /// Everything that is refused without building a plan, in the order in which a person would ask.
  template <class B>
  void vet(const cvg_spec& spec, const cvg_settings& settings) {
    vet_settings(settings, B::supports, device_count_of<B>());
    vet_options(settings, options_of<B>());
    vet_spec(spec, B::supports);
    B::check(spec, settings);
  }

  /// A class, its choice of algorithm, its buffers and the addresses bound to each slot.
  template <class B>
  class Plan {
   public:
    Plan(const cvg_spec& spec, const cvg_settings& settings)
        : algorithm_(chosen(algorithms_of<B>(spec, settings), spec, settings)),
          backend_(spec, named(settings)),
          requirements_(requirements(spec)),
          slots_(static_cast<std::size_t>(settings.slots)),
          addresses_(slots_.size() * requirements_.size()) {
      const auto bytes = footprint_bytes(requirements_);
      const auto limit = settings.workspace_limit_bytes;
      refuse_unless(limit < 0 || bytes <= static_cast<std::size_t>(limit), CVG_REASON_WORKSPACE_LIMIT,
                    "workspace and packed weights need " + std::to_string(bytes) + " bytes, the limit is " +
                        std::to_string(limit));
    }

    B& backend() { return backend_; }
    const cvg_algorithm& algorithm() const { return algorithm_; }
    std::span<const cvg_requirement> requirements() const { return requirements_; }
    const Slot& slot(std::int32_t index) const {
      if (index < 0 || static_cast<std::size_t>(index) >= slots_.size()) throw std::out_of_range("no such slot");
      return slots_[static_cast<std::size_t>(index)];
    }

    void bind(std::int32_t index, void* const* addresses, std::int32_t count) {
      slot(index);
      if (static_cast<std::size_t>(count) != requirements_.size())
        throw std::invalid_argument(std::to_string(count) + " addresses for " + std::to_string(requirements_.size()) +
                                    " requirements");
      auto* kept = addresses_.data() + static_cast<std::size_t>(index) * requirements_.size();
      Slot bound{.index = index, .addresses = kept};
      for (std::size_t i = 0; i < requirements_.size(); ++i)
        place(bound, requirements_[i].role, kept[i] = addresses[i]);
      slots_[static_cast<std::size_t>(index)] = bound;
      if constexpr (requires { backend_.bind(bound); }) backend_.bind(slot(index));
    }

    void execute(const std::int32_t* slots, std::int64_t count, cvg_timing* timing) {
      if constexpr (RunsBatches<B>) {
        batch_.clear();
        for (std::int64_t i = 0; i < count; ++i) batch_.push_back(&slot(slots[i]));
        backend_.execute_batch(batch_, timing);
      } else {
        for (std::int64_t i = 0; i < count; ++i) backend_.execute(slot(slots[i]));
      }
    }

   private:
    cvg_settings named(cvg_settings settings) const {
      settings.algorithm = algorithm_.name;
      return settings;
    }
    std::vector<cvg_requirement> requirements(const cvg_spec& spec) const {
      if constexpr (requires { backend_.requirements(); }) {
        return backend_.requirements();
      } else {
        auto made = tensors(spec, Packs<B>);
        if constexpr (Packs<B>) made.push_back(packed_weights(backend_.packed_weights_bytes()));
        if constexpr (requires { backend_.workspace_bytes(); })
          if (const std::size_t bytes = backend_.workspace_bytes(); bytes > 0) made.push_back(workspace(bytes));
        return made;
      }
    }

    cvg_algorithm algorithm_;
    B backend_;
    std::vector<cvg_requirement> requirements_;
    std::vector<Slot> slots_;
    std::vector<void*> addresses_;    // slot by slot, in the order of the requirements
    std::vector<const Slot*> batch_;  // keeps its memory from batch to batch
  };

  /// The functions of the ABI's table, each one line of the class above.
  template <class B>
  struct Glue {
    static Plan<B>& of(cvg_plan* plan) { return *reinterpret_cast<Plan<B>*>(plan); }

    static cvg_status device_count(std::int32_t* count, cvg_note* why) noexcept {
      *count = 0;
      std::int32_t none = 0;
      const auto status = guarded(why, &none, [&] { *count = static_cast<std::int32_t>(device_count_of<B>()); });
      return status == CVG_REFUSED ? CVG_OK : status;
    }
    static cvg_status device_info(std::int32_t index, cvg_device* out, cvg_note* why) noexcept {
      return guarded(why, nullptr, [&] { write_struct(devices_of<B>().at(static_cast<std::size_t>(index)), out); });
    }
    static cvg_status options(cvg_option_info* out, std::int32_t capacity, std::int32_t* count) noexcept {
      return guarded(nullptr, nullptr, [&] { write_array(options_of<B>(), out, capacity, count); });
    }
    static cvg_status query(const cvg_spec* s, const cvg_settings* t, std::int32_t* reason, cvg_note* why) noexcept {
      return guarded(why, reason, [&] {
        const auto spec = read_struct(s);
        const auto settings = read_struct(t);
        vet<B>(spec, settings);
        if (settings.workspace_limit_bytes >= 0)
          static_cast<void>(std::make_unique<Plan<B>>(spec, settings));  // only the plan knows its buffers
        else
          chosen(algorithms_of<B>(spec, settings), spec, settings);
      });
    }
    static cvg_status algorithms(const cvg_spec* s, const cvg_settings* t, cvg_algorithm* out, std::int32_t capacity,
                                 std::int32_t* count, cvg_note* why) noexcept {
      *count = 0;
      std::int32_t reason = 0;
      return guarded(why, &reason, [&] {
        const auto spec = read_struct(s);
        const auto settings = read_struct(t);
        vet<B>(spec, settings);
        const auto known = algorithms_of<B>(spec, settings);
        write_array(std::span<const cvg_algorithm>(known), out, capacity, count);
      });
    }
    static cvg_status plan_create(const cvg_spec* s, const cvg_settings* t, cvg_plan** plan, std::int32_t* reason,
                                  cvg_note* why) noexcept {
      return guarded(why, reason, [&] {
        const auto spec = read_struct(s);
        const auto settings = read_struct(t);
        vet<B>(spec, settings);
        *plan = reinterpret_cast<cvg_plan*>(new Plan<B>(spec, settings));
      });
    }
    static void plan_destroy(cvg_plan* plan) noexcept { delete reinterpret_cast<Plan<B>*>(plan); }
    static cvg_status plan_algorithm(cvg_plan* plan, cvg_algorithm* out) noexcept {
      return guarded(nullptr, nullptr, [&] { write_struct(of(plan).algorithm(), out); });
    }
    static cvg_status requirements(cvg_plan* plan, cvg_requirement* out, std::int32_t capacity,
                                   std::int32_t* count) noexcept {
      return guarded(nullptr, nullptr, [&] { write_array(of(plan).requirements(), out, capacity, count); });
    }
    static cvg_status bind(cvg_plan* plan, std::int32_t slot, void* const* addresses, std::int32_t count,
                           cvg_note* why) noexcept {
      return guarded(why, nullptr, [&] { of(plan).bind(slot, addresses, count); });
    }
    static cvg_status prepare_weights(cvg_plan* plan, std::int32_t slot, const cvg_tensors* t, cvg_note* why) noexcept {
      return guarded(why, nullptr, [&] {
        if constexpr (requires(B b) { b.prepare_weights(*t, of(plan).slot(slot)); })
          of(plan).backend().prepare_weights(read_struct(t), of(plan).slot(slot));
      });
    }
    static cvg_status upload(cvg_plan* plan, std::int32_t slot, const cvg_tensors* t, cvg_note* why) noexcept {
      return guarded(why, nullptr, [&] {
        if constexpr (requires(B b) { b.upload(*t, of(plan).slot(slot)); })
          of(plan).backend().upload(read_struct(t), of(plan).slot(slot));
      });
    }
    static cvg_status execute(cvg_plan* plan, const std::int32_t* slots, std::int64_t count, cvg_timing* timing,
                              cvg_note* why) noexcept {
      return guarded(why, nullptr, [&] { of(plan).execute(slots, count, timing); });
    }
    static cvg_status wait(cvg_plan* plan, cvg_note* why) noexcept {
      return guarded(why, nullptr, [&] {
        if constexpr (RunsBatches<B>) of(plan).backend().wait();
      });
    }
    static cvg_status fetch(cvg_plan* plan, std::int32_t slot, const cvg_tensors* t, cvg_note* why) noexcept {
      return guarded(why, nullptr, [&] {
        if constexpr (requires(B b) { b.fetch(*t, of(plan).slot(slot)); })
          of(plan).backend().fetch(read_struct(t), of(plan).slot(slot));
      });
    }
  };

  /// The same for memory of a class's own kinds.
  template <class M>
  struct MemoryGlue {
    static cvg_status alloc(std::int32_t device, std::int32_t kind, std::size_t bytes, std::size_t alignment,
                            void** address, cvg_note* why) noexcept {
      return guarded(why, nullptr, [&] { *address = M::alloc(device, kind, bytes, alignment); });
    }
    static void free(std::int32_t device, std::int32_t kind, void* address) noexcept { M::free(device, kind, address); }
    static cvg_status fill(std::int32_t device, std::int32_t kind, void* address, std::size_t offset, std::int32_t byte,
                           std::size_t bytes, cvg_note* why) noexcept {
      return guarded(why, nullptr, [&] { M::fill(device, kind, address, offset, byte, bytes); });
    }
    static cvg_status read(std::int32_t device, std::int32_t kind, const void* address, std::size_t offset, void* host,
                           std::size_t bytes, cvg_note* why) noexcept {
      return guarded(why, nullptr, [&] { M::read(device, kind, address, offset, host, bytes); });
    }
    static cvg_status write(std::int32_t device, std::int32_t kind, void* address, std::size_t offset, const void* host,
                            std::size_t bytes, cvg_note* why) noexcept {
      return guarded(why, nullptr, [&] { M::write(device, kind, address, offset, host, bytes); });
    }
  };

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
      return t;
    }();
    return &made;
  }

  /// What cvg_plugin_entry returns for these classes.
  template <Backend... Bs>
  const cvg_plugin* plugin(const char* name, const char* version, std::uint32_t host_abi, std::uint32_t* own_abi) {
    if (own_abi) *own_abi = CVG_ABI_VERSION;
    if (host_abi != CVG_ABI_VERSION) return nullptr;
    static const cvg_backend* const backends[] = {table<Bs>()...};
    static const cvg_plugin made{sizeof(cvg_plugin), CVG_ABI_VERSION, sizeof...(Bs), name, version, backends, nullptr};
    return &made;
  }

}  // namespace )

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
