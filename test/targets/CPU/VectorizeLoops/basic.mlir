// RUN: quern-opt %s --quern-cpu-vectorize-loops="triple=x86_64-linux-gnu cpu=haswell" | FileCheck %s

// All dimensions are contiguous: one loop of 35 elements, in vectors of 8; the rest of 3 has its own code.
// CHECK-LABEL: @elementwise
// CHECK: scf.parallel
// CHECK: scf.if
// CHECK: vector.load {{.*}} vector<3xf32>
// CHECK: math.absf %{{.*}} : vector<8xf32>
// CHECK-NOT: linalg
#id = affine_map<(i, j) -> (i, j)>
func.func @elementwise(%x: memref<5x7xf32>, %y: memref<5x7xf32>) {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<5x7xf32>) outs(%y : memref<5x7xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = math.absf %a : f32
    linalg.yield %r : f32
  }
  return
}

// A body that asks for its position has no vector form.
// CHECK-LABEL: @index
// CHECK: linalg.generic
func.func @index(%y: memref<5x7xi32>) {
  linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%y : memref<5x7xi32>) {
  ^bb0(%o: i32):
    %i = linalg.index 0 : index
    %r = arith.index_cast %i : index to i32
    linalg.yield %r : i32
  }
  return
}
