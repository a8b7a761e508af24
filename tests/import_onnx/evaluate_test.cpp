// What evaluate() computes against the operator tests that ONNX ships: evaluate_test FOLDER, with
// Debian's /usr/share/libonnx-testdata/data/node. Exit code 77 where the folder is not there.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/files.hpp"
#include "import/onnx/constant.hpp"
#include "import/onnx/model_file.hpp"

namespace {

namespace fs = std::filesystem;
using namespace convgauge::onnx_import;

constexpr int kFewestTests = 190, kFewestOperators = 40;

/// Of a file with one serialized tensor; `element_type` is set also where it has too many numbers.
std::optional<Constant> tensor_in(const fs::path& file, int& element_type) {
  onnx::TensorProto tensor;
  const auto text = convgauge::read_text(file);
  if (!text || !tensor.ParseFromString(*text)) return std::nullopt;
  element_type = tensor.data_type();
  return constant_of(tensor, kMostNumbers);
}

/// Up to the rounding of sums of some f32 of about 10.
bool equal(const Constant& a, const Constant& b) {
  if (a.dims != b.dims || a.numbers.size() != b.numbers.size()) return false;
  for (std::size_t i = 0; i < a.numbers.size(); ++i) {
    const auto x = a.numbers[i], y = b.numbers[i];
    if (!(std::fabs(x - y) <= 5e-6L * std::max<long double>(1, std::fabs(y))) &&
        !(std::isnan(x) && std::isnan(y)) && x != y)
      return false;
  }
  return true;
}

enum class Result { equal, differs, not_computed };

/// One test: a model of one node, its inputs and its first output.
Result result_of(const fs::path& folder, std::string& op) {
  const auto model = read_model(folder / "model.onnx");
  if (!model || model->graph().node_size() != 1) return Result::not_computed;
  const auto& node = model->graph().node(0);
  op = node.op_type();
  std::vector<std::optional<Constant>> constants;
  int file = 0, type = 0;
  std::optional<Sizes> first_dims;
  for (const auto& name : node.input()) {
    const auto path = folder / "test_data_set_0" / fmt::format("input_{}.pb", file);
    constants.push_back(name.empty() ? std::nullopt : tensor_in(path, type));
    file += name.empty() ? 0 : 1;
  }
  std::vector<const Constant*> inputs;
  for (const auto& c : constants) inputs.push_back(c ? &*c : nullptr);
  if (!inputs.empty() && inputs[0]) first_dims = inputs[0]->dims;
  const auto expected = tensor_in(folder / "test_data_set_0/output_0.pb", type);
  const auto got = evaluate(node, inputs, type, first_dims);
  if (!got || !expected) return Result::not_computed;
  return equal(*got, *expected) ? Result::equal : Result::differs;
}

}  // namespace

int main(int argc, char** argv) {
  const fs::path data = argc > 1 ? argv[1] : "";
  if (!fs::is_directory(data)) return fmt::print("SKIPPED: no folder {}\n", data.string()), 77;
  std::map<std::string, int> right;
  int wrong = 0, tests = 0;
  for (const auto& entry : fs::directory_iterator(data)) {
    std::string op;
    const auto result = result_of(entry.path(), op);
    if (result == Result::differs) {
      fmt::print("{}: {} computes something else\n", entry.path().filename().string(), op);
      ++wrong;
    }
    if (result == Result::equal) ++right[op], ++tests;
  }
  for (const auto& [op, count] : right) fmt::print("{} {}, ", op, count);
  fmt::print("\n{} tests of {} operators are right, {} wrong\n", tests, right.size(), wrong);
  const bool enough = tests >= kFewestTests && right.size() >= kFewestOperators;
  return wrong == 0 && enough ? 0 : 1;
}
