// Candidates for a described H200: the problems of gate.json and the layers of ResNet-50, in every
// precision.
#include <cudnn/session.hpp>
#include <set>

#include "config/suite.hpp"
#include "library.hpp"
#include "specs.hpp"

namespace convgauge::backends::cudnn {
namespace {

struct Precision {
  const char* name;
  Ways ways;
};
constexpr Precision kPrecisions[] = {{"strict", {Dtype::f32}},
                                     {"tf32", {Dtype::f32, Layout::nhwc, MathMode::tf32}},
                                     {"f16", {Dtype::f16, Layout::nhwc}},
                                     {"bf16", {Dtype::bf16, Layout::nchw}},
                                     {"f64", {Dtype::f64}}};

class Planning : public NeedsCudnn {
 protected:
  static Listing list(const cvg_spec& spec, std::int64_t limit = -1) {
    return list_candidates(opened().table, h200(), spec, true, limit);
  }
  static config::Suite suite(const char* file) {
    return config::read_suite(std::filesystem::path(CONVGAUGE_SOURCE_DIR) / "configs" / file)
        .value();
  }
};

/// What must hold of every candidate.
void expect_sound(const cvg_spec& spec, const Listing& listing) {
  std::set<std::string> names;
  for (const auto& c : listing.candidates) {
    EXPECT_TRUE(names.insert(c.name).second) << c.name << " stands twice";
    EXPECT_LT(c.name.size(), sizeof(cvg_algorithm::name));
    EXPECT_EQ(excluded(spec, c.notes), "") << c.name;
    EXPECT_FALSE(c.notes.has(CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION)) << c.name;
    if (spec.src_type == CVG_DTYPE_F32 && spec.math == CVG_MATH_STRICT) {
      EXPECT_FALSE(c.notes.has(CUDNN_NUMERICAL_NOTE_TENSOR_CORE)) << c.name;
    }
    if (spec.deterministic) {
      EXPECT_FALSE(c.notes.has(CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC)) << c.name;
    }
  }
}

TEST_F(Planning, EveryLayerOfResNet50HasCandidatesInEveryPrecision) {
  const auto resnet = suite("suites/resnet50.json");
  ASSERT_GE(resnet.problems.size(), 20u);
  for (const auto& precision : kPrecisions)
    for (const auto& problem : resnet.problems) {
      SCOPED_TRACE(std::string(precision.name) + " " + problem.name);
      const auto spec = spec_of(problem.geometry, precision.ways);
      const auto listing = list(spec);
      EXPECT_FALSE(listing.candidates.empty()) << listing.why_none();
      expect_sound(spec, listing);
    }
}

/// Every 19th problem of gate.json: 40 of 759, some of every kind (stride, dilation, groups,
/// paddings, tails).
TEST_F(Planning, AShareOfTheGateHasCandidatesInEveryPrecision) {
  const auto gate = suite("gate.json");
  std::size_t seen = 0;
  for (const auto& precision : kPrecisions)
    for (std::size_t i = 0; i < gate.problems.size(); i += 19) {
      SCOPED_TRACE(std::string(precision.name) + " " + gate.problems[i].name);
      const auto spec = spec_of(gate.problems[i].geometry, precision.ways);
      const auto listing = list(spec);
      EXPECT_FALSE(listing.candidates.empty()) << listing.why_none();
      expect_sound(spec, listing);
      ++seen;
    }
  EXPECT_GT(seen, 150u);
}

TEST_F(Planning, TensorCoresComeWithTf32Only) {
  const auto has_tensor_cores = [&](MathMode math) {
    const auto listing = list(spec_of("n32c64h56w56_o64k3p1_nobias", {.math = math}));
    bool any = false;
    for (const auto& c : listing.candidates)
      any = any || c.notes.has(CUDNN_NUMERICAL_NOTE_TENSOR_CORE);
    return any;
  };
  EXPECT_FALSE(has_tensor_cores(MathMode::strict));
  EXPECT_TRUE(has_tensor_cores(MathMode::tf32));
}

TEST_F(Planning, ExcludesByNotes) {
  const auto notes = [](cudnnBackendNumericalNote_t note) { return Notes{{note}, {}}; };
  const auto why = [&](const Ways& ways, cudnnBackendNumericalNote_t note) {
    return excluded(spec_of("n1c8h9w9_o8k3", ways), notes(note));
  };
  EXPECT_NE(why({}, CUDNN_NUMERICAL_NOTE_TENSOR_CORE), "");
  EXPECT_EQ(why({.math = MathMode::tf32}, CUDNN_NUMERICAL_NOTE_TENSOR_CORE), "");
  EXPECT_EQ(why({.dtype = Dtype::f16}, CUDNN_NUMERICAL_NOTE_TENSOR_CORE), "");
  EXPECT_EQ(why({.dtype = Dtype::f64}, CUDNN_NUMERICAL_NOTE_TENSOR_CORE), "");
  EXPECT_NE(why({.math = MathMode::tf32}, CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS), "");
  EXPECT_EQ(why({.math = MathMode::reduced}, CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS), "");
  EXPECT_NE(why({.dtype = Dtype::f16}, CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION), "");
  EXPECT_EQ(why({}, CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC), "");
  EXPECT_NE(why({.deterministic = true}, CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC), "");
}

/// Seen with 9.19: an engine of backward data that is not deterministic.
TEST_F(Planning, DeterministicDropsWhatIsNot) {
  const Ways free{.direction = Direction::backward_data};
  auto bound = free;
  bound.deterministic = true;
  const auto all = list(spec_of("n2c8h9w11_o16k3s1x2p1_nobias", free));
  const auto some = list(spec_of("n2c8h9w11_o16k3s1x2p1_nobias", bound));
  EXPECT_LT(some.candidates.size(), all.candidates.size());
  EXPECT_FALSE(some.candidates.empty());
}

TEST_F(Planning, TheWorkspaceLimitHolds) {
  const auto spec = spec_of("n32c64h56w56_o64k3p1_nobias", {.math = MathMode::tf32});
  const auto all = list(spec), none = list(spec, 0);
  EXPECT_LT(none.candidates.size(), all.candidates.size());
  for (const auto& c : none.candidates) EXPECT_EQ(workspace_bytes(spec, c), 0u) << c.name;
  EXPECT_GT(none.least_workspace_bytes, 0u);
  // The workspace of our own kernels counts too: here a padded source.
  const auto padded = list(spec_of("n1c4h9w9_o4k3p1_nobias_reflect"), 100);
  EXPECT_TRUE(padded.candidates.empty());
  EXPECT_NE(padded.why_none().find("the least of these needs"), std::string::npos)
      << padded.why_none();
}

TEST_F(Planning, PlansComeBackFromTheirSerialisation) {
  for (const auto& precision : kPrecisions) {
    const auto listing = list(spec_of("n32c64h56w56_o64k3p1", precision.ways));
    ASSERT_FALSE(listing.candidates.empty());
    for (const auto& c : listing.candidates) {
      const auto json = plan_json(c);
      const auto back = restore_plan(opened().table, h200(), json);
      EXPECT_EQ(back.text(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION), json) << c.name;
      EXPECT_EQ(static_cast<std::size_t>(
                    back.get<std::int64_t>(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE)),
                c.workspace_bytes);
    }
  }
}

TEST_F(Planning, NamesTellEngineKnobsAndWhatIsOurs) {
  const auto listing = list(spec_of("n2c8h9w11_o16k3p1_bias_reflect"));
  bool knobs = false, ours = false;
  for (const auto& c : listing.candidates) {
    EXPECT_EQ(c.name.rfind("cudnn.eng" + std::to_string(c.engine), 0), 0u) << c.name;
    EXPECT_NE(c.name.find("+pad_reflect"), std::string::npos) << c.name;
    knobs = knobs || c.name.find("{k") != std::string::npos;
    ours = ours || c.name.find("+bias") != std::string::npos;
    EXPECT_EQ(std::string(describe(c, spec_of("n2c8h9w11_o16k3p1")).name), c.name);
  }
  EXPECT_TRUE(knobs);
  EXPECT_TRUE(ours);
}

/// cuDNN's own choice is the first candidate of mode A that the filters leave.
TEST_F(Planning, TheFirstIsTheHeuristicsOwnPick) {
  const auto listing =
      list(spec_of("n32c64h56w56_o64k3p1_nobias", {.dtype = Dtype::f16, .layout = Layout::nhwc}));
  ASSERT_GT(listing.candidates.size(), 10u);
  EXPECT_EQ(listing.candidates.front().mode, "A");
  EXPECT_EQ(listing.candidates.front().rank, 0);
}

}  // namespace
}  // namespace convgauge::backends::cudnn
