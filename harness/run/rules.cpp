#include "run/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "core/problem_text.hpp"
#include "run/catalog.hpp"
#include "run/guarded_plan.hpp"
#include "run/outcome.hpp"
#include "run/pool.hpp"
#include "run/verify_case.hpp"

namespace convgauge {
namespace {

struct Rule {
  const char *name, *what;
};
// The rules of convgauge/plugin.h, in short.
constexpr std::array kRules{
    Rule{"R1", "exports cvg_plugin_entry, speaks this ABI version, refuses others"},
    Rule{"R2", "names are there, well formed and unique"},
    Rule{"R3", "a refusal has a reason and a sentence; query and plan_create agree"},
    Rule{"R4", "an unknown option, or a value it cannot use, is refused"},
    Rule{"R5", "the algorithm that was asked for runs, or is refused"},
    Rule{"R6", "requirements do not change"},
    Rule{"R7", "every output element is written"},
    Rule{"R8", "inputs are never written"},
    Rule{"R9", "nothing is written outside a buffer"},
    Rule{"R10", "nothing is read outside a buffer"},
    Rule{"R11", "no result depends on what output or workspace held"},
    Rule{"R12", "nothing computed from the source is kept"},
    Rule{"R13", "no crash, exit, hang or exception"},
    Rule{"R14", "signal handlers, MXCSR, directory, umask, locale stay"},
    Rule{"R15", "nothing goes to standard output"},
    Rule{"R16", "others' descriptors stay"},
    Rule{"R17", "no process outlives the worker"},
    Rule{"R18", "what says deterministic is"},
    Rule{"R19", "no allocation in execute (a wish)"},
    Rule{"right", "results agree with the reference"},
};

/// Small problems that between them use every parameter; tails in every size.
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
};

std::string first_word(const std::string& text) {
  return text.substr(0, text.find(':'));
}

class Checker {
 public:
  Checker(const std::filesystem::path& executable, const std::filesystem::path& file, int threads)
      : file_(file), threads_(threads), pool_(executable, false) {
    SearchPath path;
    path.executable = executable;
    path.files = {file};
    catalog_ = discover(path);
  }

  RuleReport run() {
    for (const auto& failure : catalog_.errors) {
      const auto rule = failure.why.find(": R2:") != std::string::npos ? "R2" : "R1";
      note(rule, failure.why);
      report_.exit_code = kUsage;
    }
    Suite suite;
    for (const auto& plugin : catalog_.plugins)
      if (plugin.named)
        for (const auto& backend : plugin.description.backends) {
          auto& choice = suite.backends.emplace_back();
          choice.name = choice.label = backend.name;
          choice.device = backend.devices.empty() ? std::nullopt : std::optional<std::string>("0");
        }
    if (report_.exit_code == 0) ask_other_version();
    if (!catalog_.plugins.empty() && report_.exit_code != kUsage)
      if (const auto field = line_up(suite, catalog_)) {
        report_.backends = static_cast<int>(suite.backends.size());
        for (const auto& competitor : field->competitors) probe(competitor);
        for (const auto& absent : field->absent)
          unreached_ += (unreached_.empty() ? "" : "; ") + absent.name + ": " + absent.why;
      }
    return finish();
  }

 private:
  void note(const std::string& rule, const std::string& evidence) {
    broken_.emplace(rule, evidence);
  }

  /// The rule that a verdict speaks of, or that it breaks by its kind.
  void judge(const Verdict& verdict, const std::string& where) {
    const auto text = fmt::format("{}: {}: {}", where, kind(verdict), sentence(verdict));
    if (is_crash(verdict))
      report_.exit_code = std::max<int>(report_.exit_code, kCrashed);
    else if (is_defect(verdict))
      report_.exit_code = std::max<int>(report_.exit_code, kWrong);
    if (const auto* trespass = std::get_if<Trespass>(&verdict)) return note(trespass->rule, text);
    if (std::holds_alternative<Died>(verdict) || std::holds_alternative<TimedOut>(verdict))
      return note("R13", text);
    if (const auto* differs = std::get_if<Differs>(&verdict))
      return note(differs->oracle.find("R12") != std::string::npos ? "R12" : "right", text);
    if (const auto* failed = std::get_if<Failed>(&verdict)) {
      const auto rule = first_word(failed->why);
      const auto known =
          std::any_of(kRules.begin(), kRules.end(), [&](const Rule& r) { return rule == r.name; });
      return note(known ? rule : "right", text);
    }
    if (std::holds_alternative<Agrees>(verdict)) ++agreed_;
  }

