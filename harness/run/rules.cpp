#include "run/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "core/text.hpp"
#include "run/catalog.hpp"
#include "run/guarded_plan.hpp"
#include "run/outcome.hpp"
#include "run/pool.hpp"
#include "run/replay.hpp"
#include "run/verify_case.hpp"
#include "worker/machine_trouble.hpp"

namespace convgauge::run {
namespace {

/// Small problems that together use every parameter; most sizes are not multiples of a vector's.
constexpr std::array kProbes{
    "n1c3h5w5_o4k1",
    "n2c4h9w11_o6k3p1",
    "n1c16h8w8_o16k3p1_nobias",
    "n1c5h7w9_o3k3x2s2x1p1x2.0d1x2",
    "n2c6h9w11_o8k3x2s2p1g2",
    "n1c8h8w8_o8k3p1g8",
    "n1c4h6w6_o8k3p1g4_nobias",
    "n1c2h6w7_o3k3p1_reflect",
    "n1c2h6w7_o3k3p2_replicate",
    "n1c2h6w7_o3k3p1x2_circular",
    "n1c1h17w33_o2k5p2",
    "n1c3h15w15_o2k7s2p3",
    "n1c2h2w2_o2k5p2",
    "n1c33h1w1_o17k1",
    "n0c3h5w5_o4k3p1",
    "n1c3h12w40_o5k1x7p0x3",
    // Wide and deep enough for the main loops of vectorised kernels, and for what remains of them.
    "n1c16h6w70_o32k3p1",
    "n1c64h4w37_o48k3s2p1",
    "n1c48h5w66_o48k3p1g48",
    "n1c64h7w19_o64k1_nobias",
};

class Checker {
 public:
  explicit Checker(const RulesOrder& order) : order_(order), pool_(order.executable, false) {
    SearchPath path;
    path.executable = order.executable;
    path.files = {order.file};
    path.library_path = order.library_path;
    path.tolerated = order.tolerated;
    catalog_ = discover(path);
  }

  RuleReport run() {
    for (const auto& failure : catalog_.errors) {
      if (failure.unjudged) {
        leave_unjudged(failure.why);
        continue;
      }
      report_.exit_code = kUsage;
      if (!failure.rule) {
        report_.not_loaded = failure.why;
        return report_;
      }
      note(failure.rule == Rule::R2 ? Rule::R2 : Rule::R1, failure.why);
    }
    Suite suite;
    for (const auto& plugin : catalog_.plugins)
      if (plugin.named)
        for (const auto& backend : plugin.description.backends) {
          auto& choice = suite.backends.emplace_back();
          choice.name = choice.label = backend.name;
          choice.library_path = order_.library_path;
          choice.options = order_.options;
          choice.tolerate = order_.tolerated;
          choice.device = backend.devices.empty() ? std::nullopt : std::optional<std::string>("0");
        }
    if (report_.exit_code == 0 && unjudged_.empty()) ask_other_version();
    if (!catalog_.plugins.empty() && report_.exit_code != kUsage)
      if (const auto resolved = resolve_backends(suite, catalog_)) {
        report_.backends = static_cast<int>(suite.backends.size());
        for (const auto& competitor : resolved->competitors) probe(competitor);
        for (const auto& absent : resolved->absent)
          unreached_ += (unreached_.empty() ? "" : "; ") + absent.name + ": " + absent.why;
      }
    return finish();
  }

 private:
  struct Evidence {
    std::string text, replay;
  };

  /// Records that a rule is broken; no rule: a result is wrong. The first evidence is kept.
  void note(std::optional<Rule> rule, const std::string& evidence, const std::string& replay = {}) {
    broken_.emplace(rule, Evidence{evidence, replay});
  }

