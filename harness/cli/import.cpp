// `convgauge import`: a model or a log becomes a config.
#include <fmt/format.h>

#include <filesystem>
#include <numeric>

#include "cli/options.hpp"
#include "cli/streams.hpp"
#include "core/exit_code.hpp"
#include "core/files.hpp"
#include "core/parse_number.hpp"
#include "core/text.hpp"
#include "import/formats.hpp"
#include "import/onnx.hpp"
#include "report/text_width.hpp"
#include "run/catalog.hpp"

namespace convgauge::cli {
namespace {

namespace fs = std::filesystem;

struct ImportOrder {
  fs::path file;
  std::string from;  // empty: found by the content
  OnnxOrder onnx;
};

std::string format_names() {
  std::string names(kOnnx);
  for (const auto& format : text_formats()) names += fmt::format(", {}", format.name);
  return names;
}

Expected<ImportOrder> order_of(const po::variables_map& values) {
  if (!values.count("file")) return error("import: the file of a model or a log is needed");
  const auto& files = values["file"].as<Texts>();
  if (files.size() != 1)
    return error(fmt::format("import: one file is needed, {} were given", files.size()));
  ImportOrder order{files[0], text_of(values, "from").value_or(""), {}};
  order.onnx.file = order.file;
  if (values.count("input")) order.onnx.inputs = values["input"].as<Texts>();
  for (const auto& input : order.onnx.inputs) {
    const auto equals = input.rfind('=');
    bool good = equals != std::string::npos && equals > 0 && equals + 1 < input.size();
    for (auto sizes = good ? input.substr(equals + 1) + "x" : ""; good && !sizes.empty();
         sizes.erase(0, sizes.find('x') + 1))
      good = parse_number<std::int64_t>(sizes.substr(0, sizes.find('x'))).value_or(0) > 0;
    if (!good)
      return error(
          fmt::format("import: --input {}: not NAME=SIZES, such as images=1x3x640x640", input));
  }
  if (const auto batch = text_of(values, "batch")) {
    order.onnx.batch = parse_number<std::int64_t>(*batch);
    if (order.onnx.batch.value_or(0) < 1)
      return error(fmt::format("import: --batch {}: not a whole number from 1", *batch));
  }
  return order;
}

/// Says on standard error what is read as what.
void tell_format(const std::string& name, std::string_view what, bool found) {
  note(fmt::format("{}: {}{}", name, what, found ? ", by its content (--from names another)" : ""));
}

Expected<std::string> import_onnx(const ImportOrder& order, Merge& into) {
  if (order.file == "-")
    return error("import: an ONNX model is read from a file, not from standard input");
  std::error_code missing;
  if (!fs::exists(order.file, missing))
    return error(fmt::format("{}: cannot be read: no such file", order.file.string()));
  auto folders = default_search_path({}).folders;
  folders.push_back(program_file().parent_path());
  const auto program = find_onnx_program(folders);
  if (program.empty())
    return error(
        fmt::format("{}: an ONNX model needs the program {}, which is not here: build "
                    "convgauge where libonnx-dev is installed",
                    order.file.string(), kOnnxProgram));
  auto list = read_onnx(program, order.onnx);
  if (!list) return tl::unexpected(list.error());
  for (auto& layer : list->layers) into.add(std::move(layer));
  for (const auto& skipped : list->skipped) into.skip(skipped.what, skipped.why, skipped.count);
  return list->source;
}

/// Reads the file in its format; returns its source in words.
Expected<std::string> read_source(const ImportOrder& order, Merge& into) {
  auto lines = Lines::open(order.file);
  if (!lines) return tl::unexpected(lines.error());
  const auto start = lines->start();
  if (!lines->trouble().empty()) return error(lines->trouble());
  if (start.starts_with("\xff\xfe") || start.starts_with("\xfe\xff"))
    return error(fmt::format(
        "{}: is text in UTF-16; import reads UTF-8: iconv -f UTF-16 -t UTF-8 makes it that",
        lines->name()));
  const bool found = order.from.empty();
  if (order.from == kOnnx || (found && looks_like_onnx(order.file.string(), start))) {
    tell_format(lines->name(), "an ONNX model", found);
    return import_onnx(order, into);
  }
  const auto known = text_formats();
  const auto format = std::find_if(known.begin(), known.end(), [&](const TextFormat& f) {
    return found ? f.fits(start) : f.name == order.from;
  });
  if (format == known.end())
    return error(fmt::format("{}: {}; --from says what it is: {}", lines->name(),
                             start.empty() ? "is empty" : "looks like nothing that import reads",
                             format_names()));
  if (!order.onnx.inputs.empty())
    return error(fmt::format("import: --input is for ONNX models, not for {}", format->what));
  tell_format(lines->name(), format->what, found);
  into.set_batch(order.onnx.batch);
  const auto about = format->read(*lines, into);
  if (!about) return about;
  if (!lines->trouble().empty()) return error(lines->trouble());
  return fmt::format("{}, {}{}", lines->name(), format->what,
                     about->empty() ? "" : " of " + *about);
}

/// ": 7 forward, 2 backward_data"; empty where all have one direction.
std::string directions_text(const Suite& suite) {
  std::string text;
  for (const auto direction :
       {Direction::forward, Direction::backward_data, Direction::backward_weights}) {
    std::int64_t layers = 0;
    for (const auto& problem : suite.problems)
      if (problem.own.direction == direction) layers += problem.count;
    if (layers > 0)
      text += fmt::format("{} {} {}", text.empty() ? ":" : ",", layers, word(direction));
  }
  return text;
}

/// Says what was read and what was not.
void tell(const Imported& done) {
  for (const auto& s : done.skipped)
    note(fmt::format("skipped: {} × {}: {}", s.count, s.what, s.why));
  for (const auto& c : done.changed) note(fmt::format("{} × {}: {}", c.count, c.what, c.why));
  note(fmt::format("{}, {}{}", counted(done.suite.problems.size(), "problem"),
                   counted(done.layers, "layer"), directions_text(done.suite)));
  std::int64_t common = 0;
  for (const auto& problem : done.suite.problems) common = std::gcd(common, problem.count);
  if (common > 1)
    note(
        fmt::format("every problem was there {} times or a multiple: perhaps as many runs of "
                    "the network",
                    common));
}

}  // namespace

Usage import_usage() {
  Texts formats{std::string(kOnnx)};
  for (const auto& format : text_formats()) formats.emplace_back(format.name);
  Usage usage{.verb = "import",
              .summary =
                  "a config from an ONNX model, a oneDNN verbose log, or command lines of "
                  "benchdnn or MIOpenDriver; - is standard input",
              .arguments = "FILE",
              .example = "convgauge import model.onnx -o model.json",
              .place = "file",
              .most = kAnyNumber,
              .offer = Offer::file,
              .exits = {kUsage, kGood}};
  usage.groups = {
      {"The source",
       {{.name = "from",
         .value = "FORMAT",
         .help = "what the file is",
         .usual = "found by its content",
         .words = std::move(formats)},
        {.name = "input",
         .value = "NAME=SIZES",
         .help = "the shape of a model's input that the model leaves open, such as "
                 "images=1x3x640x640",
         .repeated = true},
        {.name = "batch", .value = "N", .help = "the batch size, in place of that of the source"}}},
      {"Output", {output_option("the config to write; else standard output")}}};
  return usage;
}

int import_suite(const Arguments& arguments) {
  const auto parsed = parse(import_usage(), arguments);
  if (parsed.exit) return *parsed.exit;
  const auto order = order_of(parsed.values);
  if (!order) return usage_error(order.error().message);
  Merge merge;
  const auto source = read_source(*order, merge);
  if (!source) return usage_error(source.error().message);
  if (merge.empty()) {
    const auto there = merge.skipped_text();
    return usage_error(fmt::format("{}: no convolution that can be imported is in it{}",
                                   order->file.string(),
                                   there.empty() ? "" : "; skipped: " + for_terminal(there)));
  }
  const auto stem = order->file == "-" ? "imported" : order->file.stem().string();
  const auto done = merge.finish(stem.empty() ? "imported" : stem, *source);
  tell(done);
  const auto text = problems_text(done.suite, done.notes);
  const auto output = text_of(parsed.values, "output");
  if (!output) return fmt::print("{}", text), kGood;
  if (auto ok = write_text(*output, text); !ok) return usage_error(ok.error().message);
  fmt::print("{}\n", *output);
  return kGood;
}

}  // namespace convgauge::cli
