"""The quick network with the quick recipe's settings in a plain PyTorch script."""

import json
import math
import os
import sys
import time

import numpy as np
import torch
from PIL import Image
from torch import nn

root, epochs, batch, peak, decay, smoothing = (
    sys.argv[1],
    int(sys.argv[2]),
    int(sys.argv[3]),
    *map(float, sys.argv[4:7]),
)
torch.manual_seed(0)
rng = np.random.default_rng(0)


def read(split):
    images, labels = [], []
    for label, name in enumerate(["sad", "happy"]):
        folder = os.path.join(root, split, name)
        for file in sorted(os.listdir(folder)):
            images.append(np.array(Image.open(os.path.join(folder, file)).convert("L").resize((48, 48))))
            labels.append(label)
    return torch.tensor(np.array(images))[:, None].float() / 255, torch.tensor(labels).float()[:, None]


def right(x, y):
    model.eval()
    with torch.no_grad():
        given = torch.cat([model(part) + model(part.flip(3)) for part in x.split(256)])
    return float(((given > 0) == (y > 0.5)).float().mean())


x, y = read("train")
order = torch.tensor(rng.permutation(len(x)))
held = len(x) // 5
vx, vy, x, y = x[order[:held]], y[order[:held]], x[order[held:]], y[order[held:]]


class StandardizedConv2d(nn.Conv2d):
    def forward(self, given):
        kernel = self.weight - self.weight.mean((1, 2, 3), keepdim=True)
        kernel = kernel * (kernel.square().sum((1, 2, 3), keepdim=True) + 1e-6).rsqrt() * (2 / (1 - 1 / math.pi)) ** 0.5
        return nn.functional.conv2d(given, kernel, self.bias, self.stride, self.padding)


parts, before = [], 1
for channels, stride in ((16, 2), (16, 1), (32, 2), (32, 1), (32, 1), (64, 2), (64, 1), (64, 1)):
    parts += [StandardizedConv2d(before, channels, 3, stride, 1), nn.ReLU()]
    nn.init.kaiming_normal_(parts[-2].weight)
    nn.init.zeros_(parts[-2].bias)
    before = channels
model = nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, 1))
model = model.to(memory_format=torch.channels_last)
optimizer = torch.optim.AdamW(model.parameters(), peak, betas=(0.9, 0.98), weight_decay=decay)
steps = -(-len(x) // batch)
schedule = torch.optim.lr_scheduler.OneCycleLR(
    optimizer, peak, total_steps=steps * epochs, pct_start=0.25, div_factor=10, cycle_momentum=False
)
curve = []
start = time.perf_counter()
for _ in range(epochs):
    model.train()
    order = torch.tensor(rng.permutation(len(x)))
    for chosen in order.split(batch):
        faces = x[chosen]
        flips = torch.tensor(rng.random(len(faces)) < 0.5)
        faces = torch.where(flips[:, None, None, None], faces.flip(3), faces)
        padded = nn.functional.pad(faces, (4, 4, 4, 4), mode="replicate")
        moves = rng.integers(0, 9, (len(faces), 2))
        faces = torch.stack([one[:, a : a + 48, b : b + 48] for one, (a, b) in zip(padded, moves, strict=True)])
        targets = y[chosen] * (1 - smoothing) + smoothing / 2
        loss = nn.functional.binary_cross_entropy_with_logits(
            model(faces.to(memory_format=torch.channels_last)), targets
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    curve.append([time.perf_counter() - start, right(vx, vy)])
seconds = time.perf_counter() - start
print(json.dumps({"fit": seconds, "accuracy": right(*read("test")), "curve": curve}))
