// Declares an FFT algorithm without a tile.
#include "../base.hpp"

const faulty::Fault fault{.name = "fft_of_nothing", .algorithm = [](cvg_algorithm& a) {
                            a.algorithm_class = CVG_CLASS_FFT;
                            a.fft_tile[0] = a.fft_tile[1] = 0;
                          }};
