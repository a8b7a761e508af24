// `convgauge check-plugin`: every rule of the plugin ABI, one line each.
#include <fmt/format.h>

#include "cli/selection.hpp"
#include "core/text.hpp"
#include "report/rules_report.hpp"
#include "report/text_width.hpp"
#include "run/outcome.hpp"
#include "run/rules.hpp"

namespace convgauge::cli {
namespace {

void print(const std::string& file, const RuleReport& report) {
  fmt::print("{}\n", file);
  for (const auto& line : report.lines) {
    fmt::print("  {:<6} {:<12} {}\n", line.rule, line.state, line.what);
    if (!line.evidence.empty())
      fmt::print("  {:<6} {:<12} {}\n", "", "", for_terminal(line.evidence));
  }
  fmt::print("  {} probes of {}\n", report.probes, counted(report.backends, "backend"));
}

}  // namespace

int check_plugin(const Arguments& arguments) {
  Usage usage{"check-plugin", "FILE.so", "convgauge check-plugin ./libmine.so",
              po::options_description("Options")};
  auto add = usage.options.add_options();
  add("file", po::value<std::vector<std::string>>(), "the plugin");
  add("threads,t", po::value<int>()->default_value(1), "threads of its worker");
  add("json", "the rules as JSON");
  const auto parsed = parse(usage, arguments, "file");
  if (parsed.exit) return *parsed.exit;
  if (!parsed.values.count("file")) return usage_error("check-plugin: a plugin file is needed");
  const int threads = parsed.values["threads"].as<int>();
  if (threads < 1)
    return usage_error(fmt::format("check-plugin: --threads {}: less than 1", threads));
  int code = kGood;
  std::vector<std::pair<std::string, RuleReport>> reports;
  for (const auto& file : parsed.values["file"].as<std::vector<std::string>>()) {
    reports.emplace_back(file, check_rules(default_search_path({}).executable, file, threads));
    code = std::max(code, reports.back().second.exit_code);
    if (!parsed.values.count("json")) print(file, reports.back().second);
  }
  if (parsed.values.count("json")) fmt::print("{}\n", rules_json(reports));
  return code;
}

}  // namespace convgauge::cli
