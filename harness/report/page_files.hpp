// The files of page/ and the chart library, written into the build by embed_page.cmake.
#pragma once

#include "core/layers.hpp"

namespace convgauge::report {

extern const char kPageHtml[], kPageCss[], kPageScripts[];
extern const char kCompareHtml[], kCompareJs[];
extern const char kChartLibrary[];  // empty where the machine that built this had none

}  // namespace convgauge::report
