// The options that several verbs share, and how arguments are read.
#pragma once
#include <boost/program_options.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/verbs.hpp"
#include "core/layers.hpp"

namespace convgauge::cli {

namespace po = boost::program_options;

/// A verb's options: what it takes, and an example for --help.
struct Usage {
  std::string verb, positional, example;
  po::options_description options;
};

/// Parsed arguments, or the exit code where the verb ends here (help was shown, or the usage was
/// wrong).
struct Parsed {
  std::optional<int> exit;
  po::variables_map values;
};
/// All positional arguments become values of the option that `positional` names. An unknown option
/// is reported with the nearest one that exists.
Parsed parse(const Usage& usage, const Arguments& arguments, const std::string& positional);

/// Prints "convgauge: MESSAGE" to standard error; exit code 2.
int usage_error(const std::string& message);

/// What is run, on what, with which settings, and how it is verified.
inline constexpr const char* kTrustHelp =
    "for a debugger: workers may write files and reach other processes";
void add_selection(po::options_description& options);
/// How cases are timed.
void add_measuring(po::options_description& options);
/// Whether failing cases are made smaller, and for how long.
void add_shrinking(po::options_description& options);

using Texts = std::vector<std::string>;
/// Empty where the option was not given.
std::optional<std::string> text_of(const po::variables_map& values, const char* name);
/// The values of an option, given as "a,b" or repeatedly.
Texts listed(const po::variables_map& values, const char* name);

}  // namespace convgauge::cli
