// A run at the terminal: progress on standard error, failures as they come, one exit code.
#pragma once
#include <filesystem>
#include <span>
#include <string>

#include "cli/selection.hpp"
#include "core/layers.hpp"

namespace convgauge::cli {

/// Whether --in-process was given; then a warning goes to standard error.
bool wants_in_process(const po::variables_map& values);

/// One line on standard error where the control group's CPU quota is less than the most threads
/// that are to be measured.
void warn_of_quota(std::span<const int> threads);

/// Runs a selection. Failures are printed to standard output as they are recorded unless `quiet`.
Expected<SweepResult> run_selection(const Selection& selection, SweepOptions options, bool quiet);

/// "convgauge verify ..." as it was typed.
std::string command_line(const char* verb, const Arguments& arguments);

/// results/runs/NAME-TIME, a folder that does not exist yet: two runs started in the same second
/// get different names.
std::filesystem::path fresh_run_folder(const std::string& name);

/// --out of a run that is not resumed: sets the folder. Errors: it holds results already, or is a
/// file.
Expected<void> set_output(const po::variables_map& values, SweepOptions& options);

/// Every format that is kept in a run's folder.
Expected<void> write_reports(const std::filesystem::path& folder, const Results& results);

/// Errors, told before a run rather than after it: a file that --OPTION names and that could not be
/// written. Nothing is created.
Expected<void> check_writable(const po::variables_map& values, const char* option);

/// --dry-run: prints the cases (of a shard those of its problems, as in SweepOptions) and a rough
/// estimate of the time; returns the exit code.
int dry_run(const Selection& selection, bool measure, int shard = 0, int shards = 1);

/// Prints to standard error which known failures no longer fail; returns the exit code.
int conclude(const SweepResult& result, bool strict);

}  // namespace convgauge::cli
