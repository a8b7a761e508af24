// Refuses this kernel, with a reason and a sentence: no fault at all.
#include "../base.hpp"

namespace {

cvg_status refuse(const cvg_spec&, cvg_reason* reason, cvg_note* why) {
  *reason = CVG_REASON_KERNEL;
  faulty::say(why, "only kernels of 5x5");
  return CVG_STATUS_REFUSED;
}

}  // namespace

const faulty::Fault fault{.name = "refuses_honestly", .query = refuse, .create = refuse};
