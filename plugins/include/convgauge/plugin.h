/* convgauge plugin ABI, version 1: frozen. What may still be added, and how, is under GROWTH. It is
 * for processors with 64-bit pointers.
 *
 * A shared library offers convolution backends to a host that checks everything it can. This header
 * is all that a plugin author needs; C++ authors will find <convgauge/sdk.hpp> shorter to write
 * against.
 *
 * OBJECTS
 *   cvg_plugin_entry -> cvg_plugin -> cvg_backend (one or several) -> cvg_plan (any number)
 *
 *   The life of a plan; * marks the calls that are repeated:
 *     plan_create -> requirements -> bind* -> prepare_weights* -> upload*
 *                 -> execute*, wait* -> fetch* -> plan_destroy
 *   Where all that upload() or fetch() would move are tensors of the host (form tensor, host
 * memory), the host need not call it, and does not. Only execute() and wait() are in the timed
 * loop, and, for buffers of form own in host memory in the layouts nchw and nhwc, upload() and
 * fetch(). plan_create(), prepare_weights(), and upload() and fetch() else, are timed apart.
 *
 * TAGS. The comment of every function ends with a tag: [thread], or [thread, state].
 *   Threads:
 *     main  One thread of the process, the same for the whole life of the library. Never two calls
 *           at once.
 *     any   Any thread, also while another call is running.
 *   States, of a plan and its slots. A function without a state needs no plan. Each state includes
 *   those above it.
 *     plan created   plan_create() has returned the plan.
 *     slot bound     bind() has given the slot its buffers.
 *     slot prepared  prepare_weights() has been called for the slot since it was bound.
 *     slot filled    upload() has been called for the slot since it was bound, where it is called.
 *     slot executed  execute() has run the slot since it was filled, and wait() has returned.
 *   And one of the plan as a whole:
 *     executing      execute() has returned CVG_STATUS_OK, and wait() has not returned yet. Between
 *                    the two the host calls no function but wait() and those tagged [any].
 *   A function that fails changes no state. After execute() has failed there is no wait().
 *
 * OWNERSHIP
 *   A pointer passed to a function is the caller's, and valid until that function returns. There
 *   are two exceptions: the buffers given to bind() stay valid until the next bind() of that slot
 *   or plan_destroy() begins (neither may touch the old ones), and the timing given to execute()
 *   until wait() returns.
 *   A pointer returned by the plugin (tables, names) is the plugin's, and lives as long as the
 *   library is loaded. A cvg_plan is the host's until it calls plan_destroy().
 *   What a function may write is not const; all that it only reads is.
 *
 * GROWTH
 *   A plugin that was compiled against a header of version 1 loads into every later host of
 *   version 1 and, where it needs nothing newer, into every earlier one.
 *   Every struct that may grow begins with struct_size. Whoever creates the struct sets it to the
 *   sizeof that it was compiled with. Fields are only appended. A reader never looks beyond
 *   struct_size, and treats fields beyond it as zero, so that zero in a new field means what was so
 *   before there was the field. A writer writes nothing beyond struct_size, and leaves struct_size
 *   as it is. The structs without struct_size (cvg_axis, cvg_option, cvg_note, cvg_rational,
 *   cvg_winograd_axis) never change.
 *   A field named `reserved` is zero, and is not read. A field that is stated to be 0 or 1 has no
 *   other value.
 *   Enumerators are only appended. A plugin refuses (CVG_STATUS_REFUSED) a value that it does not
 *   know; it never guesses. A host takes an unknown reason for CVG_REASON_OTHER, an unknown class
 *   for the one with the widest bound, and an unknown status, role, scope, form or kind of memory
 *   or device for a failure of the plugin.
 *   No function gets other parameters or other rules; what is new has a new name, at the end of its
 *   table or in an extension. An extension that changes gets another number in its name.
 *
 * RULES. `convgauge verify` and `convgauge check-plugin` check that every plugin keeps them.
 *   R1  The library exports cvg_plugin_entry(). It returns NULL to a host whose version it does not
 *       speak, and tells that host the version that it does speak.
 *   R2  Names (of plugins, backends, algorithms and options) are not empty, and unique among their
 *       kind. Those of backends and options match [a-z0-9_]+.
 *   R3  A refusal has a reason other than CVG_REASON_NONE, and a sentence. query() and
 *       plan_create() agree on what is refused.
 *   R4  An option whose key the backend did not describe, or whose value it cannot use, is refused.
 *   R5  The algorithm named by plan_algorithm() is the one that runs. Where the settings ask for
 *       one by name, that one runs, or the call is refused; another one never runs.
 *   R6  requirements() gives the same answer for the whole life of a plan.
 *   R7  execute() writes every element of the output.
 *   R8  execute() never writes an input: source, weights, bias, and what prepare_weights() or
 *       upload() made of them.
 *   R9  Nothing is written outside the bytes of a bound buffer.
 *   R10 Nothing is read outside the bytes of a bound buffer and its overread_bytes.
 *   R11 execute() never reads the output. No result depends on what the workspace or the output
 *       held before.
 *   R12 Nothing computed from the source is kept. Its contents may change before any upload(), or,
 *       where the buffer has form tensor and host memory, before any execute(); the next result
 *       follows them. What upload() made of an earlier source may be put back into the buffer: the
 *       next result then follows that. fetch() reads nothing but what execute() wrote.
 *   R13 No exception, exit, abort or signal leaves a function. A failure is a status and a note.
 *   R14 Signal handlers, the MXCSR and x87 control words, the working directory, the umask and the
 *       locale are left as they were.
 *   R15 Nothing is written to standard output. (Standard error is recorded, and shown if the
 *       plugin dies.)
 *   R16 Descriptors that the plugin did not open are neither closed nor written.
 *   R17 No process outlives its worker.
 *   R18 An algorithm that says deterministic gives the same bits for the same inputs, every time.
 *   R19 execute() allocates no memory. This is a recommendation: calls of the C library's allocator
 *       are counted and reported, but are not a fault.
 *   R20 Each prepare_weights() replaces what an earlier one of that slot made, also where the slot
 *       has been bound again in between: the next result follows the new weights and bias.
 */
