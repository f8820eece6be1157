"""A convolution that keeps its scale by itself; imports Keras, so only a worker process may import this."""

from __future__ import annotations

import math

from emotion.recipes.layers.backend import keras

RELU_GAIN = math.sqrt(2 / (1 - 1 / math.pi))  # standard deviation 1 goes in, and 1 comes out behind a ReLU


@keras.saving.register_keras_serializable("emotion")
class StandardizedConv2D(keras.layers.Conv2D):
    """A convolution whose filters have mean 0 and the same size at every step, whatever their weights are.

    Does what batch norm is for without a look at the pictures, so that nothing but the convolution itself costs time
    (scaled weight standardization: Brock, De & Smith 2021, arXiv 2101.08692, section 4; here without a learned gain).
    """

    def convolution_op(self, inputs: keras.KerasTensor, kernel: keras.KerasTensor) -> keras.KerasTensor:
        """What Keras calls for the convolution itself; bias and activation come after it, as always."""
        kernel = kernel - keras.ops.mean(kernel, axis=(0, 1, 2), keepdims=True)
        size = keras.ops.sum(keras.ops.square(kernel), axis=(0, 1, 2), keepdims=True)
        return super().convolution_op(inputs, kernel * (RELU_GAIN * keras.ops.rsqrt(size + 1e-6)))
