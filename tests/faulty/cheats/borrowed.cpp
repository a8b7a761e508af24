// A library that another one calls under its own name.
#include <convgauge/plugin.h>

extern "C" CVG_EXPORT void borrowed_convolution(const cvg_spec* s, const float* src,
                                                const float* weights, const float* bias,
                                                float* dst) {
  const auto output = [](const cvg_axis& a) {
    return (a.pad_before + a.input + a.pad_after - a.dilation * (a.kernel - 1) - 1) / a.stride + 1;
  };
  const int64_t inputs = s->in_channels / s->groups, outputs = s->out_channels / s->groups;
  for (int64_t n = 0; n < s->batch; ++n)
    for (int64_t o = 0; o < s->out_channels; ++o)
      for (int64_t y = 0; y < output(s->h); ++y)
        for (int64_t x = 0; x < output(s->w); ++x) {
          float sum = bias ? bias[o] : 0;
          for (int64_t i = 0; i < inputs; ++i)
            for (int64_t k = 0; k < s->h.kernel; ++k)
              for (int64_t l = 0; l < s->w.kernel; ++l) {
                const int64_t h = y * s->h.stride + k * s->h.dilation - s->h.pad_before;
                const int64_t w = x * s->w.stride + l * s->w.dilation - s->w.pad_before;
                if (h < 0 || w < 0 || h >= s->h.input || w >= s->w.input) continue;
                const int64_t channel = o / outputs * inputs + i;
                sum += weights[((o * inputs + i) * s->h.kernel + k) * s->w.kernel + l] *
                       src[((n * s->in_channels + channel) * s->h.input + h) * s->w.input + w];
              }
          *dst++ = sum;
        }
}
