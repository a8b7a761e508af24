#include "execution.hpp"

#include <algorithm>
#include <convgauge/sdk.hpp>
#include <stdexcept>

namespace convgauge::backends::cudnn {
namespace {

// A launch through cuDNN takes some microseconds of the host's time. Executions of at least this
// time hide that, and are not faster in a graph.
constexpr double kShortNs = 50e3;
// Executions in a graph: enough that the time to launch the graph does not matter.
constexpr std::size_t kChunk = 32;
// Graphs that are kept: those that were not used for the longest time go first. In cold mode each
// batch begins at another of some hundred slots.
constexpr std::size_t kMostGraphs = 512;
constexpr std::size_t kMostSequences = 8192;

}  // namespace

Gpu::Gpu(const CudaTable& cuda_table, const CudnnTable& cudnn_table, int cuda_ordinal)
    : cuda(cuda_table), cudnn(cudnn_table), ordinal(cuda_ordinal), kernels(cuda_table) {
  check(cuda, cuda.set_device(ordinal), "cudaSetDevice");
  check(cuda, cuda.stream_create(&stream, cudaStreamNonBlocking), "cudaStreamCreate");
  check(cudnn, cudnn.create_handle(&handle), "cudnnCreate");
  check(cudnn, cudnn.set_stream(handle, stream), "cudnnSetStream");
}

Execution::Execution(Gpu& gpu, const cvg_spec& spec, const Candidate& candidate, int slots,
                     Replay replay)
    : gpu_(gpu),
      spec_(spec),
      candidate_(candidate),
      replay_(replay),
      bound_(static_cast<std::size_t>(slots)) {
  const auto own = own_work(spec, candidate.problem.route, {});
  for (const auto* launches : {&own.before, &own.after})
    for (const auto& launch : *launches) gpu.kernels.prepare(launch.kernel);
}

Execution::~Execution() {
  static_cast<void>(gpu_.cuda.stream_synchronize(gpu_.stream));
  forget_graphs();
  for (const auto event : events_) static_cast<void>(gpu_.cuda.event_destroy(event));
}

void Execution::forget_graphs() {
  for (const auto& [slots, sequence] : sequences_)
    if (sequence.graph) static_cast<void>(gpu_.cuda.graph_exec_destroy(sequence.graph));
  sequences_.clear();
  graphs_ = 0;
}

void Execution::bind(int slot, const Addresses& at) {
  forget_graphs();
  const auto& route = candidate_.problem.route;
  auto& bound = bound_.at(static_cast<std::size_t>(slot));
  bound.at = at;
  bound.own = own_work(spec_, route, at);
  std::vector<std::int64_t> ids{kX, kW, kY};
  std::vector<void*> pointers{bound.own.x, at.w, at.y};
  if (route.bias == BiasBy::graph) {
    ids.push_back(kBias);
    pointers.push_back(at.bias);
  }
  bound.pack = Descriptor(gpu_.cudnn, CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
  bound.pack.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, std::span<const std::int64_t>(ids));
  bound.pack.set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, std::span<void* const>(pointers));
  void* scratch = candidate_.workspace_bytes > 0 ? bound.own.workspace : nullptr;
  bound.pack.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, scratch);
  bound.pack.finalize("variant pack");
}

void Execution::run(int slot) {
  const auto& bound = bound_[static_cast<std::size_t>(slot)];
  if (spec_.batch == 0) return clear(bound);
  for (const auto& launch : bound.own.before) gpu_.kernels.start(launch, gpu_.stream);
  const auto status =
      gpu_.cudnn.execute(gpu_.handle, candidate_.built->plan.raw(), bound.pack.raw());
  if (status != CUDNN_STATUS_SUCCESS) {
    throw_if_lost(gpu_.cuda, "cudnnBackendExecute");
    check(gpu_.cudnn, status, "cudnnBackendExecute");
  }
  for (const auto& launch : bound.own.after) gpu_.kernels.start(launch, gpu_.stream);
}

void Execution::clear(const Bound& bound) {
  if (spec_.direction != CVG_DIRECTION_BACKWARD_WEIGHTS) return;
  const auto zero = [&](void* address, std::size_t bytes) {
    check(gpu_.cuda, gpu_.cuda.memset_async(address, 0, bytes, gpu_.stream), "cudaMemsetAsync");
  };
  zero(bound.at.w, cvg::weights_bytes(spec_));
  if (spec_.bias) zero(bound.at.bias, cvg::bias_bytes(spec_));
}

cudaGraphExec_t Execution::record(std::span<const int> slots) {
  check(gpu_.cuda, gpu_.cuda.begin_capture(gpu_.stream, cudaStreamCaptureModeThreadLocal),
        "cudaStreamBeginCapture");
  cudaGraph_t graph{};
  try {
    for (const int slot : slots) run(slot);
  } catch (...) {
    if (gpu_.cuda.end_capture(gpu_.stream, &graph) == cudaSuccess && graph)
      static_cast<void>(gpu_.cuda.graph_destroy(graph));
    throw_if_lost(gpu_.cuda, "capturing a CUDA graph");
    throw;
  }
  check(gpu_.cuda, gpu_.cuda.end_capture(gpu_.stream, &graph), "cudaStreamEndCapture");
  cudaGraphExec_t made{};
  const auto status = gpu_.cuda.graph_instantiate(&made, graph, 0);
  static_cast<void>(gpu_.cuda.graph_destroy(graph));
  check(gpu_.cuda, status, "cudaGraphInstantiate");
  return made;
}

