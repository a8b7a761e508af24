// `convgauge run`: one execution on given tensors.
#include <fmt/format.h>

#include <vector>

#include "cli/selection.hpp"
#include "cli/session.hpp"
#include "core/npy.hpp"
#include "core/problem_text.hpp"
#include "core/tensor.hpp"
#include "run/outcome.hpp"
#include "run/run_tensors.hpp"
#include "verify/verdict.hpp"

namespace convgauge::cli {
namespace {

using Shape4 = std::vector<std::int64_t>;

std::string shape_text(const Shape4& shape) {
  return fmt::format("({})", fmt::join(shape, ", "));
}

Shape4 list(const Shape& s) {
  return {s.begin(), s.end()};
}

struct Files {
  std::string input, weight, bias, output, output_dtype;
};

/// Reads an array of the shape expected and puts it into the spec's type and strides. `unbatched`: a leading 1 may
/// lack.
Expected<Buffer> tensor(const std::string& file, const char* what, const Shape& shape, const Strides& strides,
                        Dtype type, bool unbatched) {
  const auto array = read_npy(file);
  if (!array) return tl::unexpected(array.error());
  auto expected = list(shape), found = array->shape;
  const bool lacks_batch = unbatched && shape[0] == 1 && found.size() == 3;
  if (lacks_batch) found.insert(found.begin(), 1);
  if (found != expected)
    return error(fmt::format("{}: {} has shape {}, but the problem needs {}", file, what, shape_text(array->shape),
                             shape_text(expected)));
  if (array->dtype != type)
    return error(fmt::format("{}: {} is {}, but the case is {}; convert it, or say --dtype {}", file, what,
                             word(array->dtype), word(type), word(array->dtype)));
  Buffer to(static_cast<std::size_t>(elements(shape)) * size_of(type));
  const TensorView<const char> at{nullptr, shape, strides};
  std::int64_t i = 0;
  for (std::int64_t n = 0; n < shape[0]; ++n)
    for (std::int64_t c = 0; c < shape[1]; ++c)
      for (std::int64_t h = 0; h < shape[2]; ++h)
        for (std::int64_t w = 0; w < shape[3]; ++w)
          store(type, to.data(), at.offset(n, c, h, w), load(type, array->data.data(), i++));
  return to;
}

Expected<Buffer> bias_vector(const std::string& file, const Spec& spec, Dtype type) {
  const auto array = read_npy(file);
  if (!array) return tl::unexpected(array.error());
  if (array->shape != Shape4{spec.geometry.out_channels})
    return error(fmt::format("{}: bias has shape {}, but the problem needs ({})", file, shape_text(array->shape),
                             spec.geometry.out_channels));
  if (array->dtype != type)
    return error(fmt::format("{}: bias is {}, but the case is {}", file, word(array->dtype), word(type)));
  Buffer to(spec.bias_bytes());
  for (std::int64_t o = 0; o < spec.geometry.out_channels; ++o)
    store(spec.dst_type, to.data(), o, load(type, array->data.data(), o));
  return to;
}

bool is_unbatched(const std::string& file) {
  const auto array = read_npy(file);
  return array && array->shape.size() == 3;
}

/// Contiguous (N, C, H, W) in the type asked for.
Expected<void> write_output(const Files& files, const Spec& spec, const TensorRun& done, bool unbatched) {
  Dtype type = spec.dst_type;
  if (!files.output_dtype.empty()) {
    const auto asked = parse_dtype(files.output_dtype);
    if (!asked) return error(fmt::format("--output-dtype {}: not {}", files.output_dtype, choices<Dtype>()));
    type = *asked;
  }
  const auto shape = spec.geometry.dst_shape();
  const TensorView<const char> at{nullptr, shape, spec.dst_strides()};
  Buffer to(static_cast<std::size_t>(elements(shape)) * size_of(type));
  std::int64_t i = 0;
  for (std::int64_t n = 0; n < shape[0]; ++n)
    for (std::int64_t c = 0; c < shape[1]; ++c)
      for (std::int64_t h = 0; h < shape[2]; ++h)
        for (std::int64_t w = 0; w < shape[3]; ++w)
          store(type, to.data(), i++, load(spec.dst_type, done.output.data(), at.offset(n, c, h, w)));
  auto sizes = list(shape);
  if (unbatched) sizes.erase(sizes.begin());
  return write_npy(files.output, sizes, type, to.data());
}

Expected<Files> files_of(const po::variables_map& values, const Geometry& g) {
  Files files;
  const std::pair<const char*, std::string*> names[] = {{"input", &files.input},
                                                        {"weight", &files.weight},
                                                        {"bias", &files.bias},
                                                        {"output", &files.output},
                                                        {"output-dtype", &files.output_dtype}};
  for (const auto& [name, to] : names)
    if (values.count(name)) *to = values[name].as<std::string>();
  if (files.input.empty() || files.weight.empty() || files.output.empty())
    return error("run: --input, --weight and --output are needed");
  if (g.bias && files.bias.empty())
    return error(
        fmt::format("run: the problem {} has a bias, so --bias is needed (or _nobias in the problem)", short_text(g)));
  if (!g.bias && !files.bias.empty())
    return error(fmt::format("run: --bias was given, but the problem {} has none", short_text(g)));
  return files;
}

/// The one problem, competitor and settings that `run` takes.
Expected<Competitor> one_competitor(const Selection& selection) {
  if (selection.suite.problems.size() != 1)
    return error(fmt::format("run: one problem is needed, {} were given", selection.suite.problems.size()));
  if (selection.suite.backends.size() != 1) return error("run: one --backend is needed");
  if (settings_of(selection.suite).size() != 1)
    return error("run: one value of --threads, --dtype, --layout, --direction and --math each");
  if (selection.suite.backends.front().algorithm == "all")
    return error("run: --algorithm all: one algorithm is needed, or 'default'");
  const auto field = line_up(selection.suite, selection.catalog);
  if (!field) return tl::unexpected(field.error());
  if (field->competitors.empty())
    return error(fmt::format("run: {}: {}", field->absent.front().name, field->absent.front().why));
  return field->competitors.front();
}

int code_of(const Verdict& verdict) {
  if (std::holds_alternative<Agrees>(verdict)) return kGood;
  if (std::holds_alternative<Refused>(verdict)) return kNothingRan;
  return is_crash(verdict) ? kCrashed : kWrong;
}

}  // namespace

int run(const Arguments& arguments) {
  Usage usage{"run", "PROBLEM --backend B --input x.npy --weight w.npy [--bias b.npy] --output y.npy",
              "convgauge run n1c3h8w8_o4k3p1 --backend onednn --input x.npy --weight w.npy --bias b.npy --output y.npy",
              po::options_description("Options")};
  add_selection(usage.options);
  auto add = usage.options.add_options();
  const auto text = [] { return po::value<std::string>(); };
  add("input", text(), "(N, C, H, W) or (C, H, W), .npy of the case's dtype");
  add("weight", text(), "(out, in/groups, kh, kw)");
  add("bias", text(), "(out)");
  add("output", text(), "where the result goes");
  add("output-dtype", text(), "f32, f64, f16: else the case's dtype");
  const auto parsed = parse(usage, arguments, "target");
  if (parsed.exit) return *parsed.exit;
  const auto selection = select(parsed.values, true);
  if (!selection) return usage_error(selection.error().message);
  const auto competitor = one_competitor(*selection);
  if (!competitor) return usage_error(competitor.error().message);
  const auto settings = settings_of(selection->suite).front();
  auto spec = spec_of(selection->suite.problems.front().geometry, settings);
  const auto files = files_of(parsed.values, spec.geometry);
  if (!files) return usage_error(files.error().message);
  // The reference keeps its doubles where they are asked for; every other backend's output is converted.
  if (competitor->choice.name == "reference" && parse_dtype(files->output_dtype) == Dtype::f64)
    spec.dst_type = Dtype::f64;

  const bool unbatched = is_unbatched(files->input);
  const auto src = tensor(files->input, "input", spec.geometry.src_shape(), spec.src_strides(), spec.src_type, true);
  if (!src) return usage_error(src.error().message);
  const auto weights =
      tensor(files->weight, "weight", spec.geometry.weights_shape(), spec.weights_strides(), spec.weights_type, false);
  if (!weights) return usage_error(weights.error().message);
  Buffer bias;
  if (spec.geometry.bias) {
    auto read = bias_vector(files->bias, spec, settings.dtype);
    if (!read) return usage_error(read.error().message);
    bias = std::move(*read);
  }
  Pool pool(default_search_path({}).executable, false, wants_in_process(parsed.values));
  const auto done = run_tensors(pool, *competitor, competitor->choice.algorithm, settings.threads, spec,
                                {src->data(), weights->data(), spec.geometry.bias ? bias.data() : nullptr});
  if (!std::holds_alternative<Agrees>(done.verdict)) {
    fmt::print(stderr, "convgauge: {}: {}: {}\n", competitor->choice.label, kind(done.verdict), sentence(done.verdict));
    return code_of(done.verdict);
  }
  if (auto ok = write_output(*files, spec, done, unbatched); !ok) return usage_error(ok.error().message);
  return kGood;
}

}  // namespace convgauge::cli