  /// Notes the rule that a verdict names, or that its kind breaks (died and timed_out: R13), and
  /// raises the exit code.
  void judge(const Verdict& verdict, const std::string& where, const std::string& replay = {}) {
    if (is_denied(verdict)) throw MachineTrouble(std::get<Refused>(verdict).why);
    const auto text = fmt::format("{}: {}: {}", where, kind(verdict), sentence(verdict));
    if (std::holds_alternative<Unjudged>(verdict)) return leave_unjudged(text);
    if (is_crash(verdict))
      report_.exit_code = std::max<int>(report_.exit_code, kCrashed);
    else if (is_defect(verdict))
      report_.exit_code = std::max<int>(report_.exit_code, kWrong);
    if (const auto* trespass = std::get_if<Trespass>(&verdict))
      return note(trespass->rule.value, text, replay);
    if (std::holds_alternative<Died>(verdict) || std::holds_alternative<TimedOut>(verdict))
      return note(Rule::R13, text, replay);
    if (const auto* differs = std::get_if<Differs>(&verdict))
      return note(differs->oracle.rule, text, replay);
    if (const auto* failed = std::get_if<Failed>(&verdict)) return note(failed->rule, text, replay);
    if (std::holds_alternative<Agrees>(verdict)) ++agreed_;
  }

  /// A probe that the machine did not let run breaks no rule, but shows none to be kept.
  void leave_unjudged(const std::string& why) {
    if (unjudged_.empty()) unjudged_ = why;
  }

  /// `convgauge verify ...` for one probe.
  std::string replay(const Competitor& competitor, const char* text, const CaseSettings& settings,
                     const std::string& algorithm = "default") const {
    CaseRecord record;
    record.problem.geometry = *parse_problem(text);
    record.backend = competitor.choice.name;
    record.settings = settings;
    record.options = order_.options;
    record.requested_algorithm = algorithm;
    return replay_line("verify", record, competitor, {}, VerifyOrder{}.placements);
  }

  void probe(const Competitor& competitor) {
    for (const auto* text : kProbes)
      for (const auto layout : {Layout::nchw, Layout::nhwc, Layout::native})
        for (const auto dtype : kAllDtypes)
          for (const auto direction :
               {Direction::forward, Direction::backward_data, Direction::backward_weights}) {
            // Types other than f32 are tried on one probe only: the index arithmetic is the same.
            if (dtype != Dtype::f32 && (layout != Layout::nchw || text != kProbes[1])) continue;
            CaseSettings settings;
            settings.threads = order_.threads;
            settings.dtype = dtype, settings.layout = layout, settings.direction = direction;
            one(competitor, text, settings);
          }
    ask_for_nonsense(competitor);
    if (auto worker = pool_.worker(competitor, order_.threads)) {
      const auto left = (*worker)->finish();
      if (left && *left)
        note(Rule::R17,
             fmt::format("{}: processes were left when the worker ended", competitor.choice.name));
    }
  }

  void one(const Competitor& competitor, const char* text, const CaseSettings& settings) {
    const auto spec = spec_of(*parse_problem(text), settings);
    auto worker = pool_.worker(competitor, order_.threads);
    if (!worker) return judge(worker.error(), competitor.choice.name);
    ProblemTensors tensors(spec, 1, 1, references_);
    const auto where = fmt::format("{} {} {} {} {}", competitor.choice.name, text,
                                   word(spec.layout), word(spec.src_type), word(spec.direction));
    VerifyOrder order;
    order.backend = competitor.choice.name;
    order.plan = plan_settings(competitor, "default", order_.threads, 1);
    order.prepares_again = true;
    auto done = verify_case(**worker, order, tensors);
    ++report_.probes;
    judge(done.verdict, where, replay(competitor, text, settings));
    if (!done.open) return;
    count_allocations(**worker, done.plan->plan, where);
    (void)(*worker)->call(ClosePlan{done.plan->plan}, kLimit);
    if (spec == Spec::of(spec.geometry, Dtype::f32))
      by_name(competitor, where, tensors, [&](const std::string& algorithm) {
        return replay(competitor, text, settings, algorithm);
      });
  }

