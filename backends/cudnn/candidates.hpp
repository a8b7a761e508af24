// Every engine configuration of cuDNN that may compute a spec: listed by cuDNN's heuristics, built,
// filtered by the notes of its engine, and named so that it can be asked for again.
#pragma once
#include <convgauge/plugin.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "graph.hpp"

namespace convgauge::backends::cudnn {

/// The notes that cuDNN gives of an engine's arithmetic and behaviour.
struct Notes {
  std::vector<cudnnBackendNumericalNote_t> numerical;
  std::vector<cudnnBackendBehaviorNote_t> behavior;
  bool has(cudnnBackendNumericalNote_t note) const;
  bool has(cudnnBackendBehaviorNote_t note) const;
};

/// A built plan and all descriptors that it points to.
struct BuiltPlan {
  std::shared_ptr<const Graph> graph;
  Descriptor configuration, plan;
};

struct Candidate {
  Problem problem;
  std::int64_t engine = 0;
  std::vector<std::pair<int, std::int64_t>> knobs;  // type, value
  Notes notes;
  std::string mode;                 // heuristic that listed it first: "A", "B" or "FALLBACK"
  int rank = 0;                     // its place in that mode's list, from 0
  std::size_t workspace_bytes = 0;  // that cuDNN's plan needs
  std::string name;                 // "cudnn.eng28{k2=1,k3=0}+bias+pad_reflect"
  std::shared_ptr<const BuiltPlan> built;
};

/// What was found for one spec. Candidates are in the order of the heuristics: the first is cuDNN's
/// own choice.
struct Listing {
  std::vector<Candidate> candidates;
  int offered = 0;                     // different configurations, before any was dropped
  std::map<std::string, int> dropped;  // reason -> how many were dropped for it
  // The least workspace among those dropped because of the limit; 0 if none was.
  std::size_t least_workspace_bytes = 0;
  /// "36 configurations offered: 33 use tensor cores, 3 ..."
  std::string why_none() const;
};

/// Why a spec's math or determinism setting excludes an engine; empty if it does not.
///   Tensor cores: not for strict f32. (For f16 and bf16 they multiply exactly and add in f32; for
///     f64 they are IEEE.)
///   Inputs that are converted to a narrower type: only for f32 with math reduced.
///   Sums in a narrower type than the accumulator: never.
///   Nondeterministic engines: not where determinism is asked for.
std::string excluded(const cvg_spec& spec, const Notes& notes);

/// The routes by which cuDNN can compute a spec, in groups, the best first: a later group is tried
/// only where no route of the groups before gave a candidate. `own_kernels`: whether this was built
/// with our own kernels.
std::vector<std::vector<Route>> routes(const cvg_spec& spec, bool own_kernels);

/// `limit`: of the workspace in bytes, that of our own kernels included; negative: no limit. An
/// empty list is not an error.
Listing list_candidates(const CudnnTable& cudnn, const Target& target, const cvg_spec& spec,
                        bool own_kernels, std::int64_t limit);

/// The workspace of a candidate: that of our own kernels, followed by cuDNN's.
std::size_t workspace_bytes(const cvg_spec& spec, const Candidate& candidate);

cvg_algorithm describe(const Candidate& candidate, const cvg_spec& spec);

/// cuDNN's own serialisation of a plan, and the plan of a serialisation. Both throw CudnnError.
std::string plan_json(const Candidate& candidate);
Descriptor restore_plan(const CudnnTable& cudnn, const Target& target, const std::string& json);

/// The candidate as a JSON object for the record: engine, knobs, notes, rank in its heuristic's
/// list, workspace, plan.
std::string details(const Candidate& candidate, const Listing& listing);

}  // namespace convgauge::backends::cudnn