  void probe(const Competitor& competitor) {
    for (const auto* text : kProbes)
      for (const auto layout : {Layout::nchw, Layout::nhwc, Layout::native})
        for (const auto dtype : {Dtype::f32, Dtype::f64, Dtype::f16, Dtype::bf16})
          for (const auto direction :
               {Direction::forward, Direction::backward_data, Direction::backward_weights}) {
            // The narrow and wide types go over the first probes only: they share the index
            // arithmetic.
            if (dtype != Dtype::f32 && (layout != Layout::nchw || text != kProbes[1])) continue;
            auto spec = Spec::of(*parse_problem(text), dtype, layout);
            spec.direction = direction;
            one(competitor, text, spec);
          }
    ask_for_nonsense(competitor);
    if (auto worker = pool_.worker(competitor, threads_)) {
      const auto left = (*worker)->finish();
      if (left && *left)
        note("R17",
             fmt::format("{}: processes were left when the worker ended", competitor.choice.name));
    }
  }

  void one(const Competitor& competitor, const char* text, const Spec& spec) {
    auto worker = pool_.worker(competitor, threads_);
    if (!worker) return note("R13", worker.error().message);
    ProblemTensors tensors(spec, 1, 1, references_);
    const auto where = fmt::format("{} {} {} {} {}", competitor.choice.name, text,
                                   word(spec.layout), word(spec.src_type), word(spec.direction));
    VerifyOrder order;
    order.backend = competitor.choice.name;
    order.plan = plan_settings(competitor, "default", threads_, 1);
    auto done = verify_case(**worker, order, tensors);
    ++report_.probes;
    judge(done.verdict, where);
    if (!done.open) return;
    count_allocations(**worker, done.plan->plan, where);
    (void)(*worker)->call(ClosePlan{done.plan->plan}, kLimit);
    if (spec == Spec::of(spec.geometry, Dtype::f32)) by_name(competitor, where, spec, tensors);
  }

  /// R19: of the last of several executions, so that what the first one sets up does not count.
  void count_allocations(Worker& worker, std::uint32_t plan, const std::string& where) {
    const auto counted = worker.call(CountAllocations{plan}, kLimit);
    if (!counted || !counted->possible) return;
    counted_allocations_ = true;
    if (counted->calls == 0) return;
    if (wishes_.empty())
      wishes_ = fmt::format("{}: {} allocation{} in one execution", where, counted->calls,
                            counted->calls == 1 ? "" : "s");
    ++allocating_;
  }

  /// R1, in a process of its own: the library must not be spoken to again after it.
  void ask_other_version() {
    auto worker = Worker::spawn({pool_.executable(), file_.string(), {}, {}, threads_});
    if (!worker) return;
    const auto bad = trouble_of((*worker)->call(AskOtherVersion{}, kLimit));
    if (!bad) return;
    report_.exit_code = std::max<int>(report_.exit_code, is_crash(*bad) ? kCrashed : kWrong);
    note(std::holds_alternative<Failed>(*bad) ? "R1" : "R13", sentence(*bad));
  }

  /// R5: every algorithm that is listed can be had by its name.
  void by_name(const Competitor& competitor, const std::string& where, const Spec& spec,
               ProblemTensors& tensors) {
    auto worker = pool_.worker(competitor, threads_);
    if (!worker) return;
    const auto listed =
        (*worker)->call(ListAlgorithms{competitor.choice.name, spec,
                                       plan_settings(competitor, "default", threads_, 1)},
                        kLimit);
    if (!listed) return judge(listed.error(), where + " algorithms");
    for (const auto& algorithm : listed->algorithms) {
      worker = pool_.worker(competitor, threads_);
      if (!worker) return;
      VerifyOrder order;
      order.backend = competitor.choice.name;
      order.plan = plan_settings(competitor, algorithm.name, threads_, 1);
      order.placements = {Placement::end};
      auto done = verify_case(**worker, order, tensors);
      ++report_.probes;
      judge(done.verdict, where + " " + algorithm.name);
      if (done.open) (void)(*worker)->call(ClosePlan{done.plan->plan}, kLimit);
    }
  }

