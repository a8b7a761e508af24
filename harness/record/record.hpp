// One line of results.jsonl as a value, and how such lines are read and written. All reports are
// made from these values.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/suite.hpp"
#include "core/buffer_role.hpp"
#include "core/describe.hpp"
#include "core/expected.hpp"
#include "core/layers.hpp"
#include "measure/measurement.hpp"
#include "measure/roofline.hpp"
#include "measure/statistics.hpp"
#include "record/libraries.hpp"
#include "verify/algorithm.hpp"
#include "verify/verdict.hpp"

namespace convgauge::record {

inline constexpr int kSchemaVersion = 1;

/// Where a case stands in its run: the index of the problem in the suite, and of the case among the
/// `cases` of its problem. A problem with fewer lines than that was interrupted.
struct Position {
  std::int64_t problem = 0, index = 0, cases = 1;
  bool operator==(const Position&) const = default;
};

template <class Walk, Is<Position> P>
void describe(Walk& walk, P& p) {
  walk("problem", p.problem);
  walk("index", p.index);
  walk("cases", p.cases);
}

/// The simplest case that fails in the same way, where one was searched for.
struct SmallestCase {
  Geometry geometry;
  CaseSettings settings;
  std::string requested_algorithm = "default";
  std::vector<Fill> fills;                  // those that it needs to fail
  Verdict verdict = Failed{"nothing ran"};  // of this case
  std::vector<std::string> away;            // how it differs from the trivial case: "groups=2"
  int trials = 0;                           // cases that the search ran
  bool complete = true;                     // false: its budget ended the search
  std::string replay;
  bool operator==(const SmallestCase&) const = default;
};

template <class Walk, Is<SmallestCase> S>
void describe(Walk& walk, S& s) {
  walk(Key("problem").required(), s.geometry);
  walk("settings", s.settings);
  walk("requested_algorithm", s.requested_algorithm);
  walk("fills", s.fills);
  walk("verdict", s.verdict);
  walk("away", s.away);
  walk("trials", s.trials);
  walk("complete", s.complete);
  walk("replay", s.replay);
}

/// How many bytes behind a buffer's end the plan may read too.
struct Overread {
  BufferRole role = BufferRole::src;
  std::size_t bytes = 0;
  bool operator==(const Overread&) const = default;
};

template <class Walk, Is<Overread> O>
void describe(Walk& walk, O& o) {
  walk("role", o.role);
  walk("bytes", o.bytes);
}

struct CaseRecord {
  Position position;
  Problem problem;
  std::string backend, label, device;  // device "cpu:0"
  std::string requested_algorithm = "default";
  /// Whether it is the algorithm that the backend itself would choose: "default", or the first of
  /// "all".
  bool own_choice = true;
  std::optional<Algorithm> algorithm;  // what really ran; empty where there was no plan
  std::map<std::string, std::string> options;
  CaseSettings settings;
  Verdict verdict = Failed{"nothing ran"};
  Measurement measurement = Skipped{SkipReason::not_asked_for};
  std::size_t bytes = 0, workspace_bytes = 0, packed_weight_bytes = 0;
  /// The most that driver and workers take for it at once, as added up beforehand, without what
  /// each process takes by itself; 0: not known.
  std::size_t memory_bytes = 0;
  std::vector<Overread> overread{};
  /// What the library below the backend keeps in memory of its own, which is in none of the counts.
  std::vector<BufferRole> in_library{};
  /// JSON objects of the extension "cvg.details/1", empty where the backend gave none: of the plan,
  /// and of the device before and after the timed executions.
  std::string details{}, device_before{}, device_after{};
  std::optional<std::string> known;  // the issue, where the verdict was expected
  std::string replay;                // the command line that repeats it
  std::optional<SmallestCase> smallest;
  std::string shrink_note;     // why there is no smallest case, though one was searched for
  std::optional<Roof> roof{};  // the most that this machine allows; empty: not known
  double verify_s = 0;         // wall time of verifying; 0 in older files
  std::string finished{};      // when: ISO 8601, UTC, with ms; empty in older files
  /// What its worker had loaded that neither the header nor an earlier case of the label names.
  Libraries libraries{};
  bool operator==(const CaseRecord&) const = default;
};

template <class Walk, Is<CaseRecord> R>
void describe(Walk& walk, R& r) {
  walk(Key("problem").required(), r.problem.geometry);
  walk("suite", r.problem.suite);
  walk("name", r.problem.name);
  walk("count", r.problem.count);
  walk(Key("own_settings").omit_default(), r.problem.own);
  walk("position", r.position);
  walk(Key("backend").required(), r.backend);
  walk("label", r.label);
  walk("algorithm", r.algorithm);
  walk("requested_algorithm", r.requested_algorithm);
  walk("own_choice", r.own_choice);
  walk("device", r.device);
  walk("options", r.options);
  walk("settings", r.settings);
  walk("verdict", r.verdict);
  walk("measurement", r.measurement);
  walk(Key("roof").omit_default(), r.roof);
  walk("bytes", r.bytes);
  walk("workspace_bytes", r.workspace_bytes);
  walk("packed_weight_bytes", r.packed_weight_bytes);
  walk(Key("memory_bytes").omit_default(), r.memory_bytes);
  walk(Key("overread").omit_default(), r.overread);
  walk(Key("in_library").omit_default(), r.in_library);
  walk(Key("details").embedded(), r.details);
  walk(Key("device_before").embedded(), r.device_before);
  walk(Key("device_after").embedded(), r.device_after);
  walk(Key("known").omit_default(), r.known);
  walk("replay", r.replay);
  walk(Key("smallest").omit_default(), r.smallest);
  walk(Key("shrink_note").omit_default(), r.shrink_note);
  walk(Key("verify_s").omit_default(), r.verify_s);
  walk(Key("finished").omit_default(), r.finished);
  walk(Key("libraries").omit_default(), r.libraries);
}

/// The times of a measurement that are one number each, by the names of their fields.
inline constexpr std::pair<const char*, double Measured::*> kTimes[] = {
    {"plan_ns", &Measured::plan_ns},       {"bind_ns", &Measured::bind_ns},
    {"prepare_ns", &Measured::prepare_ns}, {"upload_ns", &Measured::upload_ns},
    {"fetch_ns", &Measured::fetch_ns},     {"first_execution_ns", &Measured::first_execution_ns}};

struct PluginRecord {
  std::string label, backend, file, hash, version, device;  // hash: XXH3-128 of the file, hex
  std::string library_path{};  // BackendChoice::library_path that it was loaded with; mostly empty
  std::vector<Tolerable> tolerated{};  // rules whose breach was no failure in this run
  bool operator==(const PluginRecord&) const = default;
};

template <class Walk, Is<PluginRecord> P>
void describe(Walk& walk, P& p) {
  walk("label", p.label);
  walk("backend", p.backend);
  walk("file", p.file);
  walk("hash", p.hash);
  walk("version", p.version);
  walk("device", p.device);
  walk("library_path", p.library_path);
  walk(Key("tolerated").omit_default(), p.tolerated);
}

struct AbsentBackend {
  std::string name, why;
  bool operator==(const AbsentBackend&) const = default;
};

template <class Walk, Is<AbsentBackend> A>
void describe(Walk& walk, A& a) {
  walk("name", a.name);
  walk("why", a.why);
}

/// The machine that the cases ran on. Peaks are measured; 0 where they were not.
struct Machine {
  std::string processor, instruction_sets, system, hostname_hash;
  int cores = 0, physical_cores = 0;
  std::int64_t l1_bytes = 0, l2_bytes = 0, l3_bytes = 0, memory_bytes = 0;
  std::map<int, double> fma_flops;         // threads -> f32 flop/s
  std::map<int, double> bytes_per_second;  // threads -> read bandwidth of memory
  /// noise_floor: the largest difference of two processes of the same code, as a share.
  double clock_read_ns = 0, noise_floor = 0;
  double load_average = 0;
  std::vector<FmaPeak> fma_peaks{};    // fma_flops by instruction set
  std::vector<ReadPeak> read_peaks{};  // bytes_per_second by level of the memory hierarchy
  /// How many processors' time the control group allows, and the file that says so
  /// (core/cpu_quota.hpp); empty: no quota.
  std::optional<double> cpu_quota{};
  std::string cpu_quota_file{};
  bool operator==(const Machine&) const = default;
};

template <class Walk, Is<Machine> M>
void describe(Walk& walk, M& m) {
  walk("processor", m.processor);
  walk("instruction_sets", m.instruction_sets);
  walk("system", m.system);
  walk("hostname_hash", m.hostname_hash);
  walk("cores", m.cores);
  walk("physical_cores", m.physical_cores);
  walk("l1_bytes", m.l1_bytes);
  walk("l2_bytes", m.l2_bytes);
  walk("l3_bytes", m.l3_bytes);
  walk("memory_bytes", m.memory_bytes);
  walk("fma_flops", m.fma_flops);
  walk("bytes_per_second", m.bytes_per_second);
  walk("clock_read_ns", m.clock_read_ns);
  walk("noise_floor", m.noise_floor);
  walk("load_average", m.load_average);
  walk(Key("cpu_quota").omit_default(), m.cpu_quota);
  walk(Key("cpu_quota_file").omit_default(), m.cpu_quota_file);
  walk("fma_peaks", m.fma_peaks);
  walk("read_peaks", m.read_peaks);
}

/// A shard that was merged into this run.
struct MergedPart {
  int shard = 0;
  std::string folder, started, hostname_hash;
  std::vector<std::string> differences{};  // from the first part, where they were allowed
  bool operator==(const MergedPart&) const = default;
};

template <class Walk, Is<MergedPart> M>
void describe(Walk& walk, M& m) {
  walk("shard", m.shard);
  walk("folder", m.folder);
  walk("started", m.started);
  walk("hostname_hash", m.hostname_hash);
  walk(Key("differences").omit_default(), m.differences);
}

struct HeaderRecord {
  int schema_version = kSchemaVersion;
  std::string convgauge_version, git_revision, compiler, started;  // started: ISO 8601, UTC
  std::string suite, config_file, config_digest, command;
  std::optional<std::string> baseline_backend;
  Machine machine;
  std::vector<PluginRecord> plugins;
  std::vector<AbsentBackend> absent;
  std::vector<Known> known;
  /// What each plugin had loaded once it had described itself, its own file left out; each library
  /// once, with the labels that have it. Empty in files of older versions.
  Libraries libraries{};
  /// What plugins were not kept from in this run: a sentence for each thing that the machine did
  /// not let convgauge enforce. Empty in older files too.
  std::vector<std::string> not_enforced{};
  std::vector<Fill> fills{};  // that outputs were verified under; empty in older files
  int rounds = 0;
  std::uint64_t seed = 0;
  std::int64_t problems = 0;  // of the suite: a resumed run goes on until it has them all
  // This run has the problems whose index modulo `shards` is `shard`; shards 0: all.
  int shard = 0, shards = 0;
  /// Of a shard: the names of its problems, in their order; "resnet50.conv1", or the text form.
  std::vector<std::string> shard_problems{};
  std::vector<MergedPart> merged{};  // where shards were merged: all of them
  bool operator==(const HeaderRecord&) const = default;
};

template <class Walk, Is<HeaderRecord> H>
void describe(Walk& walk, H& h) {
  walk(Key("schema_version").required(), h.schema_version);
  walk("convgauge_version", h.convgauge_version);
  walk("git_revision", h.git_revision);
  walk("compiler", h.compiler);
  walk("started", h.started);
  walk("suite", h.suite);
  walk("config_file", h.config_file);
  walk("config_digest", h.config_digest);
  walk("command", h.command);
  walk("baseline_backend", h.baseline_backend);
  walk("rounds", h.rounds);
  walk("seed", h.seed);
  walk("problems", h.problems);
  walk(Key("shard").omit_default(), h.shard);
  walk(Key("shards").omit_default(), h.shards);
  walk(Key("shard_problems").omit_default(), h.shard_problems);
  walk(Key("merged").omit_default(), h.merged);
  walk("machine", h.machine);
  walk("plugins", h.plugins);
  walk("absent", h.absent);
  walk("known", h.known);
  walk(Key("libraries").omit_default(), h.libraries);
  walk(Key("not_enforced").omit_default(), h.not_enforced);
  walk(Key("fills").omit_default(), h.fills);
}

/// The plugin that cases of this label ran on; null where the header has none. Cases of
/// `"algorithm": "all"` are labelled LABEL:ALGORITHM.
const PluginRecord* plugin_of(const HeaderRecord& header, const std::string& label);

/// One line, without the newline. read(to_line(x)) == x, bit for bit; a NaN stays a NaN. UTF-8
/// errors become U+FFFD.
std::string to_line(const HeaderRecord& header);
std::string to_line(const CaseRecord& record);
/// All cases as an indented JSON list, with their samples: `--json`.
std::string to_pretty_json(const std::vector<CaseRecord>& records);

/// A results file. A last line without its newline is left out; its bytes are counted in
/// `torn_bytes`. Of a problem that was measured again, the last attempt that is whole counts.
struct Results {
  HeaderRecord header;
  std::vector<CaseRecord> cases;
  std::size_t whole_bytes = 0, torn_bytes = 0;
  /// Up to the end of the last problem that is whole: what follows was cut off.
  std::size_t settled_bytes = 0;
};
/// `path`: the file, or the folder that contains results.jsonl. Errors name file, line and what is
/// wrong.
Expected<Results> read_results(const std::filesystem::path& path);

/// Appends lines, each in one write(2), flushed. [one thread]
class ResultsWriter {
 public:
  /// Creates the file; with `keep_bytes` opens an existing one and cuts off what follows that many
  /// bytes.
  static Expected<ResultsWriter> open(const std::filesystem::path& file,
                                      std::optional<std::size_t> keep_bytes);
  /// Errors: what the system says; the file is not at its path any more.
  Expected<void> append(const std::string& line);
  ResultsWriter(ResultsWriter&& other) noexcept;
  ResultsWriter& operator=(ResultsWriter&&) = delete;
  ~ResultsWriter();

 private:
  ResultsWriter(int descriptor, std::filesystem::path file)
      : descriptor_(descriptor), file_(std::move(file)) {}
  int descriptor_ = -1;
  std::filesystem::path file_;
};

/// Whether a case ran on the CPU; so did those of records that name no device.
bool on_cpu(const CaseRecord& record);

/// Effective rate: nominal flops over the median time. 0 where nothing was measured.
double gflops(const CaseRecord& record);

/// The roof of a case on a machine (measure/roofline.hpp). Empty for types other than f32, devices
/// other than the CPU, and numbers of threads whose peaks were not measured.
std::optional<Roof> roof_on(const Machine& machine, const CaseRecord& record);

/// gflops() as a share of the record's roof; empty where there is no roof or nothing was measured.
std::optional<double> share_of_roof(const CaseRecord& record);

}  // namespace convgauge::record
