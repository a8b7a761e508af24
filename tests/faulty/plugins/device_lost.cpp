// execute() says that its device is gone.
#include "../base.hpp"

const faulty::Fault fault{.name = "device_lost",
                          .execute = [](faulty::Call&, cvg_note* why) -> cvg_status {
                            faulty::say(why, "fell off the bus");
                            return CVG_STATUS_DEVICE_LOST;
                          }};
