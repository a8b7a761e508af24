/* convgauge plugin ABI, version 0 (it becomes 1, and frozen, once oneDNN, Winograd, cuDNN and
 * Vulkan have used it).
 *
 * One idea: a shared library offers convolution backends to a host that trusts nothing it cannot
 * check. This page is all that a plugin author needs; C++ authors will find <convgauge/sdk.hpp>
 * shorter to write against.
 *
 * THE SHAPE OF IT
 *   cvg_plugin_entry  ->  cvg_plugin  ->  cvg_backend (one or several)  ->  cvg_plan A plan's life:
 *   plan_create -> requirements -> bind(slot) -> prepare_weights(slot) -> upload(slot)
 *                     -> execute(slots) -> wait -> fetch(slot) ... -> plan_destroy
 *   Only execute..wait is timed. plan_create, prepare_weights, upload and fetch are timed apart.
 *
 * THREADS. Tags stand above every function:
 *   [main]  one thread of the process, the same for the whole life of the library; never two calls
 *          at once.
 *   [any]   any thread, also while another call is running.
 *
 * OWNERSHIP. Every pointer passed to a function is the caller's and valid until that function
 *   returns, but for bind(), whose addresses stay valid until plan_destroy() or the next bind() of
 *   that slot. Every pointer returned (tables, names) lives as long as the library is loaded.
 *
 * GROWTH. Every struct begins with struct_size, which whoever fills the struct sets to sizeof.
 *   Fields are only appended; a reader never looks beyond struct_size, and treats what is not there
 *   as zero. Enumerators are only appended; a value that a plugin does not know is refused
 *   (CVG_STATUS_REFUSED), never guessed.
 *
 * RULES. Each is checked (`convgauge check-plugin`), and tests/faulty has a plugin that breaks
 * exactly it.
 *   R1  The library exports cvg_plugin_entry; a host whose version it does not speak gets NULL and
 *       its own version.
 *   R2  Names (plugin, backend, algorithm, option) are not empty and unique among their kind; those
 *       of a backend and of an option match [a-z0-9_]+.
 *   R3  A refusal has a reason other than CVG_REASON_NONE and a sentence. query() and plan_create()
 *       agree.
 *   R4  An option key that the backend did not describe, or a value it cannot use, is refused.
 *   R5  The algorithm named by plan_algorithm() is the one that runs. If the settings asked for one
 *       by name, it is that one, or a refusal: never another.
 *   R6  requirements() does not change over the life of a plan.
 *   R7  execute() writes every element of the output.
 *   R8  execute() never writes an input (src, weights, bias and what prepare_weights or upload made
 *       of them).
 *   R9  Nothing is written outside the bytes of a bound buffer.
 *   R10 Nothing is read outside the bytes of a bound buffer.
 *   R11 execute() never reads the output, and no result depends on what workspace or output held
 *       before.
 *   R12 Nothing computed from the source is kept: its contents may change before any upload() (on
 *       memory kind host with form tensor: before any execute()), and the next result follows it.
 *   R13 No exception, exit, abort or signal leaves a function; a failure is a status and a note.
 *   R14 No signal handler, MXCSR or x87 control word, working directory, umask, or locale is left
 *       changed.
 *   R15 Nothing is written to standard output. (Standard error is kept as the plugin's last words.)
 *   R16 Descriptors that the plugin did not open are neither closed nor written.
 *   R17 No process outlives its worker.
 *   R18 A plan that says deterministic gives the same bits for the same inputs, every time.
 *   R19 No allocation in execute(). (A wish: calls of the C library's allocator are counted and
 *       told; no fault.)
 */
#ifndef CVG_PLUGIN_H
#define CVG_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CVG_ABI_VERSION 0u

#if defined(_WIN32)
#define CVG_EXPORT __declspec(dllexport)
#else
#define CVG_EXPORT __attribute__((visibility("default")))
#endif

/* ---- words ----------------------------------------------------------------------------------- */

typedef int32_t cvg_status;
enum {
  CVG_STATUS_OK = 0,
  CVG_STATUS_REFUSED = 1,       /* an honest "not supported": never counted as a fault */
  CVG_STATUS_OUT_OF_MEMORY = 2, /* host or device */
  CVG_STATUS_FAILED = 3,        /* it was supported and went wrong; the note says how */
  CVG_STATUS_DEVICE_LOST = 4    /* nothing more can run in this process */
};

