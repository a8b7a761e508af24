#include "run/run_log.hpp"

#include <fmt/format.h>

#include <fstream>
#include <string>
#include <string_view>

#include "core/layers.hpp"
#include "run/resume.hpp"

namespace convgauge::run {
namespace {

/// Whether a run was killed before its header was on disk: the file is empty, or has the beginning
/// of a header and no whole line.
bool has_torn_header(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string line;
  if (!in || (std::getline(in, line) && !in.eof())) return false;
  constexpr std::string_view kBegin = R"({"record":"header")";
  return std::string_view(line).substr(0, kBegin.size()) == kBegin.substr(0, line.size());
}

}  // namespace

Expected<RunLog> RunLog::open(HeaderRecord header, const SweepOptions& options) {
  RunLog log;
  log.results_.header = std::move(header);
  if (options.out.empty()) return log;
  const auto file = options.out / "results.jsonl";
  const bool anew = options.resume && has_torn_header(file);
  if (options.resume && !anew) {
    if (auto ok = log.resume_from(file, options.retry); !ok) return tl::unexpected(ok.error());
    return log;
  }
  std::error_code failed;
  std::filesystem::create_directories(options.out, failed);
  if (failed)
    return error(fmt::format("{}: cannot be made: {}", options.out.string(), failed.message()));
  auto writer = ResultsWriter::open(file, anew ? std::optional(std::size_t{0}) : std::nullopt);
  if (!writer) return tl::unexpected(writer.error());
  log.writer_.emplace(std::move(*writer));
  if (auto ok = log.writer_->append(to_line(log.header())); !ok) return tl::unexpected(ok.error());
  return log;
}

Expected<void> RunLog::resume_from(const std::filesystem::path& file,
                                   std::span<const Outcome> retry) {
  auto found = read_results(file);
  if (!found) return tl::unexpected(found.error());
  auto resumed = resume(file, *found, header(), retry);
  if (!resumed) return tl::unexpected(resumed.error());
  results_.header = std::move(found->header);
  for (auto& record : resumed->cases) keep(std::move(record));
  done_ = std::move(resumed->problems);
  auto writer = ResultsWriter::open(file, resumed->keep_bytes);
  if (!writer) return tl::unexpected(writer.error());
  writer_.emplace(std::move(*writer));
  return {};
}

Expected<void> RunLog::append(CaseRecord record) {
  if (writer_)
    if (auto ok = writer_->append(to_line(record)); !ok) return ok;
  keep(std::move(record));
  return {};
}

void RunLog::keep(CaseRecord record) {
  const std::pair key(record.position.problem, record.position.index);
  const auto [known, is_new] = places_.try_emplace(key, results_.cases.size());
  if (is_new)
    results_.cases.push_back(std::move(record));
  else
    results_.cases[known->second] = std::move(record);
}

}  // namespace convgauge::run
