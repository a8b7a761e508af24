// The exit codes of convgauge.
#pragma once

namespace convgauge {

enum ExitCode {
  kGood = 0,
  kWrong = 1,
  kUsage = 2,
  kSlower = 3,
  kCrashed = 4,
  kUndecided = 5,
  kNothingRan = 6,
  kOurBug = 70,
  kMachine = 71,  // the machine denied what convgauge needs (EX_OSERR of sysexits.h)
  kInterrupted = 130
};

}  // namespace convgauge