  /// R19: counts the allocations of the last of several executions, so that what the first one sets
  /// up does not count.
  void count_allocations(Worker& worker, std::uint32_t plan, const std::string& where) {
    const auto counted = worker.call(CountAllocations{plan}, kLimit);
    if (!counted || !counted->possible) return;
    counted_allocations_ = true;
    if (counted->calls == 0) return;
    if (wishes_.empty())
      wishes_ = fmt::format("{}: {} in one execution", where,
                            convgauge::counted(counted->calls, "allocation"));
    ++allocating_;
  }

  /// R1, in a process of its own: the library must not be called again after a refused version.
  void ask_other_version() {
    auto worker = Worker::spawn({pool_.executable(),
                                 order_.file.string(),
                                 order_.library_path,
                                 {},
                                 order_.threads,
                                 true,
                                 false,
                                 order_.tolerated});
    if (!worker) return;
    const auto bad = trouble_of((*worker)->call(AskOtherVersion{}, kLimit));
    if (!bad) return;
    if (std::holds_alternative<Unjudged>(*bad)) return leave_unjudged(sentence(*bad));
    report_.exit_code = std::max<int>(report_.exit_code, is_crash(*bad) ? kCrashed : kWrong);
    note(std::holds_alternative<Failed>(*bad) ? Rule::R1 : Rule::R13, sentence(*bad));
  }

  /// R5: every listed algorithm can be asked for by its name.
  template <class Replay>
  void by_name(const Competitor& competitor, const std::string& where, ProblemTensors& tensors,
               const Replay& replay_of) {
    const auto& spec = tensors.spec();
    auto worker = pool_.worker(competitor, order_.threads);
    if (!worker) return;
    const auto listed =
        (*worker)->call(ListAlgorithms{competitor.choice.name, spec,
                                       plan_settings(competitor, "default", order_.threads, 1)},
                        kLimit);
    if (!listed) return judge(listed.error(), where + " algorithms");
    for (const auto& algorithm : listed->algorithms) {
      worker = pool_.worker(competitor, order_.threads);
      if (!worker) return;
      VerifyOrder order;
      order.backend = competitor.choice.name;
      order.plan = plan_settings(competitor, algorithm.name, order_.threads, 1);
      order.placements = {Placement::end};
      order.prepares_again = true;
      auto done = verify_case(**worker, order, tensors);
      ++report_.probes;
      judge(done.verdict, where + " " + algorithm.name, replay_of(algorithm.name));
      if (done.open) (void)(*worker)->call(ClosePlan{done.plan->plan}, kLimit);
    }
  }

  /// R4 and R5: an unknown option, value or algorithm is refused.
  void ask_for_nonsense(const Competitor& competitor) {
    const auto spec = Spec::of(*parse_problem(kProbes[1]), Dtype::f32);
    const auto plain = plan_settings(competitor, "default", order_.threads, 1);
    struct Nonsense {
      Rule rule;
      PlanSettings settings;
      std::string what;
    };
    std::vector<Nonsense> asked{{Rule::R4, plain, "an option that nobody described"},
                                {Rule::R5, plain, "an algorithm that it does not have"}};
    asked[0].settings.options["no_such_option_of_any_backend"] = "1";
    asked[1].settings.algorithm = "no.such.algorithm";
    for (const auto& option : options_of(competitor))
      if (restricted(option.values)) {
        asked.push_back({Rule::R4, plain,
                         fmt::format("option {}=no such value, though it takes {}", option.key,
                                     option.values)});
        asked.back().settings.options[option.key] = "no such value";
      }
    for (const auto& [rule, settings, what] : asked) {
      auto worker = pool_.worker(competitor, order_.threads);
      if (!worker) return;
      ++report_.probes;
      const auto opened = (*worker)->call(OpenPlan{competitor.choice.name, spec, settings}, kLimit);
      const auto bad = trouble_of(opened);
      if (bad && std::holds_alternative<Refused>(*bad)) continue;
      if (bad) {
        judge(*bad, competitor.choice.name);
        if (std::holds_alternative<Failed>(*bad))
          note(rule, fmt::format("{}: {}", competitor.choice.name, sentence(*bad)));
        continue;
      }
      note(rule, fmt::format("{}: accepted {}", competitor.choice.name, what));
      // Closes the accepted plan, so that the next probe finds no open one.
      if (worker = pool_.worker(competitor, order_.threads); worker)
        (void)(*worker)->call(ClosePlan{opened->plan}, kLimit);
      report_.exit_code = std::max<int>(report_.exit_code, kWrong);
    }
  }

