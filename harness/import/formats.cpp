#include "import/formats.hpp"

#include <array>

#include "core/layers.hpp"

namespace convgauge::import {

std::span<const TextFormat> text_formats() {
  static constexpr std::array kFormats{
      TextFormat{"onednn-verbose", "a oneDNN verbose log", fits_verbose, read_verbose},
      TextFormat{"miopen", "command lines of MIOpenDriver", fits_miopen, read_miopen},
      TextFormat{"benchdnn", "problems of oneDNN's benchdnn", fits_benchdnn, read_benchdnn}};
  return kFormats;
}

bool looks_like_onnx(std::string_view name, std::string_view start) {
  return name.ends_with(".onnx") || start.find('\0') != std::string_view::npos;
}

}  // namespace convgauge::import
