// Nothing is wrong with this one: what every other fault is a change of.
#include "../base.hpp"

const faulty::Fault fault{.name = "correct"};
