// Standard input, output and error: there from the start, and a failed write is not lost.
#pragma once
#include "core/layers.hpp"

namespace convgauge::cli {

/// Opens /dev/null on each of the descriptors 0 to 2 that is closed. To be called first of all:
/// the next file that is opened would get that number, and with it what is meant for the terminal.
void open_missing_streams();

/// From now on a write to `stdout` or `stderr` that fails is remembered, and what follows on that
/// stream is dropped without an error, so that a full disk below a log does not end a run.
void watch_output();

/// Flushes standard output. Returns the exit code of the program: kUsage, with a message, where
/// something that was written to standard output was lost, else `code`.
int finish_output(int code);

}  // namespace convgauge::cli
