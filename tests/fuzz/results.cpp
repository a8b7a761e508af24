// A results.jsonl of anywhere: what is read is shown in every format.
#include <cstdint>

#include "core/layers.hpp"
#include "fuzz/input_file.hpp"
#include "record/record.hpp"
#include "report/compare/comparison.hpp"
#include "report/report.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace convgauge;
  static fuzz::InputFile file;
  const auto results = record::read_results(file.with(data, size));
  if (!results) return 0;
  (void)report::terminal_table(*results, 100, false);
  (void)report::markdown_report(*results);
  (void)report::junit_report(*results);
  (void)report::csv_report(*results);
  (void)report::gbench_report(*results);
  (void)report::benchdnn_report(*results);
  const report::Side side{"input", {&*results}};
  (void)report::compare(side, side);
  return 0;
}
