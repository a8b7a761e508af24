// `convgauge check`: one kernel of somebody else's: built, checked, verified, timed beside other
// backends, and told as one JSON object. plugins/EVALUATING.md is its page.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "cli/session.hpp"
#include "core/files.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"
#include "report/check/check_report.hpp"
#include "report/text_width.hpp"
#include "run/build_source.hpp"
#include "run/rules.hpp"
#include "worker/loaded.hpp"

namespace convgauge::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char *kLabel = "kernel", *kNothing = "nothing";

/// Options that go to verifying and timing as they are: they mean there what they mean in sweep.
struct Passed {
  const char* name;
  bool timing_alone = false, once = false;  // once: it cannot be repeated
};
constexpr Passed kPassed[] = {{"threads"},
                              {"dtype"},
                              {"layout"},
                              {"direction"},
                              {"math"},
                              {"option"},
                              {"library-path", false, true},
                              {"tolerate"},
                              {"timeout", false, true},
                              {"rounds", true, true},
                              {"budget", true, true},
                              {"processes", true, true},
                              {"cold", true}};

/// kPassed as sweep declares them, but handed on as text: each may be repeated.
std::vector<Option> passed_options() {
  std::vector<Option> all;
  for (const auto& group : {backend_group(), settings_group(), verifying_group(), timing_group()})
    for (const auto& option : group.options)
      for (const auto& passed : kPassed)
        if (option.name == passed.name) {
          all.push_back(option);
          all.back().repeated = !option.list;
          if (option.name == "threads") all.back().usual = "1";
        }
  return all;
}

void tell(const std::string& what) {
  note(fmt::format("check: {}", what));
}

/// The words of "-O2 -lfoo".
std::vector<std::string> flags_of(const po::variables_map& values) {
  std::vector<std::string> flags;
  if (!values.count("flags")) return flags;
  for (const auto& text : values["flags"].as<Texts>()) {
    std::istringstream words(text);
    for (std::string word; words >> word;) flags.push_back(word);
  }
  return flags;
}

/// onednn where it is here and has a device, else naive.
Texts usual_rivals() {
  const auto here = discover(default_search_path({}), {}, {"onednn"});
  const auto found = here.find("onednn");
  return {found.backend && !found.backend->devices.empty() ? "onednn" : "naive"};
}

/// The steps of one check; each fills its part of what is told.
class Check {
 public:
  Check(const po::variables_map& values, fs::path kernel, fs::path folder)
      : values_(values), folder_(std::move(folder)) {
    input.kernel = kernel.string();
    input.hash = hash_of(kernel);
    input.label = kLabel;
    input.folder = folder_.string();
    input.against = listed(values, "against");
    input.ours = LoadedLibraries().news();
    library_ = std::move(kernel);
  }

  Expected<void> run() {
    // What is wrong with the command is told before the compiler is started.
    if (auto ok = settings_are_right(); !ok) return ok;
    if (library_.extension() != ".so") {
      if (auto ok = build(); !ok) return ok;
      if (library_.empty()) return {};
    }
    tell("the rules of the interface");
    input.rules = check_rules(rules_order());
    if (!input.rules->not_loaded.empty()) return {};
    if (auto ok = verify(); !ok) return ok;
    const auto code = report_of(input).exit_code;
    if (code != kGood && code != kNothingRan) return {};
    return time();
  }

  CheckInput input;

 private:
  /// Tries both targets and all settings with the reference in the kernel's place.
  Expected<void> settings_are_right() {
    for (const bool timing : {false, true}) {
      const auto target = values_[timing ? "on" : "suite"].as<std::string>();
      if (target == kNothing) continue;
      const auto tried = selection(arguments(target, {"--backend", "reference"}, timing));
      if (!tried)
        return error(fmt::format("check: --{} {}: {}", timing ? "on" : "suite", target,
                                 tried.error().message));
    }
    return {};
  }

  Expected<void> build() {
    tell("building " + input.kernel);
    BuildOrder order{library_, folder_ / "build", text_of(values_, "cxx").value_or(""),
                     flags_of(values_),
                     std::chrono::seconds(*whole(values_, "build-limit", 1, kAnyNumber))};
    auto built = build_source(order);
    if (!built) return error("check: " + built.error().message);
    library_ = built->library;
    input.built = std::move(*built);
    return {};
  }

