#include "config/settings.hpp"

#include "config/described_reader.hpp"
#include "core/cpu_quota.hpp"
#include "core/layers.hpp"

namespace convgauge::config {

Expected<Settings> read_settings(const Json& object, const Place& place) {
  auto settings = default_settings();
  if (const auto done = read_described(object, place, settings); !done)
    return tl::unexpected(done.error());
  return settings;
}

Settings default_settings() {
  Settings settings;
  settings.threads = {unthrottled_cores()};
  return settings;
}

}  // namespace convgauge::config
