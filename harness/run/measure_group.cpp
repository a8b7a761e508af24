#include "run/measure_group.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <tuple>

#include "core/layers.hpp"
#include "core/split_mix.hpp"
#include "core/ticks.hpp"
#include "measure/cold.hpp"
#include "measure/doubt.hpp"
#include "measure/quiet.hpp"
#include "measure/statistics.hpp"
#include "run/guarded_plan.hpp"
#include "run/memory_need.hpp"

namespace convgauge::run {
namespace {

using std::chrono::milliseconds;

// A sample lasts at least a thousand reads of the clock (about 25 ns each) and long enough that a
// context switch is a small part of it. kWarmNs: a competitor warms up for this long before its
// sample, since others ran in between.
constexpr double kSampleNs = 5e6, kWarmNs = 2e6;
// An execution longer than this needs no warming up: cold caches are a small part of its time.
constexpr double kSelfWarmNs = 20e6;
constexpr int kClockReads = 1000;
constexpr int kAttempts = 3;  // at one sample, while the machine is not quiet
// A sample that takes this many times the expected time counts as hung.
constexpr double kAllowance = 20;
constexpr milliseconds kEndLimit{10'000};  // for giving memory back
// How often the outputs of a timed sample are checked, and how often executions are inserted before
// it that are not timed, a random number of them, whose outputs are checked: so that no execution
// can know that nobody will look at its output. What is left out in a share s of all executions is
// missed with (1 - s)^checks.
constexpr double kCheckedShare = 0.5, kInsertedShare = 0.5;
// Outputs beyond this are checked in every fourth sample only: checking costs some ns for each.
constexpr std::int64_t kManyOutputs = 4'000'000;
// On a device, four times the executions take more than this share of four times the time, unless
// they were left out; the best of some attempts.
constexpr double kLeastGrowth = 0.4;

/// Releases an arena at the end of a scope.
class Released {
 public:
  explicit Released(Arena& arena) : arena_(arena) {}
  Released(const Released&) = delete;
  Released& operator=(const Released&) = delete;
  ~Released() { arena_.release(); }

 private:
  Arena& arena_;
};

/// How long a tick of the processor's counter is, by the driver's clock.
class Ticking {
 public:
  /// 0 where that is not known: no such counter, or too short a time to tell.
  double ns_per_tick() const {
    constexpr double kLeastNs = 20e6;
    const auto now = TickMoment::now();
    const double ns = std::chrono::duration<double, std::nano>(now.clock - start_.clock).count();
    const auto ticks = now.ticks - start_.ticks;
    return ns < kLeastNs || ticks == 0 ? 0 : ns / static_cast<double>(ticks);
  }

 private:
  TickMoment start_ = TickMoment::now();
};

/// The state of one case's measurement.
struct Lane {
  Case* subject = nullptr;
  bool running = false, over = false;
  double execution_ns = 0;      // estimate
  std::int64_t executions = 1;  // per sample
  double spent_ns = 0;
  Measured measured;
  std::vector<double> cpu_shares{}, clock_shares{};  // see measure/doubt.hpp
};

/// What a sample's executions were given.
struct Given {
  bool changed = false;  // the other source
  std::uint64_t seed = 0;
};

/// What disturbed a sample. The share of waiting is rounded to 1/10000, since waiting times are
/// only known to a few microseconds.
SampleLoad load_of(const Sampled& sampled, std::int64_t executions) {
  SampleLoad load;
  const double sample_ns = std::max(1.0, sampled.host_ns * static_cast<double>(executions));
  load.waited_share = std::round(sampled.waited_ns / sample_ns * 1e4) / 1e4;
  load.others_ns = std::round(sampled.others_ns);
  load.steal_ns = sampled.steal_ns;
  double average = 0;
  if (::getloadavg(&average, 1) == 1) load.load_average = std::round(average * 100) / 100;
  return load;
}

/// Puts the inputs that are wanted into the worker's arena, at offsets that depend on the spec
/// alone. Outputs lie over the sources: the worker has copied these when it writes those.
Binding lay_tensors(
    Worker& worker, const Spec& spec, const TestTensors& test,
    bool (*wanted)(TensorRole) = [](TensorRole) { return true; }) {
  auto& arena = worker.arena();
  arena.clear();
  Binding b;
  const auto reserve = [&](auto belongs) {
    for (const auto role : kTensorRoles) {
      if ((!spec.reads(role) && !spec.writes(role)) || !belongs(role)) continue;
      b.tensors[index_of(role)] = static_cast<std::int32_t>(b.regions.size());
      b.regions.push_back(arena.reserve(spec.bytes(role), 64, buffer_role(role)));
    }
  };
  reserve([](TensorRole role) { return !is_uploaded(role) && !is_result(role); });
  const auto start = arena.used();
  reserve([](TensorRole role) { return is_uploaded(role); });
  const auto end = arena.used();
  arena.go_to(start);
  reserve([](TensorRole role) { return is_result(role); });
  arena.go_to(std::max(arena.used(), end));
  // Reserving may move the arena.
  auto inputs = test.inputs();
  for (const auto role : kTensorRoles)
    if (spec.reads(role) && spec.bytes(role) > 0 && wanted(role))
      inputs.put(role, spec.bytes(role),
                 arena.bytes(b.regions[static_cast<std::size_t>(b.of(role))], Placement::end));
  return b;
}

/// The tensor that is another one in each execution.
TensorRole source_of(const Spec& spec) {
  return spec.direction == Direction::backward_data ? TensorRole::diff_dst : TensorRole::src;
}

/// Whole numbers, exact in every type. Those for `normal` are far from what it fills a source with,
/// so that what depends on one is wrong by far more than any bound without it; those for `integer`
/// keep the sums exact.
double change_value(Fill fill, std::size_t index) {
  const double size = fill == Fill::integer ? 1 + static_cast<double>(index / 2 % 2)
                                            : 4 + static_cast<double>(index / 2);
  return index % 2 ? -size : size;
}

bool is_host_tensor(const PlanOpened& plan, bool (*wanted)(BufferRole)) {
  return std::all_of(plan.requirements.begin(), plan.requirements.end(), [wanted](const auto& r) {
    return !wanted(r.role) || (r.form == Form::tensor && r.memory_kind.is_host());
  });
}
bool is_on_host(const PlanOpened& plan) {
  return std::all_of(plan.requirements.begin(), plan.requirements.end(), [](const auto& r) {
    return r.memory_kind.is_host() || r.memory_kind.is_library();
  });
}

Outputs outputs_in(Worker& worker, const Spec& spec, const Binding& b) {
  Outputs outputs{};
  for (const auto role : kTensorRoles)
    if (spec.writes(role))
      outputs[index_of(role)] =
          worker.arena().bytes(b.regions[static_cast<std::size_t>(b.of(role))], Placement::end);
  return outputs;
}

class Group {
 public:
  Group(std::span<Case> cases, Pool& pool, ProblemTensors& tensors, const MeasureOrder& order)
      : pool_(pool),
        tensors_(tensors),
        order_(order),
        fill_(fits(Fill::normal, tensors.spec()) ? Fill::normal : Fill::integer),
        random_(std::random_device{}() * kGolden) {
    for (auto& c : cases)
      if (c.is_open()) lanes_.emplace_back().subject = &c;
  }

  void run() {
    try {
      share_memory();
      measure();
    } catch (const std::bad_alloc&) {
      for (auto& lane : lanes_)
        if (!lane.over)
          skip(lane, {SkipReason::memory, "the driver got no memory from the system"});
    }
  }

 private:
  void measure() {
    for (auto& lane : lanes_) set_up(lane);
    for (int round = 0; round < order_.settings.rounds; ++round)
      for (const int i : round_order(static_cast<int>(lanes_.size()), round, order_.seed))
        take_turn(lanes_[static_cast<std::size_t>(i)]);
    for (auto& lane : lanes_) finish(lane);
  }

  /// Skips what does not fit into memory by itself. Where the rest does not fit at once, each is
  /// set up for its turn only: the rounds, and what is compared within them, stay the same.
  void share_memory() {
    tensors_.keep_only(fill_);
    (void)tensors_.of(fill_);
    const auto& spec = tensors_.spec();
    // Shared memory of the worker that is set up or checked; the changed source, and copies of both
    // references, or the projection of the changed source instead of the other.
    const double common =
        exchanged_bytes(spec) +
        (tensors_.projected() ? Projection::working_bytes(spec) : 3 * sheet_bytes(spec, false));
    double all = common, announced = 0;
    for (auto& lane : lanes_) {
      choose_slots(lane);
      const auto& needs = lane.subject->plan->requirements;
      const double own = measured_bytes(spec, needs, lane.measured.slots);
      const double of_plan = announced_bytes(needs, lane.measured.slots);
      if (auto why = beyond_memory("measuring it", common + own, of_plan)) {
        skip(lane, {SkipReason::memory, std::move(*why)});
        continue;
      }
      all += own, announced += of_plan;
    }
    std::erase_if(lanes_, [](const Lane& lane) { return lane.over; });
    if (lanes_.size() > 1)
      if (const auto why = beyond_memory(fmt::format("setting up all {} at once", lanes_.size()),
                                         all, announced)) {
        in_turns_ = true;
        for (auto& lane : lanes_) note(lane, "set up anew for each round: " + *why);
      }
    for (auto& lane : lanes_) {
      const auto& needs = lane.subject->plan->requirements;
      const double own = measured_bytes(spec, needs, lane.measured.slots);
      auto& most = lane.subject->record.memory_bytes;
      most = std::max(
          most, static_cast<std::size_t>(tensors_.held_bytes() + (in_turns_ ? common + own : all)));
    }
  }

  double budget_ns() const { return static_cast<double>(order_.settings.budget.count()) * 1e6; }

  /// The worker in which the lane's plan is open. If that worker has ended, because another
  /// algorithm of the same backend crashed it, the plan is opened again in a new worker, and set up
  /// if the lane was running. Null where that fails.
  Worker* worker(Lane& lane) {
    auto& c = *lane.subject;
    auto made = pool_.worker(*c.competitor, c.settings.threads);
    if (!made || !(*made)->alive()) return nullptr;
    if ((*made)->pid() == c.process) return *made;
    reopen_plan(c, pool_, tensors_.spec());
    if (!c.is_open() || (lane.running && !prepare(lane, **made))) return nullptr;
    return *made;
  }

  /// Too little memory, or none left, is the machine's trouble: the verdict stays.
  void fail(Lane& lane, Verdict verdict) {
    if (auto* refused = std::get_if<Refused>(&verdict);
        refused && refused->reason == RefusalReason::memory)
      return skip(lane, {SkipReason::memory, std::move(refused->why)});
    end(lane);
    lane.subject->record.verdict = std::move(verdict);
    lane.subject->record.measurement = Skipped{SkipReason::failed_measuring};
  }

  static void end(Lane& lane) {
    lane.running = false;
    lane.over = true;
  }

  void skip(Lane& lane, Skipped why) {
    end(lane);
    lane.subject->record.measurement = std::move(why);
  }

  /// Sets how many slots the executions take in turn: one for warm times. If memory allows fewer
  /// than cold times need, a note says so.
  void choose_slots(Lane& lane) {
    if (!order_.cold) return;
    std::int64_t bytes = 0;
    for (const auto& need : lane.subject->plan->requirements)
      if (need.scope == Scope::slot) bytes += static_cast<std::int64_t>(need.bytes);
    const auto& c = *lane.subject->competitor;
    const auto cold = cold_slots(
        {.slot_bytes = bytes,
         .cache_bytes = c.on_cpu ? order_.last_level_cache_bytes : c.last_level_cache_bytes,
         .available_bytes = available_for_slots(),
         .most = lane.subject->settings.slots});
    lane.measured.slots = cold.slots;
    lane.measured.slot_bytes = bytes * cold.slots;
    note(lane, cold.short_of);
  }

  /// The lanes share it; 0 where it is not known.
  std::int64_t available_for_slots() const {
    const double bytes = memory_room().bytes / static_cast<double>(lanes_.size());
    return std::isfinite(bytes) ? std::max<std::int64_t>(1, static_cast<std::int64_t>(bytes)) : 0;
  }

  void note(Lane& lane, const std::string& text) {
    auto& all = lane.measured.note;
    if (!text.empty()) all += (all.empty() ? "" : "; ") + text;
  }

  /// Fills the plan's memory and sets it up. Empty where that fails; the lane is then over.
  std::optional<MeasureReady> prepare(Lane& lane, Worker& w) {
    const auto binding = lay_tensors(w, tensors_.spec(), tensors_.of(fill_));
    const auto limit = default_timeout(tensors_.spec().geometry.flops() * lane.measured.slots);
    auto ready =
        w.call(MeasureSetup{lane.subject->plan->plan, binding, lane.measured.slots}, limit);
    w.arena().release();  // the worker has its own copies
    if (!ready) return fail(lane, ready.error()), std::nullopt;
    return *ready;
  }

  /// Sets the lane up again where its memory was given back after its last turn.
  bool enter(Lane& lane) {
    if (!in_turns_) return true;
    auto* w = worker(lane);
    if (!w) return fail(lane, Failed{"the worker ended during the measurement"}), false;
    return prepare(lane, *w).has_value();
  }

  void leave(Lane& lane) {
    auto& c = *lane.subject;
    if (!in_turns_ || !c.plan) return;
    auto made = pool_.worker(*c.competitor, c.settings.threads);
    if (!made || (*made)->pid() != c.process) return;
    if (auto bad = trouble_of((*made)->call(MeasureEnd{c.plan->plan}, kEndLimit)))
      fail(lane, std::move(*bad));
  }

  void set_up(Lane& lane) {
    auto* w = worker(lane);
    if (!w && !lane.subject->is_open()) return fail(lane, lane.subject->record.verdict);
    if (!w) return fail(lane, Failed{"the worker ended before the measurement"});
    const auto prepared = prepare(lane, *w);
    if (!prepared) return;
    const auto& ready = *prepared;
    if (auto& before = lane.subject->record.device_before; before.empty())
      before = ask_details(*lane.subject, *w).device;
    lane.measured.plan_ns = lane.subject->plan->plan_ns;
    lane.measured.bind_ns = ready.bind_ns;
    lane.measured.prepare_ns = ready.prepare_ns;
    lane.measured.upload_ns = ready.upload_ns;
    lane.measured.first_execution_ns = ready.first_ns;
    lane.measured.fetch_ns = ready.fetch_ns;
    lane.running = true;
    calibrate(lane, ready.first_ns);
    leave(lane);
  }

  static std::int64_t executions_for(double execution_ns) {
    return std::max<std::int64_t>(1,
                                  static_cast<std::int64_t>(std::ceil(kSampleNs / execution_ns)));
  }

  /// Estimates the time of one warm execution, and from it the number of executions in a sample.
  /// Skips the case if two executions do not fit into the budget.
  void calibrate(Lane& lane, double first_ns) {
    if (2 * first_ns > budget_ns())
      return skip(lane, {SkipReason::over_budget,
                         fmt::format("one execution takes {:.2g} s of the {:.2g} s", first_ns / 1e9,
                                     budget_ns() / 1e9)});
    lane.execution_ns = first_ns;
    if (first_ns < kSelfWarmNs && !estimate(lane, 1)) return;
    // A single execution on a device is mostly launch and wait; in a batch one costs much less.
    if (!lane.subject->competitor->on_cpu) {
      if (first_ns < kSelfWarmNs && !estimate(lane, executions_for(lane.execution_ns))) return;
      if (!grows(lane)) return;
    }
    if (order_.mode == MeasureMode::latency) return look_at_clock(lane);
    lane.executions = executions_for(lane.execution_ns);
    lane.measured.executions_per_sample = lane.executions;
  }

  /// The time of one of so many executions, the shortest of some tries where the machine let the
  /// worker wait: too long an estimate makes samples of too few executions. False where one fails.
  bool estimate(Lane& lane, std::int64_t executions) {
    constexpr int kTries = 4;
    double shortest_ns = std::numeric_limits<double>::infinity();
    for (int attempt = 0; attempt < kTries; ++attempt) {
      Sampled sampled;
      if (!sample(lane, executions, kWarmNs, sampled)) return false;
      shortest_ns = std::min(shortest_ns, sampled.host_ns);
      const auto load = load_of(sampled, executions);
      if (lost_share(load, sampled.host_ns * real(executions)) <= kQuietShare) break;
    }
    lane.execution_ns = std::max(1.0, shortest_ns);
    return true;
  }

  /// A device executes a batch in one call: notes a doubt where the time does not grow with the
  /// number of executions. False where a sample fails.
  bool grows(Lane& lane) {
    const auto few = std::max<std::int64_t>(executions_for(lane.execution_ns), 2);
    // Each batch's shortest time: a loaded machine makes times longer, never shorter.
    constexpr int kTries = 12;
    double one_ns = std::numeric_limits<double>::infinity(), four_ns = one_ns;
    for (int attempt = 0; attempt < kTries; ++attempt) {
      Sampled one, four;
      if (!sample(lane, few, 0, one) || !sample(lane, 4 * few, 0, four)) return false;
      one_ns = std::min(one_ns, one.host_ns), four_ns = std::min(four_ns, four.host_ns);
      if (four_ns <= kLeastGrowth * one_ns) continue;
      lane.execution_ns = std::max(1.0, std::min({lane.execution_ns, one_ns, four_ns}));
      return true;
    }
    doubt(lane, fmt::format("a batch of {} executions took {:.3g} µs, one of {} took {:.3g} µs: "
                            "it does not execute all that it is told to",
                            few, one_ns * real(few) / 1e3, 4 * few, four_ns * real(4 * few) / 1e3));
    return true;
  }

  static double real(std::int64_t count) { return static_cast<double>(count); }

  static void doubt(Lane& lane, std::string why) {
    if (lane.measured.doubt.empty()) lane.measured.doubt = std::move(why);
  }

  /// In latency mode a sample is one execution. One that is too short for the clock is measured all
  /// the same, with a note.
  void look_at_clock(Lane& lane) {
    if (lane.execution_ns >= kClockReads * order_.clock_read_ns) return;
    note(
        lane,
        fmt::format(
            "one execution lasts about {:.2g} µs, less than {} reads of the clock ({:.0f} ns each)",
            lane.execution_ns / 1e3, kClockReads, order_.clock_read_ns));
  }

  /// Takes one sample, of a source and with a poison chosen at random. False where it fails; the
  /// lane is then over. check: its last output must be right.
  bool sample(Lane& lane, std::int64_t executions, double warm_ns, Sampled& sampled,
              bool check = false) {
    auto* w = worker(lane);
    if (!w) return fail(lane, Failed{"the worker ended during the measurement"}), false;
    const double expected_ns = real(executions) * lane.execution_ns + warm_ns;
    const auto limit =
        default_timeout(tensors_.spec().geometry.flops()) - default_timeout(0) +
        milliseconds(2000 + static_cast<std::int64_t>(expected_ns * kAllowance / 1e6));
    const bool other = lane.measured.slots == 1 && !tensors_.projected() && random_.below(2) == 1;
    const Given given{other, random_.next()};
    const auto& spec = tensors_.spec();
    const Released released(w->arena());
    const auto binding = lay_tensors(*w, spec, tensors_.of(fill_, given.changed), is_uploaded);
    auto request = request_of(lane, given);
    request.executions = executions;
    // Devices take a whole sample as one batch; on a CPU each execution is a call, as a framework
    // makes them.
    request.batch = lane.subject->competitor->on_cpu ? 1 : executions;
    request.warm_ns = static_cast<std::int64_t>(warm_ns);
    const auto before = w->cpu_time();
    const auto taken = w->call(request, limit);
    if (!taken) return fail(lane, taken.error()), false;
    sampled = *taken;
    if (lane.subject->competitor->on_cpu) look_at_processors(lane, *w, sampled, before);
    w->stop();
    return !check || output_right(lane, *w, binding, given_to(given, sampled.change), after_timed_);
  }

  Sample request_of(const Lane& lane, const Given& given) {
    const auto& spec = tensors_.spec();
    const auto& plan = *lane.subject->plan;
    const auto role = source_of(spec);
    const auto type = spec.type(role), result = spec.type(spec.result());
    Sample request;
    request.plan = plan.plan;
    request.counters = order_.settings.counters;
    request.renew = lane.measured.slots == 1;
    // What upload() and fetch() move in the host's memory is work, unless the layout is the plan's.
    const bool copies = !is_host_tensor(plan, is_uploaded) || !is_host_tensor(plan, is_result);
    request.moves = copies && is_on_host(plan) && spec.layout != Layout::native;
    request.poison = random_.below(2) ? traits(result).poison_nan : traits(result).poison_number;
    request.poison_bytes = static_cast<std::uint32_t>(size_of(result));
    request.seed = given.seed;
    request.changed = buffer_role(role);
    if (tensors_.projected() || (!request.moves && !is_host_tensor(plan, is_uploaded)))
      return request;
    request.changed_bytes = static_cast<std::uint32_t>(size_of(type));
    for (std::size_t i = 0; i < request.values.size(); ++i)
      store(type, &request.values[i], 0, change_value(fill_, i));
    return request;
  }

  /// Notes a doubt where a thread may run on processors that it was not given; keeps the CPU time
  /// that the worker had since `before`, for each thread that it may use and each ns that it told.
  void look_at_processors(Lane& lane, Worker& w, const Sampled& sampled,
                          const std::optional<worker::CpuTime>& before) {
    const auto now = w.cpu_time();
    if (!before || !now) return;
    lane.cpu_shares.push_back(
        cpu_share({now->worker_ns - before->worker_ns, sampled.call_ns, now->at_ns - before->at_ns,
                   now->kept_waiting_ns - before->kept_waiting_ns},
                  lane.subject->settings.threads));
    if (const double ns_per_tick = ticking_.ns_per_tick();
        ns_per_tick > 0 && sampled.call_ticks > 0)
      lane.clock_shares.push_back(sampled.call_ns /
                                  (static_cast<double>(sampled.call_ticks) * ns_per_tick));
    if (const auto others = w.other_processors(); !others.empty())
      doubt(lane, fmt::format("a thread of it may run on processors that it was not given: {}",
                              fmt::join(others, ", ")));
  }

  /// The tensors as an execution had them: with the change of this number, by the seed.
  const TestTensors& given_to(const Given& given, std::int64_t change) {
    const auto& spec = tensors_.spec();
    const auto& test = tensors_.of(fill_, given.changed);
    if (change < 0) return test;
    const auto role = source_of(spec);
    const auto shape = spec.shape(role);
    const auto strides = spec.strides(role);
    const auto planned = planned_change(given.seed, change, elements(shape));
    ElementChange element;
    for (std::size_t d = 0; d < element.at.size(); ++d)
      element.at[d] = planned.index / strides[d] % shape[d];
    element.before = load(spec.type(role), test.inputs().of(role), planned.index);
    element.after = change_value(fill_, planned.value);
    return tensors_.with(fill_, given.changed, element);
  }

  /// What is in the worker's arena.
  bool output_right(Lane& lane, Worker& w, const Binding& binding, const TestTensors& test,
                    const Oracle& oracle) {
    const auto& spec = tensors_.spec();
    auto result = test.judge(spec, fill_, lane.subject->plan->algorithm,
                             outputs_in(w, spec, binding), oracle);
    if (auto* differs = std::get_if<Differs>(&result)) return fail(lane, *differs), false;
    return true;
  }

  /// One sample.
  void take_turn(Lane& lane) {
    if (!lane.running || !enter(lane)) return;
    Sampled unused;
    if (lane.executions == 1 || random_.unit() > kInsertedShare ||
        sample(lane,
               1 + static_cast<std::int64_t>(
                       random_.below(static_cast<std::uint64_t>(lane.executions))),
               warm_ns(lane), unused, true))
      take_sample(lane);
    leave(lane);
  }

  static double warm_ns(const Lane& lane) { return lane.execution_ns < kSelfWarmNs ? kWarmNs : 0; }

  /// The first sample, the last, and some in between.
  bool is_checked(const Lane& lane) {
    const auto taken = std::ssize(lane.measured.samples_ns);
    const bool many = tensors_.spec().written_elements() > kManyOutputs;
    return taken == 0 || taken + 1 == order_.settings.rounds ||
           random_.unit() < kCheckedShare / (many ? 2 : 1);
  }

  /// One sample, taken again while the machine is not quiet and the budget allows. The attempt that
  /// was disturbed least counts.
  void take_sample(Lane& lane) {
    const double cost_ns = real(lane.executions) * lane.execution_ns + warm_ns(lane);
    if (lane.spent_ns + cost_ns > budget_ns() && !lane.measured.samples_ns.empty()) {
      lane.measured.budget_cut = true;
      return;
    }
    Sampled best;
    SampleLoad best_load;
    double least = 0;  // lost by the best
    for (int attempt = 0;
         attempt == 0 || (attempt < kAttempts && lane.spent_ns + cost_ns <= budget_ns());
         ++attempt) {
      Sampled sampled;
      if (!sample(lane, lane.executions, warm_ns(lane), sampled, is_checked(lane))) return;
      lane.spent_ns += cost_ns;
      lane.measured.discarded += attempt > 0;
      const auto load = load_of(sampled, lane.executions);
      const double lost = lost_share(load, sampled.host_ns * static_cast<double>(lane.executions));
      if (attempt == 0 || lost < least)
        std::tie(best, best_load, least) = std::tie(sampled, load, lost);
      if (least <= kQuietShare) break;
    }
    lane.measured.samples_ns.push_back(best.host_ns);
    lane.measured.loads.push_back(best_load);
    if (best.device_ns > 0) lane.measured.device_ns.push_back(best.device_ns);
    keep_counts(best, lane.measured.counts);
  }

  /// Appends the sample's counts. A list that lacks some samples is dropped later (drop_partial()).
  static void keep_counts(const Sampled& sampled, HardwareCounts& counts) {
    if (sampled.instructions) counts.instructions.push_back(*sampled.instructions);
    if (sampled.cycles) counts.cycles.push_back(*sampled.cycles);
    if (sampled.cache_misses) counts.cache_misses.push_back(*sampled.cache_misses);
    if (counts.refused.empty()) counts.refused = sampled.counters_refused;
  }

  /// Clears the lists that lack some samples, since it is not known which ones.
  static void drop_partial(Measured& m) {
    for (auto* list : {&m.counts.instructions, &m.counts.cycles, &m.counts.cache_misses})
      if (list->size() != m.samples_ns.size()) list->clear();
  }

  void finish(Lane& lane) {
    if (!lane.running || !enter(lane)) return;
    auto& m = lane.measured;
    keep_details(lane);
    if (m.budget_cut)
      note(lane, fmt::format("the budget of {:.3g} s allows {} of {} rounds", budget_ns() / 1e9,
                             m.samples_ns.size(), order_.settings.rounds));
    drop_partial(m);
    const bool right = (m.slots == 1 || outputs_right(lane, false, after_timed_)) &&
                       outputs_right(lane, true, {"after timing, changed source", Rule::R12});
    leave(lane);
    if (!right || lane.over) return;
    lane.over = true;
    if (auto why = doubtful_clock(lane.clock_shares)) doubt(lane, std::move(*why));
    if (auto why = doubtful_cpu(lane.cpu_shares, lane.subject->settings.threads))
      doubt(lane, std::move(*why));
    add_process(lane.subject->record, std::move(m));
  }

  /// Keeps what plan and device report, of the first process only; the device's state is that after
  /// its timed executions.
  void keep_details(Lane& lane) {
    auto* w = worker(lane);
    auto& record = lane.subject->record;
    if (!w || !record.device_after.empty()) return;
    auto details = ask_details(*lane.subject, *w);
    if (!details.plan.empty()) record.details = std::move(details.plan);
    record.device_after = std::move(details.device);
  }

  /// Checks the outputs of every slot: of its last timed execution, or (again) of one more, with
  /// the changed source.
  bool outputs_right(Lane& lane, bool again, const Oracle& oracle) {
    auto* w = worker(lane);
    if (!w) return fail(lane, Failed{"the worker ended after the measurement"}), false;
    const auto& spec = tensors_.spec();
    const Released released(w->arena());
    for (int slot = 0; slot < lane.measured.slots; ++slot) {
      bool (*wanted)(TensorRole) = is_uploaded;
      if (!again) wanted = [](TensorRole) { return false; };
      const auto binding = lay_tensors(*w, spec, tensors_.of(fill_, again), wanted);
      const auto checked = w->call(MeasureCheck{lane.subject->plan->plan, again, slot},
                                   default_timeout(spec.geometry.flops()));
      if (!checked) return fail(lane, checked.error()), false;
      if (!output_right(lane, *w, binding, given_to({again, checked->seed}, checked->change),
                        slot == 0 ? oracle : oracle.in_slot(slot)))
        return false;
    }
    return true;
  }

  const Oracle after_timed_{"after the timed executions", {}};
  Pool& pool_;
  ProblemTensors& tensors_;
  const MeasureOrder& order_;
  Fill fill_;
  SplitMix random_;  // not from the settings' seed: a plugin must not know it
  Ticking ticking_;
  bool in_turns_ = false;  // only one lane at a time is set up
  std::vector<Lane> lanes_;
};

}  // namespace

void measure_group(std::span<Case> cases, Pool& pool, ProblemTensors& tensors,
                   const MeasureOrder& order) {
  Group(cases, pool, tensors, order).run();
}

}  // namespace convgauge::run
