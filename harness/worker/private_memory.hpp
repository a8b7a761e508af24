// The memory that a plan runs in while it is timed: private, without guards, the starts of buffers
// staggered.
#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "core/layers.hpp"
#include "plugin/backend.hpp"
#include "worker/binding.hpp"
#include "worker/device_memory.hpp"

namespace convgauge::worker {

/// Unmaps a mapping.
struct Unmap {
  std::size_t bytes = 0;
  void operator()(std::byte* p) const;
};

/// The buffers of every slot, and copies of the host's tensors, filled from the arena. `arena`: its
/// descriptor. [main]
class PrivateMemory {
 public:
  /// Throws std::bad_alloc. A device buffer that cannot be allocated is reported in the answer.
  static Answer<PrivateMemory> make(const Backend& backend, const PlanSettings& settings,
                                    const std::vector<Requirement>& requirements,
                                    const Binding& binding, int slots, int arena);
  PrivateMemory(PrivateMemory&&) = default;

  const std::vector<void*>& addresses(int slot) const {
    return addresses_.at(static_cast<std::size_t>(slot));
  }
  cvg_tensors tensors(int slot) const;
  int slots() const { return static_cast<int>(addresses_.size()); }
  /// Copies what upload() reads (src, diff_dst) from the arena again.
  void refresh_source(int slot);
  /// Writes NaNs over the outputs of a slot.
  Answer<void> poison_output(int slot);
  /// Copies the outputs of a slot to the arena.
  void publish_output(int slot) const;

 private:
  using Block = std::unique_ptr<std::byte, Unmap>;
  PrivateMemory() = default;
  std::byte* obtain(std::size_t bytes, std::size_t alignment);
  std::byte* copy_of(std::int32_t region);
  /// Calls act(the slot's copy, the arena's bytes, number of bytes) for each of the host's tensors
  /// whose role is wanted.
  template <class Act>
  void each_tensor(int slot, bool (*wanted)(TensorRole role), Act act) const;
  Binding binding_;
  std::vector<Block> blocks_;
  Block arena_;
  std::vector<std::vector<void*>> addresses_;  // [slot][requirement]
  std::vector<HostTensors> host_;              // [slot]
  std::vector<DeviceBuffer> device_;
  std::vector<std::pair<int, std::size_t>> outputs_;  // slot, and index in device_
};

}  // namespace convgauge::worker
