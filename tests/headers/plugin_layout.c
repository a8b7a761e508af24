/* Where every field of plugin.h lies: a plugin that was built against an older header of the same
 * version must find it there. Compiled as C and as C++, on machines with 64-bit pointers. Offsets
 * and sizes in bytes.
 */
#include <convgauge/plugin.h>

#if UINTPTR_MAX == 0xffffffffffffffffu

/* A negative size stops the compiler. */
#define HOLDS(name, condition) typedef char name[(condition) ? 1 : -1]
#define SIZE(type, bytes) HOLDS(size_of_##type, sizeof(type) == (bytes))
#define FIELD(type, field, offset) \
  HOLDS(offset_of_##type##_##field, offsetof(type, field) == (offset))

SIZE(cvg_status, 4);
SIZE(cvg_padding, 4);
SIZE(cvg_direction, 4);
SIZE(cvg_dtype, 4);
SIZE(cvg_layout, 4);
SIZE(cvg_math, 4);
SIZE(cvg_class, 4);
SIZE(cvg_device_kind, 4);
SIZE(cvg_reason, 4);
SIZE(cvg_role, 4);
SIZE(cvg_scope, 4);
SIZE(cvg_form, 4);
SIZE(cvg_memory, 4);

SIZE(cvg_axis, 48);
FIELD(cvg_axis, input, 0);
FIELD(cvg_axis, kernel, 8);
FIELD(cvg_axis, stride, 16);
FIELD(cvg_axis, dilation, 24);
FIELD(cvg_axis, pad_before, 32);
FIELD(cvg_axis, pad_after, 40);

SIZE(cvg_spec, 272);
FIELD(cvg_spec, struct_size, 0);
FIELD(cvg_spec, batch, 8);
FIELD(cvg_spec, in_channels, 16);
FIELD(cvg_spec, out_channels, 24);
FIELD(cvg_spec, groups, 32);
FIELD(cvg_spec, h, 40);
FIELD(cvg_spec, w, 88);
FIELD(cvg_spec, bias, 136);
FIELD(cvg_spec, padding_mode, 140);
FIELD(cvg_spec, direction, 144);
FIELD(cvg_spec, src_type, 148);
FIELD(cvg_spec, weights_type, 152);
FIELD(cvg_spec, dst_type, 156);
FIELD(cvg_spec, accumulator_type, 160);
FIELD(cvg_spec, layout, 164);
FIELD(cvg_spec, math, 168);
FIELD(cvg_spec, deterministic, 172);
FIELD(cvg_spec, src_strides, 176);
FIELD(cvg_spec, weights_strides, 208);
FIELD(cvg_spec, dst_strides, 240);

SIZE(cvg_option, 16);
FIELD(cvg_option, key, 0);
FIELD(cvg_option, value, 8);

SIZE(cvg_settings, 48);
FIELD(cvg_settings, struct_size, 0);
FIELD(cvg_settings, device, 8);
FIELD(cvg_settings, threads, 12);
FIELD(cvg_settings, slots, 16);
FIELD(cvg_settings, option_count, 20);
FIELD(cvg_settings, options, 24);
FIELD(cvg_settings, algorithm, 32);
FIELD(cvg_settings, workspace_limit_bytes, 40);

SIZE(cvg_note, 16);
FIELD(cvg_note, text, 0);
FIELD(cvg_note, capacity, 8);

SIZE(cvg_device, 304);
FIELD(cvg_device, struct_size, 0);
FIELD(cvg_device, kind, 8);
FIELD(cvg_device, name, 12);
FIELD(cvg_device, driver, 140);
FIELD(cvg_device, memory_bytes, 272);
FIELD(cvg_device, peak_flops, 280);
FIELD(cvg_device, peak_bytes_per_second, 288);
FIELD(cvg_device, last_level_cache_bytes, 296);

SIZE(cvg_option_info, 40);
FIELD(cvg_option_info, struct_size, 0);
FIELD(cvg_option_info, key, 8);
FIELD(cvg_option_info, values, 16);
FIELD(cvg_option_info, default_value, 24);
FIELD(cvg_option_info, description, 32);

SIZE(cvg_rational, 8);
FIELD(cvg_rational, numerator, 0);
FIELD(cvg_rational, denominator, 4);

SIZE(cvg_winograd_axis, 140);
FIELD(cvg_winograd_axis, m, 0);
FIELD(cvg_winograd_axis, r, 4);
FIELD(cvg_winograd_axis, point_count, 8);
FIELD(cvg_winograd_axis, points, 12);

SIZE(cvg_algorithm, 440);
FIELD(cvg_algorithm, struct_size, 0);
FIELD(cvg_algorithm, name, 8);
FIELD(cvg_algorithm, algorithm_class, 136);
FIELD(cvg_algorithm, deterministic, 140);
FIELD(cvg_algorithm, flushes_subnormals, 144);
FIELD(cvg_algorithm, points_known, 148);
FIELD(cvg_algorithm, winograd, 152);
FIELD(cvg_algorithm, fft_tile, 432);

SIZE(cvg_requirement, 104);
FIELD(cvg_requirement, struct_size, 0);
FIELD(cvg_requirement, role, 8);
FIELD(cvg_requirement, scope, 12);
FIELD(cvg_requirement, form, 16);
FIELD(cvg_requirement, memory_kind, 20);
FIELD(cvg_requirement, bytes, 24);
FIELD(cvg_requirement, alignment, 32);
FIELD(cvg_requirement, layout, 40);

SIZE(cvg_tensors, 72);
FIELD(cvg_tensors, struct_size, 0);
FIELD(cvg_tensors, src, 8);
FIELD(cvg_tensors, weights, 16);
FIELD(cvg_tensors, bias, 24);
FIELD(cvg_tensors, diff_dst, 32);
FIELD(cvg_tensors, dst, 40);
FIELD(cvg_tensors, diff_src, 48);
FIELD(cvg_tensors, diff_weights, 56);
FIELD(cvg_tensors, diff_bias, 64);

SIZE(cvg_timing, 40);
FIELD(cvg_timing, struct_size, 0);
FIELD(cvg_timing, capacity, 8);
FIELD(cvg_timing, written, 16);
FIELD(cvg_timing, execution_ns, 24);
FIELD(cvg_timing, total_ns, 32);

SIZE(cvg_backend, 200);
FIELD(cvg_backend, struct_size, 0);
FIELD(cvg_backend, name, 8);
FIELD(cvg_backend, description, 16);
FIELD(cvg_backend, version, 24);
FIELD(cvg_backend, device_count, 32);
FIELD(cvg_backend, device_info, 40);
FIELD(cvg_backend, options, 48);
FIELD(cvg_backend, query, 56);
FIELD(cvg_backend, algorithms, 64);
FIELD(cvg_backend, plan_create, 72);
FIELD(cvg_backend, plan_destroy, 80);
FIELD(cvg_backend, plan_algorithm, 88);
FIELD(cvg_backend, requirements, 96);
FIELD(cvg_backend, bind, 104);
FIELD(cvg_backend, prepare_weights, 112);
FIELD(cvg_backend, upload, 120);
FIELD(cvg_backend, execute, 128);
FIELD(cvg_backend, wait, 136);
FIELD(cvg_backend, fetch, 144);
FIELD(cvg_backend, memory_alloc, 152);
FIELD(cvg_backend, memory_free, 160);
FIELD(cvg_backend, memory_fill, 168);
FIELD(cvg_backend, memory_read, 176);
FIELD(cvg_backend, memory_write, 184);
FIELD(cvg_backend, extension, 192);

SIZE(cvg_details, 24);
FIELD(cvg_details, struct_size, 0);
FIELD(cvg_details, plan, 8);
FIELD(cvg_details, device, 16);

SIZE(cvg_plugin, 48);
FIELD(cvg_plugin, struct_size, 0);
FIELD(cvg_plugin, abi_version, 8);
FIELD(cvg_plugin, backend_count, 12);
FIELD(cvg_plugin, name, 16);
FIELD(cvg_plugin, version, 24);
FIELD(cvg_plugin, backends, 32);
FIELD(cvg_plugin, extension, 40);

SIZE(cvg_host, 32);
FIELD(cvg_host, struct_size, 0);
FIELD(cvg_host, version, 8);
FIELD(cvg_host, log, 16);
FIELD(cvg_host, extension, 24);

#endif
