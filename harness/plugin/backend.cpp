#include "plugin/backend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <set>
#include <tuple>

#include "core/layers.hpp"
#include "plugin/allocations.hpp"
#include "plugin/library.hpp"
#include "plugin/note.hpp"

namespace convgauge::plugin {
namespace {

/// R3: a refusal has a reason and a sentence.
tl::unexpected<Trouble> refusal(const char* function, cvg_reason reason, const Note& note) {
  if (reason == CVG_REASON_NONE)
    return broke(Rule::R3, fmt::format("{} refused without a reason ({})", function, said(note)));
  if (note.text().empty())
    return broke(Rule::R3, fmt::format("{} refused ({}) without a sentence", function,
                                       refusal_reason(reason).text()));
  return tl::unexpected<Trouble>(Refused{refusal_reason(reason), note.text()});
}

/// A larger count of algorithms, options, devices or buffers is taken for an error of the plugin.
constexpr std::int32_t kMostItems = 4096;

/// The backend's table "cvg.details/1", if it has all functions; else null.
const cvg_details* details_of(const cvg_backend* table) {
  if (table->struct_size <= offsetof(cvg_backend, extension) || !table->extension) return nullptr;
  const auto* details = static_cast<const cvg_details*>(table->extension(CVG_EXTENSION_DETAILS));
  return details && details->struct_size >= sizeof(cvg_details) && details->plan && details->device
             ? details
             : nullptr;
}

/// What `tell` writes into a note of 256 KiB, large enough for the JSON of a plan.
template <class Tell>
Answer<std::string> told(const char* function, Tell&& tell) {
  Note note(std::size_t{1} << 18);
  if (auto ok = answer_of(function, tell(note.get()), note); !ok) return tl::unexpected(ok.error());
  return note.text();
}

/// Why memory inside a library cannot be what the requirement says; empty if it can be.
std::string broken_law_of_library(const Requirement& r) {
  if (r.role != BufferRole::packed_weights && r.role != BufferRole::workspace &&
      r.role != BufferRole::constants)
    return "memory inside a library is for packed weights, workspace and constants only";
  if (r.form != Form::own) return "memory inside a library has form own";
  if (r.bytes != 0 || r.alignment != 1 || r.overread_bytes != 0)
    return fmt::format(
        "memory inside a library has 0 bytes, alignment 1 and no overread_bytes, not {}, {} and {}",
        r.bytes, r.alignment, r.overread_bytes);
  return {};
}

/// Why a requirement cannot be met; empty if it can be.
std::string broken_law(const Requirement& r, const Spec& spec) {
  if (!std::has_single_bit(r.alignment) || r.alignment > (std::size_t{1} << 21))
    return fmt::format("alignment {} is not a power of two up to 2 MiB", r.alignment);
  if (r.bytes > (std::size_t{1} << 46))
    return fmt::format("{} bytes are more than any machine has", r.bytes);
  if (r.overread_bytes > kMostOverread)
    return fmt::format("overread_bytes {} are more than {}", r.overread_bytes, kMostOverread);
  if (r.memory_kind.is_library()) return broken_law_of_library(r);
  if (r.form != Form::tensor) return {};
  if (!r.memory_kind.is_host()) return "form tensor asks for host memory";
  const auto role = tensor_role(r.role);
  if (!role) return "form tensor is for the host's own tensors";
  if (!spec.reads(*role) && !spec.writes(*role))
    return fmt::format("{} neither reads nor writes it", word(spec.direction));
  const auto tensor = spec.bytes(*role);
  if (r.bytes != tensor)
    return fmt::format("asks for {} bytes, but the tensor has {}", r.bytes, tensor);
  return {};
}

}  // namespace

Plan::Plan(Plan&& other) noexcept
    : table_(other.table_),
      plan_(std::exchange(other.plan_, nullptr)),
      algorithm_(std::move(other.algorithm_)),
      raw_requirements_(std::move(other.raw_requirements_)),
      requirements_(std::move(other.requirements_)),
      allocations_(other.allocations_) {}

Plan::~Plan() {
  if (plan_) table_->plan_destroy(plan_);
}

namespace {

Answer<std::vector<cvg_requirement>> read_requirements(const cvg_backend* table, cvg_plan* plan) {
  std::int32_t count = 0;
  auto status = table->requirements(plan, nullptr, 0, &count);
  if (status == CVG_STATUS_OK && (count < 0 || count > kMostItems))
    return failed(fmt::format("requirements: a count of {}", count));
  std::vector<cvg_requirement> raw(static_cast<std::size_t>(std::max(count, 0)));
  for (auto& r : raw) r.struct_size = sizeof r;
  if (status == CVG_STATUS_OK) status = table->requirements(plan, raw.data(), count, &count);
  if (status != CVG_STATUS_OK)
    return failed(fmt::format("requirements returned {}", status_word(status)));
  if (count != static_cast<std::int32_t>(raw.size()))
    return broke(Rule::R6, "requirements changed between two calls");
  return raw;
}

bool same(const cvg_requirement& a, const cvg_requirement& b) {
  const auto numbers = [](const cvg_requirement& r) {
    return std::tie(r.role, r.scope, r.form, r.memory_kind, r.bytes, r.alignment, r.overread_bytes);
  };
  return numbers(a) == numbers(b) && std::strncmp(a.layout, b.layout, sizeof a.layout) == 0;
}

Answer<std::vector<Requirement>> checked(const std::vector<cvg_requirement>& raw,
                                         const Spec& spec) {
  std::vector<Requirement> list;
  for (const auto& r : raw) {
    auto known = from_abi(r);
    const auto why = known ? broken_law(*known, spec) : known.error().message;
    if (!why.empty())
      return failed(fmt::format("requirement {} ({}): {}", list.size(), role_word(r.role), why));
    list.push_back(std::move(*known));
  }
  return list;
}

}  // namespace

Answer<void> Plan::read_answers(const Spec& spec, const PlanSettings& settings) {
  cvg_algorithm raw{};
  raw.struct_size = sizeof raw;
  if (const auto status = table_->plan_algorithm(plan_, &raw); status != CVG_STATUS_OK)
    return failed(fmt::format("plan_algorithm returned {}", status_word(status)));
  algorithm_ = from_abi(raw);
  if (algorithm_.name.empty()) return broke(Rule::R2, "the plan's algorithm has no name");
  if (const auto why = broken_rule(algorithm_, spec); !why.empty())
    return failed(fmt::format("plan_algorithm: {}: {}", algorithm_.name, why));
  if (!settings.algorithm.empty() && algorithm_.name != settings.algorithm)
    return broke(Rule::R5, fmt::format("asked for algorithm {}, the plan runs {}",
                                       settings.algorithm, algorithm_.name));
  if (spec.deterministic && !algorithm_.deterministic)
    return failed(
        fmt::format("deterministic was asked for, but {} says it is not", algorithm_.name));
  auto needs = read_requirements(table_, plan_);
  if (!needs) return tl::unexpected(needs.error());
  raw_requirements_ = std::move(*needs);
  if (auto ok = requirements_unchanged(); !ok) return ok;
  auto checked_needs = checked(raw_requirements_, spec);
  if (!checked_needs) return tl::unexpected(checked_needs.error());
  requirements_ = std::move(*checked_needs);
  return {};
}

Answer<void> Plan::requirements_unchanged() const {
  const auto again = read_requirements(table_, plan_);
  if (!again) return tl::unexpected(again.error());
  if (!std::equal(again->begin(), again->end(), raw_requirements_.begin(), raw_requirements_.end(),
                  same))
    return broke(Rule::R6, "requirements changed over the life of the plan");
  return {};
}

Answer<void> Plan::bind(int slot, const std::vector<void*>& addresses) {
  Note note;
  return answer_of("bind",
                   table_->bind(plan_, slot, addresses.data(),
                                static_cast<std::int32_t>(addresses.size()), note.get()),
                   note);
}
Answer<void> Plan::prepare_weights(int slot, const cvg_tensors& tensors) {
  Note note;
  cvg_tensors read{};
  read.struct_size = sizeof read;
  read.weights = tensors.weights, read.bias = tensors.bias;
  return answer_of("prepare_weights", table_->prepare_weights(plan_, slot, &read, note.get()),
                   note);
}
bool Plan::has_own(bool (*wanted)(BufferRole)) const {
  return std::any_of(requirements_.begin(), requirements_.end(), [wanted](const Requirement& r) {
    return wanted(r.role) && !(r.form == Form::tensor && r.memory_kind.is_host());
  });
}
Answer<void> Plan::upload(int slot, const cvg_tensors& tensors) {
  if (!uploads()) return {};
  Note note;
  cvg_tensors read{};
  read.struct_size = sizeof read;
  read.src = tensors.src, read.diff_dst = tensors.diff_dst;
  return answer_of("upload", table_->upload(plan_, slot, &read, note.get()), note);
}
Answer<void> Plan::execute_and_wait(const std::int32_t* slots, std::int64_t count,
                                    cvg_timing* timing) {
  Note note;
  const AllocationCount counting;
  const auto status = table_->execute(plan_, slots, count, timing, note.get());
  if (status != CVG_STATUS_OK) return answer_of("execute", status, note);
  const auto waited = table_->wait(plan_, note.get());
  allocations_ = counting.so_far();
  return answer_of("wait", waited, note);
}
Answer<void> Plan::fetch(int slot, const cvg_tensors& tensors) {
  if (!fetches()) return {};
  Note note;
  cvg_tensors written{};
  written.struct_size = sizeof written;
  written.dst = tensors.dst, written.diff_src = tensors.diff_src;
  written.diff_weights = tensors.diff_weights, written.diff_bias = tensors.diff_bias;
  return answer_of("fetch", table_->fetch(plan_, slot, &written, note.get()), note);
}

Answer<std::string> Plan::details() const {
  const auto* table = details_of(table_);
  if (!table) return std::string{};
  return told("details of the plan", [&](cvg_note* json) { return table->plan(plan_, json); });
}

Answer<std::string> Backend::device_details(int device) const {
  const auto* table = details_of(table_);
  if (!table) return std::string{};
  return told("details of the device", [&](cvg_note* json) { return table->device(device, json); });
}

Answer<Devices> Backend::devices() const {
  Note note;
  Devices devices;
  std::int32_t count = 0;
  const auto status = table_->device_count(&count, note.get());
  if (status != CVG_STATUS_OK && status != CVG_STATUS_REFUSED)
    return failed(fmt::format("device_count returned {}: {}", status_word(status), said(note)));
  if (status == CVG_STATUS_REFUSED) count = 0;
  if (count < 0 || count > kMostItems)
    return failed(fmt::format("device_count: a count of {}", count));
  if (count == 0)
    devices.why_none = note.text().empty() ? "no device, and no reason given" : note.text();
  for (std::int32_t i = 0; i < count; ++i) {
    cvg_device raw{};
    raw.struct_size = sizeof raw;
    if (const auto s = table_->device_info(i, &raw, note.get()); s != CVG_STATUS_OK)
      return failed(fmt::format("device_info({}) returned {}: {}", i, status_word(s), said(note)));
    auto info = from_abi(raw);
    if (!info) return failed(fmt::format("device_info({}): {}", i, info.error().message));
    devices.list.push_back(std::move(*info));
  }
  return devices;
}

Answer<std::vector<OptionInfo>> Backend::options() const {
  std::int32_t count = 0;
  if (table_->options(nullptr, 0, &count) != CVG_STATUS_OK || count < 0 || count > kMostItems)
    return failed("options gives no count");
  std::vector<cvg_option_info> raw(static_cast<std::size_t>(count));
  for (auto& o : raw) o.struct_size = sizeof o;
  if (table_->options(raw.data(), count, &count) != CVG_STATUS_OK) return failed("options failed");
  std::vector<OptionInfo> list;
  const auto text = [](const char* t) { return std::string(t ? t : ""); };
  std::set<std::string> keys;
  for (const auto& o : raw) {
    list.push_back({text(o.key), text(o.values), text(o.default_value), text(o.description)});
    const auto& key = list.back().key;
    if (!is_plugin_name(key.c_str()))
      return broke(Rule::R2,
                   fmt::format("an option of {} is named '{}', which does not match [a-z0-9_]+",
                               name(), key));
    if (!keys.insert(key).second)
      return broke(Rule::R2, fmt::format("two options of {} are named {}", name(), key));
  }
  return list;
}

Answer<void> Backend::query(const Spec& spec, const PlanSettings& settings) const {
  Note note;
  cvg_reason reason = CVG_REASON_NONE;
  const auto abi = to_abi(spec);
  const SettingsView view(settings);
  const auto status = table_->query(&abi, view.get(), &reason, note.get());
  if (status == CVG_STATUS_REFUSED) return refusal("query", reason, note);
  return answer_of("query", status, note);
}

Answer<std::vector<Algorithm>> Backend::algorithms(const Spec& spec,
                                                   const PlanSettings& settings) const {
  Note note;
  const auto abi = to_abi(spec);
  const SettingsView view(settings);
  std::int32_t count = 0;
  auto status = table_->algorithms(&abi, view.get(), nullptr, 0, &count, note.get());
  if (status == CVG_STATUS_REFUSED)
    return tl::unexpected<Trouble>(Refused{RefusalReason::other, said(note)});
  if (status == CVG_STATUS_OK && (count < 0 || count > kMostItems))
    return failed(fmt::format("algorithms: a count of {}", count));
  if (status != CVG_STATUS_OK)
    return failed(fmt::format("algorithms returned {}: {}", status_word(status), said(note)));
  std::vector<cvg_algorithm> raw(static_cast<std::size_t>(count));
  for (auto& a : raw) a.struct_size = sizeof a;
  status = table_->algorithms(&abi, view.get(), raw.data(), count, &count, note.get());
  if (status != CVG_STATUS_OK)
    return failed(fmt::format("algorithms returned {}: {}", status_word(status), said(note)));
  std::vector<Algorithm> list;
  std::set<std::string> names;
  for (const auto& a : raw) {
    list.push_back(from_abi(a));
    if (list.back().name.empty()) return broke(Rule::R2, "an algorithm has no name");
    if (const auto why = broken_rule(list.back(), spec); !why.empty())
      return failed(fmt::format("algorithms: {}: {}", list.back().name, why));
    if (!names.insert(list.back().name).second)
      return broke(Rule::R2, fmt::format("two algorithms are named {}", list.back().name));
  }
  return list;
}

Answer<Plan> Backend::plan(const Spec& spec, const PlanSettings& settings) const {
  Note note;
  cvg_reason reason = CVG_REASON_NONE;
  const auto abi = to_abi(spec);
  const SettingsView view(settings);
  cvg_plan* raw = nullptr;
  const auto status = table_->plan_create(&abi, view.get(), &raw, &reason, note.get());
  if (status == CVG_STATUS_REFUSED) return refusal("plan_create", reason, note);
  if (auto ok = answer_of("plan_create", status, note); !ok) return tl::unexpected(ok.error());
  if (!raw) return failed("plan_create returned OK and no plan");
  Plan plan(table_, raw);
  if (auto ok = plan.read_answers(spec, settings); !ok) return tl::unexpected(ok.error());
  return plan;
}

}  // namespace convgauge::plugin
