#include "candidates.hpp"

#include <algorithm>
#include <convgauge/sdk.hpp>

#include "own_work.hpp"

namespace convgauge::backends::cudnn {
namespace {

constexpr std::int64_t kMostNotes = 32;  // more than any engine has

/// "eng28{k2=1,k3=0}"
std::string engine_text(std::int64_t engine,
                        const std::vector<std::pair<int, std::int64_t>>& knobs) {
  auto text = "eng" + std::to_string(engine);
  for (std::size_t i = 0; i < knobs.size(); ++i)
    text += (i == 0 ? "{k" : ",k") + std::to_string(knobs[i].first) + "=" +
            std::to_string(knobs[i].second);
  return knobs.empty() ? text : text + "}";
}

std::string name_of(const cvg_spec& spec, const Candidate& c) {
  static constexpr const char* kPad[] = {"+pad_zeros", "+pad_reflect", "+pad_replicate",
                                         "+pad_circular"};
  static constexpr const char* kFold[] = {"+crop", "+fold_reflect", "+fold_replicate",
                                          "+fold_circular"};
  const auto& route = c.problem.route;
  const auto* bias = spec.direction == CVG_DIRECTION_FORWARD ? "+bias" : "+bias_gradient";
  const auto* padding =
      (spec.direction == CVG_DIRECTION_BACKWARD_DATA ? kFold : kPad)[spec.padding_mode];
  return "cudnn." + engine_text(c.engine, c.knobs) + (route.bias == BiasBy::kernel ? bias : "") +
         (route.written_padding ? padding : "");
}

std::vector<std::pair<int, std::int64_t>> knobs_of(const Descriptor& configuration) {
  std::vector<std::pair<int, std::int64_t>> knobs;
  for (const auto& choice :
       configuration.list(CUDNN_ATTR_ENGINECFG_KNOB_CHOICES, CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR,
                          CUDNN_KNOB_TYPE_COUNTS))
    knobs.emplace_back(choice.get<cudnnBackendKnobType_t>(CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE),
                       choice.get<std::int64_t>(CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE));
  std::sort(knobs.begin(), knobs.end());
  return knobs;
}

/// Finds the candidates of a spec, route by route and heuristic mode by heuristic mode.
class Search {
 public:
  Search(const CudnnTable& cudnn, const Target& target, const cvg_spec& spec, std::int64_t limit,
         Listing& listing)
      : cudnn_(cudnn), target_(target), spec_(spec), limit_(limit), listing_(listing) {}

  void over(const Route& route) {
    const auto problem = describe(spec_, route);
    try {
      graph_ = std::make_shared<const Graph>(build_graph(cudnn_, target_, problem));
    } catch (const CudnnError& refusal) {
      ++listing_.dropped[refusal.what()];
      return;
    }
    ask(problem, CUDNN_HEUR_MODE_A, "A");
    ask(problem, CUDNN_HEUR_MODE_B, "B");
    ask(problem, CUDNN_HEUR_MODE_FALLBACK, "FALLBACK");
  }

 private:
  void ask(const Problem& problem, cudnnBackendHeurMode_t mode, const char* word) {
    std::vector<Descriptor> found;
    try {
      Descriptor heuristic(cudnn_, CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
      heuristic.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph_->graph);
      heuristic.set(CUDNN_ATTR_ENGINEHEUR_MODE, mode);
      if (target_.only_described())
        heuristic.set(CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, target_.description);
      heuristic.finalize("heuristic");
      found = heuristic.list(CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR,
                             heuristic.count(CUDNN_ATTR_ENGINEHEUR_RESULTS));
    } catch (const CudnnError& refusal) {
      ++listing_.dropped[std::string(word) + ": " + refusal.what()];
      return;
    }
    for (std::size_t i = 0; i < found.size(); ++i) {
      Candidate c;
      c.problem = problem;
      c.mode = word;
      c.rank = static_cast<int>(i);
      consider(std::move(c), std::move(found[i]));
    }
  }

