// The smallest case that still fails: a search over cases with a predicate that says which fail.
// Pure: running the cases is left to the predicate.
#pragma once
#include <functional>

#include "core/layers.hpp"
#include "verify/point.hpp"

namespace convgauge::verify {

struct Shrunk {
  /// Legal, and failing according to `fails`; the given case where nothing simpler fails.
  Trial smallest;
  int trials = 0;        // calls of `fails`
  bool complete = true;  // false: the budget ended the search
};

/// `failing` is legal and known to fail. `fails` is called with legal cases of a smaller cost()
/// only, never twice with the same; `go_on` is called before each, and false ends the search. There
/// are three kinds of step, each from the best case so far:
///   bottom up:  the trivial case alone, then with one, two, three parameters of the failing case:
///               most bugs need no more;
///   singly:     every parameter, pair of axes or group of linked parameters (channels with groups,
///               kernel with size) set to its trivial value, or moved towards it by halves,
///               quarters ... down to single steps;
///   by pairs:   two such moves together, or one parameter set to its trivial value while another
///               grows.
/// Ends where none of them helps.
Shrunk shrink(const Trial& failing, const std::function<bool(const Trial&)>& fails,
              const std::function<bool()>& go_on);

}  // namespace convgauge::verify
