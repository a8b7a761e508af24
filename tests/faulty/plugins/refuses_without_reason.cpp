// Refuses, and does not say why (R3).
#include "../base.hpp"

const faulty::Fault fault{
    .name = "refuses_without_reason",
    .query = [](const cvg_spec&, int32_t*, cvg_note*) -> cvg_status { return CVG_STATUS_REFUSED; },
    .create = [](const cvg_spec&, int32_t*, cvg_note*) -> cvg_status {
      return CVG_STATUS_REFUSED;
    }};
