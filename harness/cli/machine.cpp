// `convgauge machine`: what the numbers are made on.
#include "run/machine/machine.hpp"

#include <fmt/format.h>

#include "cli/options.hpp"
#include "run/catalog.hpp"
#include "run/noise_floor.hpp"
#include "run/outcome.hpp"

namespace convgauge::cli {
namespace {

std::string size_text(std::int64_t bytes) {
  if (bytes >= std::int64_t{1} << 30) return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / (1 << 30));
  if (bytes >= 1 << 20) return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
  return fmt::format("{} KiB", bytes >> 10);
}

}  // namespace

int machine(const Arguments& arguments) {
  Usage usage{"machine", "[options]", "convgauge machine", po::options_description("Options")};
  usage.options.add_options()("json", "as the header line of a results file");
  const auto parsed = parse(usage, arguments, "");
  if (parsed.exit) return *parsed.exit;
  auto m = read_machine();
  std::vector<int> threads{1};
  if (m.physical_cores > 1) threads.push_back(m.physical_cores);
  measure_peaks(m, threads);
  m.noise_floor = measure_noise_floor(default_search_path({}).executable, threads.back());
  if (parsed.values.count("json")) {
    HeaderRecord header;
    header.machine = m;
    return fmt::print("{}\n", to_line(header)), kGood;
  }
  fmt::print(
      "processor          {}\ninstruction sets   {}\nsystem             {}\ncores              {} ({} physical)\n",
      m.processor, m.instruction_sets, m.system, m.cores, m.physical_cores);
  fmt::print("caches             L1 {}, L2 {}, L3 {}\nmemory             {}\n", size_text(m.l1_bytes),
             size_text(m.l2_bytes), size_text(m.l3_bytes), size_text(m.memory_bytes));
  for (const auto& [count, flops] : m.fma_flops)
    fmt::print("f32 FMA peak       {:.1f} GFLOP/s with {} thread{}\n", flops / 1e9, count, count == 1 ? "" : "s");
  for (const auto& [count, rate] : m.bytes_per_second)
    fmt::print("read bandwidth     {:.1f} GB/s with {} thread{}\n", rate / 1e9, count, count == 1 ? "" : "s");
  fmt::print("clock read         {:.1f} ns\nload average       {:.2f}\n", m.clock_read_ns, m.load_average);
  if (m.noise_floor > 0)
    fmt::print("A/A noise floor    {:.2f}%  (two processes of one kernel, {} thread{}; a smaller difference is none)\n",
               m.noise_floor * 100, threads.back(), threads.back() == 1 ? "" : "s");
  return kGood;
}

}  // namespace convgauge::cli
