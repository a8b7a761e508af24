// HeaderRecord ↔ the first line of a results file.
#include <fmt/format.h>

#include "record/lines.hpp"

namespace convgauge {
namespace {

Json by_threads(const std::map<int, double>& values) {
  Json j = Json::object();
  for (const auto& [threads, value] : values) j[std::to_string(threads)] = number(value);
  return j;
}

Json to_json(const FmaPeak& p) {
  return {
      {"instruction_set", p.instruction_set}, {"threads", p.threads}, {"flops", number(p.flops)}};
}

FmaPeak read_fma_peak(Fields fields) {
  FmaPeak p;
  fields.get("instruction_set", p.instruction_set);
  fields.get("threads", p.threads);
  fields.get("flops", p.flops);
  return p;
}

Json to_json(const ReadPeak& p) {
  return {{"level", p.level},
          {"threads", p.threads},
          {"holds_bytes", p.holds_bytes},
          {"bytes_per_second", number(p.bytes_per_second)}};
}

ReadPeak read_read_peak(Fields fields) {
  ReadPeak p;
  fields.get("level", p.level);
  fields.get("threads", p.threads);
  fields.get("holds_bytes", p.holds_bytes);
  fields.get("bytes_per_second", p.bytes_per_second);
  return p;
}

Json to_json(const PluginRecord& p) {
  return {{"label", p.label},
          {"backend", p.backend},
          {"file", p.file},
          {"hash", p.hash},
          {"version", p.version},
          {"device", p.device},
          {"library_path", p.library_path}};
}

PluginRecord read_plugin(Fields fields) {
  PluginRecord p;
  fields.get("label", p.label);
  fields.get("backend", p.backend);
  fields.get("file", p.file);
  fields.get("hash", p.hash);
  fields.get("version", p.version);
  fields.get("device", p.device);
  fields.get("library_path", p.library_path);
  return p;
}

Json to_json(const AbsentBackend& a) {
  return {{"name", a.name}, {"why", a.why}};
}

AbsentBackend read_absent(Fields fields) {
  AbsentBackend a;
  fields.get("name", a.name);
  fields.get("why", a.why);
  return a;
}

Json to_json(const Known& k) {
  return {{"match", k.match}, {"verdict", word(k.verdict)}, {"issue", k.issue}};
}

Known read_known(Fields fields) {
  Known k;
  fields.get("match", k.match);
  fields.get("verdict", k.verdict);
  fields.get("issue", k.issue);
  return k;
}

template <class T>
Json list_json(const std::vector<T>& values) {
  Json list = Json::array();
  for (const auto& value : values) list.push_back(to_json(value));
  return list;
}

Json to_json(const Machine& m) {
  return {{"processor", m.processor},
          {"instruction_sets", m.instruction_sets},
          {"system", m.system},
          {"hostname_hash", m.hostname_hash},
          {"cores", m.cores},
          {"physical_cores", m.physical_cores},
          {"l1_bytes", m.l1_bytes},
          {"l2_bytes", m.l2_bytes},
          {"l3_bytes", m.l3_bytes},
          {"memory_bytes", m.memory_bytes},
          {"fma_flops", by_threads(m.fma_flops)},
          {"bytes_per_second", by_threads(m.bytes_per_second)},
          {"clock_read_ns", number(m.clock_read_ns)},
          {"noise_floor", number(m.noise_floor)},
          {"load_average", number(m.load_average)},
          {"fma_peaks", list_json(m.fma_peaks)},
          {"read_peaks", list_json(m.read_peaks)}};
}

Machine read_machine(Fields fields) {
  Machine m;
  fields.get("processor", m.processor);
  fields.get("instruction_sets", m.instruction_sets);
  fields.get("system", m.system);
  fields.get("hostname_hash", m.hostname_hash);
  fields.get("cores", m.cores);
  fields.get("physical_cores", m.physical_cores);
  fields.get("l1_bytes", m.l1_bytes);
  fields.get("l2_bytes", m.l2_bytes);
  fields.get("l3_bytes", m.l3_bytes);
  fields.get("memory_bytes", m.memory_bytes);
  fields.get("fma_flops", m.fma_flops);
  fields.get("bytes_per_second", m.bytes_per_second);
  fields.get("clock_read_ns", m.clock_read_ns);
  fields.get("noise_floor", m.noise_floor);
  fields.get("load_average", m.load_average);
  for_each(fields, "fma_peaks", [&](Fields f) { m.fma_peaks.push_back(read_fma_peak(f)); });
  for_each(fields, "read_peaks", [&](Fields f) { m.read_peaks.push_back(read_read_peak(f)); });
  return m;
}

/// A newer file may give our fields another meaning: better no report than a wrong one.
void check_version(Fields& fields, HeaderRecord& h) {
  fields.need("schema_version", h.schema_version);
  if (h.schema_version > kSchemaVersion)
    fields.fail(
        "schema_version",
        fmt::format("written with format {}, and this convgauge reads up to {}: read it with "
                    "the convgauge that wrote it, or a newer one",
                    h.schema_version, kSchemaVersion));
  else if (h.schema_version < 1)
    fields.fail("schema_version", fmt::format("expected 1 or more, found {}", h.schema_version));
}

}  // namespace

std::string to_line(const HeaderRecord& h) {
  Json j{{"record", "header"},
         {"schema_version", h.schema_version},
         {"convgauge_version", h.convgauge_version},
         {"git_revision", h.git_revision},
         {"compiler", h.compiler},
         {"started", h.started},
         {"suite", h.suite},
         {"config_file", h.config_file},
         {"config_digest", h.config_digest},
         {"command", h.command},
         {"baseline_backend", h.baseline_backend ? Json(*h.baseline_backend) : Json()},
         {"rounds", h.rounds},
         {"seed", h.seed},
         {"problems", h.problems},
         {"machine", to_json(h.machine)},
         {"plugins", list_json(h.plugins)},
         {"absent", list_json(h.absent)},
         {"known", list_json(h.known)}};
  return dump(j);
}

HeaderRecord header_from_json(const Json& json, const Place& place, std::string& error) {
  HeaderRecord h;
  Fields fields(json, place, error);
  check_version(fields, h);
  fields.get("convgauge_version", h.convgauge_version);
  fields.get("git_revision", h.git_revision);
  fields.get("compiler", h.compiler);
  fields.get("started", h.started);
  fields.get("suite", h.suite);
  fields.get("config_file", h.config_file);
  fields.get("config_digest", h.config_digest);
  fields.get("command", h.command);
  fields.get("baseline_backend", h.baseline_backend);
  fields.get("rounds", h.rounds);
  fields.get("seed", h.seed);
  fields.get("problems", h.problems);
  h.machine = read_machine(fields.child("machine"));
  for_each(fields, "plugins", [&](Fields f) { h.plugins.push_back(read_plugin(f)); });
  for_each(fields, "absent", [&](Fields f) { h.absent.push_back(read_absent(f)); });
  for_each(fields, "known", [&](Fields f) { h.known.push_back(read_known(f)); });
  return h;
}

}  // namespace convgauge
