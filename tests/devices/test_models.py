"""Model files come out of two published archives, by hash, or not at all."""

import hashlib
import io
import tarfile
import zipfile

import pytest

from chengxin.core.refusal import Trouble
from chengxin.devices import models
from chengxin.devices.models import Archive
from chengxin.devices.words import DeviceUnavailable


def sha256(content):
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def published(tmp_path, monkeypatch):
    """Two small archives in a local folder, in place of the real ones."""
    folder = tmp_path / "archives"
    folder.mkdir()
    with zipfile.ZipFile(folder / "one.whl", "w") as wheel:
        wheel.writestr("one/net.tflite", b"net")
        wheel.writestr("one/LICENSE", b"Apache")
    with tarfile.open(folder / "two.tar.gz", "w:gz") as source:
        entry = tarfile.TarInfo("two/model.dat")
        entry.size = 5
        source.addfile(entry, io.BytesIO(b"model"))
    archives = tuple(
        Archive(file, file, sha256((folder / file).read_bytes()), (), members)
        for file, members in (
            ("one.whl", {"one/net.tflite": "net.tflite", "one/LICENSE": "LICENSE.one.txt"}),
            ("two.tar.gz", {"two/model.dat": "model.dat"}),
        )
    )
    monkeypatch.setattr(models, "ARCHIVES", archives)
    monkeypatch.setattr(
        models, "HASHES", {"net.tflite": sha256(b"net"), "model.dat": sha256(b"model")}
    )
    monkeypatch.setenv("CHENGXIN_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("CHENGXIN_MODEL_ARCHIVES", str(folder))
    return folder


def test_the_files_and_their_licences_are_taken_out(published):
    folder = models.ensure()

    assert {path.name for path in folder.iterdir()} == {
        "net.tflite",
        "LICENSE.one.txt",
        "model.dat",
    }
    assert models.checked()["model.dat"].read_bytes() == b"model"


def test_what_is_there_is_not_fetched_again(published, monkeypatch):
    models.ensure()
    monkeypatch.setenv("CHENGXIN_MODEL_ARCHIVES", "/nowhere")

    models.ensure()


def test_a_broken_file_is_put_right(published):
    folder = models.ensure()
    (folder / "net.tflite").write_bytes(b"other")

    with pytest.raises(DeviceUnavailable, match=r"net\.tflite"):
        models.checked()
    models.ensure()

    assert models.checked()


def test_without_files_the_engine_is_unavailable(published):
    with pytest.raises(DeviceUnavailable, match=r"net\.tflite, model\.dat"):
        models.checked()


def test_another_archive_is_refused(published):
    (published / "two.tar.gz").write_bytes(b"another archive")

    with pytest.raises(Trouble, match=r"two\.tar\.gz"):
        models.ensure()


def test_another_file_inside_the_archive_is_refused(published, monkeypatch):
    wanted = {**models.HASHES, "model.dat": sha256(b"the true model")}
    monkeypatch.setattr(models, "HASHES", wanted)

    with pytest.raises(Trouble, match=r"model\.dat inside"):
        models.ensure()

    assert not (models.places.models() / "model.dat").exists()


def test_a_registry_that_does_not_answer_is_one_sentence(published, monkeypatch, tmp_path):
    monkeypatch.delenv("CHENGXIN_MODEL_ARCHIVES")
    monkeypatch.setenv("PIP_NO_INDEX", "1")

    with pytest.raises(Trouble, match="CHENGXIN_MODEL_ARCHIVES"):
        models.ensure()


def test_the_command_prints_the_folder_or_one_sentence(published, capsys):
    assert models.main() == 0
    assert capsys.readouterr().out.strip() == str(models.places.models())

    (models.places.models() / "net.tflite").unlink()
    (published / "one.whl").unlink()

    assert models.main() == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