  std::vector<OptionInfo> options_of(const Competitor& competitor) const {
    const auto found = catalog_.find(competitor.choice.name, competitor.plugin_file);
    return found.backend ? found.backend->options : std::vector<OptionInfo>{};
  }

  /// Whether an option cannot take the value "no such value": its values are described as a list
  /// "a|b", a range "1..64", or "bytes".
  static bool restricted(const std::string& values) {
    return values.find('|') != std::string::npos || values.find("..") != std::string::npos ||
           values == "bytes";
  }

  /// R19: kept, or which probe allocated and how many more did. It does not change the exit code.
  std::pair<RuleState, Evidence> wish() const {
    if (!counted_allocations_)
      return {RuleState::not_checked,
              {"allocations cannot be counted: a sanitizer, or not the GNU C library", {}}};
    if (allocating_ == 0) return {RuleState::kept, {}};
    return {RuleState::not_kept,
            {fmt::format("{}{}", wishes_,
                         allocating_ > 1 ? fmt::format("; {} more probes", allocating_ - 1) : ""),
             {}}};
  }

  std::pair<RuleState, Evidence> state(std::optional<Rule> rule) const {
    const bool reached = agreed_ > 0;
    const bool at_loading = rule == Rule::R1 || rule == Rule::R2;
    if (const auto found = broken_.find(rule); found != broken_.end())
      return {RuleState::broken, found->second};
    for (const auto tolerated : order_.tolerated)
      if (rule && word(tolerated) == word(*rule)) return {RuleState::tolerated, {}};
    if (!unjudged_.empty()) return {RuleState::not_checked, {unjudged_, {}}};
    if (rule == Rule::R19 && reached) return wish();
    if (!reached && !at_loading) return {RuleState::not_reached, {unreached_, {}}};
    return {RuleState::kept, {}};
  }

  void add_line(std::optional<Rule> rule, std::string_view name, std::string_view what) {
    auto [state, evidence] = this->state(rule);
    report_.lines.push_back({std::string(name), std::string(what), state, std::move(evidence.text),
                             std::move(evidence.replay)});
  }

  RuleReport finish() {
    for (const auto name : Words<Rule>::words) {
      const auto rule = *parse_word<Rule>(name);
      add_line(rule, name, demand(rule));
    }
    add_line(std::nullopt, "right", "results agree with the reference");
    const bool reached = agreed_ > 0;
    if (reached && !broken_.empty()) report_.exit_code = std::max<int>(report_.exit_code, kWrong);
    if (!unjudged_.empty() && report_.exit_code == 0) report_.exit_code = kUndecided;
    if (!reached && report_.exit_code == 0) report_.exit_code = kNothingRan;
    return report_;
  }

  static constexpr std::chrono::milliseconds kLimit{5'000};
  RulesOrder order_;
  Pool pool_;
  Catalog catalog_;
  std::map<std::optional<Rule>, Evidence> broken_;  // key nullopt: a wrong result
  std::string unreached_, unjudged_;
  ReferenceCache references_{ReferenceCache::Options{}};
  int agreed_ = 0, allocating_ = 0;
  bool counted_allocations_ = false;
  std::string wishes_;  // R19: the first probe that allocated
  RuleReport report_;
};

}  // namespace

RuleReport check_rules(const RulesOrder& order) {
  return Checker(order).run();
}

}  // namespace convgauge::run
