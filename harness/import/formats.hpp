// What `convgauge import` reads: one row for each format. A new format is one file and one row.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/expected.hpp"
#include "core/layers.hpp"
#include "import/lines.hpp"
#include "import/merge.hpp"

namespace convgauge::import {

/// Gives each layer to `into`, and what it leaves out; returns more about the source, such as the
/// library's version, or nothing. Errors: `FILE:LINE: field: rule with value`.
using ReadText = Expected<std::string> (*)(Lines& lines, Merge& into);

struct TextFormat {
  std::string_view name;  // as given to --from
  std::string_view what;  // "a oneDNN verbose log"
  /// Whether the beginning of a text looks like this format.
  bool (*fits)(std::string_view start);
  ReadText read;
};

/// In the order in which they are tried.
std::span<const TextFormat> text_formats();

inline constexpr std::string_view kOnnx = "onnx";

/// Whether the file is a model rather than a text: by its name, or by a byte of 0 at its beginning.
bool looks_like_onnx(std::string_view name, std::string_view start);

// The readers, one file each.

/// Logs of MKL-DNN 0.x and oneDNN 1.x to 3.x that MKLDNN_VERBOSE, DNNL_VERBOSE or ONEDNN_VERBOSE
/// made, also within the output of the program that ran: forward and both gradients of convolutions
/// and deconvolutions. A torn last line is left out. Where no convolution ran, those that were
/// created are taken.
Expected<std::string> read_verbose(Lines& lines, Merge& into);
/// Files and command lines of oneDNN's benchmark: options stay until they change, lists multiply,
/// --batch files are read in their places.
Expected<std::string> read_benchdnn(Lines& lines, Merge& into);
/// Command lines of MIOpenDriver, also within a log that MIOPEN_ENABLE_LOGGING_CMD made.
Expected<std::string> read_miopen(Lines& lines, Merge& into);

bool fits_verbose(std::string_view start);
bool fits_benchdnn(std::string_view start);
bool fits_miopen(std::string_view start);

/// "one of f32, f64, f16 and bf16" in the reasons for what is left out.
inline constexpr const char* kAsGradient =
    "taken as the gradient of the convolution that it undoes";
inline constexpr const char* kAsHeight1 = "taken with height 1";
inline constexpr const char* kTypesOnly = "convgauge has f32, f64, f16 and bf16, one for a problem";

}  // namespace convgauge::import
