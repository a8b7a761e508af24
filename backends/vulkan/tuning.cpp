#include "tuning.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>

#include "copies.hpp"
#include "execution.hpp"

namespace convgauge::backends::vulkan {
namespace {

/// The key of a choice: the device with its driver, the problem, and the names of the candidates.
std::string key_of(const Device& device, const Shape& s, const std::vector<Candidate>& all) {
  std::ostringstream text;
  text << device.facts().identity() << '|' << s.batch << ' ' << s.in_channels << ' '
       << s.out_channels << ' ' << s.groups;
  for (const auto& a : {s.h, s.w})
    text << ' ' << a.input << ' ' << a.kernel << ' ' << a.stride << ' ' << a.dilation << ' '
         << a.pad_before << ' ' << a.pad_after;
  text << ' ' << s.padding_mode << ' ' << s.channels_last << ' ' << static_cast<int>(s.storage)
       << '|';
  std::vector<std::string> names;
  for (const auto& candidate : all) names.push_back(name_of(candidate));
  std::sort(names.begin(), names.end());  // so that the key does not depend on their order
  for (const auto& name : names) text << name << ' ';
  return text.str();
}

/// Reads the file of choices: lines "KEY<tab>NAME", where a later line replaces an earlier one of
/// the same key.
std::map<std::string, std::string> read_choices(const std::string& path) {
  std::map<std::string, std::string> choices;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);)
    if (const auto tab = line.find('\t'); tab != std::string::npos)
      choices[line.substr(0, tab)] = line.substr(tab + 1);
  return choices;
}

void append_choice(const std::string& path, const std::string& key, const std::string& name) {
  std::ofstream out(path, std::ios::app);
  out << key + '\t' + name + '\n';
  if (!out.flush())
    throw std::runtime_error("tune_cache: " + path +
                             " cannot be written (a contained plugin writes no file: --trust)");
}

/// Buffers for one candidate, filled with bytes 0x3c: computing with zeros can be faster than with
/// other numbers.
class Bench {
 public:
  Bench(Device& device, const Program& program, const Shape& shape) {
    const std::int64_t bytes[] = {shape.batch * shape.src_image() * shape.element_bytes(),
                                  program.packed_bytes,
                                  shape.batch * shape.dst_image() * shape.element_bytes(),
                                  program.transformed_bytes, program.products_bytes};
    try {
      for (const auto size : bytes) {
        buffers_.push_back(make_buffer(device, static_cast<std::size_t>(size),
                                       VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0));
        fill_bytes(buffers_.back(), 0, 0x3c, buffers_.back().bytes);  // 0.0115 in f32, 1.06 in f16
      }
    } catch (...) {
      free_all();
      throw;
    }
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;
  ~Bench() { free_all(); }
  Spots spots() const {
    Spots made;
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = {&buffers_[i], 0};
    return made;
  }

 private:
  void free_all() {
    for (const auto& buffer : buffers_) free_buffer(buffer);
  }
  std::vector<Buffer> buffers_;
};

/// The least time of an execution among several batches, each long enough for a clock. Measured by
/// the device's timestamps, or where it has none by the host's clock.
double measured_ns(Device& device, const Candidate& candidate, const Shape& shape,
                   const Options& options) {
  constexpr int kRounds = 5;
  constexpr double kBatchNs = 2e6;
  const auto program = build(candidate, shape, limited(device.facts().limits, options));
  const Bench bench(device, program, shape);
  Execution execution(device, program, 1, options.wait);
  execution.bind(0, bench.spots());
  double best = HUGE_VAL;
  std::vector<std::size_t> slots(1, 0);
  for (int round = 0; round < kRounds; ++round) {
    cvg_timing timing{};
    const auto start = std::chrono::steady_clock::now();
    execution.start(slots, &timing);
    execution.wait();
    const double host =
        std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count();
    const double each =
        (timing.total_ns > 0 ? timing.total_ns : host) / static_cast<double>(slots.size());
    if (round > 0) best = std::min(best, each);  // the first round also makes memory resident
    slots.assign(static_cast<std::size_t>(std::clamp(kBatchNs / each, 1.0, 100.0)), 0);
  }
  return best;
}

std::string fastest(Device& device, const std::vector<Candidate>& all, const Shape& shape,
                    const Options& options) {
  double best = HUGE_VAL;
  std::string name = name_of(all.front());
  for (const auto& candidate : all) {
    try {
      const double ns = measured_ns(device, candidate, shape, options);
      if (ns < best) best = ns, name = name_of(candidate);
    } catch (const cvg::OutOfMemory&) {  // not chosen
    }
  }
  return name;
}

}  // namespace

std::vector<Candidate> tuned(std::vector<Candidate> all, const cvg_spec& spec,
                             const cvg_settings& settings, const Options& options) {
  // The choices of this process are kept, so that query() and plan_create() choose the same.
  static auto& chosen = *new std::map<std::string, std::string>;
  auto& owner = device(options.validation, static_cast<std::size_t>(settings.device));
  const Shape shape(spec);
  const auto key = key_of(owner, shape, all);
  auto name = chosen[key];
  if (name.empty() && !options.tune_cache.empty())
    if (const auto kept = read_choices(options.tune_cache); kept.contains(key)) name = kept.at(key);
  const auto named = [&](const Candidate& candidate) { return name_of(candidate) == name; };
  if (std::none_of(all.begin(), all.end(), named)) {
    name = fastest(owner, all, shape, options);
    if (!options.tune_cache.empty()) append_choice(options.tune_cache, key, name);
  }
  chosen[key] = name;
  const auto first = std::find_if(all.begin(), all.end(), named);
  std::rotate(all.begin(), first, first + 1);
  return all;
}

}  // namespace convgauge::backends::vulkan
