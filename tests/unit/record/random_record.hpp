// Records with random content in every field, for round trips.
#pragma once
#include <limits>
#include <random>

#include "core/layers.hpp"
#include "record/record.hpp"

namespace convgauge::record {

class RandomRecords {
 public:
  explicit RandomRecords(unsigned seed) : random_(seed) {}

  /// Alternative `verdict` of Verdict and `measurement` of Measurement.
  CaseRecord record(std::size_t verdict, std::size_t measurement) {
    CaseRecord r;
    r.problem = {text(), text(), geometry(), whole(1, 99)};
    if (coin()) r.problem.own = {one<Dtype>(), {}, one<Direction>()};
    r.backend = text();
    r.label = text();
    r.device = text();
    r.requested_algorithm = text();
    r.own_choice = coin();
    if (coin()) r.algorithm = algorithm();
    for (int i = 0; i < 3; ++i) r.options[text()] = text();
    r.settings = settings();
    r.verdict = this->verdict(verdict);
    r.measurement = this->measurement(measurement);
    r.bytes = size();
    r.workspace_bytes = size();
    r.packed_weight_bytes = size();
    r.memory_bytes = size();
    if (coin()) r.overread = {{one<BufferRole>(), size()}, {one<BufferRole>(), size()}};
    if (coin()) r.in_library = {one<BufferRole>(), one<BufferRole>()};
    if (coin()) r.known = text();
    if (coin()) r.libraries = {{text(), text(), text()}};
    r.replay = text();
    if (coin())
      r.smallest =
          SmallestCase{geometry(),       settings(), text(), {Fill::normal}, this->verdict(verdict),
                       {text(), text()}, 7,          coin(), text()};
    r.shrink_note = text();
    r.finished = text();
    r.verify_s = static_cast<double>(whole(0, 1000)) / 7;
    if (coin()) r.roof = Roof{real(), text(), coin()};
    return r;
  }

  HeaderRecord header() {
    HeaderRecord h;
    for (auto* field : {&h.convgauge_version, &h.git_revision, &h.compiler, &h.started, &h.suite,
                        &h.config_file, &h.config_digest, &h.command})
      *field = text();
    if (coin()) h.baseline_backend = text();
    h.machine = machine();
    h.plugins = {{text(), text(), text(), text(), text(), text(), text()}, {}};
    h.absent = {{text(), text()}};
    h.libraries = {{text(), text(), text(), {text(), text()}}};
    h.known = {{text(), one<VerdictKind>(), text()},
               {text(), VerdictKind::differs, text(), one<Fill>()}};
    if (coin()) h.fills = {one<Fill>(), one<Fill>()};
    h.rounds = static_cast<int>(whole(0, 99));
    h.seed = random_();
    h.problems = whole(0, 1000);
    h.shards = static_cast<int>(whole(0, 4));
    h.shard = static_cast<int>(whole(0, std::max(h.shards, 1) - 1));
    if (coin()) h.shard_problems = {text(), text()};
    if (coin()) h.merged = {{static_cast<int>(whole(0, 9)), text(), text(), text(), {text()}}};
    return h;
  }

 private:
  bool coin() { return random_() % 2 == 0; }
  std::int64_t whole(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
  }
  std::size_t size() { return static_cast<std::size_t>(random_()); }

  std::string text() {
    static const std::string pieces[] = {"a", "Z",  "\"",   "\\", "\n", "\t", "</script>",
                                         "é", "漢", "\x01", " ",  "{",  ","};
    std::string all;
    for (auto n = whole(0, 12); n > 0; --n) all += pieces[random_() % std::size(pieces)];
    return all;
  }

  /// Any bit pattern but NaN, which equals nothing (a test of its own).
  double real() {
    const auto value = std::bit_cast<double>(random_());
    return value != value ? -std::numeric_limits<double>::infinity() : value;
  }
  /// In nanoseconds, up to 10^18; at times infinite, as one that could not be taken.
  double time() {
    if (whole(0, 9) == 0) return std::numeric_limits<double>::infinity();
    return std::uniform_real_distribution<double>(0, 1e18)(random_);
  }
  std::vector<double> times() {
    std::vector<double> all;
    for (auto n = whole(0, 20); n > 0; --n) all.push_back(time());
    return all;
  }
  std::vector<double> reals() {
    std::vector<double> all;
    for (auto n = whole(0, 20); n > 0; --n) all.push_back(real());
    return all;
  }

