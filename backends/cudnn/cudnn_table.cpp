#include "cudnn_table.hpp"

#include <dlfcn.h>
#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace convgauge::backends::cudnn {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSoname = "libcudnn.so.9";

std::string variable(const char* name) {
  const char* text = std::getenv(name);
  return text ? text : "";
}

/// PREFIX/lib/python3.*/{site,dist}-packages/nvidia/cudnn/lib/libcudnn.so.9
void add_packages_of(const fs::path& prefix, std::vector<std::string>& places) {
  std::error_code failed;
  for (fs::directory_iterator it(prefix / "lib", failed), end; !failed && it != end;
       it.increment(failed)) {
    if (!it->path().filename().string().starts_with("python3")) continue;
    for (const auto* packages : {"site-packages", "dist-packages"}) {
      const auto file = it->path() / packages / "nvidia/cudnn/lib" / kSoname;
      if (std::error_code absent; fs::exists(file, absent)) places.push_back(file.string());
    }
  }
}

/// The installation prefixes of the Pythons that this process's environment leads to.
std::vector<fs::path> python_prefixes() {
  std::vector<fs::path> prefixes;
  for (const auto* name : {"VIRTUAL_ENV", "CONDA_PREFIX"})
    if (const auto prefix = variable(name); !prefix.empty()) prefixes.emplace_back(prefix);
  std::stringstream path(variable("PATH"));
  for (std::string folder; std::getline(path, folder, ':');) {
    std::error_code absent;
    if (!folder.empty() && fs::exists(fs::path(folder) / "python3", absent))
      prefixes.push_back(fs::path(folder).parent_path());
  }
  if (const auto home = variable("HOME"); !home.empty())
    prefixes.push_back(fs::path(home) / ".local");
  prefixes.emplace_back("/usr/local");
  return prefixes;
}

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

/// Fills the table; returns the first function that the library lacks, or null.
const char* fill(void* library, CudnnTable& t) {
  if (!find(library, "cudnnGetVersion", t.version)) return "cudnnGetVersion";
  if (!find(library, "cudnnGetErrorString", t.error_name)) return "cudnnGetErrorString";
  if (!find(library, "cudnnGetLastErrorString", t.last_error)) return "cudnnGetLastErrorString";
  if (!find(library, "cudnnCreate", t.create_handle)) return "cudnnCreate";
  if (!find(library, "cudnnSetStream", t.set_stream)) return "cudnnSetStream";
  if (!find(library, "cudnnBackendCreateDescriptor", t.create))
    return "cudnnBackendCreateDescriptor";
  if (!find(library, "cudnnBackendDestroyDescriptor", t.destroy))
    return "cudnnBackendDestroyDescriptor";
  if (!find(library, "cudnnBackendFinalize", t.finalize)) return "cudnnBackendFinalize";
  if (!find(library, "cudnnBackendSetAttribute", t.set)) return "cudnnBackendSetAttribute";
  if (!find(library, "cudnnBackendGetAttribute", t.get)) return "cudnnBackendGetAttribute";
  if (!find(library, "cudnnBackendExecute", t.execute)) return "cudnnBackendExecute";
  return nullptr;
}

std::string file_of(const void* function, const std::string& asked) {
  Dl_info info{};
  return ::dladdr(function, &info) != 0 && info.dli_fname ? info.dli_fname : asked;
}

}  // namespace

std::vector<std::string> cudnn_places() {
  if (const auto asked = variable("CONVGAUGE_CUDNN_LIBRARY"); !asked.empty()) {
    std::error_code failed;
    return {fs::is_directory(asked, failed) ? (fs::path(asked) / kSoname).string() : asked};
  }
  std::vector<std::string> places{kSoname};
  for (const auto& prefix : python_prefixes()) add_packages_of(prefix, places);
  return places;
}

OpenedCudnn open_cudnn(const std::vector<std::string>& places) {
  OpenedCudnn opened;
  std::string tried;
  for (const auto& place : places) {
    void* library = ::dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) {
      const char* said = ::dlerror();
      tried += (tried.empty() ? "" : "; ") + std::string(said ? said : place);
      continue;
    }
    if (const char* missing = fill(library, opened.table)) {
      opened.why = place + " lacks " + missing + ", so it is no cuDNN 9";
      return opened;
    }
    opened.file = file_of(reinterpret_cast<const void*>(opened.table.version), place);
    const auto found = opened.table.version();
    if (found / 10000 != CUDNN_MAJOR)
      opened.why = opened.file + " is cuDNN " + version_text(found) + ", and this was built for " +
                   version_text(CUDNN_VERSION) + ": another major version";
    return opened;
  }
  opened.why = "no cuDNN: " + (tried.empty() ? "nowhere to look" : tried);
  return opened;
}

std::string version_text(std::size_t version) {
  return std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." +
         std::to_string(version % 100);
}

std::string cudnn_version_words(const CudnnTable& table) {
  const auto found = table.version();
  auto words = "cuDNN " + version_text(found);
  if (found != CUDNN_VERSION) words += " (built with " + version_text(CUDNN_VERSION) + ")";
  return words;
}

}  // namespace convgauge::backends::cudnn
