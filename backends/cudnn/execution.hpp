// A candidate made to run: what each slot is bound to, batches on a stream, CUDA graphs that replay
// them, and times.
#pragma once
#include <convgauge/plugin.h>

#include <span>
#include <string>
#include <vector>

#include "candidates.hpp"
#include "own_work.hpp"

namespace convgauge::backends::cudnn {

/// What runs on one device. [main]
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

/// small: batches of short executions are captured once and replayed; see README.
enum class Replay { never, small, always };

/// [main]
class Execution {
 public:
  Execution(Gpu& gpu, const cvg_spec& spec, const Candidate& candidate, int slots, Replay replay);
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;
  ~Execution();

  void bind(int slot, const Addresses& addresses);
  /// Puts these executions on the stream, each after the one before. `timing` may be null.
  void start(std::span<const int> slots, cvg_timing* timing);
  /// Until they are done; fills the timing.
  void wait();

  /// Whether the last batch was replayed from a CUDA graph; and why a capture failed, where one
  /// did.
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
  /// All that an empty batch leaves: gradients of zeros.
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
  bool each_ = false;         // an event after each of them
  bool replayed_ = false;
  double execution_ns_ = 0;  // of the last batch, on average; 0: not known
  std::string capture_failure_;
};

}  // namespace convgauge::backends::cudnn
