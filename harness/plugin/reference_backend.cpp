#include "plugin/reference_backend.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "core/tensor.hpp"
#include "plugin/convert.hpp"
#include "reference/reference.hpp"

struct cvg_plan {
  convgauge::Spec spec;
  int threads = 1;
  std::vector<convgauge::plugin::HostTensors> tensors;  // of each slot
  void* workspace = nullptr;                            // the results in double, before rounding
};

namespace convgauge::plugin {
namespace {

constexpr const char* kAlgorithm = "reference.double";

void say(cvg_note* note, const std::string& text) {
  if (note && note->text && note->capacity)
    std::snprintf(note->text, note->capacity, "%s", text.c_str());
}

cvg_status refuse(cvg_reason* reason, cvg_note* why, cvg_reason what, const std::string& text) {
  if (reason) *reason = what;
  say(why, text);
  return CVG_STATUS_REFUSED;
}

cvg_status query(const cvg_spec* s, const cvg_settings* settings, cvg_reason* reason,
                 cvg_note* why) {
  if (s->direction != CVG_DIRECTION_FORWARD && s->direction != CVG_DIRECTION_BACKWARD_DATA &&
      s->direction != CVG_DIRECTION_BACKWARD_WEIGHTS)
    return refuse(reason, why, CVG_REASON_DIRECTION,
                  "the reference does not know direction number " + std::to_string(s->direction));
  if (!from_abi(*s))
    return refuse(reason, why, CVG_REASON_OTHER,
                  "the reference does not know every number of this specification");
  if (s->layout == CVG_LAYOUT_NATIVE)
    return refuse(reason, why, CVG_REASON_LAYOUT, "the reference has no layout of its own");
  if (settings->option_count > 0)
    return refuse(reason, why, CVG_REASON_OPTION,
                  std::string("the reference has no option '") + settings->options[0].key + "'");
  if (settings->algorithm && std::strcmp(settings->algorithm, kAlgorithm) != 0)
    return refuse(
        reason, why, CVG_REASON_ALGORITHM,
        std::string("no algorithm '") + settings->algorithm + "'; the reference has " + kAlgorithm);
  return CVG_STATUS_OK;
}

void describe(cvg_algorithm* out) {
  std::snprintf(out->name, sizeof out->name, "%s", kAlgorithm);
  out->algorithm_class = CVG_CLASS_DIRECT;
  out->deterministic = 1;
}

cvg_status device_count(std::int32_t* count, cvg_note*) {
  *count = 1;
  return CVG_STATUS_OK;
}

cvg_status device_info(std::int32_t, cvg_device* out, cvg_note*) {
  out->kind = CVG_DEVICE_KIND_CPU;
  std::snprintf(out->name, sizeof out->name, "CPU");
  return CVG_STATUS_OK;
}

cvg_status options(cvg_option_info*, std::int32_t, std::int32_t* count) {
  *count = 0;
  return CVG_STATUS_OK;
}

cvg_status algorithms(const cvg_spec* s, const cvg_settings* settings, cvg_algorithm* out,
                      std::int32_t capacity, std::int32_t* count, cvg_note* why) {
  cvg_reason reason = CVG_REASON_NONE;
  if (const auto status = query(s, settings, &reason, why); status != CVG_STATUS_OK) return status;
  *count = 1;
  if (capacity >= 1) describe(out);
  return CVG_STATUS_OK;
}

cvg_status plan_create(const cvg_spec* s, const cvg_settings* settings, cvg_plan** plan,
                       cvg_reason* reason, cvg_note* why) {
  if (const auto status = query(s, settings, reason, why); status != CVG_STATUS_OK) return status;
  const auto slots = static_cast<std::size_t>(settings->slots);
  *plan = new cvg_plan{*from_abi(*s), settings->threads, std::vector<HostTensors>(slots)};
  return CVG_STATUS_OK;
}

void plan_destroy(cvg_plan* plan) {
  delete plan;
}

cvg_status plan_algorithm(const cvg_plan*, cvg_algorithm* out) {
  describe(out);
  return CVG_STATUS_OK;
}

/// The tensors of the direction in the order of their roles, then the workspace.
std::vector<cvg_requirement> needs(const Spec& spec) {
  std::vector<cvg_requirement> all;
  for (const auto role : kTensorRoles)
    if (spec.reads(role) || spec.writes(role))
      all.push_back({sizeof(cvg_requirement), static_cast<cvg_role>(buffer_role(role)),
                     CVG_SCOPE_SLOT, CVG_FORM_TENSOR, CVG_MEMORY_HOST, spec.bytes(role),
                     size_of(spec.type(role)), "", 0});
  all.push_back({sizeof(cvg_requirement), CVG_ROLE_WORKSPACE, CVG_SCOPE_EXECUTION, CVG_FORM_OWN,
                 CVG_MEMORY_HOST,
                 static_cast<std::size_t>(spec.written_elements()) * sizeof(double), 64, "", 0});
  return all;
}

cvg_status requirements(const cvg_plan* plan, cvg_requirement* out, std::int32_t capacity,
                        std::int32_t* count) {
  const auto all = needs(plan->spec);
  *count = static_cast<std::int32_t>(all.size());
  std::copy_n(all.begin(), std::min(capacity, *count), out);
  return CVG_STATUS_OK;
}

cvg_status bind(cvg_plan* plan, std::int32_t slot, void* const* addresses, std::int32_t count,
                cvg_note*) {
  const auto all = needs(plan->spec);
  auto& tensors = plan->tensors.at(static_cast<std::size_t>(slot));
  for (std::size_t i = 0; i < all.size() && static_cast<std::int32_t>(i) < count; ++i)
    if (all[i].role == CVG_ROLE_WORKSPACE)
      plan->workspace = addresses[i];
    else
      tensors[static_cast<std::size_t>(all[i].role)] = static_cast<std::byte*>(addresses[i]);
  return CVG_STATUS_OK;
}

cvg_status nothing(cvg_plan*, std::int32_t, const cvg_tensors*, cvg_note*) {
  return CVG_STATUS_OK;
}

/// Rounds the contiguous values at `want` into a tensor; returns the address after the last value
/// read.
const double* store_tensor(const Spec& spec, TensorRole role, const double* want, void* to) {
  const auto shape = spec.shape(role);
  const TensorView<const double> order{want, shape, spec.strides(role)};
  each_index(shape, [&](auto n, auto c, auto h, auto w) {
    store(spec.type(role), to, order.offset(n, c, h, w), *want++);
  });
  return want;
}

cvg_status execute(cvg_plan* plan, const std::int32_t* slots, std::int64_t count, cvg_timing*,
                   cvg_note* why) try {
  const auto& spec = plan->spec;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto& at = plan->tensors.at(static_cast<std::size_t>(slots[i]));
    auto* want = static_cast<double*>(plan->workspace);
    reference_fast(
        spec, {at[CVG_ROLE_SRC], at[CVG_ROLE_WEIGHTS], at[CVG_ROLE_BIAS], at[CVG_ROLE_DIFF_DST]},
        {want, nullptr}, plan->threads);
    const double* sums = store_tensor(spec, spec.result(), want, at[index_of(spec.result())]);
    if (spec.writes(TensorRole::diff_bias))
      store_tensor(spec, TensorRole::diff_bias, sums, at[CVG_ROLE_DIFF_BIAS]);
  }
  return CVG_STATUS_OK;
} catch (const std::exception& e) {
  say(why, e.what());
  return CVG_STATUS_FAILED;
}

cvg_status wait(cvg_plan*, cvg_note*) {
  return CVG_STATUS_OK;
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
constexpr cvg_plugin kPlugin{sizeof(cvg_plugin), CVG_ABI_VERSION, 1, "reference", "1",
                             kBackends,          nullptr};

}  // namespace

const cvg_plugin* reference_entry(std::uint32_t version, const cvg_host*,
                                  std::uint32_t* plugin_version) {
  *plugin_version = CVG_ABI_VERSION;
  return version == CVG_ABI_VERSION ? &kPlugin : nullptr;
}

}  // namespace convgauge::plugin
