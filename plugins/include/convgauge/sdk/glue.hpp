// The functions of the ABI's tables, implemented with an author's class. No exception leaves them.
#pragma once
#include <convgauge/plugin.h>
#include <convgauge/sdk/hidden.hpp>
#include <convgauge/sdk/plan.hpp>
#include <convgauge/sdk/structs.hpp>

#include <concepts>
#include <exception>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>

namespace CVG_HIDDEN cvg {

/// Runs `body` and turns what it throws into a status and a note. If `reason` is null, Refused
/// becomes a failure: only functions with a parameter for the reason may refuse.
template <class Body>
cvg_status guarded(cvg_note* why, cvg_reason* reason, Body&& body) noexcept {
  try {
    body();
    return CVG_STATUS_OK;
  } catch (const Refused& refusal) {
    write_note(why, refusal.what());
    if (!reason) return CVG_STATUS_FAILED;
    *reason = refusal.reason == CVG_REASON_NONE ? CVG_REASON_OTHER : refusal.reason;
    return CVG_STATUS_REFUSED;
  } catch (const DeviceLost& lost) {
    write_note(why, lost.what());
    return CVG_STATUS_DEVICE_LOST;
  } catch (const OutOfMemory& full) {
    write_note(why, full.what());
    return CVG_STATUS_OUT_OF_MEMORY;
  } catch (const std::bad_alloc&) {
    write_note(why, "out of memory");
    return CVG_STATUS_OUT_OF_MEMORY;
  } catch (const std::exception& failure) {
    write_note(why, failure.what());
    return CVG_STATUS_FAILED;
  } catch (...) {
    write_note(why, "unknown exception");
    return CVG_STATUS_FAILED;
  }
}

/// The functions of cvg_backend, each a call of Plan<B> or of a static member of B.
template <class B>
struct Glue {
  static Plan<B>& of(cvg_plan* plan) { return *reinterpret_cast<Plan<B>*>(plan); }
  static const Plan<B>& of(const cvg_plan* plan) { return *reinterpret_cast<const Plan<B>*>(plan); }

