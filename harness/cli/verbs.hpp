// The verbs of the command line: each gets its own arguments and returns an exit code. One file
// each.
#pragma once
#include <span>
#include <string>
#include <vector>
#include "core/layers.hpp"

namespace convgauge::cli {

using Arguments = std::vector<std::string>;
struct Usage;

/// A verb: what runs it, and what it takes.
struct Verb {
  const char* name;
  const char* group;  // under which help lists it
  int (*run)(const Arguments&);
  Usage (*usage)();
};
/// All that people use, in the order in which help lists them.
std::span<const Verb> verbs();
/// Null where there is no such verb.
const Verb* find_verb(const std::string& name);

int list(const Arguments& arguments);
int import_suite(const Arguments& arguments);
int verify(const Arguments& arguments);
int sweep(const Arguments& arguments);
int bench(const Arguments& arguments);
int fuzz(const Arguments& arguments);
int run(const Arguments& arguments);
int merge(const Arguments& arguments);
int report(const Arguments& arguments);
int compare(const Arguments& arguments);
int gate(const Arguments& arguments);
int machine(const Arguments& arguments);
int check(const Arguments& arguments);
int check_plugin(const Arguments& arguments);
int help(const Arguments& arguments);
int completion(const Arguments& arguments);

Usage list_usage();
Usage import_usage();
Usage verify_usage();
Usage sweep_usage();
Usage bench_usage();
Usage fuzz_usage();
Usage run_usage();
Usage merge_usage();
Usage report_usage();
Usage compare_usage();
Usage gate_usage();
Usage machine_usage();
Usage check_usage();
Usage check_plugin_usage();
Usage help_usage();
Usage completion_usage();

// Not for people, and not listed.
int worker(const Arguments& arguments);    // what the driver starts for every plugin
int complete(const Arguments& arguments);  // what the scripts of `completion` call

}  // namespace convgauge::cli
