// A GPU that the host imitates. In CUDA's table, device memory is the host's memory and a stream is
// a queue. In cuDNN's table, the real library makes plans for a described device; they are executed
// here, by what each plan's serialisation says.
#pragma once
#include <cudnn/session.hpp>
#include <string>

namespace convgauge::backends::cudnn::host_gpu {

/// Faults of the imitated GPU, to test that its users notice them. Read from $CONVGAUGE_HOST_GPU,
/// "key=value,...".
struct Faults {
  std::size_t memory_bytes = std::size_t{4} << 30;  // memory: more than this is out of memory
  long lost_at = -1;      // lost: this execution, from 0, and all after it fail for good
  long lost_engine = -1;  // lost_engine: executing it does
  bool unwritten = false, past_end = false, changes_source = false, no_capture = false;
  bool no_padding = false;  // cuDNN refuses padding, as if it had no engine for it
};
Faults read_faults(const std::string& text);

/// How often things were done. [one thread]
struct Counts {
  long executions = 0, launches = 0, graphs = 0, graph_launches = 0, allocations = 0;
};
Counts& counts();
Faults& faults();

CudaTable cuda();
/// `real`: the table of the real library. The handles are made here: where a handle is set, the
/// described device of `description` is set instead.
CudnnTable cudnn(const CudnnTable& real, const std::string& description);
/// The description in this folder, or $CONVGAUGE_HOST_GPU_DESCRIPTION.
std::string description();

}  // namespace convgauge::backends::cudnn::host_gpu
