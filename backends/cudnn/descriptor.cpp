#include "descriptor.hpp"

#include <algorithm>

namespace convgauge::backends::cudnn {

void check(const CudnnTable& cudnn, cudnnStatus_t status, const std::string& what) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  std::array<char, 1024> text{};
  cudnn.last_error(text.data(), text.size());
  std::string said(text.data());
  std::replace(said.begin(), said.end(), '\n', ' ');
  throw CudnnError(
      status, what + ": " + cudnn.error_name(status) + (said.empty() ? "" : " (" + said + ")"));
}

Descriptor::Descriptor(const CudnnTable& cudnn, cudnnBackendDescriptorType_t type)
    : cudnn_(&cudnn) {
  check(cudnn, cudnn.create(type, &raw_), "cudnnBackendCreateDescriptor " + std::to_string(type));
}

void Descriptor::set_raw(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                         std::int64_t count, const void* values) {
  check(*cudnn_, cudnn_->set(raw_, name, type, count, values),
        "cudnnBackendSetAttribute " + std::to_string(name));
}

void Descriptor::set_list(cudnnBackendAttributeName_t name,
                          std::initializer_list<const Descriptor*> others) {
  std::vector<cudnnBackendDescriptor_t> raw;
  for (const auto* other : others) raw.push_back(other->raw_);
  set_raw(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, static_cast<std::int64_t>(raw.size()), raw.data());
}

void Descriptor::finalize(const char* what) {
  check(*cudnn_, cudnn_->finalize(raw_), what);
}

std::int64_t Descriptor::get_raw(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                                 std::int64_t most, void* values) const {
  std::int64_t count = 0;
  check(*cudnn_, cudnn_->get(raw_, name, type, most, &count, values),
        "cudnnBackendGetAttribute " + std::to_string(name));
  return std::min(count, most);
}

std::string Descriptor::text(cudnnBackendAttributeName_t name) const {
  std::int64_t bytes = 0;
  check(*cudnn_, cudnn_->get(raw_, name, CUDNN_TYPE_CHAR, 0, &bytes, nullptr),
        "cudnnBackendGetAttribute " + std::to_string(name));
  std::string text(static_cast<std::size_t>(bytes), '\0');
  get_raw(name, CUDNN_TYPE_CHAR, bytes, text.data());
  while (!text.empty() && text.back() == '\0') text.pop_back();
  return text;
}

std::int64_t Descriptor::count(cudnnBackendAttributeName_t name) const {
  std::int64_t count = 0;
  check(*cudnn_, cudnn_->get(raw_, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 0, &count, nullptr),
        "cudnnBackendGetAttribute " + std::to_string(name));
  return count;
}

std::vector<Descriptor> Descriptor::list(cudnnBackendAttributeName_t name,
                                         cudnnBackendDescriptorType_t type,
                                         std::int64_t most) const {
  std::vector<Descriptor> made;
  std::vector<cudnnBackendDescriptor_t> raw;
  for (std::int64_t i = 0; i < most; ++i) raw.push_back(made.emplace_back(*cudnn_, type).raw());
  if (most > 0)
    made.resize(
        static_cast<std::size_t>(get_raw(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, most, raw.data())));
  return made;
}

}  // namespace convgauge::backends::cudnn
