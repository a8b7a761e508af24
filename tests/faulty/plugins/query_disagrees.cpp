// query() says yes, and plan_create() refuses (R3).
#include "../base.hpp"

const faulty::Fault fault{
    .name = "query_disagrees",
    .create = [](const cvg_spec&, cvg_reason* reason, cvg_note* why) -> cvg_status {
      *reason = CVG_REASON_KERNEL;
      faulty::say(why, "not this one after all");
      return CVG_STATUS_REFUSED;
    }};
