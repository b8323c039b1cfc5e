"""make_model.py FOLDER: writes model.mlir, an integer network large enough for several tasks, and x.npy."""
import os
import sys

import numpy as np

from graph import Graph

folder = sys.argv[1]
graph = Graph(integer=True)
x = graph.input((1, 16, 33, 31))
hidden = graph.conv(graph.conv(x, 40, 3, pad=1), 40, 3, pad=1, stride=2, groups=40)
result = graph.max_pool(graph.conv(hidden, 24, 1), 3, 2, 1)
text = graph.model(result).replace('onnx.name = "v1"', 'onnx.name = "x"')
with open(os.path.join(folder, "model.mlir"), "w", encoding="utf-8") as file:
    file.write(text)
np.save(os.path.join(folder, "x.npy"), graph.inputs[0][1].view(np.int8))
