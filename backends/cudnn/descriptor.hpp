// A descriptor of cuDNN's graph API that is destroyed with its owner; a failure is an exception
// with cuDNN's own message.
#pragma once
#include <array>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cudnn_table.hpp"

namespace convgauge::backends::cudnn {

/// cuDNN's message, and its status, which distinguishes "not supported" from other errors.
struct CudnnError : std::runtime_error {
  CudnnError(cudnnStatus_t code, const std::string& sentence)
      : std::runtime_error(sentence), status(code) {}
  cudnnStatus_t status;
  bool unsupported() const { return CUDNN_STATUS_CATEGORY(status) == CUDNN_STATUS_NOT_SUPPORTED; }
};

/// Throws CudnnError if `status` is not success.
void check(const CudnnTable& cudnn, cudnnStatus_t status, const std::string& what);

/// The attribute type of a C++ type.
template <class T>
struct AttributeType;
template <>
struct AttributeType<std::int64_t> {
  static constexpr auto value = CUDNN_TYPE_INT64;
};
template <>
struct AttributeType<cudnnDataType_t> {
  static constexpr auto value = CUDNN_TYPE_DATA_TYPE;
};
template <>
struct AttributeType<bool> {
  static constexpr auto value = CUDNN_TYPE_BOOLEAN;
};
template <>
struct AttributeType<float> {
  static constexpr auto value = CUDNN_TYPE_FLOAT;
};
template <>
struct AttributeType<double> {
  static constexpr auto value = CUDNN_TYPE_DOUBLE;
};
template <>
struct AttributeType<char> {
  static constexpr auto value = CUDNN_TYPE_CHAR;
};
template <>
struct AttributeType<cudnnHandle_t> {
  static constexpr auto value = CUDNN_TYPE_HANDLE;
};
template <>
struct AttributeType<void*> {
  static constexpr auto value = CUDNN_TYPE_VOID_PTR;
};
template <>
struct AttributeType<cudnnConvolutionMode_t> {
  static constexpr auto value = CUDNN_TYPE_CONVOLUTION_MODE;
};
template <>
struct AttributeType<cudnnPointwiseMode_t> {
  static constexpr auto value = CUDNN_TYPE_POINTWISE_MODE;
};
template <>
struct AttributeType<cudnnBackendHeurMode_t> {
  static constexpr auto value = CUDNN_TYPE_HEUR_MODE;
};
template <>
struct AttributeType<cudnnBackendKnobType_t> {
  static constexpr auto value = CUDNN_TYPE_KNOB_TYPE;
};
template <>
struct AttributeType<cudnnBackendNumericalNote_t> {
  static constexpr auto value = CUDNN_TYPE_NUMERICAL_NOTE;
};
template <>
struct AttributeType<cudnnBackendBehaviorNote_t> {
  static constexpr auto value = CUDNN_TYPE_BEHAVIOR_NOTE;
};

/// cuDNN copies the values that attributes are set to, except descriptors: a descriptor that is set
/// as an attribute of another one must live as long as that one.
class Descriptor {
 public:
  Descriptor() = default;
  Descriptor(const CudnnTable& cudnn, cudnnBackendDescriptorType_t type);
  Descriptor(Descriptor&& other) noexcept
      : cudnn_(std::exchange(other.cudnn_, nullptr)), raw_(std::exchange(other.raw_, nullptr)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(cudnn_, other.cudnn_);
    std::swap(raw_, other.raw_);
    return *this;
  }
  ~Descriptor() {
    if (raw_) cudnn_->destroy(raw_);
  }

  cudnnBackendDescriptor_t raw() const { return raw_; }

  template <class T>
  void set(cudnnBackendAttributeName_t name, std::span<const T> values) {
    set_raw(name, AttributeType<T>::value, static_cast<std::int64_t>(values.size()), values.data());
  }
  template <class T>
  void set(cudnnBackendAttributeName_t name, const T& value) {
    set(name, std::span<const T>(&value, 1));
  }
  void set(cudnnBackendAttributeName_t name, const std::string& text) {
    set(name, std::span<const char>(text.data(), text.size()));
  }
  void set(cudnnBackendAttributeName_t name, const Descriptor& other) { set_list(name, {&other}); }
  void set_list(cudnnBackendAttributeName_t name, std::initializer_list<const Descriptor*> others);

  void finalize(const char* what);

  /// The attribute's values, at most `most`.
  template <class T>
  std::vector<T> get(cudnnBackendAttributeName_t name, std::int64_t most) const {
    std::vector<T> values(static_cast<std::size_t>(most));
    values.resize(
        static_cast<std::size_t>(get_raw(name, AttributeType<T>::value, most, values.data())));
    return values;
  }
  template <class T>
  T get(cudnnBackendAttributeName_t name) const {
    T value{};
    get_raw(name, AttributeType<T>::value, 1, &value);
    return value;
  }
  std::string text(cudnnBackendAttributeName_t name) const;
  /// The attribute's descriptors of `type`, at most `most`: they are created here and filled by
  /// cuDNN.
  std::vector<Descriptor> list(cudnnBackendAttributeName_t name, cudnnBackendDescriptorType_t type,
                               std::int64_t most) const;
  /// How many descriptors the attribute has; 0 also where cuDNN cannot tell before it fills them
  /// (knob choices: seen with 9.19).
  std::int64_t count(cudnnBackendAttributeName_t name) const;

 private:
  void set_raw(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
               std::int64_t count, const void* values);
  std::int64_t get_raw(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                       std::int64_t most, void* values) const;
  const CudnnTable* cudnn_ = nullptr;
  cudnnBackendDescriptor_t raw_ = nullptr;
};

}  // namespace convgauge::backends::cudnn
