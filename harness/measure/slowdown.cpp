#include "measure/slowdown.hpp"