  /// Builds a configuration that was not seen before and is not excluded.
  void consider(Candidate c, Descriptor configuration) {
    const auto engines =
        configuration.list(CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_BACKEND_ENGINE_DESCRIPTOR, 1);
    if (engines.empty()) return;
    c.engine = engines.front().get<std::int64_t>(CUDNN_ATTR_ENGINE_GLOBAL_INDEX);
    c.knobs = knobs_of(configuration);
    c.name = name_of(spec_, c);
    if (std::find(seen_.begin(), seen_.end(), c.name) != seen_.end()) return;
    seen_.push_back(c.name);
    ++listing_.offered;
    c.notes = {engines.front().get<cudnnBackendNumericalNote_t>(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE,
                                                                kMostNotes),
               engines.front().get<cudnnBackendBehaviorNote_t>(CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE,
                                                               kMostNotes)};
    if (const auto why = excluded(spec_, c.notes); !why.empty())
      return static_cast<void>(++listing_.dropped[why]);
    if (c.name.size() >= sizeof(cvg_algorithm::name))
      return static_cast<void>(
          ++listing_.dropped["have a name longer than the interface has room for"]);
    build(std::move(c), std::move(configuration));
  }

  void build(Candidate c, Descriptor configuration) {
    auto built = std::make_shared<BuiltPlan>();
    built->graph = graph_;
    built->configuration = std::move(configuration);
    try {
      built->plan = Descriptor(cudnn_, CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
      if (target_.only_described())
        built->plan.set(CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, target_.description);
      else
        built->plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, target_.handle);
      built->plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, built->configuration);
      built->plan.finalize("plan");
      c.workspace_bytes = static_cast<std::size_t>(
          built->plan.get<std::int64_t>(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE));
    } catch (const CudnnError& refusal) {
      ++listing_.dropped[std::string("cannot be built: ") + refusal.what()];
      return;
    }
    c.built = std::move(built);
    const auto bytes = workspace_bytes(spec_, c);
    if (limit_ >= 0 && bytes > static_cast<std::size_t>(limit_)) {
      auto& least = listing_.least_workspace_bytes;
      least = least == 0 ? bytes : std::min(least, bytes);
      ++listing_.dropped["need more workspace than the limit"];
      return;
    }
    listing_.candidates.push_back(std::move(c));
  }

  const CudnnTable& cudnn_;
  const Target& target_;
  const cvg_spec& spec_;
  std::int64_t limit_;
  Listing& listing_;
  std::shared_ptr<const Graph> graph_;
  std::vector<std::string> seen_;
};

}  // namespace

bool Notes::has(cudnnBackendNumericalNote_t note) const {
  return std::find(numerical.begin(), numerical.end(), note) != numerical.end();
}
bool Notes::has(cudnnBackendBehaviorNote_t note) const {
  return std::find(behavior.begin(), behavior.end(), note) != behavior.end();
}

std::string excluded(const cvg_spec& s, const Notes& notes) {
  const bool f32 = s.src_type == CVG_DTYPE_F32;
  if (f32 && s.math == CVG_MATH_STRICT && notes.has(CUDNN_NUMERICAL_NOTE_TENSOR_CORE))
    return "use tensor cores";
  if (notes.has(CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS) && !(f32 && s.math == CVG_MATH_REDUCED))
    return "narrow their inputs";
  if (notes.has(CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION))
    return "add in less than the accumulator's type";
  if (s.deterministic && notes.has(CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC))
    return "are not deterministic";
  return "";
}