  Axis axis() {
    return {whole(20, 40), whole(1, 5), whole(1, 3), whole(1, 3), whole(0, 3), whole(0, 3)};
  }
  Geometry geometry() {
    const auto groups = whole(1, 4);
    return {whole(0, 4),
            groups * whole(1, 9),
            groups * whole(1, 9),
            groups,
            axis(),
            axis(),
            coin(),
            static_cast<PaddingMode>(whole(0, 3))};
  }
  CaseSettings settings() {
    return {static_cast<int>(whole(1, 64)),
            static_cast<Dtype>(whole(0, 3)),
            static_cast<Layout>(whole(0, 2)),
            static_cast<Direction>(whole(0, 2)),
            static_cast<MathMode>(whole(0, 2)),
            coin(),
            coin(),
            static_cast<MeasureMode>(whole(0, 1))};
  }
  Algorithm algorithm() {
    Algorithm a{text(), static_cast<AlgorithmClass>(whole(0, 3)), coin(), coin(), coin(), {}, {}};
    for (auto& axis : a.winograd)
      axis = {static_cast<int>(whole(1, 6)), 3, {{0, 1}, {-1, 2}, {3, 7}}};
    a.fft_tile = {static_cast<int>(whole(1, 64)), static_cast<int>(whole(1, 64))};
    a.ignores_nan = coin();
    return a;
  }
  Mismatch mismatch() {
    return {{whole(0, 9), whole(0, 9), whole(0, 9), whole(0, 9)}, real(), real(), real()};
  }

  template <class E>
  E one() {
    return static_cast<E>(random_() % Words<E>::words.size());
  }
  /// One of E's words, or a text that is none.
  template <class E>
  OpenWord<E> open() {
    return coin() ? OpenWord<E>(one<E>()) : OpenWord<E>::of(text());
  }
  Oracle oracle() {
    if (coin()) return {text()};
    return {text(), one<Rule>(), coin() ? "slot 1" : ""};
  }
  Diagnosis diagnosis() {
    if (coin()) return {{}, false, {}, text()};
    if (coin()) return {{}, false, {"lose tap (kh 0, kw 2)", 24, 30}, {}};
    Diagnosis d{{{"padding_h taken as 0"}}, coin(), {}, {}};
    if (coin()) d.misreadings.push_back({"bias left out and kernel flipped in h"});
    return d;
  }

  Verdict verdict(std::size_t alternative) {
    switch (alternative) {
      case 0:
        return Agrees{real(), real(), whole(0, 1 << 30), {text(), text()}};
      case 1:
        return Differs{whole(0, 99), whole(0, 99),
                       mismatch(),   mismatch(),
                       oracle(),     text(),
                       diagnosis(),  coin() ? std::optional(one<Fill>()) : std::nullopt};
      case 2:
        return Refused{open<RefusalReason>(), text()};
      case 3:
        return Trespass{open<Rule>(), text()};
      case 4:
        return Died{static_cast<int>(whole(0, 30)), static_cast<int>(whole(-1, 255)), text(),
                    text()};
      case 5:
        return TimedOut{std::chrono::milliseconds(whole(0, 1 << 20)), text()};
      case 6:
        return Unjudged{text()};
      default:
        return coin() ? Failed{text()} : broken(one<Rule>(), text());
    }
  }
  Measurement measurement(std::size_t alternative) {
    if (alternative == 1) return Skipped{one<SkipReason>(), text()};
    if (alternative == 2) return inconclusive();
    return measured();
  }
  Inconclusive inconclusive() {
    Inconclusive i{text()};
    if (coin()) return i;
    i.evidence = measured();
    i.evidence.samples_ns.push_back(real());
    for (auto member : kTimes) i.evidence.*member = 0;
    return i;
  }
  static constexpr double Measured::*kTimes[] = {
      &Measured::bind_ns,  &Measured::prepare_ns,         &Measured::upload_ns,
      &Measured::fetch_ns, &Measured::first_execution_ns, &Measured::plan_ns};
  Measured measured() {
    Measured m{times(), whole(1, 99), reals(), coin(), text(), {}, whole(0, 9), {}};
    m.doubt = text();
    m.slots = static_cast<int>(whole(1, 4096));
    m.slot_bytes = whole(0, 1LL << 50);
    m.counts = {reals(), reals(), reals(), text()};
    for (auto member : kTimes) m.*member = time();
    for (std::size_t i = 0; coin() && i < m.samples_ns.size(); ++i)
      m.loads.push_back({real(), real(), real(), real()});
    const auto samples = static_cast<std::int64_t>(m.samples_ns.size());
    if (const auto first = whole(0, samples); coin())
      m.samples_per_process = {first, samples - first};
    return m;
  }
  Machine machine() {
    Machine m{text(),
              text(),
              text(),
              text(),
              4,
              2,
              whole(0, 99),
              whole(0, 99),
              whole(0, 99),
              whole(0, 1LL << 50),
              {},
              {},
              real(),
              real(),
              real(),
              {},
              {}};
    if (coin()) m.cpu_quota = real(), m.cpu_quota_file = text();
    m.fma_flops = {{1, real()}, {64, real()}};
    m.bytes_per_second = {{2, real()}};
    m.fma_peaks = {{text(), 1, real()}, {text(), 64, real()}};
    m.read_peaks = {{text(), 2, whole(0, 1LL << 50), real()}};
    return m;
  }

  std::mt19937_64 random_;
};

}  // namespace convgauge::record
