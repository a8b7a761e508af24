// execute() returns a status that the ABI has not.
#include "../base.hpp"

const faulty::Fault fault{.name = "unknown_status",
                          .execute = [](faulty::Call&, cvg_note*) -> cvg_status { return 99; }};
