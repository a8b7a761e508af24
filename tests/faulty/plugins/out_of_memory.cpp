// plan_create() finds no memory.
#include "../base.hpp"

const faulty::Fault fault{.name = "out_of_memory",
                          .create = [](const cvg_spec&, int32_t*, cvg_note* why) -> cvg_status {
                            faulty::say(why, "no room for the tables");
                            return CVG_STATUS_OUT_OF_MEMORY;
                          }};
