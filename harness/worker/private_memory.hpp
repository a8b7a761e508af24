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
  /// The slot's copy of one of the host's tensors.
  std::byte* tensor(int slot, TensorRole role) const {
    return host_.at(static_cast<std::size_t>(slot))[index_of(role)];
  }
  std::size_t tensor_bytes(TensorRole role) const {
    const auto region = binding_.of(role);
    return region < 0 ? 0 : binding_.regions.at(static_cast<std::size_t>(region)).bytes;
  }
  /// Sets every byte of what upload() reads and of what it made to 0.
  Answer<void> erase_source(int slot);
  /// What upload() made of the source: the contents of the slot's buffers that are not the host's
  /// own tensors, in the order of the requirements.
  using Contents = std::vector<std::vector<unsigned char>>;
  Answer<Contents> uploaded(int slot) const;
  Answer<void> set_uploaded(int slot, const Contents& contents);
  /// Writes the element `bits`, of `size` bytes, over the outputs of a slot.
  Answer<void> poison_output(int slot, std::uint64_t bits, std::size_t size);
  /// Copies the outputs of a slot to the arena.
  void publish_output(int slot) const;

 private:
  using Block = std::unique_ptr<std::byte, Unmap>;
  PrivateMemory() = default;
  /// The memory is zero, its bytes behind the end that may be read too.
  std::byte* obtain(std::size_t bytes, std::size_t alignment, std::size_t overread);
  std::byte* copy_of(TensorRole role);
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
  /// A source or an output that is not the host's own tensor: in host memory, or (null) in device_.
  struct Own {
    int slot;
    BufferRole role;
    std::byte* host;
    std::size_t bytes, device;
  };
  std::vector<Own> own_;
};

}  // namespace convgauge::worker
