// The program: finds the verb and passes it its arguments.
#include <fmt/format.h>
#include <signal.h>

#include <array>
#include <cstdio>
#include <exception>

#include "cli/streams.hpp"
#include "cli/verbs.hpp"
#include "config/nearest.hpp"
#include "run/outcome.hpp"
#include "run/version.hpp"
#include "worker/machine_trouble.hpp"

namespace {

using convgauge::cli::Arguments;

struct Verb {
  const char* name;
  int (*run)(const Arguments&);
  const char* what;  // empty: internal, not listed
};

constexpr std::array kVerbs{
    Verb{"list", convgauge::cli::list, "what is here, what is not, and why"},
    Verb{"import", convgauge::cli::import_suite, "a config from a model or a log"},
    Verb{"verify", convgauge::cli::verify, "correctness only: the CI gate"},
    Verb{"sweep", convgauge::cli::sweep, "verify, measure and report a config"},
    Verb{"bench", convgauge::cli::bench, "one problem from the command line, a table at once"},
    Verb{"fuzz", convgauge::cli::fuzz,
         "random legal cases; what fails is shrunk and kept as a config"},
    Verb{"run", convgauge::cli::run, "one execution on given tensors (.npy in and out)"},
    Verb{"merge", convgauge::cli::merge, "the shards of a run as one run"},
    Verb{"report", convgauge::cli::report, "reports from the results of earlier runs"},
    Verb{"compare", convgauge::cli::compare,
         "two sets of results side by side: what changed, and how surely"},
    Verb{"gate", convgauge::cli::gate,
         "a run against a baseline: wrong, missing, or slower beyond doubt"},
    Verb{"machine", convgauge::cli::machine, "processor, caches, measured peaks"},
    Verb{"check", convgauge::cli::check,
         "one kernel: built, verified, timed beside others, as one JSON object"},
    Verb{"check-plugin", convgauge::cli::check_plugin,
         "every rule of the plugin ABI, one line each"},
    Verb{"worker", convgauge::cli::worker, ""},
};

/// Signals that were inherited blocked or ignored would lose an interrupt or the end of a worker. A
/// file that grows beyond the limit of the process is an error when it is written, and no signal.
void mend_process() {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGCHLD, SIG_DFL);
  ::signal(SIGXFSZ, SIG_IGN);
}

void help(std::FILE* to) {
  fmt::print(to, "convgauge {}: verifies and measures implementations of torch.nn.Conv2d\n\n",
             convgauge::kVersion);
  for (const auto& verb : kVerbs)
    if (*verb.what) fmt::print(to, "  convgauge {:<14}{}\n", verb.name, verb.what);
  fmt::print(to, "\n`convgauge VERB --help` shows a verb's options with an example.\n");
}

int unknown(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& verb : kVerbs)
    if (*verb.what) names.emplace_back(verb.name);
  fmt::print(stderr, "convgauge: unknown verb '{}'{}\n", name,
             convgauge::config::suggestion(name, names));
  return convgauge::kUsage;
}

int run_verb(const Arguments& all) try {
  if (all.empty()) return help(stderr), convgauge::kUsage;
  if (all[0] == "--help" || all[0] == "-h" || all[0] == "help") return help(stdout), 0;
  if (all[0] == "--version") return fmt::print("convgauge {}\n", convgauge::kVersion), 0;
  for (const auto& verb : kVerbs)
    if (all[0] == verb.name) return verb.run({all.begin() + 1, all.end()});
  return unknown(all[0]);
} catch (const convgauge::cli::MachineTrouble& trouble) {
  fmt::print(stderr, "convgauge: {}\n", trouble.what());
  return convgauge::kMachine;
} catch (const std::exception& e) {
  fmt::print(stderr, "convgauge: a bug of our own: {}\n", e.what());
  return convgauge::kOurBug;
}

}  // namespace

int main(int argc, char** argv) {
  convgauge::cli::open_missing_streams();
  const Arguments all(argv + 1, argv + argc);
  // A worker's standard output is the plugin's.
  if (!all.empty() && all[0] == "worker") return run_verb(all);
  mend_process();
  convgauge::cli::watch_output();
  return convgauge::cli::finish_output(run_verb(all));
}
