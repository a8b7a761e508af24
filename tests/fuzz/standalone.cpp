// Runs a fuzz target without libFuzzer: every file of a corpus as it is, then some thousand inputs
// that are made of them by a fixed seed. usage: fuzz_NAME CORPUS INPUTS
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::string;

void run(const Bytes& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

/// A few bytes changed, removed, doubled, or taken from another input.
Bytes changed(Bytes bytes, const Bytes& other, std::mt19937& random) {
  const auto below = [&](std::size_t n) { return n ? random() % n : 0; };
  for (auto changes = 1 + below(4); changes > 0; --changes) {
    const auto at = below(bytes.size() + 1), length = below(16);
    switch (below(5)) {
      case 0:
        if (at < bytes.size()) bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes.erase(at, length);
        break;
      case 2:
        bytes.insert(at, bytes.substr(below(bytes.size() + 1), length));
        break;
      case 3:
        bytes.insert(at, other.substr(below(other.size() + 1), 4 * length));
        break;
      default: {
        constexpr const char* kNumbers[] = {"-1",  "0",   "1e999", "9223372036854775807",
                                            "NaN", "null"};
        bytes.replace(at, length, kNumbers[below(std::size(kNumbers))]);
      }
    }
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: %s CORPUS INPUTS\n", argv[0]), 2;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1]))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<Bytes> corpus;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  if (corpus.empty()) return std::fprintf(stderr, "%s: no file\n", argv[1]), 2;
  for (const auto& bytes : corpus) run(bytes);
  std::mt19937 random(1);
  const long inputs = std::atol(argv[2]);
  for (long i = 0; i < inputs; ++i)
    run(changed(corpus[random() % corpus.size()], corpus[random() % corpus.size()], random));
  std::printf("%zu files, %ld inputs\n", corpus.size(), inputs);
  return 0;
}
