// A GPU that is not there: CUDA's table with the host's memory and a queue for a stream, and
// cuDNN's with plans made by the real library for a described device, and executed here, from what
// each plan's serialisation says it does.
#pragma once
#include <cudnn/session.hpp>
#include <string>

namespace convgauge::backends::cudnn::host_gpu {

/// How it misbehaves, so that whoever uses it can be shown to notice. Read from
/// $CONVGAUGE_HOST_GPU, "key=value,...".
struct Faults {
  std::size_t memory_bytes = std::size_t{4} << 30;  // memory: more than this is out of memory
  long lost_at = -1;      // lost: this execution, from 0, and all after it fail for good
  long lost_engine = -1;  // lost_engine: executing it does
  bool unwritten = false, past_end = false, changes_source = false, no_capture = false;
  bool no_padding = false;  // cuDNN takes none, as if it had no engine for it
};
Faults read_faults(const std::string& text);

/// What was done to it. [one thread]
struct Counts {
  long executions = 0, launches = 0, graphs = 0, graph_launches = 0, allocations = 0;
};
Counts& counts();
Faults& faults();

CudaTable cuda();
/// `real`: the library's own table, opened. Its handles are ours: where a handle is set,
/// `description` stands for it.
CudnnTable cudnn(const CudnnTable& real, const std::string& description);
/// The description in this folder, or $CONVGAUGE_HOST_GPU_DESCRIPTION.
std::string description();

}  // namespace convgauge::backends::cudnn::host_gpu
