// A candidate as a JSON object. It is written without a JSON library, which a plugin does not
// bring; nothing needs to be escaped, since all texts in it are our own names or cuDNN's JSON.
#include "candidates.hpp"

namespace convgauge::backends::cudnn {
namespace {

const char* word(cudnnBackendNumericalNote_t note) {
  switch (note) {
    case CUDNN_NUMERICAL_NOTE_TENSOR_CORE:
      return "TENSOR_CORE";
    case CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS:
      return "DOWN_CONVERT_INPUTS";
    case CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION:
      return "REDUCED_PRECISION_REDUCTION";
    case CUDNN_NUMERICAL_NOTE_FFT:
      return "FFT";
    case CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC:
      return "NONDETERMINISTIC";
    case CUDNN_NUMERICAL_NOTE_WINOGRAD:
      return "WINOGRAD";
    case CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_4x4:
      return "WINOGRAD_TILE_4x4";
    case CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_6x6:
      return "WINOGRAD_TILE_6x6";
    case CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13:
      return "WINOGRAD_TILE_13x13";
    case CUDNN_NUMERICAL_NOTE_STRICT_NAN_PROP:
      return "STRICT_NAN_PROP";
    default:
      return "UNKNOWN";
  }
}

const char* word(cudnnBackendBehaviorNote_t note) {
  switch (note) {
    case CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION:
      return "RUNTIME_COMPILATION";
    case CUDNN_BEHAVIOR_NOTE_REQUIRES_FILTER_INT8x32_REORDER:
      return "REQUIRES_FILTER_INT8x32_REORDER";
    case CUDNN_BEHAVIOR_NOTE_REQUIRES_BIAS_INT8x32_REORDER:
      return "REQUIRES_BIAS_INT8x32_REORDER";
    case CUDNN_BEHAVIOR_NOTE_SUPPORTS_CUDA_GRAPH_NATIVE_API:
      return "SUPPORTS_CUDA_GRAPH_NATIVE_API";
    case CUDNN_BEHAVIOR_NOTE_CUBLASLT_DEPENDENCY:
      return "CUBLASLT_DEPENDENCY";
    default:
      return "UNKNOWN";
  }
}

template <class Note>
std::string list(const std::vector<Note>& notes) {
  std::string text;
  for (const auto note : notes)
    text += (text.empty() ? "\"" : ", \"") + std::string(word(note)) + "\"";
  return "[" + text + "]";
}

}  // namespace

std::string details(const Candidate& c, const Listing& listing) {
  std::string knobs;
  for (const auto& [type, value] : c.knobs)
    knobs +=
        (knobs.empty() ? "\"k" : ", \"k") + std::to_string(type) + "\": " + std::to_string(value);
  const auto first = listing.candidates.empty() ? c.name : listing.candidates.front().name;
  return "{\"engine\": " + std::to_string(c.engine) + ", \"knobs\": {" + knobs +
         "}, \"numerical_notes\": " + list(c.notes.numerical) +
         ", \"behavior_notes\": " + list(c.notes.behavior) + ", \"heuristic_mode\": \"" + c.mode +
         "\", \"heuristic_rank\": " + std::to_string(c.rank) + ", \"heuristic_pick\": \"" + first +
         "\", \"candidates\": " + std::to_string(listing.candidates.size()) +
         ", \"configurations_offered\": " + std::to_string(listing.offered) +
         ", \"engine_workspace_bytes\": " + std::to_string(c.workspace_bytes) +
         ", \"plan\": " + plan_json(c) + "}";
}

}  // namespace convgauge::backends::cudnn
