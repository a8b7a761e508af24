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
    fmt::print("  {:<6} {:<12} {}\n", line.rule, word(line.state), line.what);
    for (const auto& more : {line.evidence, line.replay})
      if (!more.empty()) fmt::print("  {:<6} {:<12} {}\n", "", "", for_terminal(more));
  }
  fmt::print("  {} probes of {}\n", report.probes, counted(report.backends, "backend"));
}

}  // namespace

int check_plugin(const Arguments& arguments) {
  Usage usage{"check-plugin", "FILE.so", "convgauge check-plugin ./libmine.so",
              po::options_description("Options")};
  auto add = usage.options.add_options();
  add("file", po::value<std::vector<std::string>>(), "the plugin");
  add("option", po::value<std::vector<std::string>>()->composing(),
      "KEY=VALUE, passed to every backend of the plugin (repeatable)");
  add("library-path", po::value<std::string>(), "a folder put before the worker's LD_LIBRARY_PATH");
  add("tolerate", po::value<std::vector<std::string>>()->composing(),
      "R14, R15: rules that a library below the plugin may break");
  add("trust", kTrustHelp);
  add("threads,t", po::value<int>()->default_value(1), "threads of its worker");
  add("json", "the rules as JSON");
  const auto parsed = parse(usage, arguments, "file");
  if (parsed.exit) return *parsed.exit;
  if (!parsed.values.count("file")) return usage_error("check-plugin: a plugin file is needed");
  const int threads = parsed.values["threads"].as<int>();
  if (threads < 1)
    return usage_error(fmt::format("check-plugin: --threads {}: less than 1", threads));
  RulesOrder order{worker_program(parsed.values), {}, {}, {}, threads};
  auto options = backend_options(parsed.values);
  if (!options) return usage_error("check-plugin: " + options.error().message);
  order.options = std::move(*options);
  auto tolerated = tolerated_rules(parsed.values);
  if (!tolerated) return usage_error("check-plugin: " + tolerated.error().message);
  order.tolerated = std::move(*tolerated);
  if (parsed.values.count("library-path"))
    order.library_path = parsed.values["library-path"].as<std::string>();
  int code = kGood;
  std::vector<std::pair<std::string, RuleReport>> reports;
  for (const auto& file : parsed.values["file"].as<std::vector<std::string>>()) {
    order.file = file;
    auto report = check_rules(order);
    code = std::max(code, report.exit_code);
    if (!report.not_loaded.empty()) {
      usage_error("check-plugin: " + report.not_loaded);
      continue;
    }
    if (!parsed.values.count("json")) print(file, report);
    reports.emplace_back(file, std::move(report));
  }
  if (reports.empty()) return code;
  if (parsed.values.count("json")) fmt::print("{}\n", rules_json(reports));
  return code;
}

}  // namespace convgauge::cli
