// execute() says that it failed, and why.
#include "../base.hpp"

const faulty::Fault fault{.name = "execute_fails",
                          .execute = [](faulty::Call&, cvg_note* why) -> cvg_status {
                            faulty::say(why, "the tide was out");
                            return CVG_STATUS_FAILED;
                          }};
