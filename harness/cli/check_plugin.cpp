// `convgauge check-plugin`: every rule of the plugin ABI, one line each.
#include <fmt/format.h>

#include "cli/options.hpp"
#include "run/outcome.hpp"
#include "run/rules.hpp"

namespace convgauge::cli {

int check_plugin(const Arguments& arguments) {
  Usage usage{"check-plugin", "FILE.so", "convgauge check-plugin ./libmine.so", po::options_description("Options")};
  auto add = usage.options.add_options();
  add("file", po::value<std::vector<std::string>>(), "the plugin");
  add("threads,t", po::value<std::string>()->default_value("1"), "threads of its worker");
  const auto parsed = parse(usage, arguments, "file");
  if (parsed.exit) return *parsed.exit;
  if (!parsed.values.count("file")) return usage_error("check-plugin: a plugin file is needed");
  const auto threads = thread_count(parsed.values["threads"].as<std::string>());
  if (!threads) return usage_error(threads.error().message);
  int code = kGood;
  for (const auto& file : parsed.values["file"].as<std::vector<std::string>>()) {
    fmt::print("{}\n", file);
    const auto report = check_rules(default_search_path({}).executable, file, *threads);
    for (const auto& line : report.lines)
      fmt::print("  {:<4} {:<13} {}{}\n", line.rule, line.state, line.what,
                 line.evidence.empty() ? "" : "\n       " + line.evidence);
    fmt::print("  {} probes of {} backends\n", report.probes, report.backends);
    code = std::max(code, report.exit_code);
  }
  return code;
}

}  // namespace convgauge::cli
