// `convgauge machine`: the machine on which the numbers are measured.
#include "run/machine/machine.hpp"

#include <fmt/format.h>

#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "core/text.hpp"
#include "run/catalog.hpp"
#include "run/machine/loops.hpp"
#include "run/noise_floor.hpp"
#include "run/outcome.hpp"
#include "worker/containment.hpp"

namespace convgauge::cli {
namespace {

std::string size_text(std::int64_t bytes) {
  if (bytes >= std::int64_t{1} << 30)
    return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / (1 << 30));
  if (bytes >= 1 << 20) return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
  return fmt::format("{} KiB", bytes >> 10);
}

void print_peaks(const Machine& m) {
  for (const auto& peak : m.fma_peaks)
    say(fmt::format("f32 FMA peak       {:8.1f} GFLOP/s  {:<9} {}\n", peak.flops / 1e9,
                    peak.instruction_set, counted(peak.threads, "thread")));
  for (const auto& peak : m.read_peaks)
    say(fmt::format(
        "read bandwidth     {:8.1f} GB/s     {:<9} {}{}\n", peak.bytes_per_second / 1e9, peak.level,
        counted(peak.threads, "thread"),
        peak.holds_bytes > 0 ? fmt::format(", {} in reach", size_text(peak.holds_bytes)) : ""));
  say(fmt::format(
      "                   the best of windows of 2 ms: x * f + a in {} independent vectors; arrays "
      "that fit one\n"
      "                   level and no nearer one, read over and over\n",
      kChains));
}

}  // namespace

Usage machine_usage() {
  Usage usage{.verb = "machine",
              .summary = "processor, caches, measured peaks, noise floor",
              .example = "convgauge machine",
              .exits = {kUsage, kMachine, kGood}};
  usage.groups = {{"Output", {{.name = "json", .help = "as the header line of a results file"}}}};
  return usage;
}

int machine(const Arguments& arguments) {
  const auto parsed = parse(machine_usage(), arguments);
  if (parsed.exit) return *parsed.exit;
  auto m = read_machine();
  std::vector<int> threads{1};
  if (m.physical_cores > 1) threads.push_back(m.physical_cores);
  measure_peaks(m, threads);
  m.noise_floor = measure_noise_floor(default_search_path({}).executable, threads.back(),
                                      MeasureSettings{}.rounds);
  if (parsed.values.count("json")) {
    HeaderRecord header;
    header.machine = m;
    header.not_enforced = not_enforced();
    return fmt::print("{}\n", to_line(header)), kGood;
  }
  say(fmt::format(
      "processor          {}\ninstruction sets   {}\nsystem             {}\ncores              {} "
      "({} physical)\n",
      m.processor, m.instruction_sets, m.system, m.cores, m.physical_cores));
  say(fmt::format("caches             L1 {}, L2 {}, L3 {}\nmemory             {}\n",
                  size_text(m.l1_bytes), size_text(m.l2_bytes), size_text(m.l3_bytes),
                  size_text(m.memory_bytes)));
  if (m.cpu_quota)
    say(fmt::format("CPU quota          {:.3g} processors ({})\n", *m.cpu_quota, m.cpu_quota_file));
  print_peaks(m);
  say(fmt::format("clock read         {:.1f} ns\nload average       {:.2f}\n", m.clock_read_ns,
                  m.load_average));
  if (m.noise_floor > 0)
    say(fmt::format(
        "A/A noise floor    {:.2f}%  (two processes of one kernel, {}; a smaller difference is "
        "none)\n",
        m.noise_floor * 100, counted(threads.back(), "thread")));
  const auto missing = not_enforced();
  say(fmt::format("containment        {}\n",
                  missing.empty() ? "complete" : "not enforced on this machine:"));
  for (const auto& sentence : missing) say(fmt::format("                   {}\n", sentence));
  return kGood;
}

}  // namespace convgauge::cli