#ifndef CVG_PLUGIN_H
#define CVG_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#if !defined(UINTPTR_MAX) || UINTPTR_MAX != 0xffffffffffffffffu
#error "convgauge/plugin.h is for processors with 64-bit pointers: compile without -m32 or -mx32"
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define CVG_ABI_VERSION 1u

#if defined(_WIN32)
#define CVG_EXPORT __declspec(dllexport)
#else
#define CVG_EXPORT __attribute__((visibility("default")))
#endif

/* ---- enumerations ---------------------------------------------------------------------------- */
/* Each is an int32_t in structs and parameters, so that its size never depends on a compiler. */

typedef int32_t cvg_status;
enum {
  CVG_STATUS_OK = 0,
  CVG_STATUS_REFUSED = 1,       /* not supported: never counted as a fault */
  CVG_STATUS_OUT_OF_MEMORY = 2, /* of the host or of the device */
  CVG_STATUS_FAILED = 3,        /* it is supported but went wrong; the note says how */
  CVG_STATUS_DEVICE_LOST = 4    /* nothing more can run in this process */
};

/* The values around the source, by the names of torch.nn.Conv2d. */
typedef int32_t cvg_padding;
enum {
  CVG_PADDING_ZEROS = 0,
  CVG_PADDING_REFLECT = 1,
  CVG_PADDING_REPLICATE = 2,
  CVG_PADDING_CIRCULAR = 3
};

/* What is computed from what:
 *   forward           dst from src, weights and bias
 *   backward_data     diff_src from diff_dst and weights
 *   backward_weights  diff_weights and diff_bias from src and diff_dst */
typedef int32_t cvg_direction;
enum {
  CVG_DIRECTION_FORWARD = 0,
  CVG_DIRECTION_BACKWARD_DATA = 1,
  CVG_DIRECTION_BACKWARD_WEIGHTS = 2
};

