"""What is said of a model: its files, and the sources that have them."""

from __future__ import annotations

from qa.records import Record


class File(Record):
    """One file of a model."""

    #: Path within the model's folder.
    path: str
    sha256: str
    #: Bytes.
    size: int
    #: Members of wheels that make the file when joined: (package, member) each.
    parts: tuple[tuple[str, str], ...] = ()


class Hub(Record):
    """A repository on the makers' hub, at one commit."""

    repo: str
    revision: str
    files: tuple[File, ...]


class Web(Record):
    """One file at an address of its makers."""

    address: str
    files: tuple[File, ...]


class Package(Record):
    """A wheel on the package index, at one version."""

    name: str
    version: str
    #: Bytes of the wheel, for the progress bar.
    size: int
    #: Tags to ask for where a wheel fits one Python only: (python, abi, platform).
    #: It is taken apart, never installed, so it serves every Python and machine.
    tags: tuple[str, str, str] | None = None


class Carrier(Record):
    """Packages that carry the files."""

    packages: tuple[Package, ...]
    files: tuple[File, ...]


class Conversion(Record):
    """The same weights in another maker's format, made on this machine."""

    #: The model it is made of.
    model: str
    #: "module:function", called as ``function(folder of that model, target file)``.
    converter: str
    #: Name of the file to make.
    path: str


Source = Hub | Web | Carrier | Conversion


class Model(Record):
    """Weights that an engine can load."""

    name: str
    title: str
    licence: str
    #: The file that an engine loads; "" = the whole folder.
    entry: str = ""
    #: In the order in which they are asked.
    sources: tuple[Source, ...]
