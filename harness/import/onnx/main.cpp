// The program: reads a model in a process of its own, whose end by a signal is one more thing that
// can be wrong with a file.
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "config/problem_json.hpp"
#include "core/exit_code.hpp"
#include "core/parse_number.hpp"
#include "core/text.hpp"
#include "import/onnx/model_file.hpp"
#include "import/onnx/network.hpp"

namespace {

using convgauge::Expected;
using convgauge::config::Json;
using namespace convgauge::onnx_import;

constexpr const char* kHelp =
    R"(convgauge-import-onnx FILE [--input NAME=1x3x224x224]... [--batch N]

Writes the convolutions of an ONNX model to standard output, as one JSON object: source; layers, in
the order of the network, each with name, problem (the keys of a config), direction and dtype; and
skipped, with what, why and count. `convgauge import` makes a config of it.

  --input NAME=DIMS  the dimensions of an input, such as x=1x3x640x640; of an input without
                     dimensions its value, such as sr=16000. May be repeated.
  --batch N          the first dimension of every input where the file leaves it free, and of inputs
                     of four dimensions (images) also where the file has a number. --input goes first.

Weights are not read, also where they are in other files. Exit code 2: the file or an option is wrong.
)";

/// Stated dimensions of more than this are no picture's.
constexpr std::int64_t kGreatestDim = std::int64_t{1} << 30;
constexpr rlim_t kMostSeconds = 300;               // of a processor
constexpr std::uint64_t kMostMemory = 8ULL << 30;  // bytes above the file's size

void complain(const std::string& line) {
  fmt::print(stderr, "convgauge-import-onnx: {}\n", line);
}

struct Options {
  std::string file;
  Request request;
  bool help = false;
};

Expected<Request::Input> input_of(const std::string& text) {
  const auto wrong = [&](const char* rule) {
    return convgauge::error(fmt::format("--input {}: {}", text, rule));
  };
  const auto equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) return wrong("must be NAME=1x3x224x224");
  Request::Input input{text.substr(0, equals), {}};
  for (std::size_t at = equals + 1; at <= text.size();) {
    const auto end = std::min(text.find('x', at), text.size());
    const auto dim =
        convgauge::parse_number<std::int64_t>(std::string_view(text).substr(at, end - at));
    if (!dim) return wrong("the dimensions must be whole numbers with x between them");
    if (*dim > kGreatestDim) return wrong("each must be at most 1073741824");
    input.dims.push_back(*dim);
    at = end + 1;
  }
  if (input.dims.empty()) return wrong("must be NAME=1x3x224x224");
  return input;
}

Expected<std::int64_t> batch_of(const std::string& text) {
  const auto batch = convgauge::parse_number<std::int64_t>(text);
  if (!batch || *batch < 1 || *batch > kGreatestDim)
    return convgauge::error(fmt::format("--batch {}: must be a whole number, at least 1", text));
  return *batch;
}

/// Sets one option from its value; an error for an unknown one.
Expected<void> set(Options& options, const std::string& name, const std::string& value) {
  if (name == "--input")
    return input_of(value).map([&](auto input) { options.request.inputs.push_back(input); });
  return batch_of(value).map([&](auto batch) { options.request.batch = batch; });
}

Expected<Options> options_of(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto& argument = arguments[i];
    const auto equals = std::min(argument.find('='), argument.size());
    const auto name = argument.substr(0, equals);
    if (argument == "--help" || argument == "-h") {
      options.help = true;
      return options;
    }
    if (name == "--input" || name == "--batch") {
      const bool inside = equals < argument.size();
      if (!inside && ++i == arguments.size())
        return convgauge::error(name + ": a value is missing");
      const auto done = set(options, name, inside ? argument.substr(equals + 1) : arguments[i]);
      if (!done) return tl::unexpected(done.error());
    } else if (argument.starts_with("-") && argument != "-") {
      return convgauge::error(argument + ": no such option; there are --input, --batch and --help");
    } else if (!options.file.empty()) {
      return convgauge::error(argument + ": one file at a time");
    } else {
      options.file = argument;
    }
  }
  if (options.file.empty()) return convgauge::error("no file was given; see --help");
  return options;
}

