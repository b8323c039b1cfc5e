/* Runs scale.mlir twice: on good data and on data that the model refuses.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "scale.h"

#include <stdio.h>
#include <stdlib.h>

int main(void) {
  const quern_model *model = quern_model_get_scale_1();
  char *memory = malloc(model->workspace_bytes + model->workspace_alignment);
  void *workspace = memory + model->workspace_alignment - (size_t)memory % model->workspace_alignment;
  float x[4] = {1, -2, 0.5f, 3};
  int64_t n = 5;
  float y[4];
  int64_t total;
  const void *inputs[2] = {x, &n};
  void *outputs[2] = {y, &total};
  if (model->abi_version != QUERN_ABI_VERSION || model->init(workspace) != 0 ||
      model->run(inputs, outputs, workspace, NULL) != 0)
    return 1;
  printf("y = %g %g %g %g\n", y[0], y[1], y[2], y[3]);
  printf("total = %d\n", (int)total);
  x[0] = 1000;
  printf("status %d\n", (int)model->run(inputs, outputs, workspace, NULL));
  model->destroy(workspace);
  free(memory);
  return 0;
}