typedef int32_t cvg_dtype;
enum { CVG_DTYPE_F32 = 0, CVG_DTYPE_F64 = 1, CVG_DTYPE_F16 = 2, CVG_DTYPE_BF16 = 3 };

/* The order of elements in the image tensors (src, dst and their gradients):
 *   nchw, nhwc  The host's tensors have it, and so have the plan's.
 *   native      The host's tensors are nchw. The plan has a layout of its own, which it names: a
 *               permutation of the elements, with extra channels of zeros at the end, made by
 *               upload() and undone by fetch(). No arithmetic, no halo, no duplication. Source and
 *               destination have the same kind of layout, so that the output of one layer can be
 *               the input of the next. */
typedef int32_t cvg_layout;
enum { CVG_LAYOUT_NCHW = 0, CVG_LAYOUT_NHWC = 1, CVG_LAYOUT_NATIVE = 2 };

/* Which rounding is permitted:
 *   strict   Products and sums are of the accumulator type.
 *   tf32     Factors may be rounded to 10 explicit bits of significand.
 *   reduced  Factors may be rounded to the narrowest type that the backend offers; the name of the
 *            algorithm says which. */
typedef int32_t cvg_math;
enum { CVG_MATH_STRICT = 0, CVG_MATH_TF32 = 1, CVG_MATH_REDUCED = 2 };

/* The kind of algorithm. It decides how far a result may be from the exact one. With u the unit
 * roundoff of the accumulator and n the number of products in one output:
 *   direct, gemm  No error where all sums are whole numbers that the accumulator can hold. Else
 *                 min(n u / (1 - n u), (8 sqrt(n) + 4) u) times the sum of the magnitudes of the
 *                 products.
 *   winograd      A multiple of u times the error amplification that follows from the points, at
 *                 most that of the classical points; relative to the norms of the tile.
 *   fft           A multiple of u that grows with the logarithm of the tile's size; relative to
 *                 the norms of the tile.
 * `convgauge verify` prints the error that it allowed at the worst of the wrong outputs. */
typedef int32_t cvg_class;
enum { CVG_CLASS_DIRECT = 0, CVG_CLASS_GEMM = 1, CVG_CLASS_WINOGRAD = 2, CVG_CLASS_FFT = 3 };

typedef int32_t cvg_device_kind;
enum {
  CVG_DEVICE_KIND_CPU = 0,
  CVG_DEVICE_KIND_GPU = 1,
  CVG_DEVICE_KIND_SOFTWARE = 2 /* a GPU emulated on the CPU */
};

/* Why something was refused, for programs; the sentence in the note is for people. */
typedef int32_t cvg_reason;
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

/* What a buffer holds. */
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
  CVG_ROLE_PACKED_WEIGHTS = 8, /* weights, and bias, as prepare_weights() arranged them */
  CVG_ROLE_WORKSPACE = 9,      /* scratch memory, for every function from bind() on */
  CVG_ROLE_CONSTANTS = 10      /* tables that depend on the spec only, written by bind() */
};

/* How often a buffer exists:
 *   plan       once, for all slots
 *   slot       once for each slot
 *   execution  once, for all slots; its contents are undefined between two executions (the host
 *              overwrites them) */
typedef int32_t cvg_scope;
enum { CVG_SCOPE_PLAN = 0, CVG_SCOPE_SLOT = 1, CVG_SCOPE_EXECUTION = 2 };

/* How a buffer is arranged, and who fills it:
 *   tensor  The host's own tensor, by the spec's strides, in host memory; the host writes inputs
 *           and reads outputs.
 *   own     The plan's arrangement. upload() or prepare_weights() writes inputs; fetch() reads
 *           outputs. */
typedef int32_t cvg_form;
enum { CVG_FORM_TENSOR = 0, CVG_FORM_OWN = 1 };

/* Kinds of memory. Numbers from 1 up are a backend's own kinds, allocated by its memory_alloc().
 *   library  The library below keeps it in memory of its own, of a size that is not known. The host
 *            binds NULL, cannot check what is written there, and says in its results that the
 *            memory of the case is not known. */
