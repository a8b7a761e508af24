#include "run/dump_case.hpp"

#include <fmt/format.h>

#include <cctype>

#include "core/convert.hpp"
#include "core/files.hpp"
#include "core/layers.hpp"
#include "core/npy.hpp"
#include "core/problem_text.hpp"
#include "verify/compare.hpp"

namespace convgauge::run {
namespace {

/// Keeps letters, digits, '.' and '_'; each run of other characters becomes one '-'.
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
  auto name = fmt::format("{}-{}-{}-{}-t{}", r.label, short_text(r.problem.geometry),
                          word(r.settings.dtype), word(r.settings.layout), r.settings.threads);
  if (r.requested_algorithm != "default" &&
      r.label.find(r.requested_algorithm) == std::string::npos)
    name += "-" + r.requested_algorithm;
  const auto is_said = [](std::string_view key) {
    return key == "dtype" || key == "layout" || key == "threads";
  };
  for (const auto& setting : setting_texts(r.settings))
    if (!setting.is_default && !is_said(setting.key.name)) name += "-" + setting.phrase;
  return file_name(name);
}

/// A type that .npy lacks is written as f32.
Dtype storable(Dtype type) {
  return traits(type).npy.empty() ? Dtype::f32 : type;
}

std::vector<std::int64_t> listed(const Shape& shape) {
  return {shape.begin(), shape.end()};
}

}  // namespace

Dump::Dump(const DumpOrder& order, const CaseRecord& record)
    : order_(order), case_(case_name(record)) {}

OutputObserver Dump::observer() {
  if (order_.folder.empty()) return {};
  return [this](const JudgedOutput& j) {
    if (j.right && !order_.all) return;
    const auto folder = file_name(without(without(text(j.oracle), "fill "), "placement "));
    inputs(folder, j.spec, j.test);
    outputs(folder, j);
  };
}

void Dump::outputs(const std::string& folder, const JudgedOutput& j) {
  const auto role = j.spec.result();
  const auto shape = j.spec.shape(role);
  const void* got = j.got[index_of(role)];
  write(folder + "/got.npy", shape, j.spec.strides(role), j.spec.type(role), got);
  if (const auto* bias = j.got[index_of(TensorRole::diff_bias)])
    write_vector(folder + "/got_db.npy", j.spec, TensorRole::diff_bias, bias);
  if (!j.test.expected) return;
  const Evidence e{j.spec, j.algorithm, j.fill, j.test.inputs(), j.test.reference(), got};
  std::vector<double> allowed(static_cast<std::size_t>(elements(shape)), 0.0);
  if (!agrees_bit_for_bit(e)) allowed_errors(e, allowed.data());
  write(folder + "/allowed.npy", shape, allowed.data());
}

void Dump::finish(const CaseRecord& record, ProblemTensors& tensors,
                  const std::vector<Fill>& fills) {
  if (order_.folder.empty()) return;
  const auto& spec = tensors.spec();
  if (is_defect(record.verdict) && !written_ && !tensors.projected())
    for (const auto fill : fitting_fills(fills, spec))
      inputs(std::string(word(fill)), spec, tensors.of(fill));
  if (!written_) return;
  if (auto ok = write_text(order_.folder / case_ / "case.json", to_pretty_json({record}) + "\n");
      !ok && error_.empty())
    error_ = ok.error().message;
}

void Dump::inputs(const std::string& folder, const Spec& spec, const TestTensors& test) {
  std::error_code failed;
  std::filesystem::create_directories(order_.folder / case_ / folder, failed);
  if (failed && error_.empty())
    error_ =
        fmt::format("--dump {}: {}", (order_.folder / case_ / folder).string(), failed.message());
  written_ = true;
  Buffer made;  // the source, where it is not held
  if (test.images) test.images->put((made = Buffer(spec.src_bytes())).data(), 0);
  Inputs in = test.inputs();
  if (test.images) in.src = made.data();
  constexpr std::pair<TensorRole, const char*> kFiles[] = {{TensorRole::src, "/x.npy"},
                                                           {TensorRole::weights, "/w.npy"},
                                                           {TensorRole::diff_dst, "/dy.npy"}};
  for (const auto& [role, file] : kFiles)
    if (spec.reads(role))
      write(folder + file, spec.shape(role), spec.strides(role), spec.type(role), in.of(role));
  if (spec.reads(TensorRole::bias))
    write_vector(folder + "/b.npy", spec, TensorRole::bias, in.bias);
  if (test.expected) write(folder + "/want.npy", spec.shape(spec.result()), test.reference().want);
}

void Dump::write_vector(const std::string& file, const Spec& spec, TensorRole role,
                        const void* data) {
  const auto count = elements(spec.shape(role));
  const auto given = spec.type(role), type = storable(given);
  std::vector<double> values(static_cast<std::size_t>(count));
  load_line(given, data, 0, 1, count, values.data());
  Buffer stored(values.size() * size_of(type));
  store_line(type, stored.data(), 0, 1, count, values.data());
  const auto ok = write_npy(order_.folder / case_ / file, {count}, type, stored.data());
  if (!ok && error_.empty()) error_ = ok.error().message;
}

void Dump::write(const std::string& file, const Shape& s, const Strides& d, Dtype type,
                 const void* data) {
  const auto to = storable(type);
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

}  // namespace convgauge::run
