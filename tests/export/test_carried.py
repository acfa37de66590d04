"""Whatever resviz wrote opens again as its networks and its figure; what is damaged or strange is one sentence."""

from __future__ import annotations

import contextlib
import io
import json
import random
import re
import zipfile
from pathlib import Path

import pypdf
import pytest
from pptx import Presentation

from resviz.core.knob import SpecError
from resviz.core.spec import NetSpec
from resviz.export import carried, formats
from resviz.export.export import ExportError, Job
from resviz.export.figure import Figure
from resviz.export.reading import opened
from resviz.zoo.families import FAMILIES, from_text, to_json

CARRYING = [name for name, export in formats.found().items() if name != "csv" and not export.torch]
KNOBS = {"level": "stage", "theme": "print", "page": "slide", "macs": True, "heading": True}
PLAIN = ("json", "pytorch", "keras")
"""What carries its network and no figure."""


@pytest.mark.parametrize("family", FAMILIES.names())
@pytest.mark.parametrize("format", CARRYING)
def test_every_format_opens_as_its_network_and_figure(format: str, family: str) -> None:
    figure = Figure.of(KNOBS)
    job = Job((from_text(family),), figure)
    if (format, family) == ("caffe", "keras-resnet18"):
        with pytest.raises(ExportError, match=r"^Caffe has no layer for 'same pad'"):
            formats.found()[format].write(job)
        return
    found = carried.found(formats.found()[format].write(job))
    assert found is not None
    assert found.specs == job.specs
    assert found.figure == (Figure() if format in PLAIN else figure)


def test_several_networks_are_carried() -> None:
    specs = (from_text("resnet18"), from_text("plain:depth=18"), from_text("vgg11"))
    figure = Figure(style="column")
    found = carried.found(formats.found()["pdf"].write(Job(specs, figure)))
    assert found == carried.Carried(specs, figure)


def test_csv_has_no_place_for_it() -> None:
    assert carried.found(formats.found()["csv"].write(Job((from_text("resnet18"),)))) is None