enum {
  CVG_PADDING_ZEROS = 0,
  CVG_PADDING_REFLECT = 1,
  CVG_PADDING_REPLICATE = 2,
  CVG_PADDING_CIRCULAR = 3
};
enum {
  CVG_DIRECTION_FORWARD = 0,
  CVG_DIRECTION_BACKWARD_DATA = 1,
  CVG_DIRECTION_BACKWARD_WEIGHTS = 2
};
enum { CVG_DTYPE_F32 = 0, CVG_DTYPE_F64 = 1, CVG_DTYPE_F16 = 2, CVG_DTYPE_BF16 = 3 };

/* nchw, nhwc: the host's tensors are so, and so are the plan's. native: the host's tensors are
 * nchw; the plan names its own layout, a permutation of the elements plus a zero-filled channel
 * tail, made by upload() and undone by fetch(). No arithmetic, no halo, no duplication; source and
 * destination are of one family, so that layers chain. */
enum { CVG_LAYOUT_NCHW = 0, CVG_LAYOUT_NHWC = 1, CVG_LAYOUT_NATIVE = 2 };

/* strict: products and sums of the accumulator type. tf32: factors may be rounded to 10 explicit
 * bits of significand. reduced: factors may be rounded to the narrowest type the backend has (its
 * algorithm says which). */
enum { CVG_MATH_STRICT = 0, CVG_MATH_TF32 = 1, CVG_MATH_REDUCED = 2 };

/* Decides which error bound a result is held against: see verification in the project's
 * documentation. */
enum { CVG_CLASS_DIRECT = 0, CVG_CLASS_GEMM = 1, CVG_CLASS_WINOGRAD = 2, CVG_CLASS_FFT = 3 };

enum {
  CVG_DEVICE_KIND_CPU = 0,
  CVG_DEVICE_KIND_GPU = 1,
  CVG_DEVICE_KIND_SOFTWARE = 2
}; /* software: a GPU imitated on the CPU */

/* Why something was refused, for machines; the sentence beside it is for people. */
enum {
  CVG_REASON_NONE = 0,
  CVG_REASON_DIRECTION = 1,
  CVG_REASON_DTYPE = 2,
  CVG_REASON_LAYOUT = 3,
  CVG_REASON_STRIDES = 4, /* of a tensor in memory */
  CVG_REASON_MATH = 5,
  CVG_REASON_DETERMINISTIC = 6,
  CVG_REASON_BATCH = 7,
  CVG_REASON_CHANNELS = 8,
  CVG_REASON_GROUPS = 9,
  CVG_REASON_KERNEL = 10,
  CVG_REASON_STRIDE = 11, /* of the window */
  CVG_REASON_PADDING = 12,
  CVG_REASON_DILATION = 13,
  CVG_REASON_PADDING_MODE = 14,
  CVG_REASON_BIAS = 15,
  CVG_REASON_SIZE = 16, /* too large or too small as a whole */
  CVG_REASON_ALGORITHM = 17,
  CVG_REASON_OPTION = 18,
  CVG_REASON_THREADS = 19,
  CVG_REASON_WORKSPACE_LIMIT = 20,
  CVG_REASON_DEVICE = 21, /* absent, or too old */
  CVG_REASON_HOST = 22,   /* an instruction set or library that this machine lacks */
  CVG_REASON_OTHER = 23
};

/* ---- what is to be computed ------------------------------------------------------------------ */

/* One spatial axis. Sizes and steps in elements.
 * output = floor((pad_before + input + pad_after - dilation * (kernel - 1) - 1) / stride) + 1 tap k
 * of output o reads input index o * stride + k * dilation - pad_before; outside [0, input) it reads
 * padding. */
typedef struct cvg_axis {
  int64_t input, kernel, stride, dilation, pad_before, pad_after;
} cvg_axis;

/* torch.nn.Conv2d and what its numbers are made of. The host passes legal ones only: sizes positive
 * (batch may be 0), channels divisible by groups, every output size at least 1, all products within
 * int64. Shapes: src (batch, in_channels, h.input, w.input); weights (out_channels, in_channels /
 * groups, h.kernel, w.kernel); bias (out_channels); dst (batch, out_channels, h.output, w.output).
 * dst[n,o,y,x] = bias[o] + sum over i,k,l of weights[o,i,k,l] * src[n, o / (out/groups) *
 * (in/groups) + i, .., ..] */
