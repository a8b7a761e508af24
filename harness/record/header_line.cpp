// HeaderRecord ↔ the first line of a results file.
#include <fmt/format.h>

#include <algorithm>

#include "core/layers.hpp"
#include "record/described_json.hpp"
#include "record/lines.hpp"

namespace convgauge::record {
namespace {

/// A newer file is refused, since its fields may mean something else.
void check_version(Fields& fields) {
  HeaderRecord h;
  fields.need("schema_version", h.schema_version);
  if (h.schema_version > kSchemaVersion)
    fields.fail(
        "schema_version",
        fmt::format("written with format {}, and this convgauge reads up to {}: read it with "
                    "the convgauge that wrote it, or a newer one",
                    h.schema_version, kSchemaVersion));
  else if (h.schema_version < 1)
    fields.fail("schema_version", fmt::format("expected 1 or more, found {}", h.schema_version));
}

void check_shard(Fields& fields, const HeaderRecord& h) {
  if (h.shards < 0)
    fields.fail("shards", fmt::format("expected 0 or more, found {}", h.shards));
  else if (h.shard < 0 || h.shard >= std::max(h.shards, 1))
    fields.fail("shard", fmt::format("expected 0 to {}, since there are {} shards; found {}",
                                     std::max(h.shards, 1) - 1, h.shards, h.shard));
}

}  // namespace

const PluginRecord* plugin_of(const HeaderRecord& header, const std::string& label) {
  for (const auto& p : header.plugins)
    if (p.label == label || label.starts_with(p.label + ":")) return &p;
  return nullptr;
}

std::string to_line(const HeaderRecord& h) {
  Json j{{"record", "header"}};
  write_members(j, h);
  return dump(j);
}

HeaderRecord header_from_json(const Json& json, const Place& place, std::string& error) {
  HeaderRecord h;
  Fields fields(json, place, error);
  check_version(fields);
  read_members(fields, h);
  check_shard(fields, h);
  return h;
}

}  // namespace convgauge::record