  RulesOrder rules_order() const {
    RulesOrder order{worker_program(values_), library_, {}, {}, 1};
    if (values_.count("library-path"))
      order.library_path = values_["library-path"].as<Texts>().back();
    if (auto options = backend_options(values_)) order.options = std::move(*options);
    if (auto rules = tolerated_rules(values_)) order.tolerated = std::move(*rules);
    return order;
  }

  static Expected<Selection> selection(const Arguments& arguments) {
    Usage usage{.verb = "check", .place = "target", .groups = selection_groups()};
    usage.groups.push_back(timing_group());
    const auto parsed = parse(usage, arguments);
    if (parsed.exit) return error("an option that cannot be passed on");  // parse() says which
    return select(parsed.values, true);
  }

  /// What a step is to run, as `verify` or `sweep` would be told.
  Arguments arguments(const std::string& target, const Arguments& who, bool timing) const {
    Arguments words{target};
    words.insert(words.end(), who.begin(), who.end());
    if (values_.count("trust")) words.push_back("--trust");
    if (!values_.count("threads")) words.insert(words.end(), {"--threads", "1"});
    for (const auto& passed : kPassed)
      if (values_.count(passed.name) && (timing || !passed.timing_alone))
        for (const auto& value : values_[passed.name].as<Texts>())
          words.push_back(fmt::format("--{}={}", passed.name, value));
    return words;
  }

  Arguments of_kernel() const {
    return {"--plugin", fmt::format("{}={}", kLabel, library_.string())};
  }

  Expected<Results> sweep_of(const Arguments& words, const fs::path& out, bool timing) {
    auto chosen = selection(words);
    if (!chosen) return error("check: " + chosen.error().message);
    if (timing)
      if (auto ok = add_rivals(*chosen); !ok) return tl::unexpected(ok.error());
    SweepOptions options;
    options.measure = timing;
    options.command = command_line("sweep", words);
    options.out = out;
    if (!timing) options.shrink.time = std::chrono::seconds(5);
    auto result = run_selection(*chosen, options, true);
    if (!result) return error("check: " + result.error().message);
    input.interrupted = input.interrupted || result->interrupted;
    return std::move(result->results);
  }

  /// Adds the backends that it is compared with, as they are by themselves: --option, --tolerate
  /// and --library-path are the kernel's.
  Expected<void> add_rivals(Selection& selection) {
    if (input.against.empty()) input.against = usual_rivals();
    auto rivals = discover(default_search_path({}), {}, input.against);
    for (const auto& name : input.against) {
      if (!rivals.find(name).backend)
        return error(
            fmt::format("check: --against {}: no such backend is here; `convgauge list` "
                        "says what is",
                        name));
      BackendChoice choice;
      choice.name = choice.label = name;
      selection.suite.backends.push_back(std::move(choice));
    }
    std::move(rivals.plugins.begin(), rivals.plugins.end(),
              std::back_inserter(selection.catalog.plugins));
    return {};
  }

  Expected<void> verify() {
    const auto target = values_["suite"].as<std::string>();
    if (target == kNothing) return {};
    tell("verifying on " + target);
    auto results = sweep_of(arguments(target, of_kernel(), false), folder_ / "verified", false);
    if (!results) return tl::unexpected(results.error());
    input.verified = std::move(*results);
    return {};
  }

  Expected<void> time() {
    const auto target = values_["on"].as<std::string>();
    if (target == kNothing || input.interrupted) return {};
    tell("timing on " + target);
    auto results = sweep_of(arguments(target, of_kernel(), true), folder_ / "timed", true);
    if (!results) return tl::unexpected(results.error());
    input.timed = std::move(*results);
    return {};
  }

  const po::variables_map& values_;
  fs::path folder_, library_;
};

