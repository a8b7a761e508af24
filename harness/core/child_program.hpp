// Another program, run to its end: a compiler, an importer.
#pragma once
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/expected.hpp"

namespace convgauge {

/// How a program ended, and what it wrote.
struct ProgramResult {
  int exit_code = 0;       // 128 + signal where a signal ended it
  int signal = 0;          // 0: it ended by itself
  bool timed_out = false;  // it was killed at the limit
  std::string output, errors;
};

struct ProgramOrder {
  std::vector<std::string> words;  // the program, looked for in PATH, and its arguments
  std::optional<std::chrono::seconds>
      limit;                        // of wall time; then it and all of its group is killed
  bool errors_into_output = false;  // as a terminal shows them, in their order
};

/// Runs it with nothing on its standard input; with a limit, in a process group of its own. The
/// error says why it could not be started. [any thread]
Expected<ProgramResult> run_program(const ProgramOrder& order);

}  // namespace convgauge
