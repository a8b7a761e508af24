// `convgauge compare`: two sets of results side by side.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <filesystem>

#include "cli/options.hpp"
#include "cli/stored_results.hpp"
#include "cli/terminal.hpp"
#include "core/files.hpp"
#include "record/line_reader.hpp"
#include "report/formats.hpp"
#include "run/outcome.hpp"

namespace convgauge::cli {
namespace {

namespace fs = std::filesystem;

struct Request {
  Texts baseline, candidate;
  CompareOptions options;
};

/// The results file of a folder (or the file itself), as a canonical path.
fs::path canonical_file(const fs::path& path) {
  std::error_code failed;
  const auto canonical = fs::weakly_canonical(results_file(path), failed);
  return failed ? path : canonical;
}

Expected<void> check_twice(const Request& request) {
  const bool by_label = request.options.of && request.options.with;
  for (const auto& a : request.baseline)
    for (const auto& b : request.candidate)
      if (canonical_file(a) == canonical_file(b) && !by_label)
        return error(fmt::format(
            "compare: {} is on both sides; two labels of one run are compared by --of A --with B",
            b));
  return {};
}

Expected<Request> request_of(const po::variables_map& values) {
  Request r;
  r.baseline = texts_of(values, "baseline");
  r.candidate = texts_of(values, "candidate");
  const auto dirs = texts_of(values, "dir");
  r.options.of = text_of(values, "of");
  r.options.with = text_of(values, "with");
  const bool by_label = r.options.of && r.options.with;
  if (r.baseline.empty() && r.candidate.empty() && dirs.size() == 2) {
    r.baseline = {dirs[0]};
    r.candidate = {dirs[1]};
  } else if (r.baseline.empty() && r.candidate.empty() && dirs.size() == 1 && by_label) {
    r.baseline = r.candidate = dirs;
  } else if (r.baseline.empty() || r.candidate.empty() || !dirs.empty()) {
    return error(
        "compare: two folders are needed, the baseline first; or --baseline DIR and --candidate "
        "DIR, as often as "
        "needed; or one folder "
        "with --of LABEL --with LABEL");
  }
  const auto margin = real(values, "margin", 0, 100);
  if (!margin) return error("compare: " + margin.error().message);
  r.options.margin = *margin / 100;
  if (auto ok = check_twice(r); !ok) return tl::unexpected(ok.error());
  return r;
}

/// Reads the folders of one side. The results are stored in `kept`.
Expected<Side> side_of(const Texts& folders, std::deque<Results>& kept) {
  Side side;
  auto runs = stored_runs(folders);
  if (!runs) return error("compare: " + runs.error().message);
  for (auto& run : *runs) side.runs.push_back(&kept.emplace_back(std::move(run.results)));
  for (const auto& folder : folders) side.name += (side.name.empty() ? "" : " + ") + folder;
  return side;
}

/// One folder on both sides is one run: it is read once, so that both sides are known to share its
/// rounds.
Expected<std::pair<Side, Side>> read_sides(const Request& request, std::deque<Results>& kept) {
  auto baseline = side_of(request.baseline, kept);
  if (!baseline) return tl::unexpected(baseline.error());
  const auto same = [](const std::string& a, const std::string& b) {
    return canonical_file(a) == canonical_file(b);
  };
  if (std::equal(request.baseline.begin(), request.baseline.end(), request.candidate.begin(),
                 request.candidate.end(), same))
    return std::pair(*baseline, *baseline);
  auto candidate = side_of(request.candidate, kept);
  if (!candidate) return tl::unexpected(candidate.error());
  return std::pair(std::move(*baseline), std::move(*candidate));
}

}  // namespace

Usage compare_usage() {
  Usage usage{.verb = "compare",
              .summary = "two sets of results side by side: what changed, and how surely",
              .arguments = "BASELINE CANDIDATE",
              .example = "convgauge compare results/runs/before results/runs/after -o compare.html",
              .place = "dir",
              .most = kAnyNumber,
              .offer = Offer::folder,
              .exits = {kUsage, kGood}};
  usage.groups = {
      {"What is compared",
       {{.name = "baseline",
         .value = "DIR",
         .help = "a folder of the baseline; several are its repeats or shards",
         .offer = Offer::folder,
         .repeated = true},
        {.name = "candidate",
         .value = "DIR",
         .help = "a folder of the candidate, likewise",
         .offer = Offer::folder,
         .repeated = true},
        {.name = "of", .value = "LABEL", .help = "the candidate's label to compare ..."},
        {.name = "with",
         .value = "LABEL",
         .help = "... with this label of the baseline; both may be of one folder"},
        {.name = "margin",
         .value = "PERCENT",
         .help = "by which times may differ and count as the same",
         .initial = "1"}}},
      {"Output",
       {{.name = "all", .help = "in a text, every case and not just what changed"},
        output_option("the file to write; its name decides the format"),
        format_option(Subject::comparison),
        colour_option()}}};
  return usage;
}

int compare(const Arguments& arguments) {
  const auto parsed = parse(compare_usage(), arguments);
  if (parsed.exit) return *parsed.exit;
  const auto& values = parsed.values;
  const auto request = request_of(values);
  if (!request) return usage_error(request.error().message);
  const auto file = text_of(values, "output").value_or("");
  const auto format = pick_format(Subject::comparison, text_of(values, "format"), file);
  if (!format) return usage_error("compare: " + format.error().message);
  std::deque<Results> kept;
  const auto sides = read_sides(*request, kept);
  if (!sides) return usage_error(sides.error().message);
  const auto comparison = report::compare(sides->first, sides->second, request->options);
  if (!comparison) return usage_error("compare: " + comparison.error().message);
  FormatOptions options;
  options.all_cases = values.count("all") > 0;
  if (file.empty()) {
    options.width = terminal_width();
    options.colour = wants_colour(values);
  }
  const auto text = (*format)->comparison(*comparison, options);
  if (!text) return usage_error("compare: " + text.error().message);
  if (file.empty()) return fmt::print("{}", *text), kGood;
  if (auto ok = write_text(file, *text); !ok) return usage_error(ok.error().message);
  return kGood;
}

}  // namespace convgauge::cli
