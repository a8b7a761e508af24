// Every engine configuration of cuDNN that may do a spec: asked of its heuristics, built, filtered
// by what its engine says of itself, and named so that it can be asked for again.
#pragma once
#include <convgauge/plugin.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "graph.hpp"

namespace convgauge::backends::cudnn {

/// What an engine says of its arithmetic and behaviour.
struct Notes {
  std::vector<cudnnBackendNumericalNote_t> numerical;
  std::vector<cudnnBackendBehaviorNote_t> behavior;
  bool has(cudnnBackendNumericalNote_t note) const;
  bool has(cudnnBackendBehaviorNote_t note) const;
};

/// A built plan with all that it points to.
struct BuiltPlan {
  std::shared_ptr<const Graph> graph;
  Descriptor configuration, plan;
};

struct Candidate {
  Problem problem;
  std::int64_t engine = 0;
  std::vector<std::pair<int, std::int64_t>> knobs;  // type, value
  Notes notes;
  std::string mode;                 // of the heuristic that offered it first: "A", "B", "FALLBACK"
  int rank = 0;                     // its place in that mode's list, from 0
  std::size_t workspace_bytes = 0;  // of cuDNN's own
  std::string name;                 // "cudnn.eng28{k2=1,k3=0}+bias+pad_reflect"
  std::shared_ptr<const BuiltPlan> built;
};

/// What was found for one spec. Candidates stand in the heuristics' order: the first is cuDNN's own
/// pick.
struct Listing {
  std::vector<Candidate> candidates;
  int offered = 0;                     // different configurations, before any was dropped
  std::map<std::string, int> dropped;  // why -> how many
  // Of those that were dropped for their workspace; 0 if none was.
  std::size_t least_workspace_bytes = 0;
  /// "36 configurations offered: 33 use tensor cores, 3 ..."
  std::string why_none() const;
};

/// Why a spec's arithmetic or determinism excludes an engine; nothing if it does not. strict f32:
///   no tensor cores. Narrowing inputs: math reduced only. Reducing in a narrower type than f32:
///   never. f16, bf16: tensor cores multiply exactly and add in f32. f64: tensor cores are IEEE.
std::string excluded(const cvg_spec& spec, const Notes& notes);

/// The ways to bring a spec to cuDNN, the best first: those after the first group are for specs of
/// which cuDNN takes none. `own_kernels`: whether ours are there.
std::vector<std::vector<Route>> routes(const cvg_spec& spec, bool own_kernels);

/// limit: of the workspace in bytes, ours included; negative: none. Nothing found is no error.
Listing list_candidates(const CudnnTable& cudnn, const Target& target, const cvg_spec& spec,
                        bool own_kernels, std::int64_t limit);

/// Of a candidate: what our own kernels need, then cuDNN's.
std::size_t workspace_bytes(const cvg_spec& spec, const Candidate& candidate);

cvg_algorithm describe(const Candidate& candidate, const cvg_spec& spec);

/// cuDNN's own serialisation of a plan, and back: throws CudnnError.
std::string plan_json(const Candidate& candidate);
Descriptor restore_plan(const CudnnTable& cudnn, const Target& target, const std::string& json);

/// The candidate as a JSON object for the record: engine, knobs, notes, place in the heuristic,
/// workspace, plan.
std::string details(const Candidate& candidate, const Listing& listing);

}  // namespace convgauge::backends::cudnn
