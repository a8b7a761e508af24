#include "core/hwloc_topology.hpp"

#include <hwloc.h>

#include <initializer_list>
#include <memory>

namespace convgauge {
namespace {

struct Destroy {
  void operator()(hwloc_topology_t topology) const { hwloc_topology_destroy(topology); }
};
using Tree = std::unique_ptr<hwloc_topology, Destroy>;

struct Free {
  void operator()(hwloc_bitmap_t bitmap) const { hwloc_bitmap_free(bitmap); }
};
using Bitmap = std::unique_ptr<hwloc_bitmap_s, Free>;

/// Keeps packages, cores and caches, and leaves out devices, whose discovery takes time. Processors
/// and NUMA nodes are always kept: hwloc cannot filter them out.
void keep_what_is_asked(hwloc_topology_t topology) {
  hwloc_topology_set_all_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_NONE);
  for (const auto type : {HWLOC_OBJ_PACKAGE, HWLOC_OBJ_CORE, HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE,
                          HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L4CACHE, HWLOC_OBJ_L5CACHE})
    hwloc_topology_set_type_filter(topology, type, HWLOC_TYPE_FILTER_KEEP_ALL);
}

/// Disallowed processors are included (see load()), and the calling thread keeps its binding.
constexpr unsigned long kFlags = HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED
#if HWLOC_API_VERSION >= 0x00020500
                                 | HWLOC_TOPOLOGY_FLAG_DONT_CHANGE_BINDING
#endif
    ;

/// `description` null: this machine, including processors that this process may not use, so that
/// the lowest processor of a cache is the same for every process. Null where hwloc fails.
Tree load(const char* description) {
  hwloc_topology_t topology = nullptr;
  if (hwloc_topology_init(&topology) != 0) return nullptr;
  Tree tree(topology);
  hwloc_topology_set_flags(topology, kFlags);
  keep_what_is_asked(topology);
  if (description && hwloc_topology_set_synthetic(topology, description) != 0) return nullptr;
  return hwloc_topology_load(topology) == 0 ? std::move(tree) : nullptr;
}

/// The processors that are in the cgroup's cpuset and in the calling thread's binding.
Bitmap usable(hwloc_topology_t topology) {
  Bitmap usable(hwloc_bitmap_dup(hwloc_topology_get_allowed_cpuset(topology)));
  const Bitmap bound(hwloc_bitmap_alloc());
  if (hwloc_topology_is_thissystem(topology) &&
      hwloc_get_cpubind(topology, bound.get(), HWLOC_CPUBIND_THREAD) == 0)
    hwloc_bitmap_and(usable.get(), usable.get(), bound.get());
  return usable;
}

/// The id of the object of this type that contains the processor; `otherwise` where there is none.
int id_of(hwloc_topology_t topology, hwloc_obj_type_t type, hwloc_obj_t processor, int otherwise) {
  const auto* object = hwloc_get_ancestor_obj_by_type(topology, type, processor);
  return object && object->os_index != HWLOC_UNKNOWN_INDEX ? static_cast<int>(object->os_index)
                                                           : otherwise;
}

template <class Visit>
void for_each_cache(hwloc_obj_t processor, Visit visit) {
  for (hwloc_obj_t at = processor->parent; at; at = at->parent)
    if (hwloc_obj_type_is_dcache(at->type)) visit(*at);
}

Processor processor_of(hwloc_topology_t topology, hwloc_obj_t object) {
  const int index = static_cast<int>(object->os_index);
  Processor processor{.index = index,
                      .package = id_of(topology, HWLOC_OBJ_PACKAGE, object, 0),
                      .core = id_of(topology, HWLOC_OBJ_CORE, object, index),
                      .cache_group = index};
  for_each_cache(object, [&](const hwloc_obj& cache) {  // the outermost comes last
    processor.cache_group = hwloc_bitmap_first(cache.complete_cpuset);
  });
  return processor;
}

CacheSizes caches_of(hwloc_obj_t object) {
  CacheSizes sizes;
  for_each_cache(object, [&](const hwloc_obj& cache) {
    const auto bytes = static_cast<std::int64_t>(cache.attr->cache.size);
    if (cache.attr->cache.depth == 1) sizes.l1_bytes = bytes;
    if (cache.attr->cache.depth == 2) sizes.l2_bytes = bytes;
    if (cache.attr->cache.depth == 3) sizes.l3_bytes = bytes;
  });
  return sizes;
}

Topology topology_of(hwloc_topology_t tree) {
  Topology topology;
  if (!tree) return topology;
  const auto allowed = usable(tree);
  for (int i = hwloc_bitmap_first(allowed.get()); i >= 0; i = hwloc_bitmap_next(allowed.get(), i)) {
    const auto object = hwloc_get_pu_obj_by_os_index(tree, static_cast<unsigned>(i));
    if (!object) continue;
    if (topology.processors.empty()) topology.caches = caches_of(object);
    topology.processors.push_back(processor_of(tree, object));
  }
  return topology;
}

}  // namespace

Topology topology_by_hwloc() {
  static const Tree machine = load(nullptr);  // read once: a machine does not change
  return topology_of(machine.get());
}

Topology synthetic_topology(const char* description) {
  return topology_of(load(description).get());
}

}  // namespace convgauge
