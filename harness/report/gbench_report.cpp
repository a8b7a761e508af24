// Google Benchmark's JSON, so that its compare.py and similar tools read our samples. Cases without
// a valid time are left out, since the format has no verdicts.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "report/regret.hpp"
#include "report/report.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

using Json = nlohmann::ordered_json;

/// "resnet50/conv1/n1c3.../winograd/threads:2/f32/nchw/forward/strict": equal in two runs of the
/// same case.
std::string name_of(const CaseRecord& r) {
  std::string name;
  for (const auto& part : {r.problem.suite, r.problem.name}) name += part.empty() ? "" : part + "/";
  name += short_text(r.problem.geometry) + "/" + r.label;
  if (r.requested_algorithm != "default") name += "/" + r.requested_algorithm;
  for (const auto& part : title_parts(r.settings))
    name += "/" + (part.is_number ? fmt::format("{}:{}", part.key.name, part.value) : part.phrase);
  return name;
}

/// The fields that every entry of one case shares, in Google Benchmark's order.
Json entry(const CaseRecord& r, std::size_t family, const std::string& suffix,
           const char* run_type) {
  const auto name = name_of(r);
  return {{"name", name + suffix},          {"family_index", family},
          {"per_family_instance_index", 0}, {"run_name", name},
          {"run_type", run_type},           {"repetitions", ranked(&r)->samples_ns.size()}};
}

void add_times(Json& j, const CaseRecord& r, double ns, std::int64_t iterations) {
  j["threads"] = 1;  // Google Benchmark's own; the backend's are in the name
  j["iterations"] = iterations;
  j["real_time"] = ns;
  // Wall time: no clock of one thread sees the work of the plugin's other threads.
  j["cpu_time"] = ns;
  j["time_unit"] = "ns";
  j["items_per_second"] = static_cast<double>(r.problem.geometry.flops()) / ns * 1e9;
}

void add_samples(Json& list, const CaseRecord& r, std::size_t family) {
  const auto& measured = *ranked(&r);
  for (std::size_t i = 0; i < measured.samples_ns.size(); ++i) {
    auto j = entry(r, family, "", "iteration");
    j["repetition_index"] = i;
    add_times(j, r, measured.samples_ns[i], measured.executions_per_sample);
    list.push_back(std::move(j));
  }
}

/// User counters of the median, which Google Benchmark puts beside the times. regret: time of the
/// backend's own choice over that of its best algorithm.
void add_counters(Json& j, const CaseRecord& r, const RowRegret* regret) {
  if (const auto share = share_of_roof(r)) j["share_of_roof"] = *share;
  if (!regret) return;
  j["regret"] = regret->ratio.median;
  if (regret->ratio.low) j["regret_low"] = *regret->ratio.low;
  if (regret->ratio.high) j["regret_high"] = *regret->ratio.high;
  if (regret->best->algorithm) j["best_algorithm"] = regret->best->algorithm->name;
}

void add_aggregates(Json& list, const CaseRecord& r, std::size_t family, const RowRegret* regret) {
  const auto& samples = ranked(&r)->samples_ns;
  double mean = 0;
  for (const double ns : samples) mean += ns / static_cast<double>(samples.size());
  const auto summary = summarize(samples);
  const std::pair<const char*, double> values[] = {
      {"mean", mean}, {"median", summary.interval.median}, {"mad", summary.mad}};
  for (const auto& [aggregate, ns] : values) {
    auto j = entry(r, family, std::string("_") + aggregate, "aggregate");
    j["aggregate_name"] = aggregate;
    j["aggregate_unit"] = "time";
    add_times(j, r, ns, static_cast<std::int64_t>(samples.size()));
    if (aggregate == values[1].first) add_counters(j, r, regret);
    if (aggregate == values[2].first) j.erase("items_per_second");
    list.push_back(std::move(j));
  }
}

Json context(const HeaderRecord& h) {
  return {{"date", h.started},
          {"host_name", h.machine.hostname_hash},
          {"executable", "convgauge"},
          {"num_cpus", h.machine.cores},
          {"mhz_per_cpu", 0},
          {"cpu_scaling_enabled", false},
          {"caches", Json::array()},
          {"load_avg", {h.machine.load_average}},
          {"library_build_type", "release"},
          {"convgauge_version", h.convgauge_version},
          {"git_revision", h.git_revision},
          {"processor", h.machine.processor},
          {"suite", h.suite}};
}

}  // namespace

std::string gbench_report(const Results& results) {
  Json list = Json::array();
  std::size_t family = 0;
  const auto regrets = regrets_by_case(results);
  for (const auto& record : results.cases) {
    if (!ranked(&record)) continue;
    add_samples(list, record, family);
    const auto regret = regrets.find(&record);
    add_aggregates(list, record, family++, regret == regrets.end() ? nullptr : &regret->second);
  }
  const Json whole{{"context", context(results.header)}, {"benchmarks", std::move(list)}};
  return whole.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace convgauge::report
