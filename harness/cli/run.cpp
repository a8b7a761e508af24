// `convgauge run`: one execution on given tensors.
#include <fmt/format.h>

#include <array>
#include <vector>

#include "cli/selection.hpp"
#include "cli/session.hpp"
#include "core/npy.hpp"
#include "core/problem_text.hpp"
#include "core/tensor.hpp"
#include "report/text_width.hpp"
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
  std::string input, weight, bias, grad_output, output, output_bias, output_dtype;

  /// The file of a tensor that a direction reads or writes; the result is `output`.
  const std::string& of(TensorRole role) const {
    switch (role) {
      case TensorRole::src:
        return input;
      case TensorRole::weights:
        return weight;
      case TensorRole::bias:
        return bias;
      case TensorRole::diff_dst:
        return grad_output;
      case TensorRole::diff_bias:
        return output_bias;
      default:
        return output;
    }
  }
};

/// The option that names the file.
const char* option_of(TensorRole role) {
  static constexpr std::array options{"input",  "weight", "bias",        "output",
                                      "output", "output", "output-bias", "grad-output"};
  return options[index_of(role)];
}

/// (out) for a bias, else (N, C, H, W).
Shape4 file_shape(const Spec& spec, TensorRole role) {
  if (role == TensorRole::bias || role == TensorRole::diff_bias)
    return {spec.geometry.out_channels};
  return list(spec.shape(role));
}

/// Calls move(place, index) for every element: its place in a tensor of these strides, and its
/// index in C order.
template <class Move>
void each_element(const Shape& shape, const Strides& strides, Move move) {
  const TensorView<const char> at{nullptr, shape, strides};
  std::int64_t i = 0;
  each_index(shape, [&](auto n, auto c, auto h, auto w) { move(at.offset(n, c, h, w), i++); });
}

/// Reads an array of the case's dtype and converts it to the spec's type and strides. Images of
/// batch 1 may leave out the batch dimension.
Expected<Buffer> tensor(const Files& files, const Spec& spec, TensorRole role, Dtype dtype) {
  const auto& file = files.of(role);
  const auto* what = option_of(role);
  const auto array = read_npy(file);
  if (!array) return tl::unexpected(array.error());
  const auto expected = file_shape(spec, role);
  auto found = array->shape;
  const bool image = role == TensorRole::src || role == TensorRole::diff_dst;
  if (image && spec.geometry.batch == 1 && found.size() == 3) found.insert(found.begin(), 1);
  if (found != expected)
    return error(fmt::format("{}: {} has shape {}, but the problem needs {}", file, what,
                             shape_text(array->shape), shape_text(expected)));
  if (array->dtype != dtype)
    return error(fmt::format("{}: {} is {}, but the case is {}; convert it, or say --dtype {}",
                             file, what, word(array->dtype), word(dtype), word(array->dtype)));
  Buffer to(spec.bytes(role));
  each_element(spec.shape(role), spec.strides(role), [&](std::int64_t place, std::int64_t i) {
    store(spec.type(role), to.data(), place, load(dtype, array->data.data(), i));
  });
  return to;
}

bool is_unbatched(const std::string& file) {
  const auto array = read_npy(file);
  return array && array->shape.size() == 3;
}

/// Writes an output in C order, in the type of --output-dtype.
Expected<void> write_output(const Files& files, const Spec& spec, TensorRole role,
                            const TensorRun& done, bool unbatched) {
  Dtype type = spec.type(role);
  if (!files.output_dtype.empty()) {
    const auto asked = parse_word<Dtype>(files.output_dtype);
    if (!asked)
      return error(fmt::format("--output-dtype {}: not {}", files.output_dtype, choices<Dtype>()));
    type = *asked;
  }
  const auto shape = spec.shape(role);
  Buffer to(static_cast<std::size_t>(elements(shape)) * size_of(type));
  const auto* from = done.outputs[index_of(role)].data();
  each_element(shape, spec.strides(role), [&](std::int64_t place, std::int64_t i) {
    store(type, to.data(), i, load(spec.type(role), from, place));
  });
  auto sizes = file_shape(spec, role);
  const bool image = role == TensorRole::dst || role == TensorRole::diff_src;
  if (unbatched && image) sizes.erase(sizes.begin());
  return write_npy(files.of(role), sizes, type, to.data());
}

/// The files of the options: every file that the direction needs, and no other.
Expected<Files> files_of(const po::variables_map& values, const Spec& spec) {
  Files files;
  const std::pair<const char*, std::string*> names[] = {{"input", &files.input},
                                                        {"weight", &files.weight},
                                                        {"bias", &files.bias},
                                                        {"grad-output", &files.grad_output},
                                                        {"output", &files.output},
                                                        {"output-bias", &files.output_bias},
                                                        {"output-dtype", &files.output_dtype}};
  for (const auto& [name, to] : names)
    if (values.count(name)) *to = values[name].as<std::string>();
  const auto problem = short_text(spec.geometry);
  for (const auto role : kTensorRoles) {
    const bool needed = spec.reads(role) || spec.writes(role), given = !files.of(role).empty();
    // --output belongs to three roles, of which each direction has one.
    const bool shared = std::string_view(option_of(role)) == "output";
    if (needed && !given && role == TensorRole::bias)
      return error(fmt::format(
          "run: the problem {} has a bias, so --bias is needed (or _nobias in the problem)",
          problem));
    if (needed && !given && role == TensorRole::diff_bias)
      return error(fmt::format(
          "run: the problem {} has a bias, so --output-bias is needed (or _nobias in the problem)",
          problem));
    if (needed && !given)
      return error(fmt::format("run: {} needs --{}", word(spec.direction), option_of(role)));
    if (!needed && given && role == TensorRole::bias && spec.direction == Direction::forward)
      return error(fmt::format("run: --bias was given, but the problem {} has none", problem));
    if (!needed && given && !shared)
      return error(fmt::format("run: --{} was given, but {} of {} has no use for it",
                               option_of(role), word(spec.direction), problem));
  }
  return files;
}