  static cvg_status device_count(std::int32_t* count, cvg_note* why) noexcept {
    *count = 0;
    cvg_reason none = CVG_REASON_NONE;
    const auto status =
        guarded(why, &none, [&] { *count = static_cast<std::int32_t>(device_count_of<B>()); });
    return status == CVG_STATUS_REFUSED ? CVG_STATUS_OK : status;
  }
  static cvg_status device_info(std::int32_t index, cvg_device* out, cvg_note* why) noexcept {
    return guarded(why, nullptr,
                   [&] { write_struct(devices_of<B>().at(static_cast<std::size_t>(index)), out); });
  }
  static cvg_status options(cvg_option_info* out, std::int32_t capacity,
                            std::int32_t* count) noexcept {
    return guarded(nullptr, nullptr, [&] { write_array(options_of<B>(), out, capacity, count); });
  }
  static cvg_status query(const cvg_spec* s, const cvg_settings* t, cvg_reason* reason,
                          cvg_note* why) noexcept {
    return guarded(why, reason, [&] {
      const auto spec = read_struct(s);
      const auto settings = read_struct(t);
      vet<B>(spec, settings);
      vet_runnable<B>(spec, settings);
      if (settings.workspace_limit_bytes >= 0)  // only a plan knows its buffers
        static_cast<void>(std::make_unique<Plan<B>>(spec, settings));
      else
        chosen(algorithms_of<B>(spec, settings), spec, settings);
    });
  }
  static cvg_status algorithms(const cvg_spec* s, const cvg_settings* t, cvg_algorithm* out,
                               std::int32_t capacity, std::int32_t* count, cvg_note* why) noexcept {
    *count = 0;
    cvg_reason reason = CVG_REASON_NONE;
    return guarded(why, &reason, [&] {
      const auto spec = read_struct(s);
      const auto settings = read_struct(t);
      vet<B>(spec, settings);
      const auto known = algorithms_of<B>(spec, settings);
      write_array(std::span<const cvg_algorithm>(known), out, capacity, count);
    });
  }
  static cvg_status plan_create(const cvg_spec* s, const cvg_settings* t, cvg_plan** plan,
                                cvg_reason* reason, cvg_note* why) noexcept {
    return guarded(why, reason, [&] {
      const auto spec = read_struct(s);
      const auto settings = read_struct(t);
      vet<B>(spec, settings);
      vet_runnable<B>(spec, settings);
      *plan = reinterpret_cast<cvg_plan*>(new Plan<B>(spec, settings));
    });
  }
  static void plan_destroy(cvg_plan* plan) noexcept { delete reinterpret_cast<Plan<B>*>(plan); }
  static cvg_status plan_algorithm(const cvg_plan* plan, cvg_algorithm* out) noexcept {
    return guarded(nullptr, nullptr, [&] { write_struct(of(plan).algorithm(), out); });
  }
  static cvg_status requirements(const cvg_plan* plan, cvg_requirement* out, std::int32_t capacity,
                                 std::int32_t* count) noexcept {
    return guarded(nullptr, nullptr,
                   [&] { write_array(of(plan).requirements(), out, capacity, count); });
  }
  static cvg_status bind(cvg_plan* plan, std::int32_t slot, void* const* addresses,
                         std::int32_t count, cvg_note* why) noexcept {
    return guarded(why, nullptr, [&] { of(plan).bind(slot, addresses, count); });
  }
  static cvg_status prepare_weights(cvg_plan* plan, std::int32_t slot, const cvg_tensors* t,
                                    cvg_note* why) noexcept {
    return guarded(why, nullptr, [&] {
      if constexpr (requires(B b) { b.prepare_weights(*t, of(plan).slot(slot)); })
        of(plan).backend().prepare_weights(read_struct(t), of(plan).slot(slot));
    });
  }
  static cvg_status upload(cvg_plan* plan, std::int32_t slot, const cvg_tensors* t,
                           cvg_note* why) noexcept {
    return guarded(why, nullptr, [&] {
      if constexpr (requires(B b) { b.upload(*t, of(plan).slot(slot)); })
        of(plan).backend().upload(read_struct(t), of(plan).slot(slot));
    });
  }
  static cvg_status execute(cvg_plan* plan, const std::int32_t* slots, std::int64_t count,
                            cvg_timing* timing, cvg_note* why) noexcept {
    return guarded(why, nullptr, [&] { of(plan).execute(slots, count, timing); });
  }
  static cvg_status wait(cvg_plan* plan, cvg_note* why) noexcept {
    return guarded(why, nullptr, [&] {
      if constexpr (RunsBatches<B>) of(plan).backend().wait();
    });
  }
  static cvg_status fetch(cvg_plan* plan, std::int32_t slot, const cvg_tensors* t,
                          cvg_note* why) noexcept {
    return guarded(why, nullptr, [&] {
      if constexpr (requires(B b) { b.fetch(*t, of(plan).slot(slot)); })
        of(plan).backend().fetch(read_struct(t), of(plan).slot(slot));
    });
  }
};

/// Has the functions of the extension "cvg.details/1". Each returns a JSON object.
template <class B>
concept TellsDetails = requires(const B b) {
  { b.details() } -> std::convertible_to<std::string>;
  { B::device_details(0) } -> std::convertible_to<std::string>;
};
/// The table cvg_details of a class.
template <class B>
struct DetailsGlue {
  static cvg_status plan(const cvg_plan* plan, cvg_note* json) noexcept {
    return guarded(json, nullptr, [&] { write_note(json, Glue<B>::of(plan).backend().details()); });
  }
  static cvg_status device(std::int32_t device, cvg_note* json) noexcept {
    return guarded(json, nullptr, [&] { write_note(json, B::device_details(device)); });
  }
  static const void* extension(const char* name) noexcept {
    static constexpr cvg_details table{sizeof(cvg_details), plan, device};
    return name && std::string_view(name) == CVG_EXTENSION_DETAILS ? &table : nullptr;
  }
};

/// The functions of cvg_backend for memory of a class's own kinds.
template <class M>
struct MemoryGlue {
  static cvg_status alloc(std::int32_t device, cvg_memory kind, std::size_t bytes,
                          std::size_t alignment, void** address, cvg_note* why) noexcept {
    return guarded(why, nullptr, [&] { *address = M::alloc(device, kind, bytes, alignment); });
  }
  static void free(std::int32_t device, cvg_memory kind, void* address) noexcept {
    M::free(device, kind, address);
  }
  static cvg_status fill(std::int32_t device, cvg_memory kind, void* address, std::size_t offset,
                         std::int32_t byte, std::size_t bytes, cvg_note* why) noexcept {
    return guarded(why, nullptr, [&] { M::fill(device, kind, address, offset, byte, bytes); });
  }
  static cvg_status read(std::int32_t device, cvg_memory kind, const void* address,
                         std::size_t offset, void* host, std::size_t bytes,
                         cvg_note* why) noexcept {
    return guarded(why, nullptr, [&] { M::read(device, kind, address, offset, host, bytes); });
  }
  static cvg_status write(std::int32_t device, cvg_memory kind, void* address, std::size_t offset,
                          const void* host, std::size_t bytes, cvg_note* why) noexcept {
    return guarded(why, nullptr, [&] { M::write(device, kind, address, offset, host, bytes); });
  }
};

}  // namespace cvg
