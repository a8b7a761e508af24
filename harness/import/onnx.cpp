#include "import/onnx.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "core/layers.hpp"
#include "core/text.hpp"

extern char** environ;

namespace convgauge::import {
namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

/// A file without a name, which the child writes into.
File temporary() {
  return {std::tmpfile(), std::fclose};
}

std::string contents(std::FILE* file) {
  std::string text;
  std::array<char, 65536> part{};
  std::rewind(file);
  while (const auto got = std::fread(part.data(), 1, part.size(), file))
    text.append(part.data(), got);
  return text;
}

/// The exit status of wait(2), or the error that starting it gave.
Expected<int> run(const std::vector<std::string>& words, int output, int errors) {
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  pid_t child = 0;
  const int failed =
      ::posix_spawn(&child, words[0].c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed)
    return error(fmt::format("{}: cannot be started: {}", words[0], std::strerror(failed)));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return error(fmt::format("{}: {}", words[0], std::strerror(errno)));
  return status;
}

/// What the program said, without its name and its last newline.
std::string said(std::string text) {
  for (const auto& prefix : {std::string(kOnnxProgram) + ": ", std::string("convgauge: ")})
    if (text.starts_with(prefix)) text.erase(0, prefix.size());
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

std::filesystem::path find_onnx_program(const std::vector<std::filesystem::path>& folders) {
  for (const auto& folder : folders)
    if (const auto file = folder / kOnnxProgram; ::access(file.c_str(), X_OK) == 0) return file;
  return {};
}

Expected<LayerList> read_onnx(const std::filesystem::path& program, const OnnxOrder& order) {
  std::vector<std::string> words{program.string(), order.file.string()};
  for (const auto& input : order.inputs) words.insert(words.end(), {"--input", input});
  if (order.batch) words.insert(words.end(), {"--batch", std::to_string(*order.batch)});
  const auto output = temporary(), errors = temporary();
  if (!output || !errors)
    return error(fmt::format("no temporary file for {}: {}", kOnnxProgram, std::strerror(errno)));
  const auto status = run(words, ::fileno(output.get()), ::fileno(errors.get()));
  if (!status) return tl::unexpected(status.error());
  const auto complaint = said(contents(errors.get()));
  if (WIFSIGNALED(*status))
    return error(fmt::format("{}: {} was killed by {}", order.file.string(), kOnnxProgram,
                             signal_name(WTERMSIG(*status))));
  if (WEXITSTATUS(*status) != 0)
    return error(complaint.empty()
                     ? fmt::format("{}: {} ended with exit code {}, and said nothing",
                                   order.file.string(), kOnnxProgram, WEXITSTATUS(*status))
                     : complaint);
  return read_layer_list(contents(output.get()), std::string("output of ") + kOnnxProgram);
}

}  // namespace convgauge::import
