// `convgauge report`: every format, from the results of earlier runs; from several runs, the
// history of their cases.
#include <fmt/format.h>

#include <filesystem>

#include "cli/selection.hpp"
#include "cli/stored_results.hpp"
#include "cli/terminal.hpp"
#include "core/files.hpp"
#include "report/formats.hpp"
#include "run/outcome.hpp"

namespace convgauge::cli {
namespace {

/// The name of a run in a history: its folder, the first one of several shards.
std::string name_of(const Texts& folders) {
  const auto full = std::filesystem::absolute(folders.front()).lexically_normal();
  const auto folder =
      full.filename() == "results.jsonl" || full.filename().empty() ? full.parent_path() : full;
  return folder.filename().string();
}

}  // namespace

Usage report_usage() {
  Usage usage{.verb = "report",
              .summary = "reports from the results of earlier runs; of several, their history",
              .arguments = "DIR...",
              .example = "convgauge report results/runs/resnet50-20261122-120000 -o report.html",
              .place = "dir",
              .most = kAnyNumber,
              .offer = Offer::folder,
              .exits = {kUsage, kGood}};
  usage.groups = {{"Output",
                   {output_option("the file to write; its name decides the format"),
                    format_option(Subject::runs),
                    {.name = "group",
                     .value = "N",
                     .help = "which of the run's groups an svg shows, counted from 1",
                     .usual = "the only one"},
                    colour_option()}}};
  return usage;
}

int report(const Arguments& arguments) {
  const auto parsed = parse(report_usage(), arguments);
  if (parsed.exit) return *parsed.exit;
  const auto& values = parsed.values;
  if (!values.count("dir")) return usage_error("report: the folder of a run is needed");
  std::vector<Results> results;
  FormatOptions options;
  if (values.count("group")) {
    const auto group = whole(values, "group", 1, kAnyNumber);
    if (!group) return usage_error("report: " + group.error().message);
    options.group = *group;
  }
  auto runs = stored_runs(values["dir"].as<Texts>());
  if (!runs) return usage_error("report: " + runs.error().message);
  for (auto& run : *runs) {
    results.push_back(std::move(run.results));
    options.names.push_back(name_of(run.folders));
  }
  const auto file = text_of(values, "output").value_or("");
  options.width = terminal_width();
  options.colour = wants_colour(values);
  const auto format = pick_format(Subject::runs, text_of(values, "format"), file);
  if (!format) return usage_error("report: " + format.error().message);
  const auto text = write_runs(**format, results, options);
  if (!text) return usage_error("report: " + text.error().message);
  if (file.empty()) return fmt::print("{}", *text), kGood;
  if (auto ok = write_text(file, *text); !ok) return usage_error(ok.error().message);
  return kGood;
}

}  // namespace convgauge::cli
