// A candidate ready to execute: the addresses of each slot, batches on a stream, CUDA graphs that
// replay batches, and times.
#pragma once
#include <convgauge/plugin.h>

#include <map>
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

  /// Whether the last batch was replayed from CUDA graphs, all of it; and why a capture failed, if
  /// one failed.
  bool replayed() const { return replayed_; }
  const std::string& capture_failure() const { return capture_failure_; }

 private:
  struct Bound {
    Addresses at;
    OwnWork own;
    Descriptor pack;
  };
  /// A sequence of slots that was asked for.
  struct Sequence {
    cudaGraphExec_t graph = nullptr;  // null where it was not captured
    std::int64_t used = 0;            // the number of the batch that had it last
  };
  struct InOrder {
    using is_transparent = void;
    bool operator()(std::span<const int> a, std::span<const int> b) const;
  };
  void run(int slot);
  /// The result of an execution with batch 0: gradients of weights and bias become zero.
  void clear(const Bound& bound);
  /// Puts what plan_batch() planned on the stream.
  void run_all(std::span<const int> slots);
  bool wants_replay(std::span<const int> slots) const;
  /// Captures what will be replayed of a batch, before anything of it is timed by an event.
  void plan_batch(std::span<const int> slots);
  /// The graph that does these slots in order; null where they are not to be captured yet, or
  /// cannot be.
  cudaGraphExec_t recorded(std::span<const int> slots);
  void forget_oldest_graph();
  cudaGraphExec_t record(std::span<const int> slots);
  void forget_graphs();
  void mark(std::size_t event);
  double between_ns(std::size_t first, std::size_t last) const;

  Gpu& gpu_;
  cvg_spec spec_;
  Candidate candidate_;
  Replay replay_;
  std::vector<Bound> bound_;
  std::map<std::vector<int>, Sequence, InOrder> sequences_;
  std::size_t graphs_ = 0;
  std::int64_t batch_ = 0;                 // how many batches there were
  std::vector<cudaGraphExec_t> launches_;  // one for each chunk of the batch
  std::vector<cudaEvent_t> events_;
  cvg_timing* timing_ = nullptr;
  std::int64_t running_ = 0;  // executions since the last wait
  bool each_ = false;         // whether an event is recorded after each execution
  bool replayed_ = false;
  double execution_ns_ = 0;  // average of the last batch; 0: not known
  std::string capture_failure_;
};

}  // namespace convgauge::backends::cudnn
