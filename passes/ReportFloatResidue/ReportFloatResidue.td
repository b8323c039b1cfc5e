// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def ReportFloatResidue : Pass<"quern-report-float-residue", "mlir::ModuleOp"> {
  let summary = "Report each float op that is left in an integer graph";
  let description = [{
    For each op that computes on floats after `--quern-integerize`: the node's name, the operator, why it stayed float, how many
    numbers it reads and writes per run, and what would let it compute on integers. Data movement and the casts at the border are
    no residue: they do no arithmetic.

    Each is a warning at the node's location, and the module gets `quern.float_residue`, a JSON array of
    `{"node", "operator", "reason", "remedy", "numbers"}`. With `fail-on-float` they are errors and the pass fails. A module in
    which nothing computes on integers has no residue: it was never quantized.

    ```
    warning: Resize stays float because it has no integer form (it reads and writes 1204224 numbers per run); to change that: replace the
    operator, or accept its float arithmetic
    ```
  }];
  let options = [
    Option<"failOnFloat", "fail-on-float", "bool", "false", "Make each float op an error">,
    Option<"file", "file", "std::string", "\"\"", "Also write the JSON array to this file">];
}
