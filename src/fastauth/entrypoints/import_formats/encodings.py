"""Convert the encodings and line ends of editors, spreadsheets and shells to UTF-8 with line feeds."""

import codecs
import io
from collections.abc import Callable
from typing import BinaryIO

from fastauth.entrypoints.import_formats.text_lines import MAX_RECORD_BYTES, UnreadableFile

_BYTE_ORDER_MARKS = (  # the UTF-32 mark begins with the UTF-16 mark
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)


def open_as_utf8(file: BinaryIO) -> tuple[bytes, BinaryIO]:
    """Return the first 64 KiB of a file's text in UTF-8, and a file object with the whole text.

    UTF-16 and UTF-32 are detected by their byte order mark. If the first 64 KiB have no line feed, carriage
    returns end lines.

    Raises:
        UnreadableFile: The text is not in the encoding of its byte order mark.
    """
    start = file.read(MAX_RECORD_BYTES)
    mark, encoding = next(
        ((mark, name) for mark, name in _BYTE_ORDER_MARKS if start.startswith(mark)), (b"", "utf-8")
    )
    source: BinaryIO = _buffered(_ChainedReader(start[len(mark) :], file))
    if encoding != "utf-8":
        source = _converted(source, _Decoder(encoding))
    start = source.read(MAX_RECORD_BYTES)
    if b"\r" in start and b"\n" not in start:
        start = start.replace(b"\r", b"\n")
        source = _converted(source, lambda piece: piece.replace(b"\r", b"\n"))
    return start, _buffered(_ChainedReader(start, source))


class _Decoder:
    """Convert chunks of a text in another encoding to UTF-8."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()

    def __call__(self, piece: bytes) -> bytes:
        try:
            return self._decoder.decode(piece, final=not piece).encode()
        except UnicodeError:
            raise UnreadableFile(
                f"it is not {self._encoding.upper()[:6]}, unlike its byte order mark"
            ) from None


class _ChainedReader(io.RawIOBase):
    """Bytes that were read already, followed by the rest of a file in chunks."""

    def __init__(self, start: bytes, rest: BinaryIO, convert: Callable[[bytes], bytes] | None = None) -> None:
        self._ready = start
        self._rest = rest
        self._convert = convert

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # io passes a bytearray or memoryview
        while not self._ready:
            piece = self._rest.read1(io.DEFAULT_BUFFER_SIZE)  # type: ignore[attr-defined]  # of every buffered reader
            self._ready = self._convert(piece) if self._convert else piece
            if not piece:
                break
        taken, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def _buffered(pieces: _ChainedReader) -> BinaryIO:
    return io.BufferedReader(pieces)  # type: ignore[type-var]  # it is a RawIOBase, as the docs ask


def _converted(source: BinaryIO, convert: Callable[[bytes], bytes]) -> BinaryIO:
    return _buffered(_ChainedReader(b"", source, convert))
