"""Whisper's weights from CTranslate2's form into the one that openai-whisper loads.

The numbers stay as they are. What differs is naming, and that CTranslate2 keeps the
projections of query, key and value in one matrix (key and value in one, where a
layer looks at the sound). No network, and no other file than those given.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from numpy.typing import NDArray

from qa.errors import ModelError

#: CTranslate2's numbers of data types; int8 weights have lost what is asked for here.
_TYPES = {0: "<f4", 2: "<i2", 3: "<i4", 4: "<f2", 1: "<i1"}
#: Whole names that follow no pattern, and parts of names that do.
_PLACES = {
    "encoder/position_encodings/encodings": "encoder.positional_embedding",
    "decoder/position_encodings/encodings": "decoder.positional_embedding",
    "decoder/embeddings/weight": "decoder.token_embedding.weight",
    "encoder/layer_norm": "encoder.ln_post",
    "decoder/layer_norm": "decoder.ln",
    "encoder/conv1": "encoder.conv1",
    "encoder/conv2": "encoder.conv2",
}
_PARTS = {
    "self_attention/layer_norm": "attn_ln",
    "attention/layer_norm": "cross_attn_ln",
    "ffn/layer_norm": "mlp_ln",
    "ffn/linear_0": "mlp.0",
    "ffn/linear_1": "mlp.2",
}
#: Attention: which projections each matrix holds, top to bottom.
_ATTENTION = {
    "self_attention/linear_0": ("attn", ("query", "key", "value")),
    "self_attention/linear_1": ("attn", ("out",)),
    "attention/linear_0": ("cross_attn", ("query",)),
    "attention/linear_1": ("cross_attn", ("key", "value")),
    "attention/linear_2": ("cross_attn", ("out",)),
}
_ENDS = {"weight": "weight", "bias": "bias", "gamma": "weight", "beta": "bias"}


def ct2_to_openai(folder: Path, target: Path) -> None:
    """Write the weights of a CTranslate2 Whisper as an openai-whisper checkpoint.

    Parameters
    ----------
    folder : holds ``model.bin`` (float16 or float32) and, if need be, ``config.json``.
    target : the ``.pt`` file to write; its folder exists.

    Raises
    ------
    ModelError : the file is no Whisper of that form, or was made smaller (int8).
    """
    source = folder / "model.bin"
    try:
        with source.open("rb") as file:
            variables = dict(_variables(file))
        state = dict(_renamed(variables))
        heads = int(variables["encoder/num_heads"]), int(variables["decoder/num_heads"])
        checkpoint = {"dims": _dimensions(state, heads), "model_state_dict": state}
    except (OSError, KeyError, struct.error, ValueError, UnicodeDecodeError) as err:
        raise ModelError(
            f"'{source}' cannot be converted: it is no Whisper model of CTranslate2 in 16 or "
            f"32 bits ({type(err).__name__}).",
            "Fetch it again: qa models pull",
        ) from err
    if (config := folder / "config.json").is_file():
        found = json.loads(config.read_text(encoding="utf-8")).get("alignment_heads")
        if found:
            checkpoint["alignment_heads"] = found
    torch.save(checkpoint, target)


def _variables(file: BinaryIO) -> Iterator[tuple[str, NDArray[Any]]]:
    """Read a CTranslate2 model file, version 6: names, shapes and numbers."""
    _unpack(file, "I")
    if _text(file) != "WhisperSpec":
        raise ValueError("another kind of model")
    _unpack(file, "I")
    for _ in range(_unpack(file, "I")):
        name = _text(file)
        rank = _unpack(file, "B")
        shape = tuple(_unpack(file, "I") for _ in range(rank))
        kind = _TYPES[_unpack(file, "B")]
        data = file.read(_unpack(file, "I"))
        yield name, np.frombuffer(data, dtype=kind).reshape(shape)


def _unpack(file: BinaryIO, kind: str) -> int:
    size = struct.calcsize(kind)
    return int(struct.unpack(f"<{kind}", file.read(size))[0])


def _text(file: BinaryIO) -> str:
    return file.read(_unpack(file, "H"))[:-1].decode()


def _renamed(variables: dict[str, NDArray[Any]]) -> Iterator[tuple[str, Any]]:
    for name, values in variables.items():
        if values.ndim == 0 or name.endswith("alignment_heads"):
            continue
        if values.dtype.kind != "f":
            raise ValueError("weights of 8 bits")
        for place, part in _places(name, values):
            yield place, torch.from_numpy(part.copy())


def _places(name: str, values: NDArray[Any]) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield the name or names under which a variable goes on, with its share."""
    if name in _PLACES:
        yield _PLACES[name], values
        return
    stem, _, end = name.rpartition("/")
    if stem in _PLACES:
        yield f"{_PLACES[stem]}.{_ENDS[end]}", values
        return
    side, layer, part = stem.split("/", 2)
    block = f"{side}.blocks.{layer.removeprefix('layer_')}"
    if part in _PARTS:
        yield f"{block}.{_PARTS[part]}.{_ENDS[end]}", values
        return
    attention, projections = _ATTENTION[part]
    for projection, share in zip(projections, np.split(values, len(projections)), strict=True):
        # Whisper's keys have no bias; in the fused matrix it is there and zero.
        if (projection, end) != ("key", "bias"):
            yield f"{block}.{attention}.{projection}.{_ENDS[end]}", share


def _dimensions(state: dict[str, Any], heads: tuple[int, int]) -> dict[str, int]:
    def layers(side: str) -> int:
        return 1 + max(int(k.split(".")[2]) for k in state if k.startswith(f"{side}.blocks."))

    audio = state["encoder.positional_embedding"].shape
    text = state["decoder.positional_embedding"].shape
    return {
        "n_mels": state["encoder.conv1.weight"].shape[1],
        "n_audio_ctx": audio[0],
        "n_audio_state": audio[1],
        "n_audio_head": heads[0],
        "n_audio_layer": layers("encoder"),
        "n_vocab": state["decoder.token_embedding.weight"].shape[0],
        "n_text_ctx": text[0],
        "n_text_state": text[1],
        "n_text_head": heads[1],
        "n_text_layer": layers("decoder"),
    }
