#include "config/settings.hpp"

#include "config/described_reader.hpp"
#include "core/layers.hpp"
#include "core/processors.hpp"

namespace convgauge::config {

Expected<Settings> read_settings(const Json& object, const Place& place) {
  auto settings = default_settings();
  if (const auto done = read_described(object, place, settings); !done)
    return tl::unexpected(done.error());
  return settings;
}

Settings default_settings() {
  Settings settings;
  settings.threads = {physical_cores()};
  return settings;
}

}  // namespace convgauge::config
