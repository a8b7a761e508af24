// One case of a run, from its first verification to its line in the results file.
#pragma once
#include <sys/types.h>

#include <optional>

#include "record/record.hpp"
#include "run/cases.hpp"
#include "run/pool.hpp"
#include "worker/messages.hpp"

namespace convgauge {

struct Case {
  CaseRecord record;
  const Competitor* competitor = nullptr;
  PlanSettings settings;           // that the plan is opened with
  std::optional<PlanOpened> plan;  // while it is open
  pid_t process = -1;              // of the worker where the plan is open

  /// Its result agreed, and its plan is open: it can be measured.
  bool is_open() const { return plan && std::holds_alternative<Agrees>(record.verdict); }
};

/// Opens the plan in the worker that the pool has now. Refused or Failed: the plan is as before.
CallResult<void> open_plan(Case& c, Pool& pool, const Spec& spec);

/// The same for a plan that was open in a worker which is gone. A failure becomes the case's
/// verdict.
void reopen_plan(Case& c, Pool& pool, const Spec& spec);

/// What plan_destroy has to answer for becomes the case's verdict. Of a case that is not open,
/// nothing is closed.
void close_plan(Case& c, Pool& pool);

/// What plan and device say of themselves, as JSON. Nothing for a CPU, which is not asked, so that
/// no case costs one more message; and nothing where the question fails, for no result depends on
/// it.
Details ask_details(const Case& c, Worker& worker);

/// The samples of one process go behind those of the processes before it; times that are taken once
/// stay those of the first.
void add_process(CaseRecord& record, Measured measured);

}  // namespace convgauge
