// The verbs of the command line: each gets its own arguments and returns an exit code. One file
// each.
#pragma once
#include <string>
#include <vector>
#include "core/layers.hpp"

namespace convgauge::cli {

using Arguments = std::vector<std::string>;

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
int worker(const Arguments& arguments);

}  // namespace convgauge::cli
