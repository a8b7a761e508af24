// Bias, groups and channels misread.
#include "core/layers.hpp"
#include "verify/mutations.hpp"

namespace convgauge::verify {
namespace {

using Index = std::int64_t;

constexpr Index modulo(Index i, Index size) {
  return (i % size + size) % size;
}

// Nothing is dropped where no input channel would be left: that would be another mistake.
void drop_tail(Mutant& m, Index block) {
  if (m.inputs > block) m.inputs -= m.inputs % block;
}
double blocks(const Mutant& m, Index size) {
  return static_cast<double>((m.inputs + size - 1) / size);
}
void drop_last_input(Mutant& m) {
  if (m.inputs > 1) --m.inputs;
}
void drop_first_input(Mutant& m) {
  if (m.inputs > 1) --m.inputs, ++m.first_input;
}
Index interleaved_group(const Mutant& m, Index o) {
  return o % m.spec.geometry.groups;
}
void reverse_inputs(Mutant& m) {
  m.src_start += (m.spec.geometry.in_channels - 1) * m.src[1];
  m.src[1] = -m.src[1];
}

constexpr Mutation kBiases[] = {
    {"bias missing", [](Mutant& m) { m.biases = 0; }},
    {"bias added twice (doubled)", [](Mutant& m) { m.biases *= 2; }},
    {"bias subtracted", [](Mutant& m) { m.biases *= -1; }},
    {"bias of the next channel",
     [](Mutant& m) {
       m.bias_of = [](const Mutant& x, const OutputIndex& at) {
         return (at[1] + 1) % x.spec.geometry.out_channels;
       };
     }},
    {"bias of the channel before",
     [](Mutant& m) {
       m.bias_of = [](const Mutant& x, const OutputIndex& at) {
         return modulo(at[1] - 1, x.spec.geometry.out_channels);
       };
     }},
    {"bias of channel 0 for all",
     [](Mutant& m) { m.bias_of = [](const Mutant&, const OutputIndex&) { return Index{0}; }; }},
    {"bias added to the first of the groups only",
     [](Mutant& m) {
       m.bias_of = [](const Mutant& x, const OutputIndex& at) {
         return at[1] < x.spec.geometry.group_outputs() ? at[1] : Index{-1};
       };
     }},
    {"bias of the first group for all groups",
     [](Mutant& m) {
       m.bias_of = [](const Mutant& x, const OutputIndex& at) {
         return at[1] % x.spec.geometry.group_outputs();
       };
     }},
    {"bias indexed by the group (groups for channels)",
     [](Mutant& m) {
       m.bias_of = [](const Mutant& x, const OutputIndex& at) {
         return at[1] / x.spec.geometry.group_outputs();
       };
     }},
    {"bias indexed by the column (broadcast along width)",
     [](Mutant& m) {
       m.bias_of = [](const Mutant& x, const OutputIndex& at) {
         return at[3] % x.spec.geometry.out_channels;
       };
     }},
    {"bias indexed by the row (broadcast along height)",
     [](Mutant& m) {
       m.bias_of = [](const Mutant& x, const OutputIndex& at) {
         return at[2] % x.spec.geometry.out_channels;
       };
     }},
    {"bias added to the first image only",
     [](Mutant& m) {
       m.bias_of = [](const Mutant&, const OutputIndex& at) {
         return at[0] == 0 ? at[1] : Index{-1};
       };
     }},
    {"bias added once for each block of 32 input channels",
     [](Mutant& m) { m.biases *= blocks(m, 32); }},
    {"bias added once for each block of 64 input channels",
     [](Mutant& m) { m.biases *= blocks(m, 64); }},
    {"bias added once for each block of 128 input channels",
     [](Mutant& m) { m.biases *= blocks(m, 128); }},
    {"bias added once for each block of 256 input channels",
     [](Mutant& m) { m.biases *= blocks(m, 256); }},
    {"bias added once for each input channel",
     [](Mutant& m) { m.biases *= static_cast<double>(m.inputs); }},
    {"bias added once for each kernel tap",
     [](Mutant& m) { m.biases *= static_cast<double>(m.g.h.kernel * m.g.w.kernel); }},
    {"bias added once for each product",
     [](Mutant& m) { m.biases *= static_cast<double>(m.terms()); }},
};

constexpr Mutation kChannels[] = {
    {"groups ignored (input channels of group 0 for all)",
     [](Mutant& m) { m.group_of = [](const Mutant&, Index) { return Index{0}; }; }},
    {"groups ignored (all input channels summed for each output)",
     [](Mutant& m) {
       m.inputs = m.spec.geometry.in_channels;
       m.channel_of = [](const Mutant&, Index, Index i) { return i; };
     }},
    {"input channels of the next group (groups shifted by one)",
     [](Mutant& m) {
       m.group_of = [](const Mutant& x, Index o) {
         return (o / x.spec.geometry.group_outputs() + 1) % x.spec.geometry.groups;
       };
     }},
    {"depthwise channels multiplied in the wrong order (groups: o % in_channels for o / "
     "multiplier)",
     [](Mutant& m) {
       if (m.spec.geometry.depthwise()) m.group_of = interleaved_group;
     }},
    {"groups interleaved over the output channels (o % groups)",
     [](Mutant& m) {
       if (!m.spec.geometry.depthwise()) m.group_of = interleaved_group;
     }},
    {"groups interleaved over the input channels",
     [](Mutant& m) {
       m.channel_of = [](const Mutant& x, Index group, Index i) {
         return i * x.spec.geometry.groups + group;
       };
     }},
    {"weights of the first group for all groups",
     [](Mutant& m) {
       m.weights_of = [](const Mutant& x, Index o) { return o % x.spec.geometry.group_outputs(); };
     }},
    {"weights indexed by the group (depthwise multiplier ignored)",
     [](Mutant& m) {
       m.weights_of = [](const Mutant& x, Index o) { return o / x.spec.geometry.group_outputs(); };
     }},
    {"input channels reversed", [](Mutant& m) { reverse_inputs(m); }},
    {"input channels reversed within their groups",
     [](Mutant& m) {
       if (m.spec.geometry.groups == 1) return;
       m.channel_of = [](const Mutant& x, Index group, Index i) {
         return (group + 1) * x.spec.geometry.group_inputs() - 1 - i;
       };
     }},
    {"input channels shifted by one",
     [](Mutant& m) {
       m.channel_of = [](const Mutant& x, Index group, Index i) {
         return (group * x.spec.geometry.group_inputs() + i + 1) % x.spec.geometry.in_channels;
       };
     }},
    {"weights of the next output channel (channels shifted by one)",
     [](Mutant& m) {
       m.weights_of = [](const Mutant& x, Index o) {
         return (o + 1) % x.spec.geometry.out_channels;
       };
     }},
    {"the last of the input channels dropped", [](Mutant& m) { drop_last_input(m); }},
    {"the first of the input channels dropped", [](Mutant& m) { drop_first_input(m); }},
    {"input channels beyond a multiple of 2 dropped", [](Mutant& m) { drop_tail(m, 2); }},
    {"input channels beyond a multiple of 4 dropped", [](Mutant& m) { drop_tail(m, 4); }},
    {"input channels beyond a multiple of 8 dropped", [](Mutant& m) { drop_tail(m, 8); }},
    {"input channels beyond a multiple of 16 dropped", [](Mutant& m) { drop_tail(m, 16); }},
    {"input channels beyond a multiple of 32 dropped", [](Mutant& m) { drop_tail(m, 32); }},
    {"input channels beyond a multiple of 64 dropped", [](Mutant& m) { drop_tail(m, 64); }},
    {"input channels beyond a multiple of 256 dropped", [](Mutant& m) { drop_tail(m, 256); }},
    {"input channels beyond the first dropped", [](Mutant& m) { m.inputs = 1; }},
    {"input channels before the last dropped",
     [](Mutant& m) {
       m.first_input += m.inputs - 1;
       m.inputs = 1;
     }},
    {"output channels reversed",
     [](Mutant& m) {
       m.place_of = [](const Mutant& x, const OutputIndex& at) {
         return OutputIndex{at[0], x.spec.geometry.out_channels - 1 - at[1], at[2], at[3]};
       };
     }},
    {"output channels shifted by one",
     [](Mutant& m) {
       m.place_of = [](const Mutant& x, const OutputIndex& at) {
         return OutputIndex{at[0], (at[1] + 1) % x.spec.geometry.out_channels, at[2], at[3]};
       };
     }},
    {"output channels interleaved by groups (shuffled)",
     [](Mutant& m) {
       m.place_of = [](const Mutant& x, const OutputIndex& at) {
         const auto& g = x.spec.geometry;
         return OutputIndex{at[0], at[1] % g.groups * g.group_outputs() + at[1] / g.groups, at[2],
                            at[3]};
       };
     }},
};

}  // namespace

std::span<const Mutation> bias_mutations() {
  return kBiases;
}
std::span<const Mutation> channel_mutations() {
  return kChannels;
}

}  // namespace convgauge::verify
