// Every output channel reads the input channels of the first group.
#include "../base.hpp"

const faulty::Fault fault{.name = "groups_ignored", .taken_for = [](cvg_spec& s) { s.groups = 1; }};
