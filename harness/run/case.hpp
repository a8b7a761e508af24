// One case of a run, from its first verification to its line in the results file.
#pragma once
#include <sys/types.h>

#include <optional>

#include "core/layers.hpp"
#include "record/record.hpp"
#include "run/cases.hpp"
#include "run/pool.hpp"
#include "worker/messages.hpp"

namespace convgauge::run {

struct Case {
  CaseRecord record;
  const Competitor* competitor = nullptr;
  PlanSettings settings;           // with which the plan is opened
  std::optional<PlanOpened> plan;  // while it is open
  pid_t process = -1;              // pid of the worker in which the plan is open

  /// Its result agreed, and its plan is open: it can be measured.
  bool is_open() const { return plan && std::holds_alternative<Agrees>(record.verdict); }
};

/// Opens the plan in the worker that the pool provides now. On an error, c.plan is unchanged.
CallResult<void> open_plan(Case& c, Pool& pool, const Spec& spec);

/// The same for a plan whose worker has ended. A failure becomes the case's verdict.
void reopen_plan(Case& c, Pool& pool, const Spec& spec);

/// A failure of plan_destroy becomes the case's verdict. Does nothing for a case that is not open.
void close_plan(Case& c, Pool& pool);

/// What the plan and the device report about themselves, as JSON. Empty for a CPU, which is not
/// asked, to save a message for each case; and empty where the call fails, since no result depends
/// on it.
Details ask_details(const Case& c, Worker& worker);

/// Appends the samples of one process to those of the earlier ones. Times that are taken once
/// (plan, bind, ...) stay those of the first process.
void add_process(CaseRecord& record, Measured measured);

}  // namespace convgauge::run
