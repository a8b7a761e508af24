// The options of the verbs: each is declared once, for the parser, the help, the man page and the
// completion of a shell.
#pragma once
#include <boost/program_options.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/verbs.hpp"
#include "core/exit_code.hpp"
#include "core/expected.hpp"
#include "core/layers.hpp"
#include "report/formats.hpp"

namespace convgauge::cli {

namespace po = boost::program_options;
using Texts = std::vector<std::string>;

/// What completion offers for a value, beside the words of the option.
enum class Offer { nothing, file, folder, backends, target, verbs };

/// One option.
struct Option {
  std::string name{};   // without dashes
  char letter = 0;      // the short form; 0: none
  std::string value{};  // what help calls its value: "FILE"; empty: it takes none
  std::string help{};
  std::string usual{};  // what holds where it is not given, as help shows it; empty: nothing to say
  std::string initial{};  // like usual, and the value that parse() then gives it
  Texts words{};          // all values that it takes, where they are few
  Offer offer = Offer::nothing;
  bool list = false;      // several values: "a,b" or repeatedly; see listed()
  bool repeated = false;  // several values, one each time that it is given
  std::string bare{};     // the value where it stands alone (--retry); empty: it needs one
};

struct OptionGroup {
  std::string title{};
  std::vector<Option> options{};
};

/// A verb's arguments and options, and what help says about it.
struct Usage {
  std::string verb{}, summary{};
  std::string arguments{};  // "CONFIG|PROBLEM"
  std::string example{};
  std::string place{};  // where parse() stores the arguments; empty: the verb takes none
  int most = 1;         // as many arguments: 1 is a std::string, more are Texts
  Offer offer = Offer::nothing;
  Texts words{};  // what completion offers for the first argument
  std::vector<OptionGroup> groups{};
  std::vector<ExitCode> exits{};
};
inline constexpr int kAnyNumber = 1'000'000;

/// Parsed arguments, or the exit code where the verb ends here (help was shown, or the usage was
/// wrong).
struct Parsed {
  std::optional<int> exit;
  po::variables_map values;
};
/// An unknown option is reported with the nearest one that exists, or with the verbs that have it.
Parsed parse(const Usage& usage, const Arguments& arguments);

/// Prints "convgauge: MESSAGE" to standard error, in the width of the terminal or of $COLUMNS.
void note(const std::string& message);
/// The same; exit code 2.
int usage_error(const std::string& message);

// The groups that several verbs share.
OptionGroup problem_group();    // --problem, --filter
OptionGroup backend_group();    // which backends, from which files, with which options
OptionGroup settings_group();   // threads, dtype, layout, ...
OptionGroup verifying_group();  // fills, seed, reference ...
OptionGroup timing_group();     // rounds, budget ...
OptionGroup debugger_group();   // --in-process, --trust
OptionGroup shrinking_group();  // --shrink-budget, --no-shrink
std::vector<OptionGroup> selection_groups();  // the first four and debugger_group()

Option library_path_option();
Option tolerate_option();
Option trust_option();
Option format_option(report::Subject subject);  // -f
Option output_option(const char* help);         // -o FILE
Option colour_option();                         // --color

/// Empty where the option was not given.
std::optional<std::string> text_of(const po::variables_map& values, const char* name);
/// The values of an option, given as "a,b" or repeatedly; spaces around a value are left out.
Texts listed(const po::variables_map& values, const char* name);
/// The values of an option that is repeated, as they are.
Texts texts_of(const po::variables_map& values, const char* name);
/// A whole number from `least` to `most`. The option was given, or has a value initially.
Expected<int> whole(const po::variables_map& values, const char* name, int least, int most);
/// A number from `least` to `most`, likewise.
Expected<double> real(const po::variables_map& values, const char* name, double least, double most);

}  // namespace convgauge::cli