typedef int32_t cvg_memory;
enum { CVG_MEMORY_LIBRARY = -1, CVG_MEMORY_HOST = 0 };

/* ---- what is to be computed ------------------------------------------------------------------ */

/* One spatial axis. All fields in elements.
 *   output = floor((pad_before + input + pad_after - dilation * (kernel - 1) - 1) / stride) + 1
 * Tap k of output o reads input index o * stride + k * dilation - pad_before; outside [0, input) it
 * reads padding. */
typedef struct cvg_axis {
  int64_t input, kernel, stride, dilation, pad_before, pad_after;
} cvg_axis;

/* The convolution of torch.nn.Conv2d, with its direction, types, layout and rounding.
 *   dst[n,o,y,x] = bias[o] + sum over i, k, l of
 *       weights[o,i,k,l] * src[n, o / (out_channels / groups) * (in_channels / groups) + i, .., ..]
 * Shapes:
 *   src      (batch, in_channels, h.input, w.input)
 *   weights  (out_channels, in_channels / groups, h.kernel, w.kernel)
 *   bias     (out_channels)
 *   dst      (batch, out_channels, h.output, w.output)
 *   diff_X   the shape of X
 * The host passes legal specs only: sizes are positive (batch may be 0), groups divides both
 * channel counts, every output size is at least 1, and all products fit into int64_t. */
typedef struct cvg_spec {
  size_t struct_size;
  int64_t batch, in_channels, out_channels, groups;
  cvg_axis h, w;
  int32_t bias; /* 0 or 1 */
  cvg_padding padding_mode;
  cvg_direction direction;
  cvg_dtype src_type, weights_type, dst_type, accumulator_type; /* the bias has dst_type */
  cvg_layout layout;
  cvg_math math;
  int32_t deterministic; /* 1: only algorithms that always give the same bits */
  /* Of the host's tensors, in elements; order n, c, h, w (weights: o, i, h, w). diff_X has the type
   * and the strides of X. */
  int64_t src_strides[4], weights_strides[4], dst_strides[4];
} cvg_spec;

typedef struct cvg_option {
  const char *key, *value;
} cvg_option;

typedef struct cvg_settings {
  size_t struct_size;
  int32_t device;  /* index into the backend's devices */
  int32_t threads; /* at least 1; the plugin makes them, inside the CPU mask of its process */
  int32_t slots;   /* slots 0 .. slots - 1 may be bound; at least 1 */
  int32_t option_count;
  const cvg_option* options;     /* option_count of them; may be NULL if 0 */
  const char* algorithm;         /* a name from algorithms(); NULL: the backend's own choice */
  int64_t workspace_limit_bytes; /* for workspace and packed weights together; -1: no limit */
} cvg_settings;

/* Where the plugin writes a sentence, in UTF-8: at most `capacity` bytes, including the terminating
 * zero; a longer sentence is cut. A parameter of this type may be NULL. */
typedef struct cvg_note {
  char* text;
  size_t capacity;
} cvg_note;

/* ---- what a backend says about itself -------------------------------------------------------- */

typedef struct cvg_device {
  size_t struct_size;
  cvg_device_kind kind;
  char name[128];
  char driver[128];             /* versions of driver and runtime; may be empty */
  int32_t reserved;             /* 0 */
  int64_t memory_bytes;         /* 0: unknown */
  double peak_flops;            /* f32, per second, as its maker states; 0: unknown */
  double peak_bytes_per_second; /* 0: unknown */
  /* Size of the last cache before the device's own memory; 0: unknown. For executions with a cold
   * cache the host rotates through slots of more than twice this size in all. */
  int64_t last_level_cache_bytes;
} cvg_device;

/* values: "strict|balanced|fast", "1..64", or a word such as "bytes". */
typedef struct cvg_option_info {
  size_t struct_size;
  const char *key, *values, *default_value, *description;
} cvg_option_info;

