// What lives as long as the plugin: CUDA, cuDNN, the devices, their streams and handles, and the
// most recent listings of candidates.
#pragma once
#include <convgauge/plugin.h>

#include <deque>
#include <map>
#include <memory>

#include "candidates.hpp"
#include "devices.hpp"
#include "execution.hpp"

namespace convgauge::backends::cudnn {

/// [main]
class Session {
 public:
  /// `descriptions`: the files of described devices (devices.hpp).
  Session(const CudaTable& cuda, OpenedCudnn cudnn, const std::string& descriptions);

  const CudaTable& cuda() const { return cuda_; }
  const CudnnTable& cudnn() const { return cudnn_.table; }
  const OpenedCudnn& opened() const { return cudnn_; }
  /// Throws std::runtime_error where a description cannot be read; a repeated call throws again.
  const FoundDevices& devices();
  const Device& device(std::int32_t index) {
    return devices().list.at(static_cast<std::size_t>(index));
  }
  /// Throws for a device that is only described.
  Gpu& gpu(std::int32_t index);
  /// The candidates of a spec. Those of the last few specs are kept, since they are asked for
  /// several times in the life of a plan.
  std::shared_ptr<const Listing> listing(const cvg_spec& spec, std::int32_t device,
                                         std::int64_t workspace_limit);
  std::string device_details(std::int32_t index);

 private:
  struct Kept {
    cvg_spec spec;
    std::int32_t device;
    std::int64_t limit;
    std::shared_ptr<const Listing> listing;
  };
  const Target& target(std::int32_t index);
  CudaTable cuda_;
  OpenedCudnn cudnn_;
  Nvml nvml_;
  std::string descriptions_;
  std::unique_ptr<FoundDevices> devices_;
  std::map<std::int32_t, std::unique_ptr<Gpu>> gpus_;
  std::map<std::int32_t, Target> targets_;
  std::deque<Kept> kept_;
};

/// The session of this process. Tests link in another definition, with other tables of CUDA and
/// cuDNN.
Session& session();

/// Throws cvg::Refused where a device is only described.
void refuse_described(const Device& device);

}  // namespace convgauge::backends::cudnn
