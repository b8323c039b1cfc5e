"""Calibration and sensitivities on two workers give the bytes of one process.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import os

import pytest
from distributed import Client, LocalCluster

from conftest import BUILD
from samples import SOONEST, items


@pytest.fixture(scope="module")
def client(quern):
    inherited = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = f"{BUILD / 'python'}:{os.path.dirname(__file__)}:{os.path.dirname(os.path.dirname(__file__))}:{inherited}"
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster, Client(cluster) as client:
        yield client
    os.environ["PYTHONPATH"] = inherited


def test_two_workers_give_the_bytes_of_one_process(quern, digits, client, tmp_path):
    from quern import distributed
    expected = quern.calibrate(digits.model, items())
    shards = distributed.split(items(), 3)
    assert [len(shard) for shard in shards] == [33, 33, 34]
    found = distributed.calibrate(str(digits.model), shards, tmp_path / "statistics.json", client=client)
    assert found == expected and (tmp_path / "statistics.json").read_text() == expected.text
    by_functions = distributed.calibrate(digits.model.read_bytes(), [functools.partial(items, 100)])
    assert by_functions == expected


def test_what_a_worker_refuses(quern, digits, client):
    from quern import distributed
    with pytest.raises(quern.Error, match="'picture' is not an input of the model"):
        distributed.calibrate(str(digits.model), [items(2), [{"picture": items(1)[0]["image"]}]], client=client)
    with pytest.raises(quern.Error, match="there are no statistics to merge"):
        distributed.calibrate(str(digits.model), [], client=client)


def test_statistics_of_different_models_do_not_merge(quern, digits):
    part = quern.calibrate(digits.model, items(2))
    other = quern.Statistics(part.text.replace(part.to_dict()["model"], "0" * 64))
    with pytest.raises(quern.Error, match="different models"):
        quern.Statistics.merge([part, other])


def test_sensitivities_of_two_workers_are_those_of_one_process(quern, digits, client, tmp_path):
    from quern import distributed
    options = dict(SOONEST, quantize="W8A8", method="none", calibration_cache=tmp_path / "ranges.json")
    quern.calibrate(digits.model, items(16), tmp_path / "ranges.json")
    whole = quern.sensitivities(digits.model, items(16), **options)
    found = distributed.sensitivities(str(digits.model), items(16), tmp_path / "losses.json", client=client, **options)
    assert found == whole and (tmp_path / "losses.json").read_text() == whole.text
    first = quern.sensitivities(digits.model, items(16), part=(1, 2), **options)
    assert 0 < len(first.to_dict()["losses"]) and first != whole
    losses = {loss["loss"] for loss in whole.to_dict()["losses"]}
    assert len(losses) > 2 and min(losses) == 0  # of the most bits


def test_sensitivities_of_different_measures_do_not_merge(quern, digits):
    part = quern.sensitivities(digits.model, quantize="W8A8", method="none", activations="dynamic", sensitivity="round-off", part=(1, 2))
    other = quern.Sensitivities(part.text.replace("round-off", "hessian"))
    with pytest.raises(quern.Error, match="sensitivities are of another sensitivity than others"):
        quern.Sensitivities.merge([part, other])
    with pytest.raises(quern.Error, match="there are no sensitivities to merge"):
        quern.Sensitivities.merge([])
    with pytest.raises(quern.Error, match="is no table of sensitivities"):
        quern.Sensitivities.merge([quern.Sensitivities("{}")])