typedef struct cvg_rational {
  int32_t numerator, denominator;
} cvg_rational;

/* One axis of a Winograd algorithm F(m, r): m outputs from r taps. `points` has the m + r - 2
 * finite points; the last point is always infinity and is not listed. m == 1 and r == 1: this axis
 * is not transformed. */
typedef struct cvg_winograd_axis {
  int32_t m, r;
  int32_t point_count;
  cvg_rational points[16];
} cvg_winograd_axis;

typedef struct cvg_algorithm {
  size_t struct_size;
  char name[128]; /* "winograd.f4x4_3x3", "fft.32x32", "onednn.jit:avx512_core" */
  cvg_class algorithm_class;
  int32_t deterministic;      /* 1: the same inputs always give the same bits */
  int32_t flushes_subnormals; /* 1: subnormal inputs, products or sums may be taken as zero */
  /* winograd: 0 if the library below does not tell its points: the classical ones are assumed. */
  int32_t points_known;
  cvg_winograd_axis winograd[2]; /* winograd: h, w */
  int32_t fft_tile[2];           /* fft: h, w; 1 where an axis is not transformed */
  /* 1: an output that is NaN by the definition may have any value. Infinities are no exception. */
  int32_t ignores_nan;
  int32_t reserved; /* 0 */
} cvg_algorithm;

/* ---- memory ---------------------------------------------------------------------------------- */

/* One buffer that the host must obtain for the plan. A plan need not list a tensor that it does
 * not use in execute(): one that keeps packed weights lists PACKED_WEIGHTS instead of WEIGHTS, and
 * may leave out BIAS where it packed that too.
 * Of kind CVG_MEMORY_LIBRARY are only PACKED_WEIGHTS, WORKSPACE and CONSTANTS, in form own, with 0
 * bytes, alignment 1 and no overread_bytes: they announce that the library below has such memory.
 */
typedef struct cvg_requirement {
  size_t struct_size;
  cvg_role role;
  cvg_scope scope;
  cvg_form form;
  cvg_memory memory_kind;
  size_t bytes;
  size_t alignment; /* a power of two, at least 1; ask for no more than is needed */
  char layout[64];  /* of src and dst in form own: its name, "nChw16c"; else empty */
  /* How many bytes behind the buffer's last one may be read too, by code that loads whole vectors:
   * at most 4096. What they hold is undefined, and no result depends on it; they are not written.
   * Where form is tensor, the pointer in cvg_tensors has them too. */
  size_t overread_bytes;
} cvg_requirement;

/* The host's tensors, by the spec's types and strides, in host memory. A pointer that a call does
 * not use is NULL. */
typedef struct cvg_tensors {
  size_t struct_size;
  const void *src, *weights, *bias, *diff_dst;     /* read by prepare_weights() and upload() */
  void *dst, *diff_src, *diff_weights, *diff_bias; /* written by fetch() */
} cvg_tensors;

/* Times that the device measured, filled by wait(). A device that can only tell the time of the
 * whole batch leaves `written` at 0 and sets total_ns; one that can tell nothing leaves both at
 * 0. */
typedef struct cvg_timing {
  size_t struct_size;
  int64_t capacity;     /* of execution_ns */
  int64_t written;      /* how many of them wait() wrote */
  double* execution_ns; /* of the i-th execution of the batch */
  double total_ns;
} cvg_timing;

/* ---- tables ---------------------------------------------------------------------------------- */

typedef struct cvg_plan cvg_plan; /* defined by the plugin */

