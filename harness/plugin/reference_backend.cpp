#include "plugin/reference_backend.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "core/tensor.hpp"
#include "plugin/convert.hpp"
#include "reference/reference.hpp"

struct cvg_plan {
  convgauge::Spec spec;
  int threads = 1;
  std::vector<std::array<void*, 5>> address;  // per slot: src, weights, dst, workspace, bias
};

namespace convgauge {
namespace {

constexpr const char* kAlgorithm = "reference.double";

void say(cvg_note* note, const std::string& text) {
  if (note && note->text && note->capacity) std::snprintf(note->text, note->capacity, "%s", text.c_str());
}

cvg_status refuse(std::int32_t* reason, cvg_note* why, std::int32_t what, const std::string& text) {
  if (reason) *reason = what;
  say(why, text);
  return CVG_REFUSED;
}

cvg_status query(const cvg_spec* s, const cvg_settings* settings, std::int32_t* reason, cvg_note* why) {
  if (s->direction != CVG_FORWARD)
    return refuse(reason, why, CVG_REASON_DIRECTION, "the reference computes the forward direction only");
  if (s->layout == CVG_NATIVE) return refuse(reason, why, CVG_REASON_LAYOUT, "the reference has no layout of its own");
  if (settings->option_count > 0)
    return refuse(reason, why, CVG_REASON_OPTION,
                  std::string("the reference has no option '") + settings->options[0].key + "'");
  if (settings->algorithm && std::strcmp(settings->algorithm, kAlgorithm) != 0)
    return refuse(reason, why, CVG_REASON_ALGORITHM,
                  std::string("no algorithm '") + settings->algorithm + "'; the reference has " + kAlgorithm);
  return CVG_OK;
}

void describe(cvg_algorithm* out) {
  std::snprintf(out->name, sizeof out->name, "%s", kAlgorithm);
  out->algorithm_class = CVG_CLASS_DIRECT;
  out->deterministic = 1;
}

cvg_status device_count(std::int32_t* count, cvg_note*) {
  *count = 1;
  return CVG_OK;
}

cvg_status device_info(std::int32_t, cvg_device* out, cvg_note*) {
  out->kind = CVG_DEVICE_CPU;
  std::snprintf(out->name, sizeof out->name, "CPU");
  return CVG_OK;
}

cvg_status options(cvg_option_info*, std::int32_t, std::int32_t* count) {
  *count = 0;
  return CVG_OK;
}

cvg_status algorithms(const cvg_spec* s, const cvg_settings* settings, cvg_algorithm* out, std::int32_t capacity,
                      std::int32_t* count, cvg_note* why) {
  std::int32_t reason = 0;
  if (const auto status = query(s, settings, &reason, why); status != CVG_OK) return status;
  *count = 1;
  if (capacity >= 1) describe(out);
  return CVG_OK;
}

cvg_status plan_create(const cvg_spec* s, const cvg_settings* settings, cvg_plan** plan, std::int32_t* reason,
                       cvg_note* why) {
  if (const auto status = query(s, settings, reason, why); status != CVG_OK) return status;
  const auto slots = static_cast<std::size_t>(settings->slots);
  *plan = new cvg_plan{from_abi(*s), settings->threads, std::vector<std::array<void*, 5>>(slots)};
  return CVG_OK;
}

void plan_destroy(cvg_plan* plan) {
  delete plan;
}

cvg_status plan_algorithm(cvg_plan*, cvg_algorithm* out) {
  describe(out);
  return CVG_OK;
}

cvg_status requirements(cvg_plan* plan, cvg_requirement* out, std::int32_t capacity, std::int32_t* count) {
  const auto& spec = plan->spec;
  const auto tensor = [](cvg_role role, std::size_t bytes, Dtype type) {
    return cvg_requirement{sizeof(cvg_requirement), role,  CVG_SCOPE_SLOT, CVG_FORM_TENSOR,
                           CVG_MEMORY_HOST,         bytes, size_of(type),  ""};
  };
  const auto doubles = static_cast<std::size_t>(elements(spec.geometry.dst_shape())) * sizeof(double);
  const cvg_requirement all[] = {tensor(CVG_ROLE_SRC, spec.src_bytes(), spec.src_type),
                                 tensor(CVG_ROLE_WEIGHTS, spec.weights_bytes(), spec.weights_type),
                                 tensor(CVG_ROLE_DST, spec.dst_bytes(), spec.dst_type),
                                 {sizeof(cvg_requirement), CVG_ROLE_WORKSPACE, CVG_SCOPE_EXECUTION, CVG_FORM_OWN,
                                  CVG_MEMORY_HOST, doubles, 64, ""},
                                 tensor(CVG_ROLE_BIAS, spec.bias_bytes(), spec.dst_type)};
  *count = spec.geometry.bias ? 5 : 4;
  for (std::int32_t i = 0; i < *count && i < capacity; ++i) out[i] = all[i];
  return CVG_OK;
}

cvg_status bind(cvg_plan* plan, std::int32_t slot, void* const* addresses, std::int32_t count, cvg_note*) {
  std::copy_n(addresses, std::min(count, 5), plan->address.at(static_cast<std::size_t>(slot)).begin());
  return CVG_OK;
}

cvg_status nothing(cvg_plan*, std::int32_t, const cvg_tensors*, cvg_note*) {
  return CVG_OK;
}

void store_result(const Spec& spec, const double* want, void* dst) {
  const auto shape = spec.geometry.dst_shape();
  const TensorView<const double> order{want, shape, spec.dst_strides()};
  std::int64_t i = 0;
  for (std::int64_t n = 0; n < shape[0]; ++n)
    for (std::int64_t c = 0; c < shape[1]; ++c)
      for (std::int64_t h = 0; h < shape[2]; ++h)
        for (std::int64_t w = 0; w < shape[3]; ++w) store(spec.dst_type, dst, order.offset(n, c, h, w), want[i++]);
}

cvg_status execute(cvg_plan* plan, const std::int32_t* slots, std::int64_t count, cvg_timing*, cvg_note* why) try {
  for (std::int64_t i = 0; i < count; ++i) {
    const auto& [src, weights, dst, workspace, bias] = plan->address.at(static_cast<std::size_t>(slots[i]));
    auto* want = static_cast<double*>(workspace);
    reference_fast(plan->spec, {src, weights, plan->spec.geometry.bias ? bias : nullptr}, {want, nullptr},
                   plan->threads);
    store_result(plan->spec, want, dst);
  }
  return CVG_OK;
} catch (const std::exception& e) {
  say(why, e.what());
  return CVG_FAILED;
}

cvg_status wait(cvg_plan*, cvg_note*) {
  return CVG_OK;
}

constexpr cvg_backend kBackend{
    .struct_size = sizeof(cvg_backend),
    .name = "reference",
    .description = "the driver's own reference: sums in double, rounded once",
    .version = "1",
    .device_count = device_count,
    .device_info = device_info,
    .options = options,
    .query = query,
    .algorithms = algorithms,
    .plan_create = plan_create,
    .plan_destroy = plan_destroy,
    .plan_algorithm = plan_algorithm,
    .requirements = requirements,
    .bind = bind,
    .prepare_weights = nothing,
    .upload = nothing,
    .execute = execute,
    .wait = wait,
    .fetch = nothing,
    .memory_alloc = nullptr,
    .memory_free = nullptr,
    .memory_fill = nullptr,
    .memory_read = nullptr,
    .memory_write = nullptr,
    .extension = nullptr,
};
constexpr const cvg_backend* kBackends[] = {&kBackend};
constexpr cvg_plugin kPlugin{sizeof(cvg_plugin), CVG_ABI_VERSION, 1, "reference", "1", kBackends, nullptr};

}  // namespace

const cvg_plugin* reference_entry(std::uint32_t version, const cvg_host*, std::uint32_t* plugin_version) {
  *plugin_version = CVG_ABI_VERSION;
  return version == CVG_ABI_VERSION ? &kPlugin : nullptr;
}

}  // namespace convgauge
