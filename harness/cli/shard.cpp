#include "cli/shard.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "core/layers.hpp"
#include "core/parse_number.hpp"

namespace convgauge::cli {
namespace {

/// The variables in which a scheduler tells each of its tasks which one it is. The task's index is
/// (INDEX - first) / step.
struct Scheduler {
  const char *index, *count;
  int first = 0;                                                  // of the first task, where fixed
  const char *least = nullptr, *most = nullptr, *step = nullptr;  // variables; null: there is none
};

// https://slurm.schedmd.com/job_array.html: MIN and MAX are the smallest and largest task ID.
// https://kubernetes.io/docs/concepts/workloads/controllers/job: an indexed job counts from 0, and
// tells no count: its manifest has to set JOB_COMPLETIONS to spec.completions.
// https://docs.gitlab.com/ee/ci/variables/predefined_variables.html: `parallel` counts from 1.
// https://google.github.io/googletest/advanced.html: test sharding counts from 0.
constexpr std::array kSchedulers{
    Scheduler{"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", 0, "SLURM_ARRAY_TASK_MIN",
              "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_STEP"},
    Scheduler{"JOB_COMPLETION_INDEX", "JOB_COMPLETIONS"},
    Scheduler{"CI_NODE_INDEX", "CI_NODE_TOTAL", 1},
    Scheduler{"GTEST_SHARD_INDEX", "GTEST_TOTAL_SHARDS"},
};

/// A variable that is set to nothing counts as not set.
std::optional<std::string> variable(const char* name) {
  const char* value = name ? std::getenv(name) : nullptr;
  return value && *value ? std::optional<std::string>(value) : std::nullopt;
}

/// The value of a variable, from `least` on; `absent` where it is not set.
Expected<std::int64_t> number(const char* name, std::int64_t least, std::int64_t absent) {
  const auto text = variable(name);
  if (!text) return absent;
  const auto value = parse_number<std::int32_t>(*text);
  if (value && *value >= least) return *value;
  return error(
      fmt::format("--shard auto: {}={}: not a whole number from {} on", name, *text, least));
}

std::string shown(const char* name) {
  const auto value = variable(name);
  return value ? fmt::format("{}={}", name, *value) : std::string();
}

/// "SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_COUNT=4 ...", those that are set.
std::string source_of(const Scheduler& s, std::optional<int> count) {
  std::string text = shown(s.index);
  for (const char* name : {count ? nullptr : s.count, s.least, s.most, s.step})
    if (const auto more = shown(name); !more.empty()) text += " " + more;
  return text;
}

Expected<std::int64_t> count_of(const Scheduler& s, std::optional<int> given) {
  if (given) return *given;
  if (variable(s.count)) return number(s.count, 1, 0);
  return error(
      fmt::format("--shard auto: {} is set, and {} is not: set it, or give the number of "
                  "shards as --shard auto/N",
                  shown(s.index), s.count));
}

/// A job array of SLURM may leave out tasks (1,2,7): its IDs are then no shards.
Expected<Shard> shard_from(const Scheduler& s, std::optional<int> given) {
  const auto count = count_of(s, given);
  if (!count) return tl::unexpected(count.error());
  const auto first = number(s.least, 0, s.first), step = number(s.step, 1, 1),
             id = number(s.index, 0, 0);
  for (const auto* n : {&first, &step, &id})
    if (!*n) return tl::unexpected(n->error());
  const auto last = *first + (*count - 1) * *step;
  const auto most = number(s.most, 0, last);
  if (!most) return tl::unexpected(most.error());
  const auto source = source_of(s, given);
  if (*most != last || *id < *first || *id > last || (*id - *first) % *step != 0)
    return error(
        fmt::format("--shard auto: {}: {} of {} tasks that go from {} to {} in steps of {} "
                    "is none; give the shard as --shard I/N",
                    source, *id, *count, *first, last, *step));
  return Shard{static_cast<int>((*id - *first) / *step), static_cast<int>(*count), source};
}

Expected<Shard> shard_of_environment(std::optional<int> count) {
  std::optional<Shard> found;
  for (const auto& scheduler : kSchedulers) {
    if (!variable(scheduler.index)) continue;
    auto shard = shard_from(scheduler, count);
    if (!shard) return shard;
    if (found && (found->index != shard->index || found->count != shard->count))
      return error(
          fmt::format("--shard auto: {} says shard {}/{}, and {} says {}/{}; give the "
                      "shard as --shard I/N",
                      found->source, found->index + 1, found->count, shard->source,
                      shard->index + 1, shard->count));
    if (!found) found = std::move(*shard);
  }
  if (found) return std::move(*found);
  std::string names;
  for (const auto& s : kSchedulers)
    names += fmt::format("{}{}", names.empty() ? "" : ", ", s.index);
  return error(
      fmt::format("--shard auto: none of {} is set; give the shard as --shard I/N", names));
}

}  // namespace

Expected<Shard> read_shard(const std::string& text) {
  if (text == "auto") return shard_of_environment(std::nullopt);
  const auto slash = text.find('/');
  if (slash != text.npos) {
    const auto whole = std::string_view(text);
    const auto n = parse_number<int>(whole.substr(slash + 1));
    if (n && *n >= 1 && whole.substr(0, slash) == "auto") return shard_of_environment(n);
    const auto i = parse_number<int>(whole.substr(0, slash));
    if (i && n && *i >= 1 && *i <= *n) return Shard{*i - 1, *n, {}};
  }
  return error(fmt::format("--shard {}: not I/N with 1 <= I <= N, auto or auto/N", text));
}

}  // namespace convgauge::cli
