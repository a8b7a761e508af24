#include "import/onnx.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "core/child_program.hpp"
#include "core/layers.hpp"
#include "core/text.hpp"

namespace convgauge::import {
namespace {

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
  const auto ended = run_program({words, {}, false});
  if (!ended) return tl::unexpected(ended.error());
  const auto complaint = said(ended->errors);
  if (ended->signal)
    return error(fmt::format("{}: {} was killed by {}", order.file.string(), kOnnxProgram,
                             signal_name(ended->signal)));
  if (ended->exit_code != 0)
    return error(complaint.empty()
                     ? fmt::format("{}: {} ended with exit code {}, and said nothing",
                                   order.file.string(), kOnnxProgram, ended->exit_code)
                     : complaint);
  return read_layer_list(ended->output, std::string("output of ") + kOnnxProgram);
}

}  // namespace convgauge::import
