"""A GPU that is there but cannot compute: its CUDA libraries are missing, or of another version."""

from types import SimpleNamespace

import pytest

from qa.errors import ModelError
from qa.settings import Settings

faster = pytest.importorskip("qa.transcribe.faster_whisper")

MISSING = "Library libcublas.so.12 is not found or cannot be loaded"


class Model:
    """Loads anywhere, as CTranslate2's does; computes on a GPU only where it can."""

    works = True

    def __init__(self, _path, *, device, compute_type, **_options):
        self.device, self.compute_type = device, compute_type
        self.model = SimpleNamespace(n_mels=80)

    def encode(self, _features):
        if self.device == "cuda" and not self.works:
            raise RuntimeError(MISSING)


@pytest.fixture
def engine(monkeypatch, tmp_path):
    """Build the engine on a machine with a GPU that works, or does not."""
    (tmp_path / "model.bin").write_bytes(b"weights")

    def build(device, *, works, gpus=1):
        monkeypatch.setattr(faster.ctranslate2, "get_cuda_device_count", lambda: gpus)
        monkeypatch.setattr(
            faster.faster_whisper, "WhisperModel", type("M", (Model,), {"works": works})
        )
        settings = Settings(device=device, data=tmp_path)
        made = faster.FasterWhisperTranscriber(model=tmp_path, settings=settings)
        return made._device, made.recipe["precision"]

    return build


@pytest.mark.parametrize(
    ("device", "works", "gpus", "used"),
    [
        ("auto", True, 1, ("cuda", "float16")),
        ("auto", False, 1, ("cpu", "int8")),
        ("auto", True, 0, ("cpu", "int8")),
        ("cpu", True, 1, ("cpu", "int8")),
        ("cuda", True, 1, ("cuda", "float16")),
    ],
)
def test_what_it_runs_on(engine, device, works, gpus, used):
    assert engine(device, works=works, gpus=gpus) == used


def test_falling_back_to_the_processor_is_told(engine, caplog):
    engine("auto", works=False)
    assert MISSING in caplog.text


def test_a_gpu_that_was_asked_for_and_cannot_be_used_is_an_error_with_a_mend(engine):
    with pytest.raises(ModelError) as err:
        engine("cuda", works=False)
    assert MISSING in err.value.reason
    assert "nvidia-cublas-cu12" in err.value.mend
