// The session of this process, with a GPU that the host imitates.
#include <cstdlib>

#include "host_gpu.hpp"

namespace convgauge::backends::cudnn {

Session& session() {
  static auto& made = *[] {
    const char* faults = std::getenv("CONVGAUGE_HOST_GPU");
    host_gpu::faults() = host_gpu::read_faults(faults ? faults : "");
    auto opened = open_cudnn(cudnn_places());
    if (opened.ok()) opened.table = host_gpu::cudnn(opened.table, host_gpu::description());
    return new Session(host_gpu::cuda(), std::move(opened), "");
  }();
  return made;
}

}  // namespace convgauge::backends::cudnn
