#include "session.hpp"

#include <convgauge/sdk.hpp>
#include <cstring>

namespace convgauge::backends::cudnn {
namespace {

// Listings that are kept. A sweep asks for one spec at a time, for which there may be a second
// plan.
constexpr std::size_t kKept = 4;

/// Compares bytes. Both specs were read into zeroed structs; if padding bytes differ nevertheless,
/// a listing is only made once more.
bool same(const cvg_spec& a, const cvg_spec& b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

}  // namespace

Session::Session(const CudaTable& cuda, OpenedCudnn cudnn, const std::string& descriptions)
    : cuda_(cuda), cudnn_(std::move(cudnn)), descriptions_(descriptions) {}

const FoundDevices& Session::devices() {
  if (!devices_)
    devices_ = std::make_unique<FoundDevices>(find_devices(cuda_, cudnn_, nvml_, descriptions_));
  return *devices_;
}

void refuse_described(const Device& device) {
  cvg::refuse_unless(
      !device.only_described(), CVG_REASON_DEVICE,
      device.file + " only describes a device: plans are made and listed for it, none is executed");
}

Gpu& Session::gpu(std::int32_t index) {
  const auto& d = device(index);
  refuse_described(d);
  auto& gpu = gpus_[index];
  if (!gpu) gpu = std::make_unique<Gpu>(cuda_, cudnn_.table, d.ordinal);
  check(cuda_, cuda_.set_device(d.ordinal), "cudaSetDevice");
  return *gpu;
}

const Target& Session::target(std::int32_t index) {
  if (const auto found = targets_.find(index); found != targets_.end()) return found->second;
  const auto& d = device(index);
  Target made;
  if (d.only_described())
    made = Target::described(cudnn_.table, d.description);
  else
    made.handle = gpu(index).handle;
  return targets_.emplace(index, std::move(made)).first->second;
}

std::shared_ptr<const Listing> Session::listing(const cvg_spec& spec, std::int32_t device,
                                                std::int64_t limit) {
  for (const auto& k : kept_)
    if (k.device == device && k.limit == limit && same(k.spec, spec)) return k.listing;
  const bool own_kernels = kernels_fatbin() != nullptr;
  auto made = std::make_shared<const Listing>(
      list_candidates(cudnn_.table, target(device), spec, own_kernels, limit));
  kept_.push_front({spec, device, limit, made});
  if (kept_.size() > kKept) kept_.pop_back();
  return made;
}

std::string Session::device_details(std::int32_t index) {
  const auto& d = device(index);
  std::string text = "{\"cudnn\": \"" + version_text(cudnn_.table.version()) +
                     "\", \"built_with_cudnn\": \"" + version_text(CUDNN_VERSION) + "\"";
  if (!d.only_described()) {
    gpu(index);
    text += ", \"state\": " + to_json(nvml_.state(d.bus_id));
  }
  return text + "}";
}

}  // namespace convgauge::backends::cudnn