typedef struct cvg_spec {
  size_t struct_size;
  int64_t batch, in_channels, out_channels, groups;
  cvg_axis h, w;
  int32_t bias; /* 0 or 1 */
  int32_t padding_mode;
  int32_t direction;
  int32_t src_type, weights_type, dst_type, accumulator_type; /* the bias has dst_type */
  int32_t layout;
  int32_t math;
  int32_t deterministic; /* 1: only algorithms that always give the same bits */
  /* Strides of the host's tensors, in elements, order n, c, h, w (weights: o, i, h, w). */
  int64_t src_strides[4], weights_strides[4], dst_strides[4];
} cvg_spec;

typedef struct cvg_option {
  const char *key, *value;
} cvg_option;

typedef struct cvg_settings {
  size_t struct_size;
  int32_t device;  /* index into the backend's devices */
  int32_t threads; /* at least 1; the plugin makes them, inside the CPU mask of its process */
  int32_t slots;   /* slots 0 .. slots-1 may be bound; at least 1 */
  int32_t option_count;
  const cvg_option* options;     /* option_count of them; may be NULL if 0 */
  const char* algorithm;         /* a name from algorithms(); NULL: the backend's own choice */
  int64_t workspace_limit_bytes; /* -1: no limit. Counts workspace and packed weights */
} cvg_settings;

/* Where a sentence goes: a zero-terminated UTF-8 text of at most capacity bytes, cut if need be. */
typedef struct cvg_note {
  char* text;
  size_t capacity;
} cvg_note;

/* ---- what a backend says of itself ----------------------------------------------------------- */

typedef struct cvg_device {
  size_t struct_size;
  int32_t kind;
  char name[128];
  char driver[128];               /* versions of driver and runtime; may be empty */
  int64_t memory_bytes;           /* 0: unknown */
  double peak_flops;              /* f32, per second, as the maker states it; 0: unknown */
  double peak_bytes_per_second;   /* 0: unknown */
  int64_t last_level_cache_bytes; /* of the device's own memory; 0: unknown. Cold executions use
                                     twice as much */
} cvg_device;

typedef struct cvg_option_info {
  size_t struct_size;
  const char *key, *values, *default_value,
      *description; /* values: "strict|balanced|fast", "bytes", "1..64" */
} cvg_option_info;

/* One axis of a Winograd algorithm F(m, r): m outputs from r taps. The points are the finite ones,
 * m + r - 2 of them; infinity is always the last. m == 1 and r == 1: that axis is not transformed.
 */
typedef struct cvg_rational {
  int32_t numerator, denominator;
} cvg_rational;

typedef struct cvg_winograd_axis {
  int32_t m, r;
  int32_t point_count;
  cvg_rational points[16];
} cvg_winograd_axis;

typedef struct cvg_algorithm {
  size_t struct_size;
  char name[128]; /* "winograd.f4x4_3x3", "fft.32x32", "onednn.jit:avx512_core" */
  int32_t algorithm_class;
  int32_t deterministic;      /* 1: same inputs, same bits, always */
  int32_t flushes_subnormals; /* 1: subnormal inputs, products or sums may be taken as zero */
  int32_t points_known; /* winograd: 0 if the library does not tell its points (the classical set is
                           assumed) */
  cvg_winograd_axis winograd[2]; /* winograd: h, w */
  int32_t fft_tile[2];           /* fft: h, w; 1 where an axis is not transformed */
} cvg_algorithm;

/* ---- memory ---------------------------------------------------------------------------------- */

typedef int32_t cvg_role;
enum {
  CVG_ROLE_SRC = 0,
  CVG_ROLE_WEIGHTS = 1,
  CVG_ROLE_BIAS = 2,
  CVG_ROLE_DST = 3,
  CVG_ROLE_DIFF_SRC = 4,
  CVG_ROLE_DIFF_WEIGHTS = 5,
  CVG_ROLE_DIFF_BIAS = 6,
  CVG_ROLE_DIFF_DST = 7,
  CVG_ROLE_PACKED_WEIGHTS = 8, /* weights, and bias, as prepare_weights() left them */
  CVG_ROLE_WORKSPACE = 9,      /* scratch */
  CVG_ROLE_CONSTANTS = 10      /* tables that depend on the spec only, written by bind() */
};

/* plan: one buffer for all slots. slot: one for each. execution: one for all slots, its contents
 * worthless between two executions (the host poisons it). */
enum { CVG_SCOPE_PLAN = 0, CVG_SCOPE_SLOT = 1, CVG_SCOPE_EXECUTION = 2 };

