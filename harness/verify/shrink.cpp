#include "verify/shrink.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>
#include "core/layers.hpp"

namespace convgauge::verify {
namespace {

/// Coordinates that are set together.
using Move = std::vector<std::pair<Coordinate, std::int64_t>>;

struct OutOfBudget {};

constexpr std::int64_t kWidest = 64;  // elements of the widest vector or tile of any library

/// Values on the way from `value` to `end`: the whole way, a half, a quarter ... one step; and
/// steps that are powers of two, which keep the remainder modulo the width of a vector or tile.
/// Empty where value equals end.
std::vector<std::int64_t> towards(std::int64_t value, std::int64_t end) {
  std::vector<std::int64_t> targets;
  for (auto step = end - value; step != 0; step /= 2) targets.push_back(value + step);
  for (std::int64_t step = kWidest; step > 1; step /= 2)
    if (std::abs(end - value) > step) targets.push_back(end > value ? value + step : value - step);
  return targets;
}

/// Coordinates that make little sense one without the other: both axes of a pair, channels with
/// groups, a kernel with what makes room for it. All coordinates of one entry move by the same
/// share of their distance from the trivial value.
const std::vector<std::vector<Coordinate>>& linked() {
  using enum Coordinate;
  static const std::vector<std::vector<Coordinate>> all{
      {height, width},
      {kernel_h, kernel_w},
      {stride_h, stride_w},
      {dilation_h, dilation_w},
      {pad_top, pad_bottom, pad_left, pad_right},
      {pad_top, pad_bottom},
      {pad_left, pad_right},
      {in_channels, out_channels},
      {in_channels, out_channels, groups},
      {height, kernel_h, stride_h, dilation_h, pad_top, pad_bottom},
      {width, kernel_w, stride_w, dilation_w, pad_left, pad_right},
      {kernel_h, height},
      {kernel_w, width},
      {kernel_h, pad_top, pad_bottom},
      {kernel_w, pad_left, pad_right},
      {pad_top, pad_bottom, height},
      {pad_left, pad_right, width},
      {pad_top, pad_bottom, pad_left, pad_right, padding_mode},
      {kernel_h, dilation_h, pad_top, pad_bottom},
      {kernel_w, dilation_w, pad_left, pad_right},
  };
  return all;
}

class Search {
 public:
  Search(const Trial& failing, const std::function<bool(const Trial&)>& fails,
         const std::function<bool()>& go_on)
      : start_(failing),
        best_(failing),
        best_cost_(cost(best_)),
        most_work_(std::max(work(failing.geometry), kAlwaysAllowed)),
        fails_(fails),
        go_on_(go_on) {}

  Shrunk run() {
    bool complete = true;
    try {
      for (std::size_t count = 0; count <= kKept; ++count)
        if (bottom_up(count)) break;
      do
        while (singly()) {
        }
      while (by_pairs() || growing());
    } catch (const OutOfBudget&) {
      complete = false;
    }
    return {best_.trial(), trials_, complete};
  }

 private:
  static constexpr std::size_t kKept = 3;
  static constexpr double kAlwaysAllowed = 1 << 20;

  /// Elements and flops: a parameter may grow, but the work must not exceed that of the failing
  /// case.
  static double work(const Geometry& g) {
    return static_cast<double>(elements(g.src_shape())) +
           static_cast<double>(elements(g.weights_shape())) +
           static_cast<double>(elements(g.dst_shape())) + static_cast<double>(g.flops());
  }

  /// Whether `point`, made legal, is simpler and fails too: then it becomes the best.
  bool attempt(const Point& point) {
    const auto legal = repaired(point);
    if (!legal || cost(*legal) >= best_cost_ || work(legal->trial().geometry) > most_work_)
      return false;
    if (!seen_.insert(*legal).second) return false;
    if (!go_on_()) throw OutOfBudget{};
    ++trials_;
    if (!fails_(legal->trial())) return false;
    best_ = *legal;
    best_cost_ = cost(best_);
    return true;
  }

  bool attempt(std::initializer_list<const Move*> moves) {
    auto point = best_;
    for (const auto* move : moves)
      for (const auto& [coordinate, value] : *move) point[coordinate] = value;
    return attempt(point);
  }

