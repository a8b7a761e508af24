#include "run/build_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include "core/child_program.hpp"
#include "core/files.hpp"
#include "core/layers.hpp"
#include "core/text.hpp"
#include "run/catalog.hpp"
#include "run/version.hpp"

namespace convgauge::run {
namespace {

namespace fs = std::filesystem;

/// cmake/plugin_exports.map, which is not installed where this program can find it.
constexpr const char* kExports = "{ global: cvg_plugin_entry; local: *; };\n";

std::string compiler_of(const BuildOrder& order, bool is_c) {
  if (!order.compiler.empty()) return order.compiler;
  const char* named = std::getenv(is_c ? "CC" : "CXX");
  if (named && *named) return named;
  return is_c ? "cc" : "c++";
}

/// As a shell takes it.
std::string quoted(const std::string& word) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) ||
           std::string_view("_-+=./,:@%").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

std::string first_line_of(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

/// Why the compiler made no library; empty where it did.
std::string refusal(const ProgramResult& ended, const BuildOrder& order) {
  if (ended.timed_out) return fmt::format("the compiler was ended after {} s", order.limit.count());
  if (ended.signal) return fmt::format("the compiler was ended by {}", signal_name(ended.signal));
  return ended.exit_code == 0
             ? ""
             : fmt::format("the compiler ended with exit code {}", ended.exit_code);
}

Expected<std::vector<std::string>> words_of(const BuildOrder& order, const std::string& compiler,
                                            bool is_c, const fs::path& library) {
  const auto headers = plugin_headers();
  if (headers.empty())
    return error(
        "the header convgauge/plugin.h is not there: neither beside this program, as in "
        "an installation, nor in its sources");
  const auto exports = order.folder / "exports.map";
  if (auto ok = write_text(exports, kExports); !ok) return tl::unexpected(ok.error());
  std::vector<std::string> words{compiler};
  const auto usual = default_build_flags(is_c);
  words.insert(words.end(), usual.begin(), usual.end());
  words.insert(words.end(), {"-fPIC", "-shared", "-fvisibility=hidden", "-I" + headers.string()});
  words.insert(words.end(), order.flags.begin(), order.flags.end());
  // Libraries among the flags come after the source that needs them.
  words.insert(words.end(), {order.source.string(), "-o", library.string(),
                             "-Wl,--version-script=" + exports.string(), "-Wl,-z,defs"});
  std::vector<std::string> libraries;
  for (const auto& flag : order.flags)
    if (flag.starts_with("-l")) libraries.push_back(flag);
  words.insert(words.end(), libraries.begin(), libraries.end());
  return words;
}

}  // namespace

std::vector<std::string> default_build_flags(bool is_c) {
  return {is_c ? "-std=c11" : "-std=c++20", "-O3", "-march=native", "-fopenmp"};
}

fs::path plugin_headers() {
  for (const auto& folder : {program_file().parent_path().parent_path() / "include",
                             fs::path(kSourceFolder) / "plugins/include"}) {
    std::error_code missing;
    if (fs::exists(folder / "convgauge/plugin.h", missing)) return folder;
  }
  return {};
}

Expected<BuiltSource> build_source(const BuildOrder& order) {
  std::error_code failed;
  if (!fs::is_regular_file(order.source, failed))
    return error(fmt::format("{}: {}", order.source.string(),
                             fs::exists(order.source, failed) ? "is no file" : "no such file"));
  fs::create_directories(order.folder, failed);
  if (failed) return error(fmt::format("{}: {}", order.folder.string(), failed.message()));
  const bool is_c = order.source.extension() == ".c";
  const auto compiler = compiler_of(order, is_c);
  const auto library =
      fs::absolute(order.folder) / ("libconvgauge_" + order.source.stem().string() + ".so");
  const auto words = words_of(order, compiler, is_c, library);
  if (!words) return tl::unexpected(words.error());
  const auto version = run_program({{compiler, "--version"}, std::chrono::seconds(30), true});
  if (!version) return tl::unexpected(version.error());

  BuiltSource built;
  built.compiler = first_line_of(version->output);
  for (const auto& word : *words)
    built.command += (built.command.empty() ? "" : " ") + quoted(word);
  const auto start = std::chrono::steady_clock::now();
  const auto ended = run_program({*words, order.limit, true});
  if (!ended) return tl::unexpected(ended.error());
  built.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  built.log = ended->output;
  built.why = refusal(*ended, order);
  if (built.why.empty()) built.library = library;
  if (auto ok = write_text(order.folder / "command.txt", built.command + "\n"); !ok)
    return tl::unexpected(ok.error());
  if (auto ok = write_text(order.folder / "log.txt", built.log); !ok)
    return tl::unexpected(ok.error());
  return built;
}

}  // namespace convgauge::run
