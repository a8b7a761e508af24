// Invented results, shaped like real ones: for the golden files, the page, and its size and time.
#pragma once
#include "record/record.hpp"

namespace convgauge::report {

/// ResNet-50's layers, 1 and 2 threads, seven labels, every kind of verdict and measurement.
Results resnet50_run();
/// A few layers of it: what the golden files hold.
Results small_run();
/// small_run() a day later with another oneDNN: a third of its times slower, some faster, one case
/// broke, one was refused, one is gone, one is new.
Results changed_run();
/// About `cases` cases of 15 samples over two suites.
Results large_run(int cases);
/// resnet50_run() in one of six nights: the machine and each case drift by about 1%; winograd's
/// plugin is another from the fourth on and takes 20% longer by its own choice; onednn on
/// layer3.0.conv2 takes 30% less from the third on; fft on layer2.0.conv2 fails from the fifth on.
Results night_run(int night);
/// Kernel sizes 3 to 31 on two maps, dense and depthwise.
Results grid_run();
/// Names, labels and reasons that try to break out of HTML, XML, Markdown, CSV and the terminal.
Results hostile_run();

}  // namespace convgauge::report
