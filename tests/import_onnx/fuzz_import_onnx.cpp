// Damaged models: fuzz_import_onnx COUNT SEED KEEP FOLDER...
//
// Reads the models below the folders (at most 64 KiB each), damages them COUNT times, and reads
// what comes out as the program does, under AddressSanitizer and UndefinedBehaviorSanitizer. Ends
// with exit code 1 where our code broke; such files are written to the folder KEEP. A fault inside
// the ONNX library, which the program survives in a process of its own, is counted only.
#include <dlfcn.h>
#include <fmt/format.h>
#include <google/protobuf/reflection.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <new>
#include <random>
#include <string>
#include <vector>

#include "core/files.hpp"
#include "import/onnx/model_file.hpp"
#include "import/onnx/network.hpp"

extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
  return "handle_segv=0:handle_sigfpe=0:handle_sigbus=0:handle_abort=0:detect_leaks=0:"
         "use_sigaltstack=0:exitcode=99:hard_rss_limit_mb=6000:allocator_may_return_null=1";
}

namespace {

namespace fs = std::filesystem;
namespace pb = google::protobuf;
using namespace convgauge::onnx_import;
using Random = std::mt19937_64;

constexpr std::size_t kLargestSeed = 65536;
constexpr unsigned kMostSeconds = 30;  // of one file

std::size_t below(Random& random, std::size_t n) {
  return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
}

std::int64_t odd_number(Random& random) {
  static constexpr std::array<std::int64_t, 16> kNumbers{
      0,     1,         -1,           2,         3,        7, 16, 64, 65, 1000, 1 << 16,
      65537, 1LL << 31, -(1LL << 31), INT64_MAX, INT64_MIN};
  return kNumbers.at(below(random, kNumbers.size()));
}

/// All messages of a model.
void collect(pb::Message& message, std::vector<pb::Message*>& all) {
  all.push_back(&message);
  std::vector<const pb::FieldDescriptor*> fields;
  const auto* reflection = message.GetReflection();
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      collect(*reflection->MutableMessage(&message, field), all);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i)
      collect(*reflection->MutableRepeatedMessage(&message, field, i), all);
  }
}

std::string odd_text(Random& random) {
  static const std::vector<std::string> kTexts{
      "",          "x",          "Conv",   "ConvTranspose", "If",        "Loop",    "Pad",
      "Reshape",   "Resize",     "Concat", "Slice",         "Gather",    "Shape",   "Split",
      "Range",     "SAME_UPPER", "VALID",  "strides",       "pads",      "axes",    "axis",
      "dilations", "LSTM",       "group",  "Scan",          "Unsqueeze", "Squeeze", "Transpose",
      "Expand",    "y",          "Cast",   "NonZero"};
  return kTexts[below(random, kTexts.size())];
}

/// Changes, removes or repeats something of one field of a message.
void damage_field(pb::Message& message, const pb::FieldDescriptor* field, Random& random) {
  using Field = pb::FieldDescriptor;
  const auto* r = message.GetReflection();
  if (field->is_repeated()) {
    const int size = r->FieldSize(message, field);
    if (size == 0) return;
    const int at = static_cast<int>(below(random, static_cast<std::size_t>(size)));
    const auto choice = below(random, 3);
    if (choice == 0) return r->SwapElements(&message, field, at, size - 1);
    if (choice == 1) return r->RemoveLast(&message, field);
    if (field->cpp_type() == Field::CPPTYPE_INT64)
      return r->SetRepeatedInt64(&message, field, at, odd_number(random));
    if (field->cpp_type() == Field::CPPTYPE_STRING)
      return r->SetRepeatedString(
          &message, field, at,
          r->GetRepeatedString(message, field,
                               static_cast<int>(below(random, static_cast<std::size_t>(size)))));
    if (field->cpp_type() == Field::CPPTYPE_MESSAGE) {
      auto* added = r->AddMessage(&message, field);
      return added->CopyFrom(r->GetRepeatedMessage(message, field, at));
    }
    return;
  }
  if (below(random, 4) == 0) return r->ClearField(&message, field);
  if (field->cpp_type() == Field::CPPTYPE_INT64) r->SetInt64(&message, field, odd_number(random));
  if (field->cpp_type() == Field::CPPTYPE_INT32)
    r->SetInt32(&message, field, static_cast<std::int32_t>(below(random, 20)));
  if (field->cpp_type() == Field::CPPTYPE_STRING) r->SetString(&message, field, odd_text(random));
  if (field->cpp_type() == Field::CPPTYPE_ENUM)
    r->SetEnumValue(&message, field, static_cast<int>(below(random, 17)));
}

std::string damaged_model(const std::string& bytes, Random& random) {
  onnx::ModelProto model;
  if (!model.ParseFromString(bytes)) return bytes;
  for (auto changes = 1 + below(random, 6); changes > 0; --changes) {
    std::vector<pb::Message*> all;
    collect(model, all);
    auto& message = *all[below(random, all.size())];
    std::vector<const pb::FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    if (!fields.empty()) damage_field(message, fields[below(random, fields.size())], random);
  }
  return model.SerializeAsString();
}

