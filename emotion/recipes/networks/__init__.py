"""Architectures with their recipes, one file each. A file that is added here is found; nothing else has to be changed.

It needs a function that Keras builds the network with, and a tuple of the recipes that use it:

    from emotion.recipes.recipe import Recipe

    def body(x, width):
        from keras import layers  # inside, so that the recipes can be listed without TensorFlow

        x = layers.Conv2D(round(32 * width), 3, strides=2, activation="relu")(x)
        x = layers.Conv2D(round(64 * width), 3, strides=2, activation="relu")(x)
        return layers.GlobalAveragePooling2D(name="features")(x)

    RECIPES = (Recipe(name="mine", summary="Two convolutions.", body=body, parameters=18_881),)

`body` takes the picture, float32 (N, 48, 48, 1) in [0, 1], and returns a vector a face from a layer that is named
`features`; the last layer is added for it. No `tf.*`: Keras alone also trains on JAX and PyTorch. What else a recipe
can say, such as the optimiser and how faces are varied, stands in `emotion.recipes.recipe.Recipe`.
"""

from __future__ import annotations
