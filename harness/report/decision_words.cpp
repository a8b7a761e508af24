#include "report/decision_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/layers.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

const std::string& name_of(const Group& group, int column) {
  return group.columns[static_cast<std::size_t>(column)].name;
}

std::string names_of_columns(const Group& group, const std::vector<int>& columns) {
  std::vector<std::string_view> names;
  for (const int column : columns) names.push_back(name_of(group, column));
  return enumerated(names, "and");
}

/// "1.20× (1.18–1.25)": the interval where the rounds were enough for one.
std::string with_interval(const MedianInterval& ratio) {
  const auto text = ratio_text(ratio.median);
  return ratio.low && ratio.high ? fmt::format("{} ({:.2f}–{:.2f})", text, *ratio.low, *ratio.high)
                                 : text;
}

const Lead* lead_over(const Group& group, int column) {
  if (column < 0) return nullptr;
  const auto& lead = group.decision.leads[static_cast<std::size_t>(column)];
  return lead ? &*lead : nullptr;
}

/// The column that the answer is held against: the baseline; where the answer is the baseline, the
/// fastest of those that are told slower. -1: none.
int against(const Group& group) {
  const auto& d = group.decision;
  const auto is_it = [&](int c) { return d.plan != Plan::mix && c == d.single; };
  if (!is_it(group.baseline) && lead_over(group, group.baseline)) return group.baseline;
  int next = -1;
  for (int c = 0; c < static_cast<int>(d.leads.size()); ++c) {
    const auto* lead = lead_over(group, c);
    if (is_it(c) || !lead || !lead->told) continue;
    if (next < 0 || lead->ratio.median < lead_over(group, next)->ratio.median) next = c;
  }
  return next;
}

/// ", 1.20× (1.18–1.25) the speed of onednn": empty where there is nothing to hold it against, or
/// where that is too close to call.
std::string lead_text(const Group& group, const char* after) {
  const int column = against(group);
  const auto* lead = lead_over(group, column);
  if (!lead || !lead->told) return "";
  return fmt::format(", {} the speed of {}{}", with_interval(lead->ratio), name_of(group, column),
                     after);
}

/// "; b and c are too close to call": other backends that may as well be used throughout.
std::string close_text(const Group& group, const std::vector<int>& columns) {
  if (columns.empty()) return "";
  return fmt::format("; {} {} too close to call", names_of_columns(group, columns),
                     columns.size() == 1 ? "is" : "are");
}

/// For a single problem.
std::string single_text(const Group& group) {
  const auto& layer = group.decision.layers[0];
  const auto& name = name_of(group, layer.column);
  const auto time =
      time_text(group.rows[0].cells[static_cast<std::size_t>(layer.column)].time_ns->median);
  switch (layer.call) {
    case LayerCall::untimed:
      return "";
    case LayerCall::not_told:
      return fmt::format(
          "{} takes {}; whether that is the fastest cannot be told: the machine left {} without a "
          "time.",
          name, time, names_of_columns(group, layer.close));
    case LayerCall::tie:
    case LayerCall::use:
      break;
  }
  const auto close = too_close(group.decision);
  if (group.decision.plan == Plan::alone || !close.empty())
    return fmt::format("{} takes {}{}{}.", name, time, lead_text(group, ""),
                       close_text(group, close));
  return fmt::format("{} is fastest: {}{}.", name, time, lead_text(group, ""));
}

/// "Use winograd for 4 of 23 layers, onednn for the rest": the column that a mix is built on last.
std::string parts_text(const Group& group) {
  const auto& d = group.decision;
  std::vector<std::pair<int, int>> parts;  // layers, column
  for (int c = 0; c < static_cast<int>(group.columns.size()); ++c)
    if (const int layers = layers_of(d, c); layers > 0 && c != d.single)
      parts.emplace_back(layers, c);
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string text;
  for (const auto& [layers, column] : parts)
    text += text.empty() ? fmt::format("Use {} for {} of {}", name_of(group, column), layers,
                                       counted(group.rows.size(), "layer"))
                         : fmt::format(", {} for {}", name_of(group, column), layers);
  return d.single < 0 ? text : text + fmt::format(", {} for the rest", name_of(group, d.single));
}

std::string total_part(const Group& group) {
  const auto& d = group.decision;
  if (d.total.missing > 0)
    return fmt::format("; {} of {} layers have no valid time, so there is no total",
                       d.total.missing, d.total.layers);
  return ": " + time_text(d.total.ns);
}

std::string mix_text(const Group& group) {
  const auto& d = group.decision;
  auto text = parts_text(group) + total_part(group) + lead_text(group, " alone");
  if (d.over_single && against(group) != d.single)
    text += fmt::format(" and {} that of {} alone", with_interval(*d.over_single),
                        name_of(group, d.single));
  return text + (d.single < 0 && d.total.missing == 0 ? "; no backend alone has all layers." : ".");
}

/// Layers whose fastest column is told, but is not the one that the plan takes.
int passed_over(const Decision& d) {
  return static_cast<int>(std::count_if(d.layers.begin(), d.layers.end(), [](const auto& l) {
    return l.call == LayerCall::use && l.best != l.column;
  }));
}

