// `convgauge merge`: the folders of a run's shards as one run.
#include <fmt/format.h>

#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "config/nearest.hpp"
#include "core/text.hpp"
#include "record/merge.hpp"
#include "run/outcome.hpp"

namespace convgauge::cli {
namespace {

Expected<Allowed> allowed_of(const Texts& names) {
  Allowed allowed;
  for (const auto& name : names) {
    const auto rule = parse_word<PartRule>(name);
    if (!rule) {
      const auto& words = Words<PartRule>::words;
      return error(fmt::format("merge: --allow {}: no such difference{}", name,
                               config::suggestion(name, {words.begin(), words.end()})));
    }
    allowed.insert(*rule);
  }
  return allowed;
}

void tell(const MergedRun& run, std::int64_t of) {
  say(fmt::format("{}: {} of {} from {} on {}\n", run.folder.string(), counted(run.cases, "case"),
                  run.problems == of
                      ? counted(of, "problem")
                      : fmt::format("{} of {}", run.problems, counted(of, "problem")),
                  counted(static_cast<std::int64_t>(run.header.merged.size()), "shard"),
                  run.header.machine.processor));
}

}  // namespace

Usage merge_usage() {
  const auto& rules = Words<PartRule>::words;
  Usage usage{.verb = "merge",
              .summary = "the shards of a run as one run",
              .arguments = "DIR... -o DIR",
              .example = "convgauge merge shards/* -o results/runs/whole",
              .place = "dir",
              .most = kAnyNumber,
              .offer = Offer::folder,
              .exits = {kUsage, kGood, kInterrupted}};
  auto output = output_option("the folder of the whole run, new or empty");
  output.value = "DIR";
  output.offer = Offer::folder;
  usage.groups = {{"Merging",
                   {std::move(output),
                    {.name = "allow",
                     .value = "RULE",
                     .help = "what may be different or missing (machines: each kind gets a folder "
                             "of its own)",
                     .words = {rules.begin(), rules.end()},
                     .list = true}}}};
  return usage;
}

int merge(const Arguments& arguments) {
  const auto parsed = parse(merge_usage(), arguments);
  if (parsed.exit) return *parsed.exit;
  const auto& values = parsed.values;
  if (!values.count("dir")) return usage_error("merge: the folders of a run's shards are needed");
  if (!values.count("output")) return usage_error("merge: -o DIR is needed, the folder to write");
  auto allowed = allowed_of(listed(values, "allow"));
  if (!allowed) return usage_error(allowed.error().message);
  watch_interrupts();
  const auto hook = [] {
    if (interrupted()) leave_interrupts();  // what was written so far is removed, at leisure
    return interrupted();
  };
  const auto runs = record::merge(
      {values["dir"].as<Texts>(), values["output"].as<std::string>(), std::move(*allowed), hook});
  leave_interrupts();
  if (!runs) return usage_error("merge: " + runs.error().message);
  if (runs->empty()) return kInterrupted;
  for (const auto& run : *runs) tell(run, run.header.problems);
  return kGood;
}

}  // namespace convgauge::cli
