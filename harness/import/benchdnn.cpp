// Problems of oneDNN's benchmark: options ("--dir=FWD_B,BWD_D") and descriptors, separated by
// spaces, in files (--batch=FILE) or in a command line. The rules are those of its
// driver "conv" and of the pages on knobs that oneDNN has for it.
#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <vector>

#include "config/nearest.hpp"
#include "core/layers.hpp"
#include "core/parse_number.hpp"
#include "import/descriptor.hpp"
#include "import/formats.hpp"

namespace convgauge::import {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 22> kDrivers{
    "conv",   "deconv",  "ip",         "shuffle",   "reorder", "bnorm",   "gnorm",  "lnorm",
    "rnn",    "softmax", "pool",       "prelu",     "sum",     "eltwise", "concat", "lrn",
    "binary", "matmul",  "resampling", "reduction", "zeropad", "brgemm"};

/// Options that do not change which convolution is computed; --attr-... are treated apart.
constexpr std::array<std::string_view, 40> kIgnored{"alg",
                                                    "wtag",
                                                    "strides",
                                                    "skip-impl",
                                                    "impl",
                                                    "global-impl",
                                                    "mode",
                                                    "mode-modifier",
                                                    "engine",
                                                    "canonical",
                                                    "mem-check",
                                                    "memory-kind",
                                                    "cpu-isa-hints",
                                                    "ctx-init",
                                                    "ctx-exe",
                                                    "perf-template",
                                                    "max-ms-per-prb",
                                                    "repeats-per-prb",
                                                    "fix-times-per-prb",
                                                    "num-streams",
                                                    "stream-kind",
                                                    "start",
                                                    "summary",
                                                    "verbose",
                                                    "fast-ref",
                                                    "fast-ref-gpu",
                                                    "fast-ref-cpu",
                                                    "cold-cache",
                                                    "execution-mode",
                                                    "inplace",
                                                    "buffer-prefix",
                                                    "check-ref-impl",
                                                    "bitwise",
                                                    "allow-enum-tags-only",
                                                    "stream-profiling",
                                                    "expected-n-partitions",
                                                    "reference-precision",
                                                    "max-time",
                                                    "test-start",
                                                    "tag"};

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text)
    if (c == separator)
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
}

/// What options say until they change. Every combination of their values is a problem.
struct Options {
  std::vector<std::string> directions{"FWD_B"}, types{"f32"}, sources{"any"}, results{"any"};
  std::vector<std::string> bias_types{"undef"};
  std::vector<std::int64_t> batches{0};  // 0: that of the problem
  std::string match;                     // a regular expression; empty: all
  bool attributes = false;
};

struct Ways {
  std::string_view word;
  std::vector<Direction> directions;  // of a convolution
  bool bias = false;
};

const std::vector<Ways>& directions() {
  using enum Direction;
  static const std::vector<Ways> all{{"FWD_B", {forward}, true},
                                     {"FWD_D", {forward}},
                                     {"FWD_I", {forward}},
                                     {"BWD_D", {backward_data}},
                                     {"BWD_W", {backward_weights}},
                                     {"BWD_WB", {backward_weights}, true},
                                     {"BWD_DW", {backward_data, backward_weights}}};
  return all;
}

/// "f32" of "f32", "f32:f32:f32" and the older "f32_wino", "bf16bf16bf16"; empty where the tensors
/// have several types, or one that is none of ours.
std::optional<Dtype> dtype_of(const std::string& types) {
  const auto parts = split(types, ':');
  if (!std::all_of(parts.begin(), parts.end(), [&](const auto& p) { return p == parts[0]; }))
    return std::nullopt;
  if (parts[0] == "f32_wino") return Dtype::f32;
  if (parts[0] == "bf16bf16bf16") return Dtype::bf16;
  return parts[0] == "float32" ? std::nullopt : parse_word<Dtype>(parts[0]);
}

/// The order of elements that a tag names. "any" and blocked ones are the library's own choice.
std::optional<Layout> layout_of(const std::string& tag) {
  for (const auto* one : {"axb", "acdb", "nhwc", "acb", "nwc"})
    if (tag == one) return Layout::nhwc;
  for (const auto* one : {"abx", "abcd", "nchw", "abc", "ncw"})
    if (tag == one) return Layout::nchw;
  return std::nullopt;
}

