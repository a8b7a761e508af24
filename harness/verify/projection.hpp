// Problems too large for a reference of every output: random combinations of output channels are
// verified instead.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <variant>
#include <vector>

#include "core/layers.hpp"
#include "verify/bounds.hpp"

namespace convgauge::verify {

/// A related problem: images in another order, output channels in another order, values scaled.
/// Every algorithm must give the original outputs, reordered and scaled alike.
struct Relation {
  std::int64_t first_image = 0;        // image n is the original image (n + first_image) % batch
  std::vector<std::int64_t> channels;  // q is the original output channel channels[q]; empty: q
  double scale = 1;                    // source and bias; a power of two
};

/// Writes one image of the source to `out`. Large sources are made anew, image by image, wherever
/// they are needed, because together with those of a plan they may not fit into memory. Called from
/// several threads.
using ImageSource = std::function<void(std::int64_t image, std::byte* out)>;

/// Freivalds' check (Probabilistic machines can use less running time, 1977), applied to output
/// channels: for random r, sum_o r_o y_o must be the convolution of the source with sum_o r_o w_o.
/// A group's channels are divided into parts of at most kPartChannels, because the error bound of a
/// part is the sum of the bounds of its channels. A part costs as much as two output channels. A
/// wrong output is missed only if the errors at one position of a part cancel, or are smaller than
/// that bound.
class Projection {
 public:
  static constexpr std::int64_t kPartChannels = 64;

  /// Weights and bias.
  struct Factors {
    const void *weights = nullptr, *bias = nullptr;
  };
  /// Forward direction and finite fills only. `source` and `factors` are read by the constructor
  /// only. `threads` at least 1.
  Projection(const Spec& spec, Fill fill, const ImageSource& source, const Factors& factors,
             std::uint64_t seed, int threads);

  /// Agrees, or Differs at the worst position of a part, whose channels are then computed one by
  /// one. `source`, `factors` and `got` are those of the related problem.
  std::variant<Agrees, Differs> compare(const Algorithm& algorithm, const ImageSource& source,
                                        const Factors& factors, const void* got,
                                        const Relation& relation = {}) const;

  /// Bytes of memory that a projection of `spec` holds.
  static double bytes(const Spec& spec);
  /// Those that making one takes beside, and comparing with one at most.
  static double working_bytes(const Spec& spec);
  /// Those of the bound of an algorithm's outputs, of the images that are compared at once.
  static double bound_bytes(const Spec& spec, const Algorithm& algorithm);
  /// How many times fewer output channels a projection computes than a full reference.
  static double saving(const Spec& spec);

 private:
  /// What judge() finds in one image: the number of wrong positions, the worst of them (or the
  /// largest share, where none is wrong), and sums of squares over all.
  struct Worst {
    std::int64_t wrong = 0, part = 0, pixel = 0;
    double share = 0;  // |error| / allowed
    double square_error = 0, square_want = 0, square_magnitude = 0;
  };

  std::int64_t total_parts() const { return spec_.geometry.groups * parts_; }
  std::int64_t part_of(std::int64_t channel) const;
  void add_channel(const Factors& factors, std::int64_t channel);
  Bound bound_of_image(const Algorithm& algorithm, const ImageSource& source,
                       std::int64_t image) const;
  std::vector<double> projected(const void* got, const Relation& relation,
                                std::int64_t image) const;
  Worst judge(const Algorithm& algorithm, const ImageSource& source, const void* got,
              const Relation& relation, std::int64_t image) const;
  std::optional<Differs> sloppy(const Algorithm& algorithm, const std::vector<Worst>& images) const;
  Differs differs(const std::vector<Worst>& images, const ImageSource& source,
                  const Factors& factors, const void* got, const Relation& relation) const;

  Spec spec_;
  Fill fill_;
  int threads_;
  std::int64_t parts_ = 1;       // of a group
  std::vector<double> factors_;  // r, per output channel
  /// For each part two channels: the combination by r, and that of magnitudes by |r|.
  std::vector<double> weights_, bias_;
  /// (part, group_inputs): sum of |r| max |w|, and sum of |r| |w|_2.
  std::vector<double> largest_, norm_;
  std::vector<double> factor_sums_;       // per part: sum of |r|
  std::vector<double> want_, magnitude_;  // (batch, parts of all groups, output h, output w)
};

}  // namespace convgauge::verify
