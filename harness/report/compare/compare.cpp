// Pairs the cases of two sides and judges each pair; then the networks.
#include "report/compare/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "core/text.hpp"
#include "measure/many.hpp"
#include "report/case_key.hpp"
#include "report/model.hpp"
#include "report/network.hpp"

namespace convgauge::report {
namespace {

/// One case of one side: its last record, and the samples of every run that timed it.
struct Entry {
  const CaseRecord* record = nullptr;
  const Results* run = nullptr;
  std::vector<double> samples_ns;
  int runs = 0;
};

struct Entries {
  std::vector<std::string> order;  // keys as they first appear
  std::map<std::string, Entry> by_key;
};

void add(Entries& entries, const Results& run, const CaseRecord& record, const std::string& key) {
  auto [it, fresh] = entries.by_key.try_emplace(key);
  auto& entry = it->second;
  if (fresh) entries.order.push_back(key);
  // A case that failed in one of several repeats counts as failed.
  if (entry.record && is_defect(entry.record->verdict)) return;
  entry.record = &record;
  if (is_defect(record.verdict)) return entry.samples_ns.clear();
  if (entry.run == &run) entry.samples_ns.clear();  // twice in one file: the later record counts
  entry.runs += entry.run != &run;
  entry.run = &run;
  if (const auto* measured = ranked(&record))
    entry.samples_ns.insert(entry.samples_ns.end(), measured->samples_ns.begin(),
                            measured->samples_ns.end());
}

/// Which cases the name given by --of or --with selects. "winograd": the cases of that label, but
/// only those with the backend's own choice of algorithm if there are any. "winograd
/// winograd.f2x2_3x3": the cases of that label with that requested algorithm.
class Chooser {
 public:
  Chooser(const Side& side, const std::optional<std::string>& name) : name_(name) {
    for (const auto* run : side.runs)
      for (const auto& r : run->cases) {
        known_ = known_ || !name || r.label == *name || column(r) == *name;
        has_default_ =
            has_default_ || (name && r.label == *name && r.requested_algorithm == "default");
      }
  }
  bool known() const { return known_; }
  bool operator()(const CaseRecord& r) const {
    if (!name_ || column(r) == *name_) return true;
    return r.label == *name_ && (!has_default_ || r.requested_algorithm == "default");
  }

 private:
  static std::string column(const CaseRecord& r) { return r.label + " " + r.requested_algorithm; }
  const std::optional<std::string>& name_;
  bool known_ = false, has_default_ = false;
};

Entries entries_of(const Side& side, const std::optional<std::string>& label, bool with_label) {
  Entries entries;
  const Chooser chosen(side, label);
  for (const auto* run : side.runs)
    for (const auto& record : run->cases)
      if (chosen(record)) add(entries, *run, record, case_key(record, with_label));
  return entries;
}

bool agrees(const CaseRecord& record) {
  return std::holds_alternative<Agrees>(record.verdict);
}
bool refused(const CaseRecord& record) {
  return std::holds_alternative<Refused>(record.verdict);
}

Change change_of_verdict(const CaseRecord* baseline, const CaseRecord* candidate) {
  if (!baseline) return Change::added;
  if (!candidate) return Change::gone;
  if (is_denied(baseline->verdict) || is_denied(candidate->verdict)) return Change::untimed;
  if (agrees(*candidate))
    return refused(*baseline)             ? Change::accepted
           : is_defect(baseline->verdict) ? Change::mended
                                          : Change::untimed;
  if (agrees(*baseline) && refused(*candidate)) return Change::refused;
  if (is_defect(candidate->verdict) && !is_defect(baseline->verdict)) return Change::broke;
  return Change::untimed;
}

double median(const std::vector<double>& samples) {
  return samples.empty() ? 0 : median_interval(samples).median;
}

class Comparer {
 public:
  Comparer(Entries baseline, Entries candidate, Comparison& result)
      : baseline_(std::move(baseline)), candidate_(std::move(candidate)), result_(result) {}

