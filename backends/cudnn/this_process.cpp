// The session of this process, with the real CUDA and the real cuDNN.
#include <cstdlib>

#include "session.hpp"

namespace convgauge::backends::cudnn {

Session& session() {
  const char* descriptions = std::getenv("CONVGAUGE_CUDNN_DEVICE_DESCRIPTION");
  // Never destroyed: at exit CUDA's own state may be destroyed before this would be.
  static auto& made =
      *new Session(cuda_runtime(), open_cudnn(cudnn_places()), descriptions ? descriptions : "");
  return made;
}

}  // namespace convgauge::backends::cudnn