/// A name may stand for several layers, each with how often it runs: "res2a*3&res2b*2".
struct Named {
  std::string name;
  std::int64_t count = 0;
};

Named named(const std::string& text) {
  Named all;
  for (const auto& part : split(text, '&')) {
    const auto star = part.rfind('*');
    const auto times = star == std::string::npos
                           ? std::nullopt
                           : parse_number<std::int64_t>(std::string_view(part).substr(star + 1));
    const bool repeats = times && *times >= 1 && *times <= 1'000'000'000;
    all.count += repeats ? *times : 1;
    all.name += (all.name.empty() ? "" : ", ") + (repeats ? part.substr(0, star) : part);
  }
  return all;
}

class Benchdnn {
 public:
  /// `driver`: whose problems precede the first word that names one.
  Benchdnn(Merge& into, std::string driver) : into_(into), driver_(std::move(driver)) {}

  /// `file`: where it is, for the files that it names; empty for standard input.
  Expected<void> read(Lines& lines, const fs::path& file) {
    const auto outer = std::exchange(folder_, file.parent_path());
    Word word;  // the last one so far: it goes on where a backslash follows, even behind a space
    bool goes_on = false;
    while (const auto line = lines.next())
      for (auto& text : words_of(line->text)) {
        const bool last = text.ends_with('\\');
        if (last) text.pop_back();
        // In a shell's command, a backslash of its own only ends the line.
        const bool ends_line = shell_ && text.empty();
        if (!text.empty() && goes_on) {
          word.text += text;
        } else if (!text.empty()) {
          if (auto ok = read_word(lines, word); !ok) return ok;
          word = {std::move(text), line->number};
        }
        goes_on = last && !ends_line;
      }
    auto done = read_word(lines, word);
    folder_ = outer;
    if (done && !lines.trouble().empty()) return error(lines.trouble());
    return done;
  }