  /// R4 and R5: what nobody offers is refused.
  void ask_for_nonsense(const Competitor& competitor) {
    const auto spec = Spec::of(*parse_problem(kProbes[1]), Dtype::f32);
    const auto plain = plan_settings(competitor, "default", threads_, 1);
    struct Nonsense {
      const char* rule;
      PlanSettings settings;
      std::string what;
    };
    std::vector<Nonsense> asked{{"R4", plain, "an option that nobody described"},
                                {"R5", plain, "an algorithm that it does not have"}};
    asked[0].settings.options["no_such_option_of_any_backend"] = "1";
    asked[1].settings.algorithm = "no.such.algorithm";
    for (const auto& option : options_of(competitor))
      if (restricted(option.values)) {
        asked.push_back({"R4", plain,
                         fmt::format("option {}=no such value, though it takes {}", option.key,
                                     option.values)});
        asked.back().settings.options[option.key] = "no such value";
      }
    for (const auto& [rule, settings, what] : asked) {
      auto worker = pool_.worker(competitor, threads_);
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
      // What was accepted is open, and the next probe wants a clean worker.
      if (worker = pool_.worker(competitor, threads_); worker)
        (void)(*worker)->call(ClosePlan{opened->plan}, kLimit);
      report_.exit_code = std::max<int>(report_.exit_code, kWrong);
    }
  }

  std::vector<OptionInfo> options_of(const Competitor& competitor) const {
    const auto found = catalog_.find(competitor.choice.name, competitor.plugin_file);
    return found.backend ? found.backend->options : std::vector<OptionInfo>{};
  }

  /// Values that a text of three words cannot be among: "a|b", "1..64", "bytes".
  static bool restricted(const std::string& values) {
    return values.find('|') != std::string::npos || values.find("..") != std::string::npos ||
           values == "bytes";
  }

  /// kept, or the number of probes that allocated: no fault, and no exit code.
  RuleLine wish(const Rule& rule) const {
    if (!counted_allocations_)
      return {rule.name, rule.what, "not checked",
              "this build cannot count: a sanitizer, or not the GNU C library"};
    if (allocating_ == 0) return {rule.name, rule.what, "kept", {}};
    return {rule.name, rule.what, "not kept",
            fmt::format("{}{}", wishes_,
                        allocating_ > 1 ? fmt::format("; {} more probes", allocating_ - 1) : "")};
  }

  RuleReport finish() {
    const bool reached = agreed_ > 0;
    for (const auto& rule : kRules) {
      const auto found = broken_.find(rule.name);
      if (found != broken_.end())
        report_.lines.push_back({rule.name, rule.what, "BROKEN", found->second});
      else if (std::string_view(rule.name) == "R19" && reached)
        report_.lines.push_back(wish(rule));
      else if (!reached && std::string_view(rule.name) != "R1" &&
               std::string_view(rule.name) != "R2")
        report_.lines.push_back({rule.name, rule.what, "not reached", unreached_});
      else
        report_.lines.push_back({rule.name, rule.what, "kept", {}});
    }
    if (!reached && report_.exit_code == 0) report_.exit_code = kNothingRan;
    if (reached && !broken_.empty()) report_.exit_code = std::max<int>(report_.exit_code, kWrong);
    return report_;
  }

  static constexpr std::chrono::milliseconds kLimit{5'000};
  std::filesystem::path file_;
  int threads_;
  Pool pool_;
  Catalog catalog_;
  std::map<std::string, std::string> broken_;
  std::string unreached_;
  ReferenceCache references_{ReferenceCache::Options{}};
  int agreed_ = 0, allocating_ = 0;
  bool counted_allocations_ = false;
  std::string wishes_;  // R19: the first that allocated
  RuleReport report_;
};

}  // namespace

RuleReport check_rules(const std::filesystem::path& executable, const std::filesystem::path& file,
                       int threads) {
  return Checker(executable, file, threads).run();
}

}  // namespace convgauge
