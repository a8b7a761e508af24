// Problems too large for a reference of every output: random combinations of output channels stand
// for all of them.
#pragma once
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "verify/bounds.hpp"

namespace convgauge {

/// The same convolution told differently: images in another order, output channels in another
/// order, twice the values. Every algorithm must give the same numbers in other places, doubled.
struct Relation {
  std::int64_t first_image = 0;        // image n now was image (n + first_image) % batch
  std::vector<std::int64_t> channels;  // output channel q now was channels[q]; empty: as it was
  double scale = 1;                    // source and bias; a power of two
};

/// Freivalds' check (Probabilistic machines can use less running time, 1977), applied to output
/// channels: for random r, sum_o r_o y_o must be the convolution of the source with sum_o r_o w_o.
/// A group's channels are dealt into parts of at most kPartChannels, for a part's error bound is
/// the sum of its channels': the cost is that of two output channels for each part. A wrong output
/// is missed only if errors in one place of a part cancel, or are smaller than that sum.
class Projection {
 public:
  static constexpr std::int64_t kPartChannels = 64;

  /// Forward, finite fills. `inputs` are used here only. `threads` at least 1.
  Projection(const Spec& spec, Fill fill, const Inputs& inputs, std::uint64_t seed, int threads);

  /// Agrees, or Differs at the first wrong place, whose channels are then computed one by one.
  /// `inputs` and `got` are those of the related problem.
  std::variant<Agrees, Differs> compare(const Algorithm& algorithm, const Inputs& inputs,
                                        const void* got, const Relation& relation = {}) const;

  /// Memory that a projection of `spec` holds.
  static double bytes(const Spec& spec);
  /// Output channels of a full reference for one of a projection: what is saved.
  static double saving(const Spec& spec);

 private:
  /// The worst place of an image.
  struct Worst {
    std::int64_t wrong = 0, part = 0, pixel = 0;
    double share = 0;  // |error| / allowed
    double square_error = 0, square_want = 0, square_magnitude = 0;
  };

  std::int64_t total_parts() const { return spec_.geometry.groups * parts_; }
  std::int64_t part_of(std::int64_t channel) const;
  void combine(const Inputs& inputs);
  void add_channel(const Inputs& inputs, std::int64_t channel);
  Bound bound_of_image(const Algorithm& algorithm, const Inputs& inputs, std::int64_t image) const;
  std::vector<double> projected(const void* got, const Relation& relation,
                                std::int64_t image) const;
  Worst judge(const Algorithm& algorithm, const Inputs& inputs, const void* got,
              const Relation& relation, std::int64_t image) const;
  std::optional<Differs> sloppy(const Algorithm& algorithm, const std::vector<Worst>& images) const;
  Differs differs(const std::vector<Worst>& images, const Inputs& inputs, const void* got,
                  const Relation& relation) const;

  Spec spec_;
  Fill fill_;
  int threads_;
  std::int64_t parts_ = 1;       // of a group
  std::vector<double> factors_;  // r, per output channel
  std::vector<double> weights_,
      bias_;  // for each part two channels: combined, and magnitudes combined
  std::vector<double> largest_,
      norm_;                         // (part, group_inputs): sum of |r| max |w|, sum of |r| |w|_2
  std::vector<double> factor_sums_;  // per part: sum of |r|
  std::vector<double> want_, magnitude_;  // (batch, parts of all groups, output h, output w)
};

}  // namespace convgauge
