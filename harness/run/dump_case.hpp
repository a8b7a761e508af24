// The tensors of a verified case as .npy files, for someone who wants to look at the numbers.
//
//   FOLDER/CASE/case.json            the case's record
//   FOLDER/CASE/ORACLE/x.npy w.npy   inputs; also b.npy (bias) and dy.npy (backward directions);
//                                    only those that the direction reads
//   FOLDER/CASE/ORACLE/got.npy       what the backend computed: y, dx or dw
//   FOLDER/CASE/ORACLE/got_db.npy    the gradient of the bias that it computed
//   FOLDER/CASE/ORACLE/want.npy      the reference, f64
//   FOLDER/CASE/ORACLE/allowed.npy   the allowed |got - want|, f64
//
// CASE is the backend's label, the problem and the settings. ORACLE is the fill and what was
// special about the run ("integer-end"). Arrays are in C order, (n, c, h, w), whatever the layout
// of the case; bf16, which NumPy lacks, becomes f32, exactly. Outputs that were compared with a
// projection have no reference: want.npy and allowed.npy are not written for them.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "record/record.hpp"
#include "run/verify_case.hpp"

namespace convgauge::run {

struct DumpOrder {
  std::filesystem::path folder;  // empty: nothing is written
  bool all = false;              // also outputs that are right
};

/// Writes the files of one case. [one thread]
class Dump {
 public:
  /// Both arguments must outlive the object.
  Dump(const DumpOrder& order, const CaseRecord& record);
  /// The observer for VerifyOrder; empty where nothing is to be written.
  OutputObserver observer();
  /// To be called after the verdict. Writes the record and, for a failure without an output (a
  /// crash), the inputs and the reference.
  void finish(const CaseRecord& record, ProblemTensors& tensors, const std::vector<Fill>& fills);
  /// The first file that could not be written, and why; empty if there was none.
  const std::string& error() const { return error_; }

 private:
  void write(const std::string& file, const Shape& shape, const Strides& strides, Dtype type,
             const void* data);
  void write(const std::string& file, const Shape& shape, const double* values);
  void inputs(const std::string& folder, const Spec& spec, const TestTensors& test);
  void outputs(const std::string& folder, const JudgedOutput& j);
  /// A bias or its gradient, (out_channels).
  void write_vector(const std::string& file, const Spec& spec, TensorRole role, const void* data);

  const DumpOrder& order_;
  std::string case_;
  bool written_ = false;
  std::string error_;
};

}  // namespace convgauge::run
