// The smallest case that still fails: a search over cases that a predicate tells good from bad.
// Pure: who runs the cases, and how, is the predicate's business.
#pragma once
#include <functional>

#include "verify/point.hpp"

namespace convgauge {

struct Shrunk {
  Trial smallest;  // legal, and failing by what `fails` said of it; the one that was given where
                   // nothing simpler fails
  int trials = 0;  // how often `fails` was asked
  bool complete = true;  // false: the budget ended the search
};

/// `failing` is legal and known to fail. `fails` is asked of legal cases of a smaller cost() only,
/// never twice of the same; `go_on` before each, false ends the search. Three ways down, each from
/// the best so far:
///   bottom up   the trivial case with one, two, then three parameters of the failing one: most
///   bugs need no more; singly      every parameter, pair of axes or linked parameters (channels
///   with groups, kernel with size) to its
///               trivial value, or by halves, quarters ... down to single steps towards it;
///   by pairs    two such moves together, or one parameter to its trivial value while another
///   grows.
/// Ends where none of them helps.
Shrunk shrink(const Trial& failing, const std::function<bool(const Trial&)>& fails,
              const std::function<bool()>& go_on);

}  // namespace convgauge
