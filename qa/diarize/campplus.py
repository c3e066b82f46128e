"""CAM++: a voice in, 192 numbers out (Wang et al. 2023, arXiv:2303.00332).

Written from the paper for weights of the maker's own release: their names are kept,
so a file of weights loads as it is. Evaluation only.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - what everybody calls it

#: Frames that one context of the mask spans (the paper's "segment").
SEGMENT = 100
#: Width of the embedding.
DIMENSION = 192
#: Mel bands of the input, 10 ms a frame.
BANDS = 80
#: Layers, kernel and dilation of the three dense blocks.
_BLOCKS = ((12, 1), (24, 2), (16, 2))
_GROWTH = 32


class _Normed(nn.Sequential):  # type: ignore[misc]  # torch is not followed
    """Batch normalisation and ReLU, under the names of the released weights."""

    def __init__(self, channels: int, *, affine: bool = True, relu: bool = True) -> None:
        super().__init__()
        self.add_module("batchnorm", nn.BatchNorm1d(channels, affine=affine))
        if relu:
            self.add_module("relu", nn.ReLU(inplace=False))


class _Residual(nn.Module):  # type: ignore[misc]  # torch is not followed
    """Two 3 x 3 convolutions around a shortcut; `stride` halves the bands."""

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, (stride, 1), 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.shortcut = nn.Sequential()
        if stride != 1:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels, channels, 1, (stride, 1), bias=False),
                nn.BatchNorm2d(channels),
            )

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(y)) + self.shortcut(x))


class _Head(nn.Module):  # type: ignore[misc]  # torch is not followed
    """Two-dimensional front: (batch, bands, frames) -> (batch, 320, frames)."""

    def __init__(self, channels: int = 32) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, channels, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.layer1 = nn.Sequential(_Residual(channels, 2), _Residual(channels, 1))
        self.layer2 = nn.Sequential(_Residual(channels, 2), _Residual(channels, 1))
        self.conv2 = nn.Conv2d(channels, channels, 3, (2, 1), 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.bn1(self.conv1(x.unsqueeze(1))))
        y = F.relu(self.bn2(self.conv2(self.layer2(self.layer1(y)))))
        return y.flatten(1, 2)


class _Masked(nn.Module):  # type: ignore[misc]  # torch is not followed
    """Context-aware masking: what is heard around decides what is let through."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.linear_local = nn.Conv1d(
            channels, _GROWTH, 3, padding=dilation, dilation=dilation, bias=False
        )
        self.linear1 = nn.Conv1d(channels, channels // 2, 1)
        self.linear2 = nn.Conv1d(channels // 2, _GROWTH, 1)

    def forward(self, x: Tensor) -> Tensor:
        near = F.avg_pool1d(x, SEGMENT, SEGMENT, ceil_mode=True)
        context = x.mean(-1, keepdim=True) + near
        mask = torch.sigmoid(self.linear2(F.relu(self.linear1(context))))
        spread = mask.repeat_interleave(SEGMENT, dim=-1)[..., : x.shape[-1]]
        return self.linear_local(x) * spread


class _Dense(nn.Module):  # type: ignore[misc]  # torch is not followed
    """One layer of a block: adds `_GROWTH` channels to its input."""

    def __init__(self, channels: int, dilation: int, width: int = 4 * _GROWTH) -> None:
        super().__init__()
        self.nonlinear1 = _Normed(channels)
        self.linear1 = nn.Conv1d(channels, width, 1, bias=False)
        self.nonlinear2 = _Normed(width)
        self.cam_layer = _Masked(width, dilation)

    def forward(self, x: Tensor) -> Tensor:
        y = self.cam_layer(self.nonlinear2(self.linear1(self.nonlinear1(x))))
        return torch.cat([x, y], dim=1)


class _Step(nn.Module):  # type: ignore[misc]  # torch is not followed
    """A convolution with its normalisation before (`transit`) or after it (`tdnn`)."""

    def __init__(self, linear: nn.Conv1d, nonlinear: nn.Module, *, first: bool) -> None:
        super().__init__()
        self.linear = linear
        self.nonlinear = nonlinear
        self._first = first

    def forward(self, x: Tensor) -> Tensor:
        if self._first:
            return self.linear(self.nonlinear(x))
        return self.nonlinear(self.linear(x))


class CamPlusPlus(nn.Module):  # type: ignore[misc]  # torch is not followed
    """Mel bands (batch, 80, frames), mean-free over time -> embeddings (batch, 192)."""

    def __init__(self) -> None:
        super().__init__()
        channels = 128
        self.head = _Head()
        self.xvector = nn.Sequential()
        self.xvector.add_module(
            "tdnn",
            _Step(nn.Conv1d(320, channels, 5, 2, 2, bias=False), _Normed(channels), first=False),
        )
        for number, (layers, dilation) in enumerate(_BLOCKS, start=1):
            block = nn.Sequential()
            for layer in range(1, layers + 1):
                block.add_module(f"tdnnd{layer}", _Dense(channels, dilation))
                channels += _GROWTH
            self.xvector.add_module(f"block{number}", block)
            self.xvector.add_module(
                f"transit{number}",
                _Step(
                    nn.Conv1d(channels, channels // 2, 1, bias=False),
                    _Normed(channels),
                    first=True,
                ),
            )
            channels //= 2
        self.xvector.add_module("out_nonlinear", _Normed(channels))
        self.dense = _Step(
            nn.Conv1d(2 * channels, DIMENSION, 1, bias=False),
            _Normed(DIMENSION, affine=False, relu=False),
            first=False,
        )

    def forward(self, bands: Tensor) -> Tensor:
        """Return the embeddings."""
        y = self.xvector(self.head(bands))
        # One frame has no deviation; the makers' own pooling divides by n - 1 as well.
        statistics = torch.cat([y.mean(-1), y.std(-1, unbiased=y.shape[-1] > 1)], dim=1)
        return self.dense(statistics.unsqueeze(-1)).squeeze(-1)


def load_voice(file: Path) -> CamPlusPlus:
    """Load the released weights.

    Raises
    ------
    RuntimeError, KeyError, OSError : the file does not hold them.
    """
    weights = torch.load(file, map_location="cpu", weights_only=True)
    model = CamPlusPlus()
    model.load_state_dict({k.replace("xvector.dense.", "dense.", 1): v for k, v in weights.items()})
    model.eval()
    return model
