"""Third-party browser files kept in the package, pinned by `assets.lock`.

The lock (TOML, repository root) names package, version, path inside the package, treatment and SHA-256 of every
file under `static/vendor/`. `verify` compares the folder with the lock and needs no network; `refresh` fetches the
named versions with `npm pack` (whatever registry the caller's npm is set up for), rebuilds the files and rewrites
the hashes. To take a new version: change `version` in the lock, run `python -m marketplace_kit.web.vendoring refresh`.
"""

import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import attrs

VENDOR = Path(__file__).parent / "static" / "vendor"
LOCK = Path("assets.lock")
SVG = "http://www.w3.org/2000/svg"
HEAD = """\
# Vendored browser files: package@version, path in that package, file under static/vendor/, SHA-256 as stored.
# treatment: "layer" wraps a style sheet in a cascade layer, "sprite" joins icons, "cut" keeps the named characters.
# Written by `python -m marketplace_kit.web.vendoring refresh`; compared by tests/web/test_vendored_assets.py.
"""


class FetchFailed(Exception):
    """npm could not deliver a package, or the package lacks a file the lock names."""


@attrs.frozen(kw_only=True)
class Asset:
    """One vendored file: where it comes from, what was done to it, what it must hash to."""

    package: str
    version: str
    source: str
    file: str
    treatment: str = ""
    detail: tuple[str, ...] = attrs.field(default=(), converter=tuple)
    sha256: str = ""


def read_lock(path: Path = LOCK) -> tuple[Asset, ...]:
    """Every asset of the lock, in its order; refuses a key it does not know (`TypeError`)."""
    rows = tomllib.loads(path.read_text("utf-8"))["asset"]
    return tuple(Asset(**row) for row in rows)


def write_lock(assets: tuple[Asset, ...], path: Path = LOCK) -> None:
    """Store the assets; the same assets always give the same bytes."""
    path.write_text(HEAD + "".join(_toml(asset) for asset in assets), "utf-8")


def verify(assets: tuple[Asset, ...], vendor: Path = VENDOR) -> tuple[str, ...]:
    """What differs between lock and folder, one sentence each; empty when all is as locked."""
    wrong = [f"{a.file}: {problem}" for a in assets if (problem := _difference(a, vendor / a.file))]
    known = {asset.file for asset in assets}
    found = {path.relative_to(vendor).as_posix() for path in vendor.rglob("*") if path.is_file()}
    return (*wrong, *(f"{name}: not in the lock" for name in sorted(found - known)))


def refresh(lock: Path = LOCK, vendor: Path = VENDOR) -> tuple[Asset, ...]:
    """Fetch, treat and store every asset of the lock and rewrite its hashes; `FetchFailed` stores none."""
    assets = read_lock(lock)
    packages = {(a.package, a.version): _fetch(a.package, a.version) for a in assets}
    built = {a.file: _treated(a, packages[a.package, a.version]) for a in assets}
    for name, content in built.items():
        target = vendor / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    hashed = tuple(attrs.evolve(a, sha256=hashlib.sha256(built[a.file]).hexdigest()) for a in assets)
    write_lock(hashed, lock)
    return hashed


def _difference(asset: Asset, path: Path) -> str:
    if not path.is_file():
        return "missing"
    return "" if hashlib.sha256(path.read_bytes()).hexdigest() == asset.sha256 else "hash differs from the lock"


def _fetch(package: str, version: str) -> Mapping[str, bytes]:
    """The files of one package by path; npm's own cache and integrity check apply."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--ignore-scripts", f"{package}@{version}"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - names of our own lock
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode or len(archives) != 1:
            raise FetchFailed(f"{package}@{version}: {done.stderr.strip() or 'npm pack left no archive'}")
        return _unpacked(archives[0].read_bytes())


def _unpacked(archive: bytes) -> Mapping[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        files = ((member.name, tar.extractfile(member)) for member in tar if member.isfile())
        return {name.partition("/")[2]: stream.read() for name, stream in files if stream is not None}


def _treated(asset: Asset, files: Mapping[str, bytes]) -> bytes:
    try:
        if asset.treatment == "sprite":
            return sprite({name: files[f"{asset.source}/{name}.svg"].decode() for name in asset.detail}).encode()
        content = files[asset.source]
    except KeyError as missing:
        raise FetchFailed(f"{asset.package}@{asset.version} has no {missing}") from None
    if asset.treatment == "layer":
        return _layered(content, asset.detail[0])
    return _cut(content, asset.detail) if asset.treatment == "cut" else content


def _layered(style: bytes, layer: str) -> bytes:
    """Wrapped here rather than by `@import … layer()`: an import would cost the first page one more round trip."""
    plain = style.removeprefix(b'@charset "UTF-8";').decode()
    body = "\n".join(line for line in plain.splitlines() if not line.startswith("/*# sourceMappingURL"))
    return f'@charset "UTF-8";@layer {layer}{{{body}}}\n'.encode()


def _cut(font: bytes, ranges: tuple[str, ...]) -> bytes:
    """The font with the named Unicode ranges only: prices need one sign of an 85 kB file."""
    try:
        from fontTools import subset  # type: ignore[import-not-found,import-untyped,unused-ignore]  # developers' machines only
    except ImportError:
        raise FetchFailed("cutting a font needs the packages fonttools and brotli") from None
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.woff2"), Path(folder, "out.woff2")
        source.write_bytes(font)
        wanted = f"--unicodes={','.join(ranges)}"
        subset.main([str(source), wanted, "--flavor=woff2", "--layout-features=*", f"--output-file={target}"])
        return target.read_bytes()


def sprite(icons: Mapping[str, str]) -> str:
    """One SVG document with a `<symbol id=name>` per icon, in the mapping's order; icons take the colour of the text.

    `icons` maps names to SVG sources of packages we pinned by hash (never to uploads: nothing is sanitised here).
    """
    ET.register_namespace("", SVG)
    symbols = "\n".join(_symbol(name, source) for name, source in icons.items())
    return f'<svg xmlns="{SVG}" fill="currentColor">\n{symbols}\n</svg>\n'


def _symbol(name: str, source: str) -> str:
    svg = ET.fromstring(source)  # noqa: S314 - of packages pinned by hash
    parts = (ET.tostring(part, "unicode").strip() for part in svg)
    shapes = "".join(parts).replace(f' xmlns="{SVG}"', "")
    return f'<symbol id="{name}" viewBox="{svg.attrib["viewBox"]}">{shapes}</symbol>'


def _toml(asset: Asset) -> str:
    rows = [f'{name} = "{value}"' for name, value in attrs.asdict(asset).items() if isinstance(value, str) and value]
    if asset.detail:
        rows.insert(-1, "detail = [{}]".format(", ".join(f'"{item}"' for item in asset.detail)))
    return "\n[[asset]]\n" + "\n".join(rows) + "\n"


def main(arguments: list[str]) -> int:
    """`verify` (default) or `refresh`; answers 0 when folder and lock agree."""
    assets = refresh() if arguments[:1] == ["refresh"] else read_lock()
    problems = verify(assets)
    sys.stdout.write("\n".join(problems or (f"{len(assets)} vendored files as locked",)) + "\n")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
