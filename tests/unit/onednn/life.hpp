// The life of one plan in any direction, from creation to destruction, with guarded and poisoned
// buffers, by direct calls of the plugin's table of functions.
#pragma once
#include <abi_smoke/session.hpp>

#include "definition.hpp"

namespace convgauge::onednn_test {

inline const cvg_backend& backend() {
  return *smoke::backends().front();
}

inline cvg_spec to_abi(const Spec& spec) {
  auto made = smoke::to_abi(spec);
  made.direction = static_cast<std::int32_t>(spec.direction);
  return made;
}

class Life {
 public:
  Life(const Spec& spec, const cvg_settings& settings) : spec_(spec) {
    const auto abi = to_abi(spec);
    smoke::demand(smoke::ask([&](auto* reason, auto* note) {
                    return backend().plan_create(&abi, &settings, &plan_, reason, note);
                  }),
                  "plan_create");
    std::int32_t count = 0;
    backend().requirements(plan_, nullptr, 0, &count);
    requirements_.assign(static_cast<std::size_t>(count), cvg_requirement{});
    for (auto& r : requirements_) r.struct_size = sizeof r;
    backend().requirements(plan_, requirements_.data(), count, &count);
    for (const auto& r : requirements_)
      buffers_.push_back(std::make_unique<smoke::Guarded>(r.bytes, r.alignment));
    std::vector<void*> addresses;
    for (auto& b : buffers_) addresses.push_back(b->data());
    call("bind",
         [&](cvg_note* note) { return backend().bind(plan_, 0, addresses.data(), count, note); });
  }
  Life(const Life&) = delete;
  ~Life() { backend().plan_destroy(plan_); }

  const std::vector<cvg_requirement>& requirements() const { return requirements_; }

  /// Executes the plan. All outputs are poisoned first. Throws where an input, or memory beyond a
  /// buffer, was written.
  Results run(const Inputs& inputs) {
    Results got{std::vector<float>(results(spec_), NAN),
                std::vector<float>(has_bias_gradient(spec_) ? inputs.bias.size() : 0, NAN)};
    const auto host = tensors(inputs, got);
    load(CVG_ROLE_SRC, inputs.src), load(CVG_ROLE_WEIGHTS, inputs.weights);
    load(CVG_ROLE_BIAS, inputs.bias), load(CVG_ROLE_DIFF_DST, inputs.diff_dst);
    call("prepare",
         [&](cvg_note* note) { return backend().prepare_weights(plan_, 0, &host, note); });
    call("upload", [&](cvg_note* note) { return backend().upload(plan_, 0, &host, note); });
    for (std::size_t i = 0; i < buffers_.size(); ++i)
      if (!is_read(requirements_[i].role)) buffers_[i]->poison();
    const auto before = what_is_read();
    const std::int32_t slot = 0;
    call("execute",
         [&](cvg_note* note) { return backend().execute(plan_, &slot, 1, nullptr, note); });
    call("wait", [&](cvg_note* note) { return backend().wait(plan_, note); });
    if (what_is_read() != before) throw std::runtime_error("an input was written");
    call("fetch", [&](cvg_note* note) { return backend().fetch(plan_, 0, &host, note); });
    for (std::size_t i = 0; i < buffers_.size(); ++i)
      if (!buffers_[i]->intact())
        throw std::runtime_error("written beyond buffer " + std::to_string(i));
    save(got);
    return got;
  }

 private:
  template <class Call>
  static void call(const char* what, Call&& it) {
    smoke::demand(smoke::ask([&](auto*, auto* note) { return it(note); }), what);
  }

  static bool is_read(cvg_role role) {
    return role == CVG_ROLE_SRC || role == CVG_ROLE_WEIGHTS || role == CVG_ROLE_BIAS ||
           role == CVG_ROLE_DIFF_DST || role == CVG_ROLE_PACKED_WEIGHTS;
  }

  /// The host's tensors; those that the direction does not use are NULL.
  cvg_tensors tensors(const Inputs& in, Results& out) const {
    const bool forward = spec_.direction == Direction::forward,
               data = spec_.direction == Direction::backward_data,
               weights = spec_.direction == Direction::backward_weights;
    cvg_tensors t{};
    t.struct_size = sizeof t;
    if (!data) t.src = in.src.data();
    if (!weights) t.weights = in.weights.data();
    if (forward && spec_.geometry.bias) t.bias = in.bias.data();
    if (!forward) t.diff_dst = in.diff_dst.data();
    (forward ? t.dst : data ? t.diff_src : t.diff_weights) = out.tensor.data();
    if (!out.bias.empty()) t.diff_bias = out.bias.data();
    return t;
  }

  void load(cvg_role role, const std::vector<float>& from) {
    for (std::size_t i = 0; i < buffers_.size(); ++i) {
      if (requirements_[i].role != role || requirements_[i].form != CVG_FORM_TENSOR || from.empty())
        continue;
      if (requirements_[i].bytes != from.size() * sizeof(float))
        throw std::runtime_error("bytes of a tensor");
      std::memcpy(buffers_[i]->data(), from.data(), requirements_[i].bytes);
    }
  }

  /// Copies to `got` the results that the plan left in buffers in the host's layout.
  void save(Results& got) {
    for (std::size_t i = 0; i < buffers_.size(); ++i) {
      const auto& r = requirements_[i];
      if (is_read(r.role) || r.form != CVG_FORM_TENSOR || r.bytes == 0) continue;
      auto& to = r.role == CVG_ROLE_DIFF_BIAS ? got.bias : got.tensor;
      if (r.bytes != to.size() * sizeof(float)) throw std::runtime_error("bytes of a result");
      std::memcpy(to.data(), buffers_[i]->data(), r.bytes);
    }
  }

  std::vector<unsigned char> what_is_read() const {
    std::vector<unsigned char> all;
    for (std::size_t i = 0; i < buffers_.size(); ++i) {
      if (!is_read(requirements_[i].role)) continue;
      const auto* begin = static_cast<const unsigned char*>(buffers_[i]->data());
      all.insert(all.end(), begin, begin + buffers_[i]->bytes());
    }
    return all;
  }

  Spec spec_;
  cvg_plan* plan_ = nullptr;
  std::vector<cvg_requirement> requirements_;
  std::vector<std::unique_ptr<smoke::Guarded>> buffers_;
};

}  // namespace convgauge::onednn_test