  void run() {
    for (const auto& key : baseline_.order) add_case(find(baseline_, key), find(candidate_, key));
    for (const auto& key : candidate_.order)
      if (!find(baseline_, key)) add_case(nullptr, find(candidate_, key));
    make_networks();
    for (std::size_t i = 0; i < entries_.size(); ++i) judge(result_.cases[i], entries_[i]);
    settle();
    for (std::size_t i = 0; i < result_.networks.size(); ++i)
      if (means_[i].cases() > 0) result_.networks[i].time_ratio = means_[i].result();
    // A network without any ratio has no mean.
    std::erase_if(result_.networks, [](const ComparedNetwork& n) { return n.layers == 0; });
  }

 private:
  struct Sides {
    const Entry *baseline = nullptr, *candidate = nullptr;
  };

  static const Entry* find(const Entries& entries, const std::string& key) {
    const auto it = entries.by_key.find(key);
    return it == entries.by_key.end() ? nullptr : &it->second;
  }

  void add_case(const Entry* baseline, const Entry* candidate) {
    auto& c = result_.cases.emplace_back();
    c.baseline = baseline ? baseline->record : nullptr;
    c.candidate = candidate ? candidate->record : nullptr;
    entries_.push_back({baseline, candidate});
  }

  NetworkCase network_case(const ComparedCase& c) const {
    return {&c.any(), c.any().problem.suite + "\n" + label_of(c)};
  }

  /// One for each suite, label and combination of settings that is counted.
  void make_networks() {
    std::vector<NetworkCase> cases;
    for (const auto& c : result_.cases)
      if (is_counted(c)) cases.push_back(network_case(c));
    networks_ = networks_of(cases);
    means_.resize(networks_.size());
    for (const auto& n : networks_) {
      const auto end = n.key.find('\n');
      result_.networks.push_back(
          {n.key.substr(0, end), n.key.substr(end + 1), n.settings, n.text, {}, 0, 0});
    }
  }

  bool is_counted(const ComparedCase& c) const { return !result_.options.of || c.candidate; }

  void judge(ComparedCase& c, const Sides& entries) {
    const auto [baseline, candidate] = entries;
    c.change = change_of_verdict(c.baseline, c.candidate);
    if (baseline) c.baseline_ns = median(baseline->samples_ns);
    if (candidate) c.candidate_ns = median(candidate->samples_ns);
    if (is_counted(c)) enter(c, nullptr);
    if (!baseline || !candidate || baseline->samples_ns.empty() || candidate->samples_ns.empty())
      return;
    c.paired = baseline->run == candidate->run && baseline->runs == 1 && candidate->runs == 1;
    const auto evidence =
        c.paired ? paired_evidence(candidate->samples_ns, baseline->samples_ns, laws_)
                 : unpaired_evidence(candidate->samples_ns, baseline->samples_ns, laws_);
    c.time_ratio = ratio_interval(evidence);
    c.p = p_value(evidence, result_.options.margin);
    enter(c, &evidence);
  }

  /// Counts the case in its networks: as one without a ratio at first, then by its evidence.
  void enter(const ComparedCase& c, const RatioEvidence* evidence) {
    for (std::size_t i = 0; i < networks_.size(); ++i) {
      if (!belongs(network_case(c), networks_[i])) continue;
      auto& network = result_.networks[i];
      network.missing += evidence ? -1 : 1;
      if (!evidence) continue;
      ++network.layers;
      means_[i].add(*evidence, static_cast<double>(c.any().problem.count));
    }
  }

  std::string label_of(const ComparedCase& c) const {
    const auto& o = result_.options;
    if (o.of && o.with && *o.of != *o.with) return *o.of + " / " + *o.with;
    return c.any().requested_algorithm == "default" || c.any().label.find(':') != std::string::npos
               ? c.any().label
               : c.any().label + " " + c.any().requested_algorithm;
  }