/// The one problem, competitor and settings that `run` takes.
Expected<Competitor> one_competitor(const Selection& selection) {
  if (selection.suite.problems.size() != 1)
    return error(
        fmt::format("run: one problem is needed, {} were given", selection.suite.problems.size()));
  if (selection.suite.backends.size() != 1) return error("run: one --backend is needed");
  if (settings_of(selection.suite, selection.suite.problems.front()).size() != 1)
    return error("run: one value of --threads, --dtype, --layout, --direction and --math each");
  if (selection.suite.backends.front().algorithm == "all")
    return error("run: --algorithm all: one algorithm is needed, or 'default'");
  const auto resolved = resolve_backends(selection.suite, selection.catalog);
  if (!resolved) return tl::unexpected(resolved.error());
  if (resolved->competitors.empty())
    return error(
        fmt::format("run: {}: {}", resolved->absent.front().name, resolved->absent.front().why));
  return resolved->competitors.front();
}

int code_of(const Verdict& verdict) {
  return row_of(outcome_of(verdict)).code;
}

}  // namespace

Usage run_usage() {
  const auto file = [](const char* name, const char* help) {
    return Option{.name = name, .value = "FILE", .help = help, .offer = Offer::file};
  };
  Usage usage{.verb = "run",
              .summary = "one execution on given tensors (.npy in and out)",
              .arguments = "PROBLEM --backend B --input x.npy --weight w.npy --output y.npy",
              .example =
                  "convgauge run n1c3h8w8_o4k3p1 --backend onednn --input x.npy --weight "
                  "w.npy --bias b.npy --output y.npy",
              .place = "target",
              .offer = Offer::target,
              .groups = {problem_group(), backend_group(), settings_group()},
              .exits = {kUsage, kCrashed, kWrong, kMachine, kNothingRan, kUndecided, kGood}};
  usage.groups[0].options.pop_back();  // --filter: there is one problem
  usage.groups[2].title = "Settings, one value each";
  usage.groups.push_back(
      {"Tensors",
       {file("input", "(N, C, H, W) or (C, H, W), .npy of the case's dtype"),
        file("weight", "(out, in/groups, kh, kw)"),
        file("bias", "(out)"),
        file("grad-output", "backward: the gradient by the output, (N, out, H, W) or (out, H, W)"),
        file("output", "where the result goes: output, or gradient by input or weight"),
        file("output-bias", "backward_weights: where the gradient by the bias goes"),
        {.name = "output-dtype",
         .value = "DTYPE",
         .help = "of the files that are written: f32, f64 or f16",
         .usual = "the case's dtype"}}});
  usage.groups.push_back(debugger_group());
  return usage;
}

int run(const Arguments& arguments) {
  const auto parsed = parse(run_usage(), arguments);
  if (parsed.exit) return *parsed.exit;
  const auto selection = select(parsed.values, true);
  if (!selection) return usage_error(selection.error().message);
  const auto competitor = one_competitor(*selection);
  if (!competitor) return usage_error(competitor.error().message);
  const auto& problem = selection->suite.problems.front();
  const auto settings = settings_of(selection->suite, problem).front();
  auto spec = spec_of(problem.geometry, settings);
  const auto files = files_of(parsed.values, spec);
  if (!files) return usage_error(files.error().message);
  // The reference writes its doubles unrounded where f64 is asked for; the output of any other
  // backend is converted. (diff_bias stays as it is: it has the type of diff_dst, which is read.)
  if (competitor->choice.name == "reference" &&
      parse_word<Dtype>(files->output_dtype) == Dtype::f64)
    (spec.result() == TensorRole::dst        ? spec.dst_type
     : spec.result() == TensorRole::diff_src ? spec.src_type
                                             : spec.weights_type) = Dtype::f64;

  std::array<Buffer, kTensorCount> tensors;
  for (const auto role : kTensorRoles) {
    if (!spec.reads(role)) continue;
    auto read = tensor(*files, spec, role, settings.dtype);
    if (!read) return usage_error(read.error().message);
    tensors[index_of(role)] = std::move(*read);
  }
  const auto given = [&](TensorRole role) -> const void* { return tensors[index_of(role)].data(); };
  const bool unbatched =
      is_unbatched(files->of(spec.reads(TensorRole::src) ? TensorRole::src : TensorRole::diff_dst));
  Pool pool(selection->program, false, wants_in_process(parsed.values));
  const auto done =
      run_tensors(pool, *competitor, competitor->choice.algorithm, settings.threads, spec,
                  {given(TensorRole::src), given(TensorRole::weights), given(TensorRole::bias),
                   given(TensorRole::diff_dst)});
  if (!std::holds_alternative<Agrees>(done.verdict)) {
    note(fmt::format("{}: {}: {}", competitor->choice.label, kind(done.verdict),
                     for_terminal(sentence(done.verdict))));
    return code_of(done.verdict);
  }
  for (const auto role : kTensorRoles)
    if (spec.writes(role))
      if (auto ok = write_output(*files, spec, role, done, unbatched); !ok)
        return usage_error(ok.error().message);
  return kGood;
}

}  // namespace convgauge::cli
