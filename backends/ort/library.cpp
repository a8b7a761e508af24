#include "library.hpp"

#include <dlfcn.h>
#include <cstdlib>
#include <stdexcept>

namespace convgauge::backends::ort {
namespace {

// Of OrtApi: that of ONNX Runtime 1.11, the first whose table has all that is used here and that
// prepacks the weights of convolutions.
constexpr std::uint32_t kApiVersion = 11;
constexpr int kWarning = 2;          // ORT_LOGGING_LEVEL_WARNING
constexpr int kDeviceAllocator = 0;  // OrtDeviceAllocator
constexpr int kDefaultMemory = 0;    // OrtMemTypeDefault

struct OrtApiBase {
  const void* const* (*table)(std::uint32_t version);
  const char* (*version)();
};

template <class Function>
void take(const void* const* functions, int position, Function& function) {
  function = reinterpret_cast<Function>(const_cast<void*>(functions[position]));
}

OrtTable table_of(const void* const* f) {
  OrtTable t{};
  take(f, 2, t.error_message);
  take(f, 3, t.create_env);
  take(f, 8, t.create_session);
  take(f, 9, t.run);
  take(f, 10, t.create_options);
  take(f, 23, t.set_optimization);
  take(f, 24, t.set_intra_threads);
  take(f, 25, t.set_inter_threads);
  take(f, 49, t.create_tensor);
  take(f, 69, t.create_cpu_memory);
  take(f, 93, t.release_status);
  take(f, 95, t.release_session);
  take(f, 96, t.release_value);
  take(f, 100, t.release_options);
  take(f, 130, t.add_config);
  return t;
}

/// The table of the library in `file`; null where it has none, and `opened.why` then says so.
const void* const* functions_of(const std::string& file, Library& opened) {
  void* handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char* said = ::dlerror();
    opened.why = "no ONNX Runtime: " + std::string(said ? said : file);
    return nullptr;
  }
  const auto base = reinterpret_cast<const OrtApiBase* (*)()>(::dlsym(handle, "OrtGetApiBase"));
  if (!base) {
    opened.why = file + " lacks OrtGetApiBase, so it is no ONNX Runtime";
    return nullptr;
  }
  opened.version = base()->version();
  const auto* functions = base()->table(kApiVersion);
  if (!functions)
    opened.why = file + " is ONNX Runtime " + opened.version + "; 1.11 or later is needed";
  return functions;
}

Library open() {
  const char* asked = std::getenv("CONVGAUGE_ORT_LIBRARY");
  Library opened;
  const auto* functions = functions_of(asked && *asked ? asked : CONVGAUGE_ORT_LIBRARY, opened);
  if (!functions) return opened;
  opened.table = table_of(functions);
  try {
    opened.check(opened.table.create_env(kWarning, "convgauge", &opened.environment));
    opened.check(opened.table.create_cpu_memory(kDeviceAllocator, kDefaultMemory, &opened.memory));
  } catch (const std::runtime_error& failure) {
    opened.why = std::string("ONNX Runtime does not start: ") + failure.what();
  }
  return opened;
}

}  // namespace

void Library::check(OrtStatus* status) const {
  if (!status) return;
  const std::string text = table.error_message(status);
  table.release_status(status);
  throw std::runtime_error(text);
}

const Library& library() {
  static const Library one = open();
  return one;
}

}  // namespace convgauge::backends::ort
