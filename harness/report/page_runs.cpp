// The machine, plugins and settings of a run, for the page.
#include <fmt/format.h>

#include "core/layers.hpp"
#include "report/counts.hpp"
#include "report/page_parts.hpp"
#include "report/text_width.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

/// "227 GFLOP/s with 2 threads" for every thread count that was measured.
std::string by_threads(const std::map<int, double>& values, const char* unit) {
  std::string text;
  for (const auto& [threads, value] : values)
    text += fmt::format("{}{:.3g} {} with {}", text.empty() ? "" : ", ", value / 1e9, unit,
                        counted(threads, "thread"));
  return text.empty() ? "not measured" : text;
}

PageJson environment_json(const Results& results) {
  const auto& h = results.header;
  const auto& m = h.machine;
  PageJson list = PageJson::array();
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) list.push_back({name, clean(value)});
  };
  add("processor", fmt::format("{}, {} cores ({} physical), {}", m.processor, m.cores,
                               m.physical_cores, m.instruction_sets));
  add("caches and memory",
      fmt::format("L1 {}, L2 {}, L3 {}, memory {}", bytes_text(static_cast<double>(m.l1_bytes)),
                  bytes_text(static_cast<double>(m.l2_bytes)),
                  bytes_text(static_cast<double>(m.l3_bytes)),
                  bytes_text(static_cast<double>(m.memory_bytes))));
  add("system", m.system);
  if (m.cpu_quota)
    add("CPU quota", fmt::format("{:.3g} processors, by {}", *m.cpu_quota, m.cpu_quota_file));
  add("measured peak", by_threads(m.fma_flops, "GFLOP/s"));
  add("measured bandwidth", by_threads(m.bytes_per_second, "GB/s"));
  const auto floor = m.noise_floor > 0
                         ? fmt::format("A/A noise floor {:.2g}%, ", m.noise_floor * 100)
                         : std::string();
  add("noise", fmt::format("{}load average {:.2g}, a clock read takes {:.3g} ns", floor,
                           m.load_average, m.clock_read_ns));
  add("convgauge", fmt::format("{} {}, {}", h.convgauge_version, h.git_revision, h.compiler));
  add("started", h.started);
  add("rounds", fmt::format("{} mirrored rounds, seed {}", h.rounds, h.seed));
  add("config", h.config_file + " " + h.config_digest);
  add("command", h.command);
  for (const auto& p : h.plugins)
    add("plugin", fmt::format("{}: {}, {} ({}) on {}{}{}", p.label, p.version, p.file, p.hash,
                              p.device, tolerated_text(p), declared_text(results, p.label)));
  for (const auto& absent : h.absent) add("absent", absent.name + ": " + absent.why);
  return list;
}

/// The first ten digits of a revision, which identify it well enough, and what follows its digits
/// ("-dirty").
std::string short_revision(const std::string& revision) {
  const auto digits = std::min(revision.find_first_not_of("0123456789abcdef"), revision.size());
  return revision.substr(0, std::min<std::size_t>(digits, 10)) + revision.substr(digits);
}

}  // namespace

PageJson run_json(const Results& results) {
  PageJson strip = PageJson::array();
  for (const auto& count : counts(results))
    strip.push_back({{"word", count.word}, {"cases", count.cases}, {"defect", count.defect}});
  const auto& h = results.header;
  return {{"suite", clean(h.suite)},
          {"meta", clean(fmt::format("{} · {} · convgauge {} {}", h.machine.processor, h.started,
                                     h.convgauge_version, short_revision(h.git_revision)))},
          {"defects", clean(defects_text(results))},
          {"incomplete", incomplete_text(results)},
          {"strip", strip},
          {"problems", h.problems},
          {"noise_floor", brief(h.machine.noise_floor)},
          {"environment", environment_json(results)}};
}

}  // namespace convgauge::report
