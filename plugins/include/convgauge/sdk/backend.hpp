// What a class must have, and what stands for the members that it may leave out.
#pragma once
#include <convgauge/plugin.h>

#include <concepts>
#include <convgauge/sdk/cpu.hpp>
#include <convgauge/sdk/values.hpp>
#include <convgauge/sdk/vetting.hpp>
#include <span>
#include <vector>

namespace [[gnu::visibility("hidden")]] cvg {

template <class B>
concept RunsOne = requires(B b, const Slot& slot) {
  b.execute(slot);
};
template <class B>
concept RunsBatches = requires(B b, std::span<const Slot* const> slots, cvg_timing* timing) {
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

/// What algorithms() may list and no plan may run: a device that is only described, say.
template <class B>
void vet_runnable(const cvg_spec& spec, const cvg_settings& settings) {
  if constexpr (requires { B::check_runnable(spec, settings); }) B::check_runnable(spec, settings);
}

}  // namespace gnu::visibility("hidden")]]cvg