 private:
  /// Without comments and quotes, and up to where a shell would send the output.
  static std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    std::string spaced(text);
    std::replace(spaced.begin(), spaced.end(), '\t', ' ');
    for (auto& word : split(spaced, ' ')) {
      std::erase_if(word, [](char c) { return c == '\'' || c == '\r'; });
      if (word.starts_with('#') || word.starts_with('>') || word.starts_with('|')) break;
      if (!word.empty()) words.push_back(std::move(word));
    }
    return words;
  }

  struct Word {
    std::string text;
    std::int64_t line = 0;
  };

  Expected<void> read_word(const Lines& lines, const Word& word) {
    auto done = read_word(word.text);
    // An error in another file has its place already.
    return done || nested_error_ ? done : fault(lines, word.line, done.error().message);
  }

  Expected<void> read_word(const std::string& word) {
    if (word.empty() || word == "$") return {};
    if (word.ends_with("benchdnn") || word.ends_with("benchdnn.exe")) {
      shell_ = true;
      return {};
    }
    if (word.starts_with('-')) return read_option(word);
    if (driver_ == "conv" || driver_ == "deconv") return read_problem(word);
    into_.skip(driver_, "not a convolution");
    return {};
  }

  Expected<void> read_option(const std::string& word) {
    const auto equals = word.find('=');
    const auto name = word.substr(0, equals).substr(word.starts_with("--") ? 2 : 1);
    const auto value = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (equals == std::string::npos && is_driver(name)) {
      driver_ = name;
      return {};
    }
    if (name == "reset") return options_ = {}, Expected<void>();
    if (name == "batch") return read_file(value);
    if (driver_ != "conv" && driver_ != "deconv") return {};
    if (name.starts_with("attr-")) return options_.attributes = !value.empty(), Expected<void>();
    if (!word.starts_with("--") && name.starts_with('v')) return {};  // -v5
    if (std::find(kIgnored.begin(), kIgnored.end(), name) != kIgnored.end()) return {};
    return set(name, value);
  }

  static bool is_driver(std::string_view name) {
    return name == "self" || name == "graph" ||
           std::find(kDrivers.begin(), kDrivers.end(), name) != kDrivers.end();
  }

  /// An option that says which problems follow; without a value it has its default again.
  Expected<void> set(const std::string& name, const std::string& value) {
    const Options usual;
    const auto list = [&](std::vector<std::string>& into,
                          const std::vector<std::string>& of_usual) {
      into = value.empty() ? of_usual : split(value, ',');
      return Expected<void>();
    };
    if (name == "dir") {
      for (const auto& word : split(value, ','))
        if (!value.empty() && !direction(word))
          return error(
              fmt::format("--dir: '{}' is not FWD_B, FWD_D, FWD_I, BWD_D, BWD_W, BWD_WB or "
                          "BWD_DW",
                          word.substr(0, 40)));
      return list(options_.directions, usual.directions);
    }
    if (name == "dt" || name == "cfg") return list(options_.types, usual.types);
    if (name == "stag") return list(options_.sources, usual.sources);
    if (name == "dtag") return list(options_.results, usual.results);
    if (name == "bia-dt") return list(options_.bias_types, usual.bias_types);
    if (name == "mb") return set_batches(value);
    if (name == "match") return set_match(value);
    const std::vector<std::string> known{"dir",    "dt", "stag",  "dtag",
                                         "bia-dt", "mb", "match", "batch"};
    return error(fmt::format("--{}: no such option of benchdnn{}", name.substr(0, 40),
                             suggestion(name, known)));
  }

  Expected<void> set_batches(const std::string& value) {
    options_.batches.clear();
    for (const auto& text : split(value.empty() ? "0" : value, ',')) {
      const auto batch = parse_number<std::int64_t>(text);
      if (!batch || *batch < 0 || *batch > 1'000'000'000)
        return error(fmt::format("--mb: '{}' is not a number from 0 to 1e9", text.substr(0, 40)));
      options_.batches.push_back(*batch);
    }
    return {};
  }

  Expected<void> set_match(const std::string& value) {
    options_.match = value;
    std::erase(options_.match, '"');
    if (const re2::RE2 pattern(options_.match, re2::RE2::Quiet); !pattern.ok())
      return error(fmt::format("--match: {}", pattern.error().substr(0, 80)));
    return {};
  }

  /// Beside the file that names it, or in the folder of the driver's files, as benchdnn looks.
  Expected<void> read_file(const std::string& name) {
    constexpr int kDeepest = 16, kMost = 10'000;
    if (name.empty()) return error("--batch: needs a file");
    if (depth_ == kDeepest || ++files_ > kMost)
      return error(
          fmt::format("--batch={}: more than {} files are named within files, or {} in "
                      "all: do they name each other?",
                      name.substr(0, 80), kDeepest, kMost));
    fs::path file;
    std::error_code missing;
    for (const auto& candidate :
         {folder_ / name, folder_ / fs::path(name).filename(), folder_ / ".." / driver_ / name,
          folder_ / "inputs" / driver_ / name, folder_ / "tests/benchdnn/inputs" / driver_ / name})
      if (file.empty() && fs::is_regular_file(candidate, missing))
        file = candidate.lexically_normal();
    if (file.empty())
      return error(fmt::format("--batch={}: no such file beside this one, in ../{} or in inputs/{}",
                               name, driver_, driver_));
    auto lines = Lines::open(file);
    if (!lines) return tl::unexpected(lines.error());
    ++depth_;
    auto done = read(*lines, file);
    --depth_;
    nested_error_ = nested_error_ || !done;
    return done;
  }

  static std::string upper(std::string text) {
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
  }

  static const Ways* direction(const std::string& word) {
    for (const auto& one : directions())
      if (upper(word) == one.word) return &one;
    return nullptr;
  }

  Expected<void> read_problem(const std::string& text) {
    const auto descriptor = parse_descriptor(text);
    if (!descriptor) return tl::unexpected(descriptor.error());
    if (!options_.match.empty() && !re2::RE2::PartialMatch(text, options_.match)) {
      into_.skip("problem", "not matched by --match=" + options_.match);
      return {};
    }
    constexpr double kMost = 1e6;
    double combinations = 1;
    for (const auto count :
         {options_.batches.size(), options_.directions.size(), options_.types.size(),
          options_.sources.size(), options_.results.size()})
      combinations *= static_cast<double>(count);
    if (combinations > kMost)
      return error(fmt::format(
          "{:.0f} combinations of --mb, --dir, --dt, --stag and --dtag: at most 1000000 are taken",
          combinations));
    for (const auto batch : options_.batches) {
      auto one = *descriptor;
      if (batch > 0) one.batch = batch;
      const auto found = geometry_of(std::move(one), driver_ == "deconv");
      if (!found) return tl::unexpected(found.error());
      if (const auto* skipped = std::get_if<Skipped>(&*found)) {
        into_.skip(skipped->what, skipped->why);
        continue;
      }
      if (is_1d(*descriptor)) into_.change("1-D convolution", kAsHeight1);
      if (driver_ == "deconv") into_.change("deconvolution", kAsGradient);
      add_all(std::get<Geometry>(*found), named(descriptor->name));
    }
    return {};
  }

  /// Every combination of direction, types and tags.
  void add_all(const Geometry& geometry, const Named& name) {
    for (const auto& word : options_.directions)
      for (const auto& types : options_.types)
        for (const auto& source : options_.sources)
          for (const auto& result : options_.results)
            add(geometry, name, *direction(word), types, layout_of(source), layout_of(result));
  }

  void add(const Geometry& geometry, const Named& name, const Ways& direction,
           const std::string& types, std::optional<Layout> source, std::optional<Layout> result) {
    const auto dtype = dtype_of(types);
    if (!dtype) return into_.skip("convolution of " + types, kTypesOnly);
    if (source && result && source != result)
      return into_.skip("convolution between two layouts",
                        "source and output of a Conv2d have the same here");
    if (options_.attributes)
      into_.skip("post-operation, scale or other attribute (--attr-...)",
                 "the convolution without it was taken");
    const bool transposed = driver_ == "deconv";
    const bool bias = direction.bias || options_.bias_types.front() != "undef";
    for (auto of_conv : direction.directions) {
      if (transposed && of_conv != Direction::backward_weights)
        of_conv = of_conv == Direction::forward ? Direction::backward_data : Direction::forward;
      Problem layer;
      layer.name = name.name;
      layer.count = name.count;
      layer.geometry = geometry;
      layer.geometry.bias = bias && !transposed && of_conv != Direction::backward_data;
      layer.own = {dtype, source ? source : result, of_conv};
      into_.add(std::move(layer));
    }
  }

  Merge& into_;
  Options options_;
  std::string driver_;
  fs::path folder_;
  int files_ = 0, depth_ = 0;
  bool nested_error_ = false;
  bool shell_ = false;  // the words are those of commands
};