std::vector<std::vector<Route>> routes(const cvg_spec& s, bool own_kernels) {
  const bool padded = is_padded(s);
  const bool must_write = s.padding_mode != CVG_PADDING_ZEROS && padded;
  const auto with_biases = [&](bool written) {
    std::vector<Route> group;
    if (!s.bias || s.direction == CVG_DIRECTION_BACKWARD_DATA)
      return std::vector<Route>{{written, BiasBy::nobody}};
    if (s.direction == CVG_DIRECTION_BACKWARD_WEIGHTS)
      return std::vector<Route>{{written, BiasBy::kernel}};
    group.push_back({written, BiasBy::graph});
    // Not for f16 and bf16: with a separate kernel for the bias the sum would be rounded twice.
    if (own_kernels && (s.src_type == CVG_DTYPE_F32 || s.src_type == CVG_DTYPE_F64))
      group.push_back({written, BiasBy::kernel});
    return group;
  };
  std::vector<std::vector<Route>> groups{with_biases(must_write)};
  if (!must_write && padded && own_kernels) groups.push_back(with_biases(true));
  return groups;
}

std::size_t workspace_bytes(const cvg_spec& spec, const Candidate& candidate) {
  return own_workspace_bytes(spec, candidate.problem.route) + candidate.workspace_bytes;
}

std::string Listing::why_none() const {
  std::string words = std::to_string(offered) + " engine configurations offered";
  for (const auto& [why, count] : dropped) words += "; " + std::to_string(count) + ": " + why;
  if (least_workspace_bytes > 0)
    words += "; the least of these needs " + std::to_string(least_workspace_bytes) + " bytes";
  return words;
}

Listing list_candidates(const CudnnTable& cudnn, const Target& target, const cvg_spec& spec,
                        bool own_kernels, std::int64_t limit) {
  Listing listing;
  for (const auto& group : routes(spec, own_kernels)) {
    if (!listing.candidates.empty()) break;
    for (const auto& route : group) Search(cudnn, target, spec, limit, listing).over(route);
  }
  return listing;
}

cvg_algorithm describe(const Candidate& c, const cvg_spec& spec) {
  auto made = cvg::algorithm(c.name, CVG_CLASS_GEMM);
  made.deterministic = !c.notes.has(CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC);
  // Only for f64 it is certain that subnormals are kept.
  made.flushes_subnormals = spec.src_type != CVG_DTYPE_F64;
  if (c.notes.has(CUDNN_NUMERICAL_NOTE_WINOGRAD)) {
    // A note gives the tile, m + r - 1, but not the points. Without the note for 4 or 13 the tile
    // is taken to be 6.
    const bool small = c.notes.has(CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_4x4);
    const bool large = c.notes.has(CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13);
    const std::int64_t tile = small ? 4 : large ? 13 : 6;
    made.algorithm_class = CVG_CLASS_WINOGRAD;
    const auto axis = [&](std::int64_t kernel) {
      const auto r = std::min(kernel, tile);
      return cvg::winograd_axis(static_cast<std::int32_t>(tile - r + 1),
                                static_cast<std::int32_t>(r), {});
    };
    made.winograd[0] = axis(spec.h.kernel);
    made.winograd[1] = axis(spec.w.kernel);
  } else if (c.notes.has(CUDNN_NUMERICAL_NOTE_FFT)) {
    // cuDNN does not tell the tile: the whole padded image, rounded up to a power of two, is the
    // largest possible one.
    made.algorithm_class = CVG_CLASS_FFT;
    const auto whole = [](const cvg_axis& axis) {
      std::int32_t size = 1;
      while (size < padded_axis(axis).padded && size < (1 << 20)) size *= 2;
      return size;
    };
    made.fft_tile[0] = whole(spec.h);
    made.fft_tile[1] = whole(spec.w);
  }
  return made;
}

std::string plan_json(const Candidate& candidate) {
  return candidate.built->plan.text(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION);
}

Descriptor restore_plan(const CudnnTable& cudnn, const Target& target, const std::string& json) {
  Descriptor plan(cudnn, CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
  if (target.only_described())
    plan.set(CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, target.description);
  else
    plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, target.handle);
  plan.set(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, json);
  plan.finalize("plan from JSON");
  return plan;
}

}  // namespace convgauge::backends::cudnn