typedef struct cvg_backend {
  size_t struct_size;
  const char* name;        /* "winograd" */
  const char* description; /* one line */
  const char* version;     /* of the backend and of the library it uses: "oneDNN 2.6.3 (OpenMP)" */

  /* Counts the devices that the backend can use. 0 is a normal answer; `why` then says why: "no
   * CUDA device: no driver found".
   * [main] */
  cvg_status (*device_count)(int32_t* count, cvg_note* why);

  /* Describes a device. *out is zeroed but for struct_size.
   * [main] */
  cvg_status (*device_info)(int32_t index, cvg_device* out, cvg_note* why);

  /* Writes up to `capacity` descriptions of options, and sets *count to how many there are. Each
   * out[i] is zeroed but for struct_size. As in algorithms() and requirements(), the elements lie
   * out[0].struct_size bytes apart, and `out` may be NULL where `capacity` is 0.
   * [main] */
  cvg_status (*options)(cvg_option_info* out, int32_t capacity, int32_t* count);

  /* CVG_STATUS_OK if plan_create() would succeed, memory permitting; else CVG_STATUS_REFUSED, with
   * *reason and a sentence. Cheap: builds no kernel, takes no device memory.
   * [main] */
  cvg_status (*query)(const cvg_spec* spec, const cvg_settings* settings, cvg_reason* reason,
                      cvg_note* why);

  /* Every algorithm that can be asked for by name for this spec, the backend's own choice first.
   * Writes up to `capacity` of them, and sets *count to how many there are. Each out[i] is zeroed
   * but for struct_size.
   * [main] */
  cvg_status (*algorithms)(const cvg_spec* spec, const cvg_settings* settings, cvg_algorithm* out,
                           int32_t capacity, int32_t* count, cvg_note* why);

  /* Builds everything that depends on no tensor's contents: kernels, tuning. *plan is written on
   * CVG_STATUS_OK only, and is then the host's until it calls plan_destroy().
   * [main] */
  cvg_status (*plan_create)(const cvg_spec* spec, const cvg_settings* settings, cvg_plan** plan,
                            cvg_reason* reason, cvg_note* why);

  /* Called once for each plan. Its buffers may be gone already.
   * [main, plan created] */
  void (*plan_destroy)(cvg_plan* plan);

  /* What this plan really runs. *out is zeroed but for struct_size.
   * [main, plan created] */
  cvg_status (*plan_algorithm)(const cvg_plan* plan, cvg_algorithm* out);

  /* The buffers that the plan needs, in an order that it chooses and bind() keeps. Writes up to
   * `capacity` of them, and sets *count to how many there are. Each out[i] is zeroed but for
   * struct_size.
   * [main, plan created] */
  cvg_status (*requirements)(const cvg_plan* plan, cvg_requirement* out, int32_t capacity,
                             int32_t* count);

  /* Gives a slot its buffers: addresses[i] is for requirement i. Where the scope is plan or
   * execution it is the same for every slot. In memory of the backend's own kinds it is an address
   * that memory_alloc() returned, or one inside such an allocation (see there). Writes the
   * constants. A slot may be bound again: it is then bound and no more, so prepare_weights() and
   * upload() follow before it is executed. What was made for its old buffers is dropped.
   * [main, plan created] */
  cvg_status (*bind)(cvg_plan* plan, int32_t slot, void* const* addresses, int32_t count,
                     cvg_note* why);

  /* Reads tensors->weights and tensors->bias, and writes the slot's packed weights, and its weights
   * and bias of form own. Both tensors are constant from here until the next prepare_weights() of
   * the slot; the pointers to them are valid until this function returns. A library that keeps
   * weights in objects of its own makes them here, one for each slot, from copies, and drops them
   * at the next bind() or prepare_weights() of that slot, and in plan_destroy() (R20). Its plan
   * has a requirement PACKED_WEIGHTS of kind CVG_MEMORY_LIBRARY.
   * [main, slot bound] */
  cvg_status (*prepare_weights)(cvg_plan* plan, int32_t slot, const cvg_tensors* tensors,
                                cvg_note* why);

  /* Reads tensors->src and tensors->diff_dst, and writes the slot's buffers of those roles that
   * have form own. Nothing to do where their form is tensor.
   * [main, slot prepared] */
  cvg_status (*upload)(cvg_plan* plan, int32_t slot, const cvg_tensors* tensors, cvg_note* why);

  /* Runs slots[0], slots[1], ... slots[count - 1] in this order, each as if it depended on the one
   * before. Writes the slots' outputs and the workspace. May return before they are done. `timing`
   * may be NULL.
   * [main, slot filled] each of the slots */
  cvg_status (*execute)(cvg_plan* plan, const int32_t* slots, int64_t count, cvg_timing* timing,
                        cvg_note* why);

  /* Returns when all that was executed is done, and visible to the host.
   * [main, executing] */
  cvg_status (*wait)(cvg_plan* plan, cvg_note* why);

  /* Reads the slot's outputs of form own, and writes tensors->dst, or diff_src, or diff_weights and
   * diff_bias. Nothing to do where their form is tensor.
   * [main, slot executed] */
  cvg_status (*fetch)(cvg_plan* plan, int32_t slot, const cvg_tensors* tensors, cvg_note* why);

  /* Memory of the backend's own kinds; all five functions are NULL if it has none. Kinds are per
   * device. All five return only when they are done.
   * Offsets are in bytes from an address that memory_alloc() returned. The host may add to such an
   * address: it also binds addresses inside an allocation, at a multiple of the requirement's
   * alignment from its start, followed by the requirement's bytes, with guards on both sides.
   * [main] all five */
  cvg_status (*memory_alloc)(int32_t device, cvg_memory kind, size_t bytes, size_t alignment,
                             void** address, cvg_note* why);
  void (*memory_free)(int32_t device, cvg_memory kind, void* address);
  /* Sets every one of `bytes` bytes to `byte`. */
  cvg_status (*memory_fill)(int32_t device, cvg_memory kind, void* address, size_t offset,
                            int32_t byte, size_t bytes, cvg_note* why);
  /* Copies from the address to the host. */
  cvg_status (*memory_read)(int32_t device, cvg_memory kind, const void* address, size_t offset,
                            void* host, size_t bytes, cvg_note* why);
  /* Copies from the host to the address. */
  cvg_status (*memory_write)(int32_t device, cvg_memory kind, void* address, size_t offset,
                             const void* host, size_t bytes, cvg_note* why);

  /* A table of further functions by its name, "cvg.NAME/VERSION"; NULL if the backend does not have
   * it. The pointer to this function may itself be NULL.
   * [any] */
  const void* (*extension)(const char* name);
} cvg_backend;