/* tensor: the host's own tensor, by the spec's strides; the host writes and reads it. Host memory
 * only. own: the plan's arrangement, written by upload() or prepare_weights(), read back by
 * fetch(). */
enum { CVG_FORM_TENSOR = 0, CVG_FORM_OWN = 1 };

#define CVG_MEMORY_HOST 0 /* other kinds are the backend's, 1 and up */

/* One buffer that the host must obtain for the plan. A plan needs no buffer for a tensor it
 * converts elsewhere: one that keeps packed weights lists PACKED_WEIGHTS and leaves WEIGHTS and
 * BIAS out. */
typedef struct cvg_requirement {
  size_t struct_size;
  cvg_role role;
  int32_t scope;
  int32_t form;
  int32_t memory_kind;
  size_t bytes;
  size_t alignment; /* a power of two, at least 1; ask for no more than is needed */
  char layout[64];  /* form own, src and dst: its name, "nChw16c"; else empty */
} cvg_requirement;

/* The host's tensors, with the spec's types and strides, in host memory. A pointer that a call does
 * not use is NULL. */
typedef struct cvg_tensors {
  size_t struct_size;
  const void *src, *weights, *bias, *diff_dst;     /* read */
  void *dst, *diff_src, *diff_weights, *diff_bias; /* written by fetch() */
} cvg_tensors;

/* Device times, filled by wait(). execution_ns[i] is the i-th execution of the batch; a device that
 * can only tell the whole batch leaves written at 0 and sets total_ns; one that can tell nothing
 * leaves both at 0. */
typedef struct cvg_timing {
  size_t struct_size;
  int64_t capacity; /* of execution_ns */
  int64_t written;
  double* execution_ns;
  double total_ns;
} cvg_timing;

/* ---- tables ---------------------------------------------------------------------------------- */

typedef struct cvg_plan cvg_plan; /* the plugin's */