std::string layers_text(const Group& group) {
  const int ties = layers_called(group.decision, LayerCall::tie),
            open = layers_called(group.decision, LayerCall::not_told);
  std::string text;
  if (ties > 0)
    text += fmt::format(" Layer by layer, {} of {} {} too close to call.", ties, group.rows.size(),
                        ties == 1 ? "is" : "are");
  const int passed = passed_over(group.decision);
  if (passed > 0)
    text += fmt::format(" On {} another is faster, but not by enough to change the total.",
                        counted(passed, "layer"));
  if (open > 0)
    text += fmt::format(" {} cannot be told: the machine left a rival without a time.",
                        counted(open, "layer"));
  return text;
}

std::string network_text(const Group& group) {
  const auto& d = group.decision;
  if (d.plan == Plan::alone) {
    const auto& name = group.columns[0].name;
    if (d.total.missing == 0)
      return fmt::format("{} takes {} in all.", name, time_text(d.total.ns));
    return fmt::format("{} of {} layers have no valid time, so there is no total.", d.total.missing,
                       d.total.layers);
  }
  if (d.plan == Plan::mix) return mix_text(group) + layers_text(group);
  const auto others = std::count_if(d.leads.begin(), d.leads.end(),
                                    [](const auto& lead) { return lead.has_value(); }) -
                      1;
  return fmt::format("Use {} everywhere: {}{}{}{}.", name_of(group, d.single),
                     time_text(d.total.ns), lead_text(group, ""), close_text(group, too_close(d)),
                     others == 0 ? "; no other has all layers" : "") +
         layers_text(group);
}

std::string sentence_of(const Group& group, const Advice& advice) {
  const double figure = advice.figure;
  switch (advice.reason) {
    case Reason::failures:
    case Reason::includes_reorders:
      return "";
    case Reason::few_rounds:
      return fmt::format(
          "{} {}; measure with --rounds 15 or more.",
          counted(static_cast<std::int64_t>(figure), "round"),
          figure < kLeastSamples
              ? "are too few for a 99% interval, so that only twice the time is told"
              : "are too few to choose on some and report from others, so that gains "
                "may look too large");
    case Reason::noise_floor:
      return fmt::format(
          "Two processes of the same code differ by up to {:.2g}% here, so that differences below "
          "{} are too close to call; measure on an idle machine, or with --processes 3.",
          figure * 100, ratio_text(group.decision.least_lead));
    case Reason::no_noise_floor:
      return "By how much two processes of the same code differ here was not measured.";
    case Reason::disturbed:
      return fmt::format(
          "{:.2g}% of the samples were disturbed by other work; measure on an idle "
          "machine.",
          figure * 100);
    case Reason::loaded:
      return fmt::format("The machine was busy when the run began: load {:.2g} per processor.",
                         figure);
    case Reason::inconclusive:
      return fmt::format(
          "{} left without a time by the machine; measure again when it is idle.",
          figure == 1 ? "1 case was" : fmt::format("{} cases were", static_cast<int>(figure)));
  }
  return "";
}

/// "onednn: oneDNN 2.6.3 on cpu:0": of each column's plugin, once.
std::string versions_text(const Group& group) {
  std::string text;
  for (const auto& p : group.results->header.plugins) {
    const bool is_here =
        std::any_of(group.columns.begin(), group.columns.end(),
                    [&](const auto& c) { return c.label == p.label || c.family == p.label; });
    if (is_here && !p.version.empty()) text += fmt::format("; {} is {}", p.label, p.version);
  }
  return text;
}

}  // namespace

std::string answer(const Group& group) {
  if (group.decision.plan == Plan::untimed) return "";
  return group.rows.size() == 1 ? single_text(group) : network_text(group);
}

std::string advice_text(const Group& group) {
  std::string text;
  for (const auto& advice : group.decision.badge.advice)
    if (const auto one = sentence_of(group, advice); !one.empty())
      text += (text.empty() ? "" : " ") + one;
  return text;
}

std::string facts_text(const Group& group) {
  const auto& d = group.decision;
  if (d.plan == Plan::untimed) return "";
  const auto& processor = group.results->header.machine.processor;
  auto text = (processor.empty() ? "On an unnamed processor" : "On " + processor) +
              versions_text(group) + ".";
  for (const auto& advice : d.badge.advice)
    if (advice.reason == Reason::includes_reorders)
      text += fmt::format(
          " The times of {} include reorders between the host's layout and the "
          "library's own.",
          names_of_columns(group, advice.columns));
  if (d.halved)
    text +=
        " Choices are made on every second round; totals and their ratios come from the others.";
  return text;
}

std::string trust_text(const Group& group) {
  switch (group.decision.badge.trust) {
    case Trust::sound:
      return "sound";
    case Trust::caution:
      return "read with care";
    case Trust::poor:
      return "do not rely on it";
  }
  return "";
}

}  // namespace convgauge::report
