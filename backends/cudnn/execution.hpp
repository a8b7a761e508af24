// A candidate ready to execute: the addresses of each slot, batches on a stream, CUDA graphs that
// replay batches, and times.
#pragma once
#include <convgauge/plugin.h>

#include <span>
#include <string>
#include <vector>

#include "candidates.hpp"
#include "own_work.hpp"

namespace convgauge::backends::cudnn {

/// What the executions on one device share. [main]
struct Gpu {
  const CudaTable& cuda;
  const CudnnTable& cudnn;
  int ordinal = 0;
  cudnnHandle_t handle = nullptr;
  cudaStream_t stream = nullptr;
  Kernels kernels;
  /// Makes stream and handle, which live as long as the process. Throws.
  Gpu(const CudaTable& cuda_table, const CudnnTable& cudnn_table, int cuda_ordinal);
  Gpu(const Gpu&) = delete;
};

/// Which batches are captured once as a CUDA graph and then replayed. small: those of short
/// executions; see README.md.
enum class Replay { never, small, always };

/// [main]
class Execution {
 public:
  Execution(Gpu& gpu, const cvg_spec& spec, const Candidate& candidate, int slots, Replay replay);
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;
  ~Execution();

  void bind(int slot, const Addresses& addresses);
  /// Puts an execution of each of these slots on the stream, in order. `timing` may be null.
  void start(std::span<const int> slots, cvg_timing* timing);
  /// Waits until they are done; fills the timing.
  void wait();

  /// Whether the last batch was replayed from a CUDA graph; and why a capture failed, if one
  /// failed.
  bool replayed() const { return replayed_; }
  const std::string& capture_failure() const { return capture_failure_; }

 private:
  struct Bound {
    Addresses at;
    OwnWork own;
    Descriptor pack;
  };
  struct Recorded {
    std::vector<int> slots;
    cudaGraphExec_t graph;
  };
  void run(int slot);
  /// The result of an execution with batch 0: gradients of weights and bias become zero.
  void clear(const Bound& bound);
  void run_all(std::span<const int> slots);
  bool wants_replay(std::span<const int> slots) const;
  /// The graph that does these slots in order; null where they cannot be captured.
  cudaGraphExec_t recorded(std::span<const int> slots);
  cudaGraphExec_t record(std::span<const int> slots);
  void forget_graphs();
  void mark(std::size_t event);
  double between_ns(std::size_t first, std::size_t last) const;

  Gpu& gpu_;
  cvg_spec spec_;
  Candidate candidate_;
  Replay replay_;
  std::vector<Bound> bound_;
  std::vector<Recorded> graphs_;
  std::vector<cudaEvent_t> events_;
  cvg_timing* timing_ = nullptr;
  std::int64_t running_ = 0;  // executions since the last wait
  bool each_ = false;         // whether an event is recorded after each execution
  bool replayed_ = false;
  double execution_ns_ = 0;  // average of the last batch; 0: not known
  std::string capture_failure_;
};

}  // namespace convgauge::backends::cudnn
