/* The C interface of a compiled model.
 *
 * A shared object made by quernc exports `quern_model_get`; an object file made for static linking exports
 * `quern_model_get_<name>`, declared in the header written beside it. Both return a constant description that
 * lives as long as the code does. Nothing here allocates, prints, or keeps state outside the memory that the
 * caller passes.
 *
 *   const quern_model *model = quern_model_get();
 *   void *workspace = aligned_alloc(model->workspace_alignment, model->workspace_bytes);
 *   if (model->init(workspace) == 0)
 *     status = model->run(inputs, outputs, workspace, NULL);
 *   model->destroy(workspace);
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#ifndef QUERN_MODEL_H
#define QUERN_MODEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Changes whenever a structure below changes; a caller refuses a model of another version. */
#define QUERN_ABI_VERSION 1u

/* One input or output. Data is contiguous and row-major; it need not be aligned beyond its element type. */
typedef struct quern_tensor_info {
  const char *name;     /* as in the ONNX model, UTF-8 */
  int32_t element_type; /* the number of ONNX's TensorProto.DataType */
  int32_t rank;         /* 0 for a scalar */
  const int64_t *shape; /* `rank` extents, outermost first; each is non-negative */
} quern_tensor_info;

/* How a model runs its loops on several threads. `run` must call `task(argument, begin, end)` on disjoint
 * ranges that together are [0, count), in any order and on any thread, and return when all calls have
 * returned. A model gives the same bits whatever the ranges are. `threads` is how many threads `run` can use,
 * the caller's included. */
typedef struct quern_parallel {
  void *context; /* handed to `run` as it is */
  int32_t threads;
  void (*run)(void *context, void (*task)(void *argument, int64_t begin, int64_t end), void *argument,
              int64_t count);
} quern_parallel;

typedef struct quern_model {
  uint32_t abi_version; /* QUERN_ABI_VERSION of the compiler that made the model */
  uint32_t input_count;
  uint32_t output_count;
  const quern_tensor_info *inputs;
  const quern_tensor_info *outputs;

  /* JSON, UTF-8: name, target, required CPU features, signature, sizes, precision, hashes, and "errors", the
   * texts of the codes that `run` returns: code n is errors[n - 1]. A model compiled with --profile has
   * "profile": the names of its "nodes", and the "offset" in the workspace where each run leaves as many
   * uint64_t, how long each node took in units of the machine's clock. */
  const char *manifest;

  /* `init`, `run` and `destroy` take one workspace of this size and alignment, which belongs to one run at a
   * time. Several threads may run the model at once, each with a workspace of its own. */
  uint64_t workspace_bytes;
  uint64_t workspace_alignment;

  /* Prepares a workspace; once before its first run. */
  int32_t (*init)(void *workspace);

  /* `inputs` and `outputs` point to the data of each tensor, in the order of the descriptions above.
   * `parallel` may be NULL: the model then runs on the calling thread. Returns 0, or the code of an error;
   * outputs are then unspecified. */
  int32_t (*run)(const void *const *inputs, void *const *outputs, void *workspace,
                 const quern_parallel *parallel);

  /* Releases what `init` prepared; the memory itself stays the caller's. */
  void (*destroy)(void *workspace);
} quern_model;

/* The one function that a shared object exports. */
typedef const quern_model *(*quern_model_get_function)(void);

#ifdef __cplusplus
}
#endif

#endif /* QUERN_MODEL_H */
