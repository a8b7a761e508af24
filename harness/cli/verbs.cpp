// The table of verbs.
#include "cli/verbs.hpp"

#include <algorithm>
#include <array>

#include "cli/options.hpp"

namespace convgauge::cli {
namespace {

constexpr const char *kMeasure = "Verify and measure", *kRead = "Read results",
                     *kSources = "Look around", *kKernels = "Kernels and plugins";

constexpr std::array kVerbs{
    Verb{"bench", kMeasure, bench, bench_usage},
    Verb{"verify", kMeasure, verify, verify_usage},
    Verb{"sweep", kMeasure, sweep, sweep_usage},
    Verb{"fuzz", kMeasure, fuzz, fuzz_usage},
    Verb{"report", kRead, report, report_usage},
    Verb{"compare", kRead, compare, compare_usage},
    Verb{"gate", kRead, gate, gate_usage},
    Verb{"merge", kRead, merge, merge_usage},
    Verb{"check", kKernels, check, check_usage},
    Verb{"check-plugin", kKernels, check_plugin, check_plugin_usage},
    Verb{"run", kKernels, run, run_usage},
    Verb{"list", kSources, list, list_usage},
    Verb{"import", kSources, import_suite, import_usage},
    Verb{"machine", kSources, machine, machine_usage},
    Verb{"help", kSources, help, help_usage},
    Verb{"completion", kSources, completion, completion_usage},
};

}  // namespace

std::span<const Verb> verbs() {
  return kVerbs;
}

const Verb* find_verb(const std::string& name) {
  const auto found =
      std::find_if(kVerbs.begin(), kVerbs.end(), [&](const Verb& v) { return name == v.name; });
  return found == kVerbs.end() ? nullptr : &*found;
}

}  // namespace convgauge::cli
