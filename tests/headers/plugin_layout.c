/* ABI version 1 as it is frozen: where every field of plugin.h lies, the number of every
 * enumerator, the parameters of every function. Lines are added here, when plugin.h grows; none is
 * changed, but the size of a struct that has grown. names.py checks that nothing of plugin.h is
 * missing here. Compiled as C and as C++. Offsets and sizes in bytes.
 */
#include <convgauge/plugin.h>

/* A negative size stops the compiler. */
#define HOLDS(name, condition) typedef char name[(condition) ? 1 : -1]
#define VALUE(name, number) HOLDS(value_of_##name, (name) == (number))
#define SIZE(type, bytes) HOLDS(size_of_##type, sizeof(type) == (bytes))
#define FIELD(type, field, offset) \
  HOLDS(offset_of_##type##_##field, offsetof(type, field) == (offset))
/* No padding behind the last field: a field that is appended lies beyond struct_size. */
#define ENDS(type, field) \
  HOLDS(end_of_##type, sizeof(type) == offsetof(type, field) + sizeof(((const type*)0)->field))

VALUE(CVG_ABI_VERSION, 1u);

SIZE(cvg_status, 4);
VALUE(CVG_STATUS_OK, 0);
VALUE(CVG_STATUS_REFUSED, 1);
VALUE(CVG_STATUS_OUT_OF_MEMORY, 2);
VALUE(CVG_STATUS_FAILED, 3);
VALUE(CVG_STATUS_DEVICE_LOST, 4);

SIZE(cvg_padding, 4);
VALUE(CVG_PADDING_ZEROS, 0);
VALUE(CVG_PADDING_REFLECT, 1);
VALUE(CVG_PADDING_REPLICATE, 2);
VALUE(CVG_PADDING_CIRCULAR, 3);

SIZE(cvg_direction, 4);
VALUE(CVG_DIRECTION_FORWARD, 0);
VALUE(CVG_DIRECTION_BACKWARD_DATA, 1);
VALUE(CVG_DIRECTION_BACKWARD_WEIGHTS, 2);

SIZE(cvg_dtype, 4);
VALUE(CVG_DTYPE_F32, 0);
VALUE(CVG_DTYPE_F64, 1);
VALUE(CVG_DTYPE_F16, 2);
VALUE(CVG_DTYPE_BF16, 3);

SIZE(cvg_layout, 4);
VALUE(CVG_LAYOUT_NCHW, 0);
VALUE(CVG_LAYOUT_NHWC, 1);
VALUE(CVG_LAYOUT_NATIVE, 2);

SIZE(cvg_math, 4);
VALUE(CVG_MATH_STRICT, 0);
VALUE(CVG_MATH_TF32, 1);
VALUE(CVG_MATH_REDUCED, 2);

SIZE(cvg_class, 4);
VALUE(CVG_CLASS_DIRECT, 0);
VALUE(CVG_CLASS_GEMM, 1);
VALUE(CVG_CLASS_WINOGRAD, 2);
VALUE(CVG_CLASS_FFT, 3);

SIZE(cvg_device_kind, 4);
VALUE(CVG_DEVICE_KIND_CPU, 0);
VALUE(CVG_DEVICE_KIND_GPU, 1);
VALUE(CVG_DEVICE_KIND_SOFTWARE, 2);

SIZE(cvg_reason, 4);
VALUE(CVG_REASON_NONE, 0);
VALUE(CVG_REASON_DIRECTION, 1);
VALUE(CVG_REASON_DTYPE, 2);
VALUE(CVG_REASON_LAYOUT, 3);
VALUE(CVG_REASON_STRIDES, 4);
VALUE(CVG_REASON_MATH, 5);
VALUE(CVG_REASON_DETERMINISTIC, 6);
VALUE(CVG_REASON_BATCH, 7);
VALUE(CVG_REASON_CHANNELS, 8);
VALUE(CVG_REASON_GROUPS, 9);
VALUE(CVG_REASON_KERNEL, 10);
VALUE(CVG_REASON_STRIDE, 11);
VALUE(CVG_REASON_PADDING, 12);
VALUE(CVG_REASON_DILATION, 13);
VALUE(CVG_REASON_PADDING_MODE, 14);
VALUE(CVG_REASON_BIAS, 15);
VALUE(CVG_REASON_SIZE, 16);
VALUE(CVG_REASON_ALGORITHM, 17);
VALUE(CVG_REASON_OPTION, 18);
VALUE(CVG_REASON_THREADS, 19);
VALUE(CVG_REASON_WORKSPACE_LIMIT, 20);
VALUE(CVG_REASON_DEVICE, 21);
VALUE(CVG_REASON_HOST, 22);
VALUE(CVG_REASON_OTHER, 23);

SIZE(cvg_role, 4);
VALUE(CVG_ROLE_SRC, 0);
VALUE(CVG_ROLE_WEIGHTS, 1);
VALUE(CVG_ROLE_BIAS, 2);
VALUE(CVG_ROLE_DST, 3);
VALUE(CVG_ROLE_DIFF_SRC, 4);
VALUE(CVG_ROLE_DIFF_WEIGHTS, 5);
VALUE(CVG_ROLE_DIFF_BIAS, 6);
VALUE(CVG_ROLE_DIFF_DST, 7);
VALUE(CVG_ROLE_PACKED_WEIGHTS, 8);
VALUE(CVG_ROLE_WORKSPACE, 9);
VALUE(CVG_ROLE_CONSTANTS, 10);

SIZE(cvg_scope, 4);
VALUE(CVG_SCOPE_PLAN, 0);
VALUE(CVG_SCOPE_SLOT, 1);
VALUE(CVG_SCOPE_EXECUTION, 2);

SIZE(cvg_form, 4);
VALUE(CVG_FORM_TENSOR, 0);
VALUE(CVG_FORM_OWN, 1);

SIZE(cvg_memory, 4);
VALUE(CVG_MEMORY_LIBRARY, -1);
VALUE(CVG_MEMORY_HOST, 0);

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
ENDS(cvg_spec, dst_strides);

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
ENDS(cvg_settings, workspace_limit_bytes);

SIZE(cvg_note, 16);
FIELD(cvg_note, text, 0);
FIELD(cvg_note, capacity, 8);

SIZE(cvg_device, 304);
FIELD(cvg_device, struct_size, 0);
FIELD(cvg_device, kind, 8);
FIELD(cvg_device, name, 12);
FIELD(cvg_device, driver, 140);
FIELD(cvg_device, reserved, 268);
FIELD(cvg_device, memory_bytes, 272);
FIELD(cvg_device, peak_flops, 280);
FIELD(cvg_device, peak_bytes_per_second, 288);
FIELD(cvg_device, last_level_cache_bytes, 296);
ENDS(cvg_device, last_level_cache_bytes);

SIZE(cvg_option_info, 40);
FIELD(cvg_option_info, struct_size, 0);
FIELD(cvg_option_info, key, 8);
FIELD(cvg_option_info, values, 16);
FIELD(cvg_option_info, default_value, 24);
FIELD(cvg_option_info, description, 32);
ENDS(cvg_option_info, description);

SIZE(cvg_rational, 8);
FIELD(cvg_rational, numerator, 0);
FIELD(cvg_rational, denominator, 4);

SIZE(cvg_winograd_axis, 140);
FIELD(cvg_winograd_axis, m, 0);
FIELD(cvg_winograd_axis, r, 4);
FIELD(cvg_winograd_axis, point_count, 8);
FIELD(cvg_winograd_axis, points, 12);

SIZE(cvg_algorithm, 448);
FIELD(cvg_algorithm, struct_size, 0);
FIELD(cvg_algorithm, name, 8);
FIELD(cvg_algorithm, algorithm_class, 136);
FIELD(cvg_algorithm, deterministic, 140);
FIELD(cvg_algorithm, flushes_subnormals, 144);
FIELD(cvg_algorithm, points_known, 148);
FIELD(cvg_algorithm, winograd, 152);
FIELD(cvg_algorithm, fft_tile, 432);
FIELD(cvg_algorithm, ignores_nan, 440);
FIELD(cvg_algorithm, reserved, 444);
ENDS(cvg_algorithm, reserved);

SIZE(cvg_requirement, 112);
FIELD(cvg_requirement, struct_size, 0);
FIELD(cvg_requirement, role, 8);
FIELD(cvg_requirement, scope, 12);
FIELD(cvg_requirement, form, 16);
FIELD(cvg_requirement, memory_kind, 20);
FIELD(cvg_requirement, bytes, 24);
FIELD(cvg_requirement, alignment, 32);
FIELD(cvg_requirement, layout, 40);
FIELD(cvg_requirement, overread_bytes, 104);
ENDS(cvg_requirement, overread_bytes);

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
ENDS(cvg_tensors, diff_bias);

SIZE(cvg_timing, 40);
FIELD(cvg_timing, struct_size, 0);
FIELD(cvg_timing, capacity, 8);
FIELD(cvg_timing, written, 16);
FIELD(cvg_timing, execution_ns, 24);
FIELD(cvg_timing, total_ns, 32);
ENDS(cvg_timing, total_ns);

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
ENDS(cvg_backend, extension);

SIZE(cvg_details, 24);
FIELD(cvg_details, struct_size, 0);
FIELD(cvg_details, plan, 8);
FIELD(cvg_details, device, 16);
ENDS(cvg_details, device);

SIZE(cvg_plugin, 48);
FIELD(cvg_plugin, struct_size, 0);
FIELD(cvg_plugin, abi_version, 8);
FIELD(cvg_plugin, backend_count, 12);
FIELD(cvg_plugin, name, 16);
FIELD(cvg_plugin, version, 24);
FIELD(cvg_plugin, backends, 32);
FIELD(cvg_plugin, extension, 40);
ENDS(cvg_plugin, extension);

SIZE(cvg_host, 32);
FIELD(cvg_host, struct_size, 0);
FIELD(cvg_host, version, 8);
FIELD(cvg_host, log, 16);
FIELD(cvg_host, extension, 24);
ENDS(cvg_host, extension);

/* Another parameter or result is a pointer of another type, which no expression has beside this one
 * (in C a warning, which is an error here). */
#define FUNCTION(table, field, result, parameters) \
  typedef char                                     \
      type_of_##table##_##field[sizeof(1 ? ((const table*)0)->field : (result(*) parameters)0)]

FUNCTION(cvg_backend, device_count, cvg_status, (int32_t*, cvg_note*));
FUNCTION(cvg_backend, device_info, cvg_status, (int32_t, cvg_device*, cvg_note*));
FUNCTION(cvg_backend, options, cvg_status, (cvg_option_info*, int32_t, int32_t*));
FUNCTION(cvg_backend, query, cvg_status,
         (const cvg_spec*, const cvg_settings*, cvg_reason*, cvg_note*));
FUNCTION(cvg_backend, algorithms, cvg_status,
         (const cvg_spec*, const cvg_settings*, cvg_algorithm*, int32_t, int32_t*, cvg_note*));
FUNCTION(cvg_backend, plan_create, cvg_status,
         (const cvg_spec*, const cvg_settings*, cvg_plan**, cvg_reason*, cvg_note*));
FUNCTION(cvg_backend, plan_destroy, void, (cvg_plan*));
FUNCTION(cvg_backend, plan_algorithm, cvg_status, (const cvg_plan*, cvg_algorithm*));
FUNCTION(cvg_backend, requirements, cvg_status,
         (const cvg_plan*, cvg_requirement*, int32_t, int32_t*));
FUNCTION(cvg_backend, bind, cvg_status, (cvg_plan*, int32_t, void* const*, int32_t, cvg_note*));
FUNCTION(cvg_backend, prepare_weights, cvg_status,
         (cvg_plan*, int32_t, const cvg_tensors*, cvg_note*));
FUNCTION(cvg_backend, upload, cvg_status, (cvg_plan*, int32_t, const cvg_tensors*, cvg_note*));
FUNCTION(cvg_backend, execute, cvg_status,
         (cvg_plan*, const int32_t*, int64_t, cvg_timing*, cvg_note*));
FUNCTION(cvg_backend, wait, cvg_status, (cvg_plan*, cvg_note*));
FUNCTION(cvg_backend, fetch, cvg_status, (cvg_plan*, int32_t, const cvg_tensors*, cvg_note*));
FUNCTION(cvg_backend, memory_alloc, cvg_status,
         (int32_t, cvg_memory, size_t, size_t, void**, cvg_note*));
FUNCTION(cvg_backend, memory_free, void, (int32_t, cvg_memory, void*));
FUNCTION(cvg_backend, memory_fill, cvg_status,
         (int32_t, cvg_memory, void*, size_t, int32_t, size_t, cvg_note*));
FUNCTION(cvg_backend, memory_read, cvg_status,
         (int32_t, cvg_memory, const void*, size_t, void*, size_t, cvg_note*));
FUNCTION(cvg_backend, memory_write, cvg_status,
         (int32_t, cvg_memory, void*, size_t, const void*, size_t, cvg_note*));
FUNCTION(cvg_backend, extension, const void*, (const char*));
FUNCTION(cvg_details, plan, cvg_status, (const cvg_plan*, cvg_note*));
FUNCTION(cvg_details, device, cvg_status, (int32_t, cvg_note*));
FUNCTION(cvg_plugin, extension, const void*, (const char*));
FUNCTION(cvg_host, log, void, (const char*));
FUNCTION(cvg_host, extension, const void*, (const char*));

typedef char type_of_the_entry[sizeof(
    1 ? cvg_plugin_entry : (const cvg_plugin* (*)(uint32_t, const cvg_host*, uint32_t*))0)];
typedef char named_type_of_the_entry[sizeof(1 ? cvg_plugin_entry : (cvg_plugin_entry_function)0)];
