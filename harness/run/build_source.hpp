// A plugin from one source file: what `convgauge check` builds a kernel with.
#pragma once
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "core/expected.hpp"
#include "core/layers.hpp"

namespace convgauge::run {

struct BuildOrder {
  std::filesystem::path source;    // .c is C11, everything else C++20
  std::filesystem::path folder;    // gets the library, its command and its log; made where missing
  std::string compiler;            // empty: $CC or cc for C, else $CXX or c++
  std::vector<std::string> flags;  // behind those of default_build_flags()
  std::chrono::seconds limit{300};
};

/// What building it came to. All files are in the order's folder.
struct BuiltSource {
  std::filesystem::path library;  // empty where it was not built
  std::string command;            // as a shell takes it; also in command.txt
  std::string compiler;           // the first line of its --version
  std::string log;                // what the compiler said; also in log.txt
  std::string why;                // one line, where it was not built
  double seconds = 0;             // wall time
};

/// "-O3 -march=native -fopenmp ...", without those that make it a plugin.
std::vector<std::string> default_build_flags(bool is_c);

/// The folder of <convgauge/plugin.h>: of an installed convgauge, else of its sources; empty where
/// neither is there.
std::filesystem::path plugin_headers();

/// Builds it. Nothing limits what the compiler reads: the source is built with the rights of the
/// user. Errors: the source cannot be read, the headers are not there, the compiler cannot be
/// started, the folder cannot be written. What the compiler refuses is no error: see `why`.
Expected<BuiltSource> build_source(const BuildOrder& order);

}  // namespace convgauge::run
