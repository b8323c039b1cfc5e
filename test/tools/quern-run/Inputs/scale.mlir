// y = 2 x + w; total = the sum of x as int64. Values of 100 and more are refused at run time.
#map = affine_map<(i) -> (i)>
#none = affine_map<(i) -> ()>
func.func @main(%x: tensor<4xf32> {onnx.name = "x"}, %n: tensor<i64> {onnx.name = "a=b"})
    -> (tensor<4xf32> {onnx.name = "y"}, tensor<i64> {onnx.name = "dir/total"}) {
  %w = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %limit = arith.constant 100.0 : f32
  %empty = tensor.empty() : tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
      ins(%x, %w : tensor<4xf32>, tensor<4xf32>) outs(%empty : tensor<4xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %small = arith.cmpf olt, %a, %limit : f32
      %nan = arith.cmpf uno, %a, %a : f32
      %ok = arith.ori %small, %nan : i1
      cf.assert %ok, "node 'scale': value out of range"
      %twice = arith.addf %a, %a : f32
      %sum = arith.addf %twice, %b : f32
      linalg.yield %sum : f32
  } -> tensor<4xf32>
  %total = linalg.generic {indexing_maps = [#map, #none], iterator_types = ["reduction"]}
      ins(%x : tensor<4xf32>) outs(%n : tensor<i64>) {
    ^bb0(%a: f32, %s: i64):
      %i = arith.fptosi %a : f32 to i64
      %t = arith.addi %s, %i : i64
      linalg.yield %t : i64
  } -> tensor<i64>
  return %y, %total : tensor<4xf32>, tensor<i64>
}