std::string json_of(const Network& network, const std::string& file) {
  const auto name = std::filesystem::path(file).filename().string();
  Json all{{"source", fmt::format("{}, opset {}", name, network.opset)}};
  all["layers"] = Json::array();
  for (const auto& layer : network.layers)
    all["layers"].push_back({{"name", layer.name},
                             {"problem", convgauge::config::problem_json(layer.geometry)},
                             {"direction", word(layer.direction)},
                             {"dtype", word(layer.dtype)}});
  all["skipped"] = Json::array();
  for (const auto& s : network.skipped)
    all["skipped"].push_back({{"what", s.what}, {"why", s.why}, {"count", s.count}});
  return all.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// The node that the reading process is at, in memory that both processes share.
class Place {
 public:
  Place() {
    auto* made = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    text_ = made == MAP_FAILED ? nullptr : static_cast<char*>(made);
  }
  void note(const std::string& place) {
    if (!text_) return;
    const auto length = std::min(place.size(), kSize - 1);
    std::memcpy(text_, place.data(), length);
    text_[length] = '\0';
  }
  std::string text() const { return text_ && *text_ ? text_ : "the file"; }

 private:
  static constexpr std::size_t kSize = 4096;
  char* text_ = nullptr;
};

void limit(int what, std::uint64_t most) {
  rlimit now{};
  if (::getrlimit(static_cast<__rlimit_resource>(what), &now) != 0 || now.rlim_cur <= most) return;
  now.rlim_cur = most;
  ::setrlimit(static_cast<__rlimit_resource>(what), &now);
}

/// A damaged file may ask the library for more than any machine has.
void limit_self(const std::string& file) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, kMostSeconds);
#ifndef __SANITIZE_ADDRESS__
  std::error_code none;
  const auto size = std::filesystem::file_size(file, none);
  limit(RLIMIT_AS, kMostMemory + (none ? 0 : size));
#else
  (void)file;
#endif
}

int fail(const std::string& file, const std::string& lines) {
  for (std::size_t at = 0; at <= lines.size();) {
    const auto end = std::min(lines.find('\n', at), lines.size());
    complain(file + ": " + lines.substr(at, end - at));
    at = end + 1;
  }
  return convgauge::kUsage;
}

int write_out(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
    return convgauge::kGood;
  complain(fmt::format("standard output: {}", std::strerror(errno)));
  return convgauge::kMachine;
}

int read(const Options& options, Place& place) try {
  google::protobuf::SetLogHandler(nullptr);
  limit_self(options.file);
  const auto model = read_model(options.file);
  if (!model) return fail(options.file, model.error().message);
  const auto network =
      read_network(*model, options.request, [&](const std::string& text) { place.note(text); });
  if (!network) return fail(options.file, network.error().message);
  return write_out(json_of(*network, options.file));
} catch (const std::bad_alloc&) {
  return fail(options.file,
              place.text() + ": more than 8 GiB of memory is asked for: no model needs that");
} catch (const std::exception& e) {
  return fail(options.file, fmt::format("{}: {}", place.text(), e.what()));
}

/// The exit code of the reading process; a sentence where a signal ended it.
int watch(pid_t child, const Options& options, const Place& place) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return convgauge::kMachine;
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  const int signal = WTERMSIG(status);
  const auto why =
      signal == SIGXCPU
          ? fmt::format("more than {} s of a processor's time", kMostSeconds)
          : fmt::format(
                "the ONNX library ended with {}: the file breaks a rule that it does not check",
                convgauge::signal_name(signal));
  return fail(options.file, place.text() + ": " + why);
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = options_of({argv + 1, argv + argc});
  if (!options) {
    complain(options.error().message);
    return convgauge::kUsage;
  }
  if (options->help) return write_out(kHelp);
  Place place;
  ::signal(SIGCHLD, SIG_DFL);
  const auto child = ::fork();
  if (child == 0) {
    const int code = read(*options, place);
    std::fflush(stderr);
    ::_exit(code);
  }
  if (child < 0) {
    complain(fmt::format("fork: {}", std::strerror(errno)));
    return convgauge::kMachine;
  }
  return watch(child, *options, place);
}
