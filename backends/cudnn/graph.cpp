#include "graph.hpp"

namespace convgauge::backends::cudnn {
namespace {

// Bytes: as much as the widest loads of an engine need. Our buffers have more.
constexpr std::int64_t kAlignment = 16;

/// Makes the finalised descriptors of a graph. The functions return the index of a descriptor.
class Builder {
 public:
  Builder(const CudnnTable& cudnn, const Problem& problem) : cudnn_(cudnn), p_(problem) {}

  std::size_t tensor(std::int64_t uid, const Dims& dims, cudnnDataType_t type,
                     bool is_virtual = false) {
    auto& t = add(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
    const auto strides = strides_of(dims, p_.channels_last);
    t.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, uid);
    t.set(CUDNN_ATTR_TENSOR_DATA_TYPE, type);
    t.set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, kAlignment);
    t.set(CUDNN_ATTR_TENSOR_DIMENSIONS, std::span<const std::int64_t>(dims));
    t.set(CUDNN_ATTR_TENSOR_STRIDES, std::span<const std::int64_t>(strides));
    t.set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, is_virtual);
    t.finalize("tensor");
    return parts_.size() - 1;
  }

  std::size_t convolution() {
    auto& c = add(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
    const auto pair = [&](cudnnBackendAttributeName_t name,
                          const std::array<std::int64_t, 2>& values) {
      c.set(name, std::span<const std::int64_t>(values));
    };
    c.set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, std::int64_t{2});
    c.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, p_.compute);
    c.set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_CROSS_CORRELATION);
    pair(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, p_.before);
    pair(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, p_.after);
    pair(CUDNN_ATTR_CONVOLUTION_DILATIONS, p_.dilation);
    pair(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, p_.stride);
    c.finalize("convolution");
    return parts_.size() - 1;
  }

  /// The names of one direction's attributes.
  struct Names {
    cudnnBackendDescriptorType_t type;
    cudnnBackendAttributeName_t x, w, y, convolution, alpha, beta;
  };

  std::size_t operation(const Names& names, std::size_t x, std::size_t w, std::size_t y,
                        std::size_t convolution) {
    auto& o = add(names.type);
    o.set(names.x, parts_[x]);
    o.set(names.w, parts_[w]);
    o.set(names.y, parts_[y]);
    o.set(names.convolution, parts_[convolution]);
    if (p_.compute == CUDNN_DATA_DOUBLE) {
      o.set(names.alpha, 1.0);
      o.set(names.beta, 0.0);
    } else {
      o.set(names.alpha, 1.0F);
      o.set(names.beta, 0.0F);
    }
    o.finalize("operation");
    return parts_.size() - 1;
  }

  std::size_t add_bias(std::size_t sum, std::size_t bias, std::size_t y) {
    auto& mode = add(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
    mode.set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_POINTWISE_ADD);
    mode.set(CUDNN_ATTR_POINTWISE_MATH_PREC, p_.compute);
    mode.finalize("addition");
    const auto addition = parts_.size() - 1;
    auto& o = add(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
    o.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, parts_[addition]);
    o.set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, parts_[sum]);
    o.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, parts_[bias]);
    o.set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, parts_[y]);
    o.finalize("addition of the bias");
    return parts_.size() - 1;
  }

  const Descriptor& part(std::size_t index) const { return parts_[index]; }
  std::vector<Descriptor> take() { return std::move(parts_); }

 private:
  Descriptor& add(cudnnBackendDescriptorType_t type) { return parts_.emplace_back(cudnn_, type); }
  const CudnnTable& cudnn_;
  const Problem& p_;
  std::vector<Descriptor> parts_;
};

constexpr Builder::Names kForward{CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
                                  CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
                                  CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
                                  CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
                                  CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
                                  CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
                                  CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA};
constexpr Builder::Names kBackwardData{CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
                                       CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
                                       CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
                                       CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
                                       CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
                                       CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
                                       CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA};
constexpr Builder::Names kBackwardWeights{
    CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA};

}  // namespace

Target Target::described(const CudnnTable& cudnn, const std::string& json) {
  Target target;
  target.description = Descriptor(cudnn, CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
  target.description.set(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, json);
  target.description.finalize("device description");
  return target;
}

Graph build_graph(const CudnnTable& cudnn, const Target& target, const Problem& p) {
  Builder b(cudnn, p);
  const bool fused = p.route.bias == BiasBy::graph;
  const auto x = b.tensor(kX, p.x, p.type), w = b.tensor(kW, p.w, p.type),
             y = b.tensor(kY, p.y, p.type);
  // The sum between the two operations has the compute type: with f16 or bf16 cuDNN offered no
  // plan.
  const auto sum = fused ? b.tensor(kConvolved, p.y, p.compute, true) : y;
  const auto& names = p.direction == CVG_DIRECTION_FORWARD         ? kForward
                      : p.direction == CVG_DIRECTION_BACKWARD_DATA ? kBackwardData
                                                                   : kBackwardWeights;
  const auto convolution = b.operation(names, x, w, sum, b.convolution());
  Graph made{{}, Descriptor(cudnn, CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR)};
  if (target.handle) made.graph.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, target.handle);
  if (fused) {
    const auto bias = b.tensor(kBias, {1, p.y[1], 1, 1}, p.type);
    const auto addition = b.add_bias(sum, bias, y);
    made.graph.set_list(CUDNN_ATTR_OPERATIONGRAPH_OPS, {&b.part(convolution), &b.part(addition)});
  } else {
    made.graph.set_list(CUDNN_ATTR_OPERATIONGRAPH_OPS, {&b.part(convolution)});
  }
  made.graph.finalize("operation graph");
  made.parts = b.take();
  return made;
}

}  // namespace convgauge::backends::cudnn