  /// Tries the trivial case with every choice of `count` parameters of the failing case.
  bool bottom_up(std::size_t count) {
    std::vector<const Parameter*> changed;
    for (const auto& p : parameters())
      if (std::any_of(p.coordinates.begin(), p.coordinates.end(),
                      [&](Coordinate k) { return start_[k] != trivial(k); }))
        changed.push_back(&p);
    return choose(changed, 0, count, Point());
  }

  bool choose(const std::vector<const Parameter*>& from, std::size_t first, std::size_t count,
              const Point& so_far) {
    if (count == 0) return attempt(so_far);
    for (auto i = first; i + count <= from.size(); ++i) {
      auto point = so_far;
      for (const auto k : from[i]->coordinates) point[k] = start_[k];
      if (choose(from, i + 1, count - 1, point)) return true;
    }
    return false;
  }

  std::vector<Move> single_moves() const {
    std::vector<Move> moves;
    for (std::size_t i = 0; i < kCoordinates; ++i) {
      const auto k = static_cast<Coordinate>(i);
      for (const auto target : towards(best_[k], least(best_, k))) moves.push_back({{k, target}});
      if (best_[k] != least(best_, k) && best_[k] != trivial(k)) moves.push_back({{k, trivial(k)}});
    }
    return moves;
  }

  std::vector<Move> linked_moves() const {
    std::vector<Move> moves;
    for (const auto& coordinates : linked())
      for (std::int64_t share = 1; share <= kFinest; share *= 2) {
        Move move;
        bool finer = false;
        for (const auto k : coordinates) {
          const auto way = trivial(k) - best_[k];
          // The finest share is a single step of each coordinate.
          const auto step = share == kFinest ? (way > 0) - (way < 0) : way / share;
          if (step != 0) move.emplace_back(k, best_[k] + step);
          finer = finer || step != 0;
        }
        if (finer && move.size() > 1) moves.push_back(std::move(move));
      }
    add_groups(moves);
    return moves;
  }

  /// Fewer groups with the same number of channels each.
  void add_groups(std::vector<Move>& moves) const {
    const auto groups = best_[Coordinate::groups];
    for (const auto fewer : towards(groups, 1))
      moves.push_back(
          {{Coordinate::groups, fewer},
           {Coordinate::in_channels, best_[Coordinate::in_channels] / groups * fewer},
           {Coordinate::out_channels, best_[Coordinate::out_channels] / groups * fewer}});
  }

  bool singly() {
    for (const auto& make : {&Search::linked_moves, &Search::single_moves})
      for (const auto& move : (this->*make)())
        if (attempt({&move})) return true;
    return false;
  }

  bool by_pairs() {
    const auto moves = single_moves();
    for (std::size_t i = 0; i < moves.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (moves[i].front().first != moves[j].front().first && attempt({&moves[i], &moves[j]}))
          return true;
    return false;
  }

  /// One parameter set to its trivial value, while a number of another parameter grows.
  bool growing() {
    for (const auto& parameter : parameters())
      for (std::size_t i = 0; i < kCoordinates; ++i) {
        const auto k = static_cast<Coordinate>(i);
        if (std::find(parameter.coordinates.begin(), parameter.coordinates.end(), k) !=
                parameter.coordinates.end() ||
            !grows(k))
          continue;
        Move reset;
        for (const auto own : parameter.coordinates) reset.emplace_back(own, trivial(own));
        for (const auto larger :
             {best_[k] + 1, best_[k] + 2, best_[k] * 2, best_[k] * 4, best_[k] * 16}) {
          const Move growth{{k, larger}};
          if (attempt({&reset, &growth})) return true;
        }
      }
    return false;
  }

  static bool grows(Coordinate k) {
    return k != Coordinate::bias && k != Coordinate::padding_mode && k != Coordinate::layout &&
           k != Coordinate::threads && k != Coordinate::groups;
  }

  static constexpr std::int64_t kFinest = 16;
  Point start_, best_;
  Cost best_cost_;
  double most_work_;
  const std::function<bool(const Trial&)>& fails_;
  const std::function<bool()>& go_on_;
  std::set<Point> seen_;
  int trials_ = 0;
};

}  // namespace

Shrunk shrink(const Trial& failing, const std::function<bool(const Trial&)>& fails,
              const std::function<bool()>& go_on) {
  return Search(failing, fails, go_on).run();
}

}  // namespace convgauge::verify
