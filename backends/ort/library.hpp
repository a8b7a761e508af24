// ONNX Runtime, opened at run time: which file, and the functions of its C interface that are used.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace convgauge::backends::ort {

/// Objects of the library, known by their addresses only.
struct OrtStatus;
struct OrtEnv;
struct OrtSession;
struct OrtSessionOptions;
struct OrtMemoryInfo;
struct OrtValue;

/// The functions by their position in the library's table OrtApi. A position never changes: the
/// library only appends to the table (onnxruntime_c_api.h, "OrtApi").
struct OrtTable {
  const char* (*error_message)(const OrtStatus*);                      // 2
  OrtStatus* (*create_env)(int severity, const char* name, OrtEnv**);  // 3
  OrtStatus* (*create_session)(const OrtEnv*, const void* model, std::size_t bytes,
                               const OrtSessionOptions*, OrtSession**);  // 8
  OrtStatus* (*run)(OrtSession*, const void* options, const char* const* input_names,
                    const OrtValue* const* inputs, std::size_t input_count,
                    const char* const* output_names, std::size_t output_count,
                    OrtValue** outputs);                             // 9
  OrtStatus* (*create_options)(OrtSessionOptions**);                 // 10
  OrtStatus* (*set_optimization)(OrtSessionOptions*, int level);     // 23
  OrtStatus* (*set_intra_threads)(OrtSessionOptions*, int threads);  // 24
  OrtStatus* (*set_inter_threads)(OrtSessionOptions*, int threads);  // 25
  OrtStatus* (*create_tensor)(const OrtMemoryInfo*, void* data, std::size_t bytes,
                              const std::int64_t* shape, std::size_t rank, int type,
                              OrtValue**);                                           // 49
  OrtStatus* (*create_cpu_memory)(int allocator, int kind, OrtMemoryInfo**);         // 69
  void (*release_status)(OrtStatus*);                                                // 93
  void (*release_session)(OrtSession*);                                              // 95
  void (*release_value)(OrtValue*);                                                  // 96
  void (*release_options)(OrtSessionOptions*);                                       // 100
  OrtStatus* (*add_config)(OrtSessionOptions*, const char* key, const char* value);  // 130
};

/// The library that was opened. It stays open as long as the process lives. Where `why` is not
/// empty, it cannot be used, for that reason, which names the file.
struct Library {
  OrtTable table{};
  std::string version, why;
  OrtEnv* environment = nullptr;
  OrtMemoryInfo* memory = nullptr;  // host memory

  /// Throws std::runtime_error with the library's own message where `status` is a failure.
  void check(OrtStatus* status) const;
};

/// Opens the file named by $CONVGAUGE_ORT_LIBRARY or, where that is not set, the one that configure
/// found. The first call opens it. [main]
const Library& library();

}  // namespace convgauge::backends::ort
