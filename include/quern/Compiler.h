/* The C interface of the compiler, and of running what it makes.
 *
 * Every function that can fail returns a quern_outcome and tells each reason to the listener; nothing is
 * printed, unless the option "v" asks for the times of the stages. No function throws, and none keeps a
 * pointer that it was given beyond its return. Text is UTF-8. Functions may be called from several threads at
 * once.
 *
 *   quern_option options[] = {{"quantize", "W8A8"}, {"calibration-data", "calib.npz"}};
 *   quern_listener listener = {sizeof(quern_listener), NULL, print_message, NULL};
 *   if (quern_compile("model.onnx", "model.so", options, 2, NULL, &listener, NULL) == QUERN_DONE) ...
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#ifndef QUERN_COMPILER_H
#define QUERN_COMPILER_H

#include "quern/Model.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QUERN_EXPORT __attribute__((visibility("default")))

/* The version of the library, such as "0.1.0". */
QUERN_EXPORT const char *quern_version(void);

/* How a call ended: the exit statuses of quernc. */
typedef enum quern_outcome {
  QUERN_DONE = 0,
  QUERN_REFUSED = 1,    /* the model, the data or the IR was refused, or the listener asked to stop */
  QUERN_WRONG_USAGE = 2 /* an option, a name or an argument that is not known */
} quern_outcome;

typedef enum quern_severity {
  QUERN_NOTE = 0, /* belongs to the message before it */
  QUERN_WARNING = 1,
  QUERN_ERROR = 2,
  QUERN_REMARK = 3
} quern_severity;

/* Who hears what happens. A listener may be NULL everywhere, and so may each of its functions. */
typedef struct quern_listener {
  size_t size;   /* sizeof(quern_listener), so that later versions can add members */
  void *context; /* handed to the functions as it is */
  /* One reason, remark or note, on the calling thread; `text` lives during the call. */
  void (*message)(void *context, quern_severity severity, const char *text);
  /* `done` of `total` steps of `what` are done, `total` -1 if that is not known; a stage of the compiler
   * begins where both are 0. Anything but 0 asks to stop: the call then ends soon as refused, and nothing is
   * written. */
  int32_t (*progress)(void *context, const char *what, int64_t done, int64_t total);
} quern_listener;

/* Bytes that a call returns; the caller destroys them. */
typedef struct quern_bytes quern_bytes;
QUERN_EXPORT const char *quern_bytes_data(const quern_bytes *bytes); /* a zero follows the last byte */
QUERN_EXPORT size_t quern_bytes_size(const quern_bytes *bytes);
QUERN_EXPORT void quern_bytes_destroy(quern_bytes *bytes); /* NULL is fine */

/* A named array: contiguous, row-major, aligned to its element type. What is read is never written to. */
typedef struct quern_array {
  const char *name;
  int32_t element_type; /* the number of ONNX's TensorProto.DataType */
  int32_t rank;
  const int64_t *shape; /* `rank` extents, outermost first */
  void *data;
} quern_array;

/* Where calibration samples come from if not from files. The samples are read several times where ranges,
 * rows or a search ask for it. */
typedef struct quern_reader {
  size_t size; /* sizeof(quern_reader) */
  void *context;
  /* Gives one array for each input of the model, in any order: an array of exactly the input's shape is a
   * sample; otherwise it holds several, as an array of a file would (lib/Calibration/SampleLayout.h). The
   * arrays live until the next call. Returns 1, 0 after the last, or -1 if it failed. */
  int32_t (*next)(void *context, const quern_array **arrays, size_t *count);
  /* Goes back to the first; called before every reading but the first. Returns 0, or -1 if it failed. */
  int32_t (*rewind)(void *context);
  int64_t count; /* how many there are, for progress; -1 if that is not known */
} quern_reader;

/* An option of quernc: its name without the dashes in front, and its value as on the command line; "true" for
 * one without a value. Options that take several values may be given more than once. */
typedef struct quern_option {
  const char *name;
  const char *value;
} quern_option;

/* Compiles as quernc does. `output` is a path; if it is NULL the output is returned in `*bytes`, which are
 * not touched otherwise. `reader` may be NULL: samples then come from the option "calibration-data". A file
 * is written as a whole or not at all. */
QUERN_EXPORT quern_outcome quern_compile(const char *model, const char *output, const quern_option *options,
                                         size_t option_count, const quern_reader *reader,
                                         const quern_listener *listener, quern_bytes **bytes);

/* Merges statistics that were collected from parts of the data (the option "emit" with the value
 * "statistics"): the result is, to the byte, what one collection from all the data gives. They must be of one
 * model and have the same settings. */
QUERN_EXPORT quern_outcome quern_merge_statistics(const char *const *statistics, size_t count,
                                                  const quern_listener *listener, quern_bytes **merged);

/* Merges sensitivities of parts of the weights (the option "emit" with the value "sensitivities"): the result
 * is, to the byte, that of one process. They must be of one model, recipe, data and measure. */
QUERN_EXPORT quern_outcome quern_merge_sensitivities(const char *const *tables, size_t count,
                                                     const quern_listener *listener, quern_bytes **merged);

/* Runs a pipeline on the text of a module, as quern-opt does: "builtin.module(quern-infer-shapes, cse)",
 * or what stands within its parentheses alone. Passes on functions are nested:
 * "func.func(quern-fold-constants)". */
QUERN_EXPORT quern_outcome quern_run_pipeline(const char *module, const char *pipeline,
                                              const quern_listener *listener, quern_bytes **result);

/* What there is to name. */
typedef enum quern_list {
  QUERN_LIST_OPTIONS = 0,
  QUERN_LIST_PASSES = 1,    /* Quern's own; MLIR's can be run too */
  QUERN_LIST_PIPELINES = 2, /* a stage each */
  QUERN_LIST_METHODS = 3,
  QUERN_LIST_OBSERVERS = 4,
  QUERN_LIST_TARGETS = 5,
  QUERN_LIST_STAGES = 6
} quern_list;

/* An entry of a list; its texts live as long as the library. */
typedef struct quern_entry {
  const char *name;
  const char *value;       /* of an option: what stands for its value, empty for a switch; else empty */
  const char *description; /* may be empty */
} quern_entry;

/* 0 for a list that does not exist. */
QUERN_EXPORT size_t quern_list_size(int32_t list);
/* NULL beyond the end. */
QUERN_EXPORT const quern_entry *quern_list_entry(int32_t list, size_t index);

/* A compiled model that was loaded from its file, with a workspace and threads of its own. Runs of one
 * session follow each other, whatever thread asks for them. */
typedef struct quern_session quern_session;

/* `threads` is at least 1. The file is checked before its code runs, and is not needed afterwards. */
QUERN_EXPORT quern_outcome quern_session_open(const char *path, int32_t threads,
                                              const quern_listener *listener, quern_session **session);
QUERN_EXPORT void quern_session_close(quern_session *session); /* NULL is fine */

/* Inputs, outputs and manifest; lives as long as the session. */
QUERN_EXPORT const quern_model *quern_session_model(const quern_session *session);

/* Runs on the caller's memory, without a copy. `inputs` are all inputs, `outputs` the wanted outputs, both in
 * any order; each must have the name, element type and shape of the model's. No output may overlap another
 * array. After an error the outputs are unspecified. */
QUERN_EXPORT quern_outcome quern_session_run(quern_session *session, const quern_array *inputs,
                                             size_t input_count, const quern_array *outputs,
                                             size_t output_count, const quern_listener *listener);

#ifdef __cplusplus
}
#endif

#endif /* QUERN_COMPILER_H */