/// Errors of the command line that parse() does not know.
std::optional<std::string> flaw_of(const po::variables_map& values) {
  if (!values.count("kernel")) return "one kernel is needed: a source file or a plugin";
  const auto& kernels = values["kernel"].as<Texts>();
  if (kernels.size() != 1)
    return fmt::format("one kernel is needed, {} were given", kernels.size());
  std::error_code failed;
  if (!fs::is_regular_file(kernels[0], failed))
    return fmt::format("{}: {}", kernels[0],
                       fs::is_directory(kernels[0], failed) ? "is a folder"
                       : fs::exists(kernels[0], failed)     ? "is no file"
                                                            : "no such file");
  constexpr std::array kEndings{".cpp", ".cc", ".cxx", ".c", ".so"};
  if (std::find(kEndings.begin(), kEndings.end(), fs::path(kernels[0]).extension()) ==
      kEndings.end())
    return fmt::format("{}: its name does not end in {}", kernels[0], fmt::join(kEndings, ", "));
  for (const auto& passed : kPassed)
    if (passed.once && values.count(passed.name) && values[passed.name].as<Texts>().size() > 1)
      return fmt::format("--{} is given twice", passed.name);
  if (const auto limit = whole(values, "build-limit", 1, kAnyNumber); !limit)
    return limit.error().message;
  if (const auto options = backend_options(values); !options) return options.error().message;
  if (const auto rules = tolerated_rules(values); !rules) return rules.error().message;
  return std::nullopt;
}

}  // namespace

Usage check_usage() {
  Usage usage{
      .verb = "check",
      .summary = "one kernel: built, verified, timed beside others, as one JSON object",
      .arguments = "KERNEL.cpp|KERNEL.c|KERNEL.so",
      .example = "convgauge check kernel.cpp --on resnet50 --against onednn,winograd",
      .place = "kernel",
      .most = kAnyNumber,
      .offer = Offer::file,
      .exits = {kUsage, kCrashed, kWrong, kMachine, kNothingRan, kUndecided, kGood, kInterrupted}};
  usage.groups = {
      {"What it is held against",
       {{.name = "suite",
         .value = "SUITE",
         .help = "what it is verified with: a config, the name of a suite, or a problem",
         .initial = "gate",
         .offer = Offer::target},
        {.name = "on",
         .value = "SUITE",
         .help = "what it is timed on, likewise; nothing: it is not timed",
         .initial = "quickstart",
         .offer = Offer::target},
        {.name = "against",
         .value = "BACKEND",
         .help = "the backends that it is compared with, by name",
         .usual = "onednn, or naive without it",
         .offer = Offer::backends,
         .list = true}}},
      {"Building",
       {{.name = "cxx",
         .value = "PROGRAM",
         .help = "the compiler",
         .usual = "$CXX or c++; for .c $CC or cc"},
        {.name = "flags",
         .value = "FLAGS",
         .help = "more flags for the compiler: --flags=\"-O2 -mavx2\"",
         .repeated = true},
        {.name = "build-limit", .value = "SECONDS", .help = "for the compiler", .initial = "300"}}},
      {"Verifying and timing", passed_options()},
      {"Output",
       {{.name = "out",
         .value = "DIR",
         .help = "folder for all that is made",
         .usual = "results/runs/check-NAME-TIME",
         .offer = Offer::folder},
        trust_option()}}};
  return usage;
}

int check(const Arguments& arguments) {
  const auto parsed = parse(check_usage(), arguments);
  if (parsed.exit) return *parsed.exit;
  const auto& values = parsed.values;
  if (const auto flaw = flaw_of(values)) return usage_error("check: " + *flaw);
  const fs::path kernel = values["kernel"].as<Texts>().front();
  const auto folder = values.count("out") ? fs::path(values["out"].as<std::string>())
                                          : fresh_run_folder("check-" + kernel.stem().string());
  if (fs::exists(folder / "check.json"))
    return usage_error(
        fmt::format("check: --out {} holds a check already; name another folder", folder.string()));
  Check steps(values, kernel, folder);
  // A step that cannot begin ends the check: what was found until then is told all the same.
  if (auto ok = steps.run(); !ok) {
    if (!steps.input.built && !steps.input.rules) return usage_error(ok.error().message);
    steps.input.trouble = ok.error().message;
  }
  const auto report = report_of(steps.input);
  const auto json = check_json(steps.input, report);
  fmt::print("{}", json);
  fmt::print(stderr, "{}", for_terminal(check_text(report)));
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (auto ok = write_text(folder / "check.json", json); !ok)
    return usage_error(ok.error().message);
  return report.exit_code;
}

}  // namespace convgauge::cli
