"""Calibration and sensitivities over many processes and machines, by Dask.

Statistics merge exactly: however the data are divided, the result has the bytes of one calibration of all of them. Sensitivities are
divided by weights, so that the result has the bytes of one process too.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Union

from distributed import Client, as_completed, get_client

from . import _calibrate, _sensitivities
from ._calibrate import Statistics
from ._compile import ModelSource, Path, model_bytes
from ._samples import CalibrationData, Sample
from ._sensitivities import Sensitivities

Shard = Union[CalibrationData, Callable[[], CalibrationData]]


def split(samples: Sequence[Sample], parts: int) -> list[Sequence[Sample]]:
    """So many runs of samples, as equal in number as they can be; fewer where there are not enough samples."""
    parts = min(parts, len(samples))
    bounds = [len(samples) * part // parts for part in range(parts + 1)] if parts else [0]
    return [samples[begin:end] for begin, end in zip(bounds, bounds[1:])]


def _calibrate_shard(shard: Shard, model: ModelSource, dims: Mapping[str, int] | None) -> Statistics:
    data = shard() if callable(shard) else shard
    return _calibrate.calibrate(model, data, dims=dims, progress=False)


def calibrate(model: ModelSource,
              shards: Iterable[Shard],
              output: Path | None = None,
              *,
              client: Client | None = None,
              dims: Mapping[str, int] | None = None) -> Statistics:
    """`quern.calibrate`, with the data divided over the workers of a Dask cluster.

    model: a path that the workers can read, or the model itself (bytes, or an onnx.ModelProto), which is sent to them.
    shards: parts of the data, each of a kind that `quern.calibrate` takes, or a function that opens one on the worker.
    client: the cluster; without it the client that is current. Workers need quern installed.
    dims: sizes of symbolic dimensions. Those left open are told by each shard's samples, and must be the same in all.

    What a shard raises ends the whole.
    """
    client = client or get_client()
    if not isinstance(model, (str, os.PathLike)):
        model = client.scatter(model_bytes(model), broadcast=True)
    futures = client.map(_calibrate_shard, list(shards), model=model, dims=dims, pure=False)
    merged: list[Statistics] = []
    try:
        for _, part in as_completed(futures, with_results=True):
            merged = [Statistics.merge([*merged, part])]
    finally:
        client.cancel(futures)
    statistics = Statistics.merge(merged)
    if output is not None:
        statistics.save(output)
    return statistics


def _measure_part(part: tuple[int, int], model: ModelSource, data: CalibrationData | None, options: Mapping[str, object]) -> Sensitivities:
    return _sensitivities.sensitivities(model, data, part=part, progress=False, **options)


def sensitivities(model: ModelSource,
                  calibration_data: CalibrationData | None = None,
                  output: Path | None = None,
                  *,
                  parts: int | None = None,
                  client: Client | None = None,
                  **options: object) -> Sensitivities:
    """`quern.sensitivities`, with the weights divided over the workers of a Dask cluster.

    model: a path that the workers can read, or the model itself (bytes, or an onnx.ModelProto), which is sent to them.
    calibration_data: of a kind that can be sent to the workers: a path that they can read, or a list of samples.
    parts: how many; without it one for each worker.
    client: the cluster; without it the client that is current. Workers need quern installed.
    options: those of `quern.sensitivities`, which must be those of the compilation that the result is for.
    """
    client = client or get_client()
    parts = parts or max(len(client.scheduler_info()["workers"]), 1)
    if not isinstance(model, (str, os.PathLike)):
        model = client.scatter(model_bytes(model), broadcast=True)
    futures = client.map(_measure_part, [(number, parts) for number in range(1, parts + 1)], model=model, data=calibration_data,
                         options=options, pure=False)
    try:
        merged = Sensitivities.merge(client.gather(futures))
    finally:
        client.cancel(futures)
    if output is not None:
        merged.save(output)
    return merged
