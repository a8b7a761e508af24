#include "core/files.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace convgauge {

Expected<void> write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  out.flush();
  if (!out) return error(file.string() + ": cannot be written: " + std::strerror(errno));
  return {};
}

std::string first_line(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

}  // namespace convgauge