typedef struct cvg_backend {
  size_t struct_size;
  const char* name;        /* "winograd" */
  const char* description; /* one line */
  const char* version;     /* of the backend and of the library below it: "oneDNN 2.6.3 (OpenMP)" */

  /* Counts the devices it can use. None is a normal answer, and why then says why: "no CUDA device:
   * no driver found". [main] */
  cvg_status (*device_count)(int32_t* count, cvg_note* why);

  /* Describes device `index`; *out is zeroed but for struct_size. [main] */
  cvg_status (*device_info)(int32_t index, cvg_device* out, cvg_note* why);

  /* Writes up to `capacity` option descriptions, sets *count to how many there are; each out[i] is
   * zeroed but for struct_size, as in algorithms() and requirements(): they lie struct_size of the
   * host apart. [main] */
  cvg_status (*options)(cvg_option_info* out, int32_t capacity, int32_t* count);

  /* CVG_STATUS_OK if plan_create() would succeed, memory permitting; CVG_STATUS_REFUSED with
   * *reason and a sentence. Cheap: no kernel is built, no device memory taken. [main] */
  cvg_status (*query)(const cvg_spec* spec, const cvg_settings* settings, int32_t* reason,
                      cvg_note* why);

  /* Every algorithm that can be asked for by name for this spec, the backend's own choice first.
   * Writes up to `capacity`, sets *count to how many there are; each out[i] is zeroed but for
   * struct_size. [main] */
  cvg_status (*algorithms)(const cvg_spec* spec, const cvg_settings* settings, cvg_algorithm* out,
                           int32_t capacity, int32_t* count, cvg_note* why);

  /* Builds everything that depends on no tensor's contents: kernels, tuning. On CVG_STATUS_OK *plan
   * is the host's until plan_destroy(); otherwise it is untouched. [main] */
  cvg_status (*plan_create)(const cvg_spec* spec, const cvg_settings* settings, cvg_plan** plan,
                            int32_t* reason, cvg_note* why);

  /* Called once per plan. [main] */
  void (*plan_destroy)(cvg_plan* plan);

  /* What this plan runs, in truth. *out is zeroed but for struct_size. [main] */
  cvg_status (*plan_algorithm)(cvg_plan* plan, cvg_algorithm* out);

  /* The buffers it needs, in an order that is the plan's own and that bind() follows. [main] */
  cvg_status (*requirements)(cvg_plan* plan, cvg_requirement* out, int32_t capacity,
                             int32_t* count);

  /* addresses[i] is for requirement i; where the scope is plan or execution it is the same for
   * every slot. Addresses of other memory kinds are what memory_alloc() gave. A slot may be bound
   * again. [main] */
  cvg_status (*bind)(cvg_plan* plan, int32_t slot, void* const* addresses, int32_t count,
                     cvg_note* why);

  /* Weights and bias are constant from here until the next prepare_weights() of the slot. [main] */
  cvg_status (*prepare_weights)(cvg_plan* plan, int32_t slot, const cvg_tensors* tensors,
                                cvg_note* why);

  /* Brings the source into the slot's own-form buffers; nothing to do where the form is tensor.
   * [main] */
  cvg_status (*upload)(cvg_plan* plan, int32_t slot, const cvg_tensors* tensors, cvg_note* why);

  /* Runs slots[0], slots[1], ... slots[count-1] in order, each as if it depended on the one before.
   * May return before they are done. `timing` may be NULL; it stays valid until wait() returns.
   * [main] */
  cvg_status (*execute)(cvg_plan* plan, const int32_t* slots, int64_t count, cvg_timing* timing,
                        cvg_note* why);

  /* Returns when all that was executed is done and visible to the host. [main] */
  cvg_status (*wait)(cvg_plan* plan, cvg_note* why);

  /* Brings the result from the slot's own-form buffers to tensors->dst; nothing to do if the form
   * is tensor. [main] */
  cvg_status (*fetch)(cvg_plan* plan, int32_t slot, const cvg_tensors* tensors, cvg_note* why);

  /* Memory of the backend's own kinds; NULL if it has none. Kinds are per device. Offsets in bytes,
   * from an address that memory_alloc() gave; fill sets every byte. All of them return when done.
   * An address is a number that the host may count on from: it binds addresses inside an allocation
   * too, a multiple of the requirement's alignment from its start, with the requirement's bytes
   * behind them (guards lie on both sides of a buffer). [main] */
  cvg_status (*memory_alloc)(int32_t device, int32_t kind, size_t bytes, size_t alignment,
                             void** address, cvg_note* why);
  void (*memory_free)(int32_t device, int32_t kind, void* address);
  cvg_status (*memory_fill)(int32_t device, int32_t kind, void* address, size_t offset,
                            int32_t byte, size_t bytes, cvg_note* why);
  cvg_status (*memory_read)(int32_t device, int32_t kind, const void* address, size_t offset,
                            void* host, size_t bytes, cvg_note* why);
  cvg_status (*memory_write)(int32_t device, int32_t kind, void* address, size_t offset,
                             const void* host, size_t bytes, cvg_note* why);

  /* A table of further abilities by name ("cvg.NAME/VERSION"), or NULL. May itself be NULL. [any]
   */
  const void* (*extension)(const char* name);
} cvg_backend;

/* extension("cvg.details/0"): what a plan chose and what its device does, for the record and for
 * people. Each writes a JSON object, zero-terminated; one that does not fit its capacity is cut,
 * and then no JSON and not recorded. */
#define CVG_EXTENSION_DETAILS "cvg.details/0"
typedef struct cvg_details {
  size_t struct_size;
  cvg_status (*plan)(cvg_plan* plan,
                     cvg_note* json); /* after plan_create, and again after executions. [main] */
  cvg_status (*device)(int32_t device,
                       cvg_note* json); /* at this moment: clocks, throttling. [main] */
} cvg_details;

typedef struct cvg_plugin {
  size_t struct_size;
  uint32_t abi_version; /* the version this table was built against */
  int32_t backend_count;
  const char* name;
  const char* version;
  const cvg_backend* const* backends;
  const void* (*extension)(const char* name); /* [any]; may be NULL */
} cvg_plugin;

/* What the host offers. */
typedef struct cvg_host {
  size_t struct_size;
  const char* version;                        /* of convgauge */
  void (*log)(const char* line);              /* a line for the person at the keyboard. [any] */
  const void* (*extension)(const char* name); /* [any]; may be NULL */
} cvg_host;

/* The one exported symbol, and the first call. Returns the table, or NULL if the plugin cannot
 * speak `version`; it sets *plugin_version to the version it speaks either way. `host` lives as
 * long as the library is loaded. [main] */
CVG_EXPORT const cvg_plugin* cvg_plugin_entry(uint32_t version, const cvg_host* host,
                                              uint32_t* plugin_version);
typedef const cvg_plugin* (*cvg_plugin_entry_function)(uint32_t version, const cvg_host* host,
                                                       uint32_t* plugin_version);

#ifdef __cplusplus
}
#endif
#endif
