#include "run/revision.hpp"

#include <filesystem>
#include <fstream>

#include "core/files.hpp"
#include "core/layers.hpp"

namespace convgauge::run {
namespace {

std::string packed(const std::filesystem::path& git, const std::string& reference) {
  std::ifstream in(git / "packed-refs");
  for (std::string line; std::getline(in, line);)
    if (line.ends_with(" " + reference)) return line.substr(0, line.find(' '));
  return {};
}

}  // namespace

std::string git_revision(const std::string& folder) {
  const auto git = std::filesystem::path(folder) / ".git";
  const auto head = first_line(git / "HEAD");
  constexpr std::string_view kReference = "ref: ";
  if (!head.starts_with(kReference)) return head;
  const auto reference = head.substr(kReference.size());
  const auto loose = first_line(git / reference);
  return loose.empty() ? packed(git, reference) : loose;
}

}  // namespace convgauge::run
