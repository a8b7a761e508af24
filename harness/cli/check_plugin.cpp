// `convgauge check-plugin`: every rule of the plugin ABI, one line each.
#include <fmt/format.h>
#include <unistd.h>

#include "cli/selection.hpp"
#include "cli/terminal.hpp"
#include "core/text.hpp"
#include "report/rules_report.hpp"
#include "report/text_width.hpp"
#include "run/outcome.hpp"
#include "run/rules.hpp"

namespace convgauge::cli {
namespace {

void print(const std::string& file, const RuleReport& rules) {
  constexpr int kColumn = 22;
  const int width = columns_of(STDOUT_FILENO).value_or(report::kAnyWidth);
  say(file + "\n");
  for (const auto& line : rules.lines) {
    const auto head = fmt::format("  {:<6} {:<12}", line.rule, word(line.state));
    fmt::print("{}", for_terminal(beside(head, line.what, kColumn, width)));
    if (!line.evidence.empty())
      fmt::print("{}", for_terminal(beside("", line.evidence, kColumn, width)));
    if (!line.replay.empty())
      fmt::print("{}", report::folded_command(std::string(kColumn, ' '), for_terminal(line.replay),
                                              width));
  }
  say(fmt::format("  {} probes of {}\n", rules.probes, counted(rules.backends, "backend")));
}

}  // namespace

Usage check_plugin_usage() {
  Usage usage{.verb = "check-plugin",
              .summary = "every rule of the plugin interface, one line each",
              .arguments = "FILE.so...",
              .example = "convgauge check-plugin ./libmine.so",
              .place = "file",
              .most = kAnyNumber,
              .offer = Offer::file,
              .exits = {kUsage, kCrashed, kWrong, kMachine, kGood}};
  usage.groups = {{"The plugin",
                   {{.name = "option",
                     .value = "KEY=VALUE",
                     .help = "passed to every backend of the plugin",
                     .repeated = true},
                    library_path_option(),
                    tolerate_option(),
                    {.name = "threads",
                     .letter = 't',
                     .value = "N",
                     .help = "threads of its worker",
                     .initial = "1"},
                    trust_option()}},
                  {"Output", {{.name = "json", .help = "the rules as JSON"}}}};
  return usage;
}

int check_plugin(const Arguments& arguments) {
  const auto parsed = parse(check_plugin_usage(), arguments);
  if (parsed.exit) return *parsed.exit;
  if (!parsed.values.count("file")) return usage_error("check-plugin: a plugin file is needed");
  const auto threads = whole(parsed.values, "threads", 1, CPU_SETSIZE);
  if (!threads) return usage_error("check-plugin: " + threads.error().message);
  RulesOrder order{worker_program(parsed.values), {}, {}, {}, *threads};
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