bool Execution::InOrder::operator()(std::span<const int> a, std::span<const int> b) const {
  return std::ranges::lexicographical_compare(a, b);
}

void Execution::forget_oldest_graph() {
  auto oldest = sequences_.end();
  for (auto it = sequences_.begin(); it != sequences_.end(); ++it)
    if (it->second.graph && it->second.used < batch_ &&
        (oldest == sequences_.end() || it->second.used < oldest->second.used))
      oldest = it;
  if (oldest == sequences_.end()) return;  // this batch needs them all
  static_cast<void>(gpu_.cuda.graph_exec_destroy(oldest->second.graph));
  sequences_.erase(oldest);
  --graphs_;
}

cudaGraphExec_t Execution::recorded(std::span<const int> slots) {
  if (!capture_failure_.empty()) return nullptr;
  auto found = sequences_.find(slots);
  const bool is_new = found == sequences_.end();
  if (is_new) {
    if (sequences_.size() >= kMostSequences) forget_graphs();
    found = sequences_.try_emplace({slots.begin(), slots.end()}).first;
  }
  auto& sequence = found->second;
  sequence.used = batch_;
  // Capturing takes longer than one execution: what may never come again is not captured.
  if (sequence.graph || (is_new && replay_ != Replay::always)) return sequence.graph;
  try {
    sequence.graph = record(slots);
  } catch (const cvg::DeviceLost&) {
    throw;
  } catch (const std::exception& failure) {
    // Executions are launched one by one from now on, and the plan's details say why.
    capture_failure_ = failure.what();
    return nullptr;
  }
  if (++graphs_ > kMostGraphs) forget_oldest_graph();
  return sequence.graph;
}

bool Execution::wants_replay(std::span<const int> slots) const {
  if (replay_ == Replay::never || slots.size() < 2) return false;
  return replay_ == Replay::always || (execution_ns_ > 0 && execution_ns_ < kShortNs);
}

void Execution::plan_batch(std::span<const int> slots) {
  launches_.clear();
  ++batch_;
  if (!wants_replay(slots)) return;
  for (; !slots.empty(); slots = slots.subspan(std::min(kChunk, slots.size())))
    launches_.push_back(recorded(slots.first(std::min(kChunk, slots.size()))));
}

void Execution::run_all(std::span<const int> slots) {
  replayed_ = !launches_.empty() && std::ranges::all_of(launches_, [](auto g) { return g; });
  for (const auto graph : launches_) {
    const auto chunk = slots.first(std::min(kChunk, slots.size()));
    slots = slots.subspan(chunk.size());
    if (graph)
      check(gpu_.cuda, gpu_.cuda.graph_launch(graph, gpu_.stream), "cudaGraphLaunch");
    else
      for (const int slot : chunk) run(slot);
  }
  for (const int slot : slots) run(slot);
}

void Execution::mark(std::size_t event) {
  while (events_.size() <= event) {
    cudaEvent_t made{};
    check(gpu_.cuda, gpu_.cuda.event_create(&made), "cudaEventCreate");
    events_.push_back(made);
  }
  check(gpu_.cuda, gpu_.cuda.event_record(events_[event], gpu_.stream), "cudaEventRecord");
}

double Execution::between_ns(std::size_t first, std::size_t last) const {
  float ms = 0;
  check(gpu_.cuda, gpu_.cuda.event_elapsed(&ms, events_[first], events_[last]),
        "cudaEventElapsedTime");
  return static_cast<double>(ms) * 1e6;
}

void Execution::start(std::span<const int> slots, cvg_timing* timing) {
  timing_ = timing;
  running_ = static_cast<std::int64_t>(slots.size());
  if (slots.empty()) return;
  check(gpu_.cuda, gpu_.cuda.set_device(gpu_.ordinal), "cudaSetDevice");
  each_ = timing && timing->capacity > 0 && timing->execution_ns;
  if (!each_) plan_batch(slots);
  mark(0);
  if (each_) {
    replayed_ = false;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      run(slots[i]);
      mark(i + 1);
    }
  } else {
    run_all(slots);
    mark(1);
  }
}

void Execution::wait() {
  auto* timing = std::exchange(timing_, nullptr);
  const auto count = std::exchange(running_, 0);
  if (count > 0) check(gpu_.cuda, gpu_.cuda.stream_synchronize(gpu_.stream), "the execution");
  const double total = count > 0 ? between_ns(0, each_ ? static_cast<std::size_t>(count) : 1) : 0;
  if (count > 0) execution_ns_ = total / static_cast<double>(count);
  if (!timing) return;
  timing->total_ns = total;
  timing->written = 0;
  if (!each_ || count == 0) return;
  timing->written = std::min(timing->capacity, count);
  for (std::int64_t i = 0; i < timing->written; ++i)
    timing->execution_ns[i] =
        between_ns(static_cast<std::size_t>(i), static_cast<std::size_t>(i) + 1);
}

}  // namespace convgauge::backends::cudnn
