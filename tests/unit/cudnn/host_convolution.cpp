#include "host_convolution.hpp"

#include <array>
#include <cudnn/graph.hpp>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "core/dtype.hpp"

namespace convgauge::backends::cudnn::host_gpu {
namespace {

using Json = nlohmann::json;
using Four = std::array<std::int64_t, 4>;
using Two = std::array<std::int64_t, 2>;

struct Tensor {
  Four dims{}, strides{};
  Dtype type = Dtype::f32;
  bool is_virtual = false;
  void* data = nullptr;
  std::vector<double> own;  // of a virtual one
  std::int64_t offset(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w) const {
    return n * strides[0] + c * strides[1] + h * strides[2] + w * strides[3];
  }
  double get(std::int64_t at) const {
    return is_virtual ? own[static_cast<std::size_t>(at)] : load(type, data, at);
  }
  void put(std::int64_t at, double value) {
    if (is_virtual)
      own[static_cast<std::size_t>(at)] = value;
    else
      store(type, data, at, value);
  }
  std::int64_t count() const { return dims[0] * dims[1] * dims[2] * dims[3]; }
};

Dtype type_named(const std::string& name) {
  if (name == "CUDNN_DATA_FLOAT") return Dtype::f32;
  if (name == "CUDNN_DATA_DOUBLE") return Dtype::f64;
  if (name == "CUDNN_DATA_HALF") return Dtype::f16;
  if (name == "CUDNN_DATA_BFLOAT16") return Dtype::bf16;
  throw std::runtime_error("a tensor of type " + name);
}

Tensor read_tensor(const Json& j) {
  Tensor t{j.at("dim").get<Four>(),
           j.at("stride").get<Four>(),
           type_named(j.at("dataType")),
           j.at("isVirtual").get<bool>(),
           nullptr,
           {}};
  if (t.is_virtual) t.own.resize(static_cast<std::size_t>(t.count()));
  return t;
}

/// Calls the function with the offsets in x, w and y of every product of the convolution.
template <class Product>
void each_product(const Json& node, const Tensor& x, const Tensor& w, const Tensor& y,
                  Product&& product) {
  const auto before =
      node.contains("pad") ? node.at("pad").get<Two>() : node.at("pad_lower").get<Two>();
  const auto stride = node.at("stride").get<Two>(), dilation = node.at("dilation").get<Two>();
  if (node.at("mode") != "CUDNN_CROSS_CORRELATION")
    throw std::runtime_error("not a cross-correlation");
  const auto per_group = w.dims[1], outputs = y.dims[1] / (x.dims[1] / per_group);
  for (std::int64_t n = 0; n < y.dims[0]; ++n)
    for (std::int64_t o = 0; o < y.dims[1]; ++o)
      for (std::int64_t p = 0; p < y.dims[2]; ++p)
        for (std::int64_t q = 0; q < y.dims[3]; ++q)
          for (std::int64_t i = 0; i < per_group; ++i)
            for (std::int64_t k = 0; k < w.dims[2]; ++k)
              for (std::int64_t l = 0; l < w.dims[3]; ++l) {
                const auto h = p * stride[0] + k * dilation[0] - before[0],
                           v = q * stride[1] + l * dilation[1] - before[1];
                if (h < 0 || h >= x.dims[2] || v < 0 || v >= x.dims[3]) continue;
                product(x.offset(n, o / outputs * per_group + i, h, v), w.offset(o, i, k, l),
                        y.offset(n, o, p, q));
              }
}

class Graph {
 public:
  Graph(const Json& plan, const std::map<std::int64_t, void*>& addresses) {
    for (const auto& j : plan.at("operationGraph").at("tensors")) {
      const std::string name = j.at("name");
      auto& t = tensors_[name] = read_tensor(j);
      if (!t.is_virtual) t.data = addresses.at(std::stoll(name));
    }
  }

  void run(const Json& node) {
    const std::string operation = node.at("operation");
    if (operation == "CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR") return add(node);
    const auto is = [&](const char* part) { return operation.find(part) != std::string::npos; };
    auto &x = named(node, is("BACKWARD_DATA") ? "dX" : "X"),
         &w = named(node, is("BACKWARD_FILTER") ? "dW" : "W"),
         &y = named(node, is("FORWARD") ? "Y" : "dY");
    auto& result = is("BACKWARD_DATA") ? x : is("BACKWARD_FILTER") ? w : y;
    std::vector<double> sums(static_cast<std::size_t>(result.count()));
    each_product(node, x, w, y, [&](std::int64_t a, std::int64_t b, std::int64_t c) {
      if (&result == &y) sums[static_cast<std::size_t>(c)] += x.get(a) * w.get(b);
      if (&result == &x) sums[static_cast<std::size_t>(a)] += w.get(b) * y.get(c);
      if (&result == &w) sums[static_cast<std::size_t>(b)] += x.get(a) * y.get(c);
    });
    for (std::size_t i = 0; i < sums.size(); ++i) result.put(static_cast<std::int64_t>(i), sums[i]);
  }

 private:
  Tensor& named(const Json& node, const char* role) {
    return tensors_.at(node.at(role).get<std::string>());
  }
  void add(const Json& node) {
    if (node.at("pointwiseMode") != "CUDNN_POINTWISE_ADD")
      throw std::runtime_error("not an addition");
    auto &x = named(node, "X"), &b = named(node, "B"), &y = named(node, "Y");
    for (std::int64_t n = 0; n < y.dims[0]; ++n)
      for (std::int64_t c = 0; c < y.dims[1]; ++c)
        for (std::int64_t h = 0; h < y.dims[2]; ++h)
          for (std::int64_t w = 0; w < y.dims[3]; ++w)
            y.put(y.offset(n, c, h, w), x.get(x.offset(n, c, h, w)) + b.get(b.offset(0, c, 0, 0)));
  }
  std::map<std::string, Tensor> tensors_;
};

}  // namespace

void run_graph(const std::string& json, const std::map<std::int64_t, void*>& tensors) {
  const auto plan = Json::parse(json);
  Graph graph(plan, tensors);
  for (const auto& node : plan.at("operationGraph").at("nodes")) graph.run(node);
}

std::size_t tensor_bytes(const std::string& json, std::int64_t uid) {
  const auto plan = Json::parse(json);
  for (const auto& j : plan.at("operationGraph").at("tensors"))
    if (j.at("name") == std::to_string(uid)) {
      const auto t = read_tensor(j);
      return static_cast<std::size_t>(t.count()) * size_of(t.type);
    }
  throw std::runtime_error("no tensor " + std::to_string(uid));
}

Roles roles_of(const std::string& json) {
  const std::string operation =
      Json::parse(json).at("operationGraph").at("nodes").at(0).at("operation");
  if (operation.find("BACKWARD_DATA") != std::string::npos) return {kX, kY};
  if (operation.find("BACKWARD_FILTER") != std::string::npos) return {kW, kX};
  return {kY, kX};
}

long engine_of(const std::string& json) {
  return Json::parse(json).at("engine").at("engineId");
}

}  // namespace convgauge::backends::cudnn::host_gpu