std::string damaged_bytes(std::string bytes, const std::string& other, Random& random) {
  for (auto changes = 1 + below(random, 8); changes > 0 && !bytes.empty(); --changes) {
    const auto at = below(random, bytes.size());
    const auto length = std::min(bytes.size() - at, 1 + below(random, 16));
    const auto choice = below(random, 6);
    if (choice <= 1) bytes[at] = static_cast<char>(below(random, 256));
    if (choice == 2) bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(random, 8)));
    if (choice == 3) bytes.erase(at, length);
    if (choice == 4) bytes.insert(at, bytes.substr(at, length));
    if (choice == 5) bytes.replace(at, length, other.substr(below(random, other.size()), length));
  }
  return bytes;
}

/// The `index`th file, the same each time.
std::string damaged(const std::vector<std::string>& seeds, std::uint64_t seed,
                    std::uint64_t index) {
  Random random(seed * 1'000'003 + index);
  const auto& whole = seeds[below(random, seeds.size())];
  if (below(random, 3) > 0) return damaged_model(whole, random);
  return damaged_bytes(whole, seeds[below(random, seeds.size())], random);
}

/// What the two processes share.
struct Progress {
  std::uint64_t index, read;
  bool in_library;
};
Progress* progress = nullptr;
bool self_test = false;

/// Whether the instruction that broke is the ONNX library's, or protobuf's.
void on_fault(int signal, siginfo_t*, void* context) {
  const auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  const auto at = static_cast<std::uintptr_t>(registers.gregs[REG_RIP]);
#else
  const auto at = static_cast<std::uintptr_t>(registers.pc);
#endif
  Dl_info found{};
  if (::dladdr(reinterpret_cast<void*>(at), &found) && found.dli_fname)
    progress->in_library = std::strstr(found.dli_fname, "libonnx") != nullptr;
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

void watch_faults() {
  static std::array<char, 65536> stack;
  const stack_t other{stack.data(), 0, stack.size()};
  ::sigaltstack(&other, nullptr);
  struct sigaction action {};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  for (const int s : {SIGSEGV, SIGFPE, SIGBUS, SIGILL, SIGABRT, SIGALRM})
    ::sigaction(s, &action, nullptr);
}

/// As the program reads a file; ends only if nothing breaks.
void read(const std::string& bytes, std::uint64_t index) try {
  if (self_test) {
    const std::vector<char> block(8);
    volatile const char* beyond = block.data() + block.size() + index;
    static_cast<void>(*beyond);
  }
  Request request;
  if (index % 3 == 1) request.batch = 2;
  if (index % 3 == 2) request.inputs.push_back({"x", {1, 3, 8, 8}});
  const auto small = without_weights(bytes);
  onnx::ModelProto model;
  if (!small || !model.ParseFromString(*small)) return;
  if (read_network(model, request)) ++progress->read;
} catch (const std::exception&) {
}

void read_from(const std::vector<std::string>& seeds, std::uint64_t seed, std::uint64_t count) {
  pb::SetLogHandler(nullptr);
  watch_faults();
  for (; progress->index < count; ++progress->index) {
    ::alarm(kMostSeconds);
    read(damaged(seeds, seed, progress->index), progress->index);
  }
  ::_exit(0);
}

std::vector<std::string> models_below(char** folders, int count) {
  std::vector<std::string> found;
  for (int i = 0; i < count; ++i) {
    if (!fs::is_directory(folders[i])) continue;
    for (const auto& entry : fs::recursive_directory_iterator(folders[i]))
      if (entry.path().extension() == ".onnx" && entry.file_size() <= kLargestSeed)
        if (const auto text = convgauge::read_text(entry.path())) found.push_back(*text);
  }
  std::sort(found.begin(), found.end());  // directories have no order
  return found;
}

int run(const std::vector<std::string>& seeds, std::uint64_t count, std::uint64_t seed,
        const fs::path& keep) {
  std::uint64_t ours = 0, library = 0;
  while (progress->index < count) {
    progress->in_library = false;
    const auto child = ::fork();
    if (child == 0) read_from(seeds, seed, count);
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) < 0) return std::perror("fork"), 71;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) break;
    const auto index = progress->index++;
    ++(progress->in_library ? library : ours);
    fs::create_directories(keep);
    const auto* where = progress->in_library ? "library" : "ours";
    const auto file = keep / fmt::format("{}_{}_{}.onnx", where, seed, index);
    std::ofstream(file, std::ios::binary) << damaged(seeds, seed, index);
    if (!progress->in_library) fmt::print("broken by {}: status {:#x}\n", file.string(), status);
  }
  fmt::print("{} damaged files of {} models: {} are read, {} end in the ONNX library, {} in ours\n",
             count, seeds.size(), progress->read, library, ours);
  return ours == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return fmt::print("fuzz_import_onnx COUNT SEED KEEP FOLDER...\n"), 2;
  const auto seeds = models_below(argv + 4, argc - 4);
  if (seeds.empty()) return fmt::print("SKIPPED: no models to damage\n"), 77;
  auto* shared =
      ::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  progress = new (shared) Progress{};
  const auto count = std::strtoull(argv[1], nullptr, 10);
  self_test = std::strcmp(argv[2], "self-test") == 0;
  const int code = run(seeds, count, std::strtoull(argv[2], nullptr, 10), argv[3]);
  return self_test ? 1 - code : code;
}
