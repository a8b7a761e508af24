// What a class must have, and the defaults for members that it may leave out.
#pragma once
#include <convgauge/plugin.h>
#include <convgauge/sdk/cpu.hpp>
#include <convgauge/sdk/hidden.hpp>
#include <convgauge/sdk/values.hpp>
#include <convgauge/sdk/vetting.hpp>

#include <concepts>
#include <span>
#include <vector>

namespace CVG_HIDDEN cvg {

/// Has execute(), which runs one slot.
template <class B>
concept RunsOne = requires(B b, const Slot& slot) {
  b.execute(slot);
};
/// Has execute_batch(), which runs several slots and may return before they are done, and wait().
template <class B>
concept RunsBatches = requires(B b, std::span<const Slot* const> slots, cvg_timing* timing) {
  b.execute_batch(slots, timing);
  b.wait();
};
template <class B>
concept Runs = RunsOne<B> || RunsBatches<B>;

template <class B>
concept Packs = requires(const B b) {
  { b.packed_weights_bytes() } -> std::convertible_to<std::size_t>;
};
template <class B>
concept PreparesWeights = requires(B b, const cvg_tensors& tensors, const Slot& slot) {
  b.prepare_weights(tensors, slot);
};
template <class B>
concept PreparesWhatItPacks = !Packs<B> || PreparesWeights<B>;

/// The static members that every class has.
template <class B>
concept DescribesItself = requires(const cvg_spec& spec, const cvg_settings& settings) {
  { B::name } -> std::convertible_to<const char*>;
  { B::description } -> std::convertible_to<const char*>;
  B::version;
  { B::supports } -> std::convertible_to<Supports>;
  B::check(spec, settings);
};

/// What CVG_EXPORT_PLUGIN requires of a class.
template <class B>
concept Backend = DescribesItself<B> && Runs<B> && PreparesWhatItPacks<B> &&
    std::constructible_from<B, const cvg_spec&, const cvg_settings&>;

/// The optional static members of a class, or their defaults.
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
/// The number of devices. Does not read the name of the CPU, since query() should be cheap.
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

/// Checks everything that can be refused without building a plan: settings, options, spec, then the
/// class's own check(). Throws Refused.
template <class B>
void vet(const cvg_spec& spec, const cvg_settings& settings) {
  vet_settings(settings, B::supports, device_count_of<B>());
  vet_options(settings, options_of<B>());
  vet_spec(spec, B::supports);
  B::check(spec, settings);
}

/// Refuses what algorithms() may list but no plan can run, for example on a device of which only a
/// description is present. Throws Refused.
template <class B>
void vet_runnable(const cvg_spec& spec, const cvg_settings& settings) {
  if constexpr (requires { B::check_runnable(spec, settings); }) B::check_runnable(spec, settings);
}

}  // namespace cvg