/// The first word that is no comment.
std::string first_word(std::string_view start) {
  for (const auto& line : split(start.substr(0, 100'000), '\n'))
    for (auto& word : split(line, ' ')) {
      if (word.starts_with('#')) break;
      if (word != "$" && word.find_first_not_of(" \t\r") != std::string::npos) return word;
    }
  return "";
}

}  // namespace

bool fits_benchdnn(std::string_view start) {
  const auto word = first_word(start);
  if (word.ends_with("benchdnn") || word.starts_with("--")) return true;
  if (word.empty()) return start.find('#') != std::string_view::npos;  // only comments
  // A descriptor, though perhaps a wrong one.
  static const re2::RE2 kDescriptor("^(_|g[0-9]|mb[0-9]|[io]c[0-9]|[iok][dhw][0-9])[a-z0-9_]*.*");
  return re2::RE2::FullMatch(word, kDescriptor);
}

Expected<std::string> read_benchdnn(Lines& lines, Merge& into) {
  const auto& file = lines.file();
  // benchdnn keeps the files of each driver in a folder of its name.
  const bool deconv = file.parent_path().filename() == "deconv";
  return Benchdnn(into, deconv ? "deconv" : "conv").read(lines, file).map([] {
    return std::string();
  });
}

}  // namespace convgauge::import