/* extension("cvg.details/1"): what a plan chose, and the state of its device, for the results and
 * for people. Each function writes a JSON object, with a terminating zero. An object that does not
 * fit into the capacity is cut; it is then not JSON, and is not recorded. */
#define CVG_EXTENSION_DETAILS "cvg.details/1"
typedef struct cvg_details {
  size_t struct_size;
  /* Asked after plan_create(), and again after executions.
   * [main, plan created] */
  cvg_status (*plan)(const cvg_plan* plan, cvg_note* json);
  /* The device at this moment: clocks, throttling.
   * [main] */
  cvg_status (*device)(int32_t device, cvg_note* json);
} cvg_details;

typedef struct cvg_plugin {
  size_t struct_size;
  uint32_t abi_version; /* the version this table was built against */
  int32_t backend_count;
  const char* name;
  const char* version;
  const cvg_backend* const* backends;
  const void* (*extension)(const char* name); /* may be NULL. [any] */
} cvg_plugin;

/* What the host offers to the plugin. */
typedef struct cvg_host {
  size_t struct_size;
  const char* version;                        /* of convgauge */
  void (*log)(const char* line);              /* shows a line to the user. [any] */
  const void* (*extension)(const char* name); /* may be NULL. [any] */
} cvg_host;

/* The one exported symbol, and the first call. Returns the table, or NULL if the plugin does not
 * speak `version`. Either way it sets *plugin_version to the version that it speaks. `host` lives
 * as long as the library is loaded.
 * [main] */
CVG_EXPORT const cvg_plugin* cvg_plugin_entry(uint32_t version, const cvg_host* host,
                                              uint32_t* plugin_version);
typedef const cvg_plugin* (*cvg_plugin_entry_function)(uint32_t version, const cvg_host* host,
                                                       uint32_t* plugin_version);

#ifdef __cplusplus
}
#endif
#endif