@pytest.mark.parametrize(
    "data", [b"", b"a word", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7 broken", b"PK\x03\x04 broken", b"{}", b"\xff\xfe" * 99]
)
def test_a_strange_file_says_nothing(data: bytes) -> None:
    assert carried.found(data) is None


@pytest.mark.parametrize(
    "rest", ["", "{", "[1]", '{"networks": 3}', '{"networks": [3]}', '{"networks": [{}]} ', "{" * 9999]
)
def test_what_is_damaged_is_one_sentence(rest: str) -> None:
    with pytest.raises(SpecError) as caught:
        carried.found(f"<svg><metadata>{carried.MARK} {rest}".encode())
    assert "\n" not in str(caught.value)
    assert "this file" in str(caught.value)


def test_a_network_that_is_not_possible_any_more_is_said_to_be() -> None:
    line = carried.line((from_text("resnet50"),), Figure()).replace('"depth": 50', '"depth": 51')
    with pytest.raises(SpecError, match=r"^this file's network cannot be built by this version of resviz: depth 51"):
        carried.found(line.encode())


def test_the_line_may_stand_anywhere() -> None:
    """In XML, HTML, TeX and comments: ASCII, one line, none of their signs, no end of a comment."""
    line = carried.line((from_text("resnet50"),), Figure())
    assert line.isascii()
    assert not set(line) & set("<>&'\n`")
    assert "--" not in line
    assert json.loads(line.removeprefix(carried.MARK))["networks"] == [to_json(from_text("resnet50"))]


def test_it_survives_what_programs_do_to_it(tmp_path) -> None:
    """PowerPoint's and a PDF tool's own writing; an archive packed anew."""
    job = Job((from_text("resnet8"),), Figure(page="slide"))
    slides = Presentation(io.BytesIO(formats.found()["pptx"].write(job)))
    again = io.BytesIO()
    slides.save(again)
    assert carried.found(again.getvalue()).specs == job.specs
    writer = pypdf.PdfWriter(io.BytesIO(formats.found()["pdf"].write(job)))
    writer.compress_identical_objects()
    out = io.BytesIO()
    writer.write(out)
    assert carried.found(out.getvalue()).specs == job.specs


def test_a_bomb_is_not_unpacked() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("large", b"0" * 50_000_000)
    assert len(data.getvalue()) < 100_000
    assert carried.found(data.getvalue()) is None


def test_a_spec_may_begin_with_a_byte_order_mark() -> None:
    """As Windows' editors write it, and as --spec reads it."""
    data = formats.found()["json"].write(Job((from_text("resnet8"),)))
    assert (
        carried.found(b"\xef\xbb\xbf" + data)
        == carried.found(data)
        == carried.Carried((from_text("resnet8"),), Figure())
    )


def test_json_of_others_says_nothing() -> None:
    assert carried.found(b'{"font": {"family": "Helvetica"}}') is None
    assert carried.found(b'["family", {"a": 3}]') is None


def test_a_file_is_opened_by_its_content_not_its_name(tmp_path) -> None:
    file = tmp_path / "picture.jpg"
    file.write_bytes(formats.found()["svg"].write(Job((from_text("resnet8"),))))
    assert opened(file).specs == (from_text("resnet8"),)
    file.write_bytes(b"nothing")
    with pytest.raises(SpecError, match=r"^picture\.jpg says nothing of a network"):
        opened(file)


# ---- what is damaged

PACKINGS = (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
UNREADABLE = r"^net\.zip is a ZIP that cannot be read: it is damaged or has a password, so write it anew$"


def packed(packing: int, name: str = "part") -> bytearray:
    """A ZIP of one part, without a spec."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", packing) as archive:
        archive.writestr(name, bytes(range(256)) * 8)
    return bytearray(data.getvalue())


def damaged_archives() -> list[bytes]:
    """A part that cannot be unpacked, each way; a strange way of packing, a password, a broken directory, an end."""
    found = [packed(packing) for packing in PACKINGS]
    for data in found:
        data[44:60] = b"\xff" * 16
    strange, locked, lost, bare = (packed(zipfile.ZIP_DEFLATED, name) for name in ("part", "part", "part", "data.pkl"))
    for data in (lost, bare):
        data[data.rindex(b"PK\1\2") + 2] = 9
    for at, offset in ((strange.index(b"PK\3\4"), 8), (strange.index(b"PK\1\2"), 10)):
        strange[at + offset] = 77
    for at, offset in ((locked.index(b"PK\3\4"), 6), (locked.index(b"PK\1\2"), 8)):
        locked[at + offset] |= 1
    return [bytes(data) for data in (*found, strange, locked, lost, bare, packed(zipfile.ZIP_DEFLATED)[:90])]


@pytest.mark.parametrize("data", damaged_archives(), ids=range(8))
def test_a_damaged_archive_is_one_sentence(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "net.zip"
    file.write_bytes(data)
    assert carried.found(data) is None
    with pytest.raises(SpecError, match=UNREADABLE):
        opened(file)


def survivors(whole: bytes, spec: NetSpec, file: Path) -> int:
    """How many of forty copies with some wrong bytes still open as their network; the others raise SpecError."""
    drawn, well = random.Random(0), 0
    for _ in range(40):
        data = bytearray(whole)
        for at in drawn.sample(range(len(data)), 20):
            data[at] = drawn.randrange(256)
        file.write_bytes(data)
        with contextlib.suppress(SpecError):
            well += opened(file).specs == (spec,)
    return well


@pytest.mark.parametrize("format", ["pptx", "xlsx"])
def test_a_damaged_part_does_not_hide_the_others(format: str, tmp_path: Path) -> None:
    spec = from_text("resnet8")
    assert survivors(formats.found()[format].write(Job((spec,))), spec, tmp_path / "net.zip") > 0


def test_a_damaged_pdf_opens_or_is_one_sentence(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    spec = from_text("resnet8")
    assert survivors(formats.found()["pdf"].write(Job((spec,))), spec, tmp_path / "net.pdf") > 0
    assert not caplog.records


AES = b"/V 4 /R 4 /CF << /StdCF << /CFM /AESV2 /Length 16 >> >> /StmF /StdCF /StrF /StdCF"


@pytest.mark.parametrize("password", ["", "secret"])
def test_an_encrypted_pdf_is_one_sentence(password: str, tmp_path: Path) -> None:
    """One that says to be of AES, for which pypdf wants another package, and one with a password."""
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Subject": "a picture"})
    writer.encrypt(password, "owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    file = tmp_path / "net.pdf"
    data = out.getvalue() if password else re.sub(rb"/V 2\s/R 3", AES, out.getvalue())
    file.write_bytes(data)
    assert password or AES in data
    # where that package is there, the subject is decrypted, and says nothing
    with pytest.raises(SpecError, match=r"^this PDF is encrypted: save it without a password|^net\.pdf says nothing"):
        opened(file)
