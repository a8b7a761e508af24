// cuDNN, opened at run time: where it is looked for, which library was found, and the functions of
// its graph API.
#pragma once
#include <cudnn.h>

#include <string>
#include <vector>

namespace convgauge::backends::cudnn {

/// Each as in cudnn_graph.h.
struct CudnnTable {
  std::size_t (*version)();
  const char* (*error_name)(cudnnStatus_t);
  void (*last_error)(char*, std::size_t);
  cudnnStatus_t (*create_handle)(cudnnHandle_t*);
  cudnnStatus_t (*set_stream)(cudnnHandle_t, cudaStream_t);
  cudnnStatus_t (*create)(cudnnBackendDescriptorType_t, cudnnBackendDescriptor_t*);
  cudnnStatus_t (*destroy)(cudnnBackendDescriptor_t);
  cudnnStatus_t (*finalize)(cudnnBackendDescriptor_t);
  cudnnStatus_t (*set)(cudnnBackendDescriptor_t, cudnnBackendAttributeName_t,
                       cudnnBackendAttributeType_t, int64_t, const void*);
  cudnnStatus_t (*get)(cudnnBackendDescriptor_t, cudnnBackendAttributeName_t,
                       cudnnBackendAttributeType_t, int64_t, int64_t*, void*);
  cudnnStatus_t (*execute)(cudnnHandle_t, cudnnBackendDescriptor_t, cudnnBackendDescriptor_t);
};

/// The library that was opened, and stays open as long as the process lives; where `why` is not
/// empty, it cannot be used, for that reason.
struct OpenedCudnn {
  CudnnTable table{};
  std::string file, why;
  bool ok() const { return why.empty(); }
};

/// The places where a libcudnn.so.9 may lie, in the order in which they are tried. Where
/// $CONVGAUGE_CUDNN_LIBRARY is set (a file, or its folder), that alone; else the loader's own
/// search by soname, then nvidia/cudnn/lib in the site-packages of every Python found by
/// $VIRTUAL_ENV, $CONDA_PREFIX, $PATH and $HOME, and below /usr/local.
std::vector<std::string> cudnn_places();

/// Opens the first that can be opened. If its major version is not the one that this was built for,
/// `why` names both versions.
OpenedCudnn open_cudnn(const std::vector<std::string>& places);

/// "9.19.0" of 91900.
std::string version_text(std::size_t version);

/// "cuDNN 9.19.0", and the version that this was built with where the two differ.
std::string cudnn_version_words(const CudnnTable& table);

}  // namespace convgauge::backends::cudnn
