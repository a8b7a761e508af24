// The "settings" of a config: what each case is run with, and how it is verified and measured.
#pragma once
#include "config/place.hpp"
#include "config/suite.hpp"
#include "core/layers.hpp"

namespace convgauge::config {

Expected<Settings> read_settings(const Json& object, const Place& place);

/// The settings of a config that says nothing: Settings{} with threads = unthrottled_cores().
Settings default_settings();

}  // namespace convgauge::config
