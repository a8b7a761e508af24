#include "run/dump_case.hpp"

#include <fmt/format.h>

#include <cctype>

#include "core/convert.hpp"
#include "core/files.hpp"
#include "core/npy.hpp"
#include "core/problem_text.hpp"
#include "verify/compare.hpp"

namespace convgauge {
namespace {

/// Letters, digits, '.', '_'; everything else is one '-'.
std::string file_name(const std::string& text) {
  std::string name;
  for (const char c : text)
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_')
      name += c;
    else if (!name.empty() && name.back() != '-')
      name += '-';
  while (name.ends_with('-')) name.pop_back();
  return name;
}

std::string without(std::string text, std::string_view words) {
  const auto at = text.find(words);
  return at == std::string::npos ? text : text.erase(at, words.size());
}

std::string case_name(const CaseRecord& r) {
  auto name = fmt::format("{}-{}-{}-{}-t{}", r.label, short_text(r.problem.geometry), word(r.settings.dtype),
                          word(r.settings.layout), r.settings.threads);
  if (r.requested_algorithm != "default" && r.label.find(r.requested_algorithm) == std::string::npos)
    name += "-" + r.requested_algorithm;
  return file_name(name);
}

std::vector<std::int64_t> listed(const Shape& shape) {
  return {shape.begin(), shape.end()};
}

}  // namespace

Dump::Dump(const DumpOrder& order, const CaseRecord& record) : order_(order), case_(case_name(record)) {}

Witness Dump::witness() {
  if (order_.folder.empty()) return {};
  return [this](const Judged& j) {
    if (j.right && !order_.all) return;
    const auto folder = file_name(without(without(j.oracle, "fill "), "placement "));
    inputs(folder, j.spec, j.sheet);
    const auto shape = j.spec.geometry.dst_shape();
    write(folder + "/got.npy", shape, j.spec.dst_strides(), j.spec.dst_type, j.got);
    if (!j.sheet.expected) return;
    const Evidence e{j.spec, j.algorithm, j.fill, j.sheet.inputs(), j.sheet.reference(), j.got};
    std::vector<double> allowed(static_cast<std::size_t>(elements(shape)), 0.0);
    if (!agrees_bit_for_bit(e)) allowed_errors(e, allowed.data());
    write(folder + "/allowed.npy", shape, allowed.data());
  };
}

void Dump::finish(const CaseRecord& record, Material& material, const std::vector<Fill>& fills) {
  if (order_.folder.empty()) return;
  const auto& spec = material.spec();
  if (is_defect(record.verdict) && !written_ && spec.direction == Direction::forward && !material.projected())
    for (const auto fill : fills)
      if (fits(fill, spec)) inputs(std::string(word(fill)), spec, material.sheet(fill));
  if (!written_) return;
  if (auto ok = write_text(order_.folder / case_ / "case.json", to_pretty_json({record}) + "\n"); !ok && error_.empty())
    error_ = ok.error().message;
}

void Dump::inputs(const std::string& folder, const Spec& spec, const Sheet& sheet) {
  std::error_code failed;
  std::filesystem::create_directories(order_.folder / case_ / folder, failed);
  if (failed && error_.empty())
    error_ = fmt::format("--dump {}: {}", (order_.folder / case_ / folder).string(), failed.message());
  written_ = true;
  const auto& g = spec.geometry;
  const auto in = sheet.inputs();
  write(folder + "/x.npy", g.src_shape(), spec.src_strides(), spec.src_type, in.src);
  write(folder + "/w.npy", g.weights_shape(), spec.weights_strides(), spec.weights_type, in.weights);
  if (g.bias) {
    std::vector<double> bias(static_cast<std::size_t>(g.out_channels));
    load_line(spec.dst_type, in.bias, 0, 1, g.out_channels, bias.data());
    const auto type = spec.dst_type == Dtype::bf16 ? Dtype::f32 : spec.dst_type;
    Buffer stored(bias.size() * size_of(type));
    store_line(type, stored.data(), 0, 1, g.out_channels, bias.data());
    const auto ok = write_npy(order_.folder / case_ / (folder + "/b.npy"), {g.out_channels}, type, stored.data());
    if (!ok && error_.empty()) error_ = ok.error().message;
  }
  if (sheet.expected) write(folder + "/want.npy", g.dst_shape(), sheet.reference().want);
}

void Dump::write(const std::string& file, const Shape& s, const Strides& d, Dtype type, const void* data) {
  const auto to = type == Dtype::bf16 ? Dtype::f32 : type;
  Buffer plain(static_cast<std::size_t>(elements(s)) * size_of(to));
  std::vector<double> row(static_cast<std::size_t>(s[3]));
  std::int64_t index = 0;
  for (std::int64_t n = 0; n < s[0]; ++n)
    for (std::int64_t c = 0; c < s[1]; ++c)
      for (std::int64_t h = 0; h < s[2]; ++h, index += s[3]) {
        load_line(type, data, n * d[0] + c * d[1] + h * d[2], d[3], s[3], row.data());
        store_line(to, plain.data(), index, 1, s[3], row.data());
      }
  const auto ok = write_npy(order_.folder / case_ / file, listed(s), to, plain.data());
  if (!ok && error_.empty()) error_ = ok.error().message;
}

void Dump::write(const std::string& file, const Shape& shape, const double* values) {
  write(file, shape, nchw_strides(shape), Dtype::f64, values);
}

}  // namespace convgauge
