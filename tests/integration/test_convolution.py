"""The convolution that keeps its scale by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.slow

FACES = np.random.default_rng(0).normal(size=(16, 12, 12, 8)).astype(np.float32)


@pytest.fixture(scope="module")
def layer() -> Any:
    pytest.importorskip("tensorflow")
    from emotion.recipes.layers.convolution import StandardizedConv2D

    layer = StandardizedConv2D(64, 3, 2, "same", kernel_initializer="he_normal")
    layer.build(FACES.shape)
    return layer


def answers(layer: Any) -> np.ndarray:
    return np.asarray(layer(FACES))


def test_is_the_convolution_with_standardized_filters(layer: Any) -> None:
    import keras

    kernel, bias = layer.get_weights()
    kernel = kernel - kernel.mean(axis=(0, 1, 2))
    kernel /= kernel.std(axis=(0, 1, 2)) * np.sqrt(3 * 3 * 8) / np.sqrt(2 / (1 - 1 / np.pi))
    plain = keras.layers.Conv2D(64, 3, 2, "same")
    plain.build(FACES.shape)
    plain.set_weights([kernel, bias])

    np.testing.assert_allclose(answers(layer), answers(plain), atol=1e-4)


def test_size_and_mean_of_the_weights_make_no_difference(layer: Any) -> None:
    before, (kernel, bias) = answers(layer), layer.get_weights()

    layer.set_weights([3 * kernel + 0.5, bias])

    np.testing.assert_allclose(answers(layer), before, atol=1e-4)
    layer.set_weights([kernel, bias])


def test_what_goes_in_with_variance_one_comes_out_with_it(layer: Any) -> None:
    assert np.maximum(answers(layer), 0).std() == pytest.approx(1, abs=0.1)


def test_nothing_of_it_is_left_to_compute_in_the_exported_model(layer: Any, tmp_path: Path) -> None:
    from ai_edge_litert.interpreter import Interpreter

    from emotion.recipes import catalogue
    from emotion.training import export, fit

    export.write_tflite(fit.build(catalogue.config("quick")), tmp_path / "model.tflite")

    interpreter = Interpreter(str(tmp_path / "model.tflite"))
    names = [detail["op_name"] for detail in interpreter._get_ops_details()]
    assert names.count("CONV_2D") == 8
    assert {"RSQRT", "SQUARE", "SUM", "SUB"}.isdisjoint(names)
