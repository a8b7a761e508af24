// The program: finds the verb and passes it its arguments.
#include <fmt/format.h>
#include <signal.h>

#include <cstdio>
#include <exception>
#include <filesystem>

#include "cli/help.hpp"
#include "cli/options.hpp"
#include "cli/streams.hpp"
#include "cli/verbs.hpp"
#include "core/problem_text.hpp"
#include "run/version.hpp"
#include "worker/machine_trouble.hpp"

namespace {

using namespace convgauge::cli;

/// Signals that were inherited blocked or ignored would lose an interrupt or the end of a worker. A
/// file that grows beyond the limit of the process is an error when it is written, and no signal.
void mend_process() {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGCHLD, SIG_DFL);
  ::signal(SIGXFSZ, SIG_IGN);
}

/// A problem or a file where a verb was expected: the verb was forgotten.
bool is_target(const std::string& word) {
  std::error_code ignored;
  return convgauge::parse_problem(word).has_value() || std::filesystem::exists(word, ignored);
}

int no_verb(const std::string& word) {
  if (!is_target(word)) return unknown_verb("", word);
  return usage_error(
      fmt::format("'{0}' is no verb; to verify and measure it: convgauge sweep {0}", word));
}

int run_verb(const Arguments& all) try {
  if (all.empty()) return fmt::print(stderr, "{}", overview(help_width())), convgauge::kUsage;
  if (all[0] == "--help" || all[0] == "-h") return help({});
  if (all[0] == "--version") return fmt::print("convgauge {}\n", convgauge::kVersion), 0;
  const Arguments rest(all.begin() + 1, all.end());
  if (all[0] == "worker") return worker(rest);
  if (all[0] == "complete") return complete(rest);
  if (const auto* verb = find_verb(all[0])) return verb->run(rest);
  return no_verb(all[0]);
} catch (const MachineTrouble& trouble) {
  note(trouble.what());
  return convgauge::kMachine;
} catch (const std::exception& e) {
  note(fmt::format("a bug of our own: {}", e.what()));
  return convgauge::kOurBug;
}

}  // namespace

int main(int argc, char** argv) {
  open_missing_streams();
  const Arguments all(argv + 1, argv + argc);
  // A worker's standard output is the plugin's.
  if (!all.empty() && all[0] == "worker") return run_verb(all);
  mend_process();
  watch_output();
  return finish_output(run_verb(all));
}