  /// Judges all ratios together, since the false discovery rate is that of the whole comparison.
  void settle() {
    std::vector<double> p;
    for (const auto& c : result_.cases)
      if (c.time_ratio) p.push_back(c.p);
    const auto rates = false_discovery_rates(p);
    std::size_t next = 0;
    for (auto& c : result_.cases) {
      if (!c.time_ratio) continue;
      c.false_discovery_rate = rates[next++];
      if (c.change == Change::untimed) c.change = change_of_time(c);
    }
  }

  Change change_of_time(const ComparedCase& c) const {
    const auto& ratio = *c.time_ratio;
    if (!ratio.low) return Change::undecided;
    const bool found = c.false_discovery_rate <= result_.options.false_discoveries;
    if (found && *ratio.low > 1 + result_.options.margin) return Change::slower;
    if (found && *ratio.high < 1 / (1 + result_.options.margin)) return Change::faster;
    return Change::same;
  }

  Entries baseline_, candidate_;
  Comparison& result_;
  RankLaws laws_;
  std::vector<Sides> entries_;  // of each case
  std::vector<Network> networks_;
  std::vector<GeometricMean> means_;  // of each network
};

std::string labels_text(const Side& side) {
  std::set<std::string> labels;
  for (const auto* run : side.runs)
    for (const auto& record : run->cases) labels.insert(record.label);
  std::string text;
  for (const auto& label : labels) text += (text.empty() ? "" : ", ") + label;
  return text.empty() ? "none" : text;
}

Expected<void> check_label(const Side& side, const std::optional<std::string>& label,
                           const char* option) {
  if (Chooser(side, label).known() || !label) return {};
  return error(fmt::format("{} {}: {} has no such label; it has {}", option, *label, side.name,
                           labels_text(side)));
}

std::string example_of(const Side& side) {
  for (const auto* run : side.runs)
    for (const auto& r : run->cases)
      return fmt::format("{} on {}{}{} with {}", r.label, r.problem.suite,
                         r.problem.suite.empty() ? "" : ".",
                         r.problem.name.empty() ? short_text(r.problem.geometry) : r.problem.name,
                         counted(r.settings.threads, "thread"));
  return "nothing";
}

}  // namespace

std::string_view word(Change change) {
  constexpr std::array<std::string_view, 11> words{"slower", "faster", "same",    "undecided",
                                                   "broke",  "mended", "refused", "accepted",
                                                   "gone",   "added",  "untimed"};
  return words.at(static_cast<std::size_t>(change));
}

int Comparison::count(Change change) const {
  return static_cast<int>(std::count_if(cases.begin(), cases.end(),
                                        [&](const ComparedCase& c) { return c.change == change; }));
}

Expected<Comparison> compare(const Side& baseline, const Side& candidate,
                             const CompareOptions& options) {
  if (auto ok = check_label(candidate, options.of, "--of"); !ok) return tl::unexpected(ok.error());
  if (auto ok = check_label(baseline, options.with, "--with"); !ok)
    return tl::unexpected(ok.error());
  const bool with_label = !(options.of && options.with);
  Comparison result{
      baseline.name, candidate.name, differences(baseline, candidate, options), {}, {}, options,
      false,         false};
  Comparer(entries_of(baseline, options.with, with_label),
           entries_of(candidate, options.of, with_label), result)
      .run();
  for (const auto& c : result.cases) {
    const auto &first = result.cases.front().any(), &other = c.any();
    result.several_settings = result.several_settings || first.settings != other.settings;
    result.several_suites = result.several_suites || first.problem.suite != other.problem.suite;
  }
  const auto common = [](const ComparedCase& c) { return c.baseline && c.candidate; };
  if (std::none_of(result.cases.begin(), result.cases.end(), common))
    return error(fmt::format("no case is in both: {} has {}, for one, and {} has {}", baseline.name,
                             example_of(baseline), candidate.name, example_of(candidate)));
  return result;
}

}  // namespace convgauge::report
