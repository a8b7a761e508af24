// Rows that the prover must find mistaken: bugs that do nothing, by their change or by their
// condition, and a wrong one that says that it is right. One is as it should be.
#include "planted.hpp"

namespace zoo {
namespace {

constexpr Bug kMistaken[] = {
    row("tiling", {"mistaken_does_nothing", "", "nothing is changed", "", "n1c1h3w3_o1k3p1"},
        nullptr, [](Look&) {}),
    row(
        "tiling",
        {"mistaken_condition", "", "the problem does not meet the condition", "",
         "n1c1h3w3_o1k3p1"},
        [](const cvg_spec& s) { return s.batch == 2; }, [](Look& l) { l.flipped = true; }),
    row("tiling", {"not_mistaken", "", "the kernel is turned", "", "n1c1h3w3_o1k3p1"}, nullptr,
        [](Look& l) { l.flipped = true; }),
    row("none", {"mistaken_right", "", "says that it is right", "", "n1c1h3w3_o1k3p1"}, nullptr,
        [](Look& l) { l.flipped = true; }),
};

}  // namespace
}  // namespace zoo

ZOO_EXPORT_PROVED(zoo::kMistaken)
