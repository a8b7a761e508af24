// A correct direct f32 convolution plugin with hooks, so that each fault is one small file that
// changes one thing. base.cpp is compiled once; a fault defines `fault` and is linked with it.
#pragma once
#include <convgauge/plugin.h>

namespace faulty {

/// One execution of one slot. Counts are in elements; the tensors are dense, in the spec's order of
/// axes.
struct Call {
  const cvg_spec& spec;
  const cvg_settings& settings;
  int64_t execution;                  // how many this plan has run before
  const float *src, *weights, *bias;  // bias NULL if the spec has none
  float* dst;
  unsigned char* workspace;  // NULL if the fault asked for none
  int64_t src_count, weights_count, bias_count, dst_count, workspace_bytes;
};

/// What differs from a correct plugin. Each hook may be left out. Where a hook that returns bool
/// returns false, the correct code does not run.
struct Fault {
  const char* name;                                     // of the backend and of the file
  void (*load)() = nullptr;                             // in cvg_plugin_entry
  void (*tables)(cvg_plugin&, cvg_backend&) = nullptr;  // changes what the plugin shows of itself
  const cvg_plugin* (*entry)(uint32_t* version) = nullptr;  // instead of the correct answer
  // In query and in plan_create, after the correct answer was OK.
  cvg_status (*query)(const cvg_spec&, cvg_reason* reason, cvg_note*) = nullptr;
  cvg_status (*create)(const cvg_spec&, cvg_reason* reason, cvg_note*) = nullptr;
  void (*algorithm)(cvg_algorithm&) = nullptr;  // changes the answer of plan_algorithm
  // Changes each requirement; `calls`: how often requirements() was called before.
  void (*requirement)(cvg_requirement&, int calls) = nullptr;
  void (*weights)(const float*, int64_t count) = nullptr;  // in prepare_weights
  void (*taken_for)(cvg_spec&) = nullptr;                  // changes what the loops compute
  float (*multiply)(float weight, float value) = nullptr;
  float (*add)(float sum, float product) = nullptr;
  bool (*before)(Call&) = nullptr;  // execute; may change what the loops are given
  void (*after)(Call&) = nullptr;
  cvg_status (*execute)(Call&, cvg_note*) = nullptr;  // called last; gives the result of execute
  void (*wait)() = nullptr;
  int64_t workspace_bytes = 0;
};

/// Runs the correct loops (with the fault's arithmetic and its idea of the problem) on `call`.
void convolve(const Call& call);

/// Copies a sentence into the note, where the host reads it.
void say(cvg_note* note, const char* sentence);

/// `value` rounded to 10 explicit bits of significand, to nearest even: the precision of tf32, and
/// of f16 within its range.
float ten_bits(float value);

}  // namespace faulty

extern const faulty::Fault fault;
