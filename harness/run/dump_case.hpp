// The tensors of a verified case as .npy files, for someone who wants to look at the numbers.
//
//   FOLDER/CASE/case.json            the case's record
//   FOLDER/CASE/ORACLE/x.npy w.npy   what the backend was given; b.npy where there is a bias,
//                                    dy.npy in the backward directions; only what the direction
//                                    reads
//   FOLDER/CASE/ORACLE/got.npy       what it computed: y, dx or dw; got_db.npy: the gradient of the
//   bias FOLDER/CASE/ORACLE/want.npy allowed.npy   the reference and the allowed |got - want|, f64;
//   not where the outputs
//                                             were held against a projection, for there is no
//                                             reference then
//
// CASE is the backend's label, the problem and the settings; ORACLE the fill and what was special
// about the run ("integer-end"). Arrays are C order, (n, c, h, w), whatever the layout of the case;
// bf16, which NumPy lacks, becomes f32, exactly. What was held against a projection has no want and
// is not written.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "record/record.hpp"
#include "run/verify_case.hpp"

namespace convgauge {

struct DumpOrder {
  std::filesystem::path folder;  // empty: nothing is written
  bool all = false;              // what is right too
};

/// One case's files. [one thread]
class Dump {
 public:
  /// Both outlive this.
  Dump(const DumpOrder& order, const CaseRecord& record);
  /// For VerifyOrder; empty where nothing is to be written.
  OutputObserver observer();
  /// After the verdict: the record, and of a failure without an output (a crash) the inputs and
  /// what was wanted.
  void finish(const CaseRecord& record, ProblemTensors& tensors, const std::vector<Fill>& fills);
  /// Empty, or the first file that could not be written, and why.
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

}  // namespace convgauge
