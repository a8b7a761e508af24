// The problems of a run as a batch file of oneDNN's benchdnn, so that its developers can run what
// was found: `benchdnn --conv --batch=FILE`.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "report/report.hpp"
#include "report/text_width.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

/// "ih56oh56kh3sh1dh0ph1": benchdnn counts dilation from 0, and the padding behind the input
/// follows from the output.
std::string axis_text(char name, const Axis& a) {
  return fmt::format("i{0}{1}o{0}{2}k{0}{3}s{0}{4}d{0}{5}p{0}{6}", name, a.input, a.output(),
                     a.kernel, a.stride, a.dilation - 1, a.pad_before);
}

std::string descriptor(const Problem& problem) {
  const auto& g = problem.geometry;
  auto text = fmt::format("g{}mb{}_ic{}oc{}_{}_{}", g.groups, g.batch, g.in_channels,
                          g.out_channels, axis_text('h', g.h), axis_text('w', g.w));
  // benchdnn splits at spaces; * and & in a name mean repetitions.
  auto name = problem.name;
  std::replace_if(
      name.begin(), name.end(),
      [](char c) {
        return static_cast<unsigned char>(c) <= ' ' ||
               std::string_view("\"'\\*&#").find(c) != std::string_view::npos;
      },
      '_');
  return text + (name.empty() ? "" : fmt::format("_n\"{}*{}\"", name, problem.count));
}

std::string_view direction(const CaseRecord& r) {
  switch (r.settings.direction) {
    case Direction::forward:
      return "FWD_I";
    case Direction::backward_data:
      return "BWD_D";
    case Direction::backward_weights:
      break;
  }
  return r.problem.geometry.bias ? "BWD_WB" : "BWD_W";
}

std::string_view tag(Layout layout) {
  return layout == Layout::nchw ? "abx" : layout == Layout::nhwc ? "axb" : "any";
}

/// One line of the file without its remark; the problem as a comment where benchdnn has no word for
/// it.
std::string line_of(const CaseRecord& r) {
  const auto& g = r.problem.geometry;
  if (g.padding_mode != PaddingMode::zeros)
    return fmt::format("# {}: benchdnn has no padding mode {}", short_text(g),
                       word(g.padding_mode));
  const auto layout = tag(r.settings.layout);
  const bool bias = g.bias && r.settings.direction == Direction::forward;
  return fmt::format("--reset --dir={} --dt={}{} --stag={} --dtag={} {}", direction(r),
                     word(r.settings.dtype),
                     bias ? fmt::format(" --bia-dt={}", word(r.settings.dtype)) : "", layout,
                     layout, descriptor(r.problem));
}

std::string result_of(const CaseRecord& r, const std::vector<CaseSettings>& all) {
  const auto axes = phrases(varying(r.settings, all));
  const auto* m = ranked(&r);
  return fmt::format(
      "{}{} {}", r.label, axes.empty() ? "" : " (" + axes + ")",
      m ? time_text(median_interval(m->samples_ns).median) : std::string(row_of(r).word));
}

}  // namespace

std::string benchdnn_report(const Results& results) {
  struct Entry {
    std::vector<const CaseRecord*> cases;
    std::vector<CaseSettings> settings;
  };
  std::vector<std::string> order;
  std::map<std::string, Entry> entries;
  for (const auto& r : results.cases) {
    auto line = line_of(r);
    const auto [entry, fresh] = entries.try_emplace(line);
    if (fresh) order.push_back(std::move(line));
    entry->second.cases.push_back(&r);
    entry->second.settings.push_back(r.settings);
  }
  const auto& h = results.header;
  auto text = fmt::format("# benchdnn --conv --batch=FILE\n# convgauge {}, {}, {}\n",
                          clean(h.convgauge_version), clean(h.machine.processor), clean(h.started));
  for (const auto& line : order) {
    const auto& entry = entries[line];
    text += "\n#";
    for (const auto* r : entry.cases)
      text += fmt::format("{} {}", r == entry.cases.front() ? "" : ",",
                          clean(result_of(*r, entry.settings)));
    text += "\n" + line + "\n";
  }
  return text;
}

}  // namespace convgauge::report
