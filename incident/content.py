"""What a file is by its content, whatever its name or its sender says; and whether it could run."""

import codecs
import mimetypes
import re
import unicodedata
from pathlib import PurePath

import filetype

UNKNOWN, PLAIN, HTML = "application/octet-stream", "text/plain", "text/html"
NAME_LONGEST = 120  # characters of a file name that is kept
_BY_EXTENSION = mimetypes.MimeTypes(filenames=())  # the table of the language, not that of the machine
for _extension, _type in {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".webp": "image/webp",
    ".heic": "image/heic",
    ".m4a": "audio/mp4",
    ".amr": "audio/amr",
    ".md": "text/markdown",
    ".log": PLAIN,
    ".eml": "message/rfc822",
    ".rar": "application/x-rar-compressed",
    ".7z": "application/x-7z-compressed",
}.items():
    _BY_EXTENSION.add_type(_type, _extension)

# What starts a program: Windows, Linux, macOS and Java, Android, a script with its interpreter, a shortcut.
_PROGRAMS = (
    b"MZ", b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe", b"dex\n", b"#!", b"L\x00\x00\x00\x01\x14\x02\x00",
)  # fmt: skip
_PROGRAM_TYPES = {
    "application/x-msdownload", "application/x-executable", "application/x-shockwave-flash",
    "application/x-google-chrome-extension", "application/x-deb", "application/x-rpm",
}  # fmt: skip
_PROGRAM_NAMES = {
    "apk", "app", "bat", "cmd", "com", "cpl", "deb", "dll", "dmg", "exe", "hta", "jar", "js", "jse", "lnk",
    "msi", "msp", "pif", "pkg", "ps1", "reg", "rpm", "scr", "sh", "sys", "vbe", "vbs", "wsf", "xpi",
}  # fmt: skip
# Types that share a container, so that one is not told from another by the first bytes.
_FAMILIES = (
    ("application/zip", "application/vnd.openxmlformats", "application/vnd.oasis", "application/epub+zip"),
    ("application/msword", "application/vnd.ms-", "application/x-ole", "application/vnd.visio"),
    ("video/mp4", "audio/mp4", "video/x-m4v", "audio/x-m4a", "video/quicktime", "video/3gpp", "audio/3gpp"),
    ("audio/mpeg", "video/mpeg", "audio/x-mpeg"),
    ("audio/wav", "audio/x-wav", "audio/vnd.wave"),
    ("audio/ogg", "video/ogg", "application/ogg"),
    ("video/webm", "audio/webm", "video/x-matroska"),
    ("image/heic", "image/heif"),
    ("application/gzip", "application/x-gzip", "application/x-tar"),
)  # fmt: skip
_TEXTUAL = ("text/", "application/json", "application/xml", "message/rfc822", "image/svg+xml")
_PAGE = re.compile(rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body|script)\b", re.I | re.S)


def safe_name(name: str) -> str:
    """A file name to be kept and given back: its last part, without what hides or turns its end."""
    last = PurePath(name.replace("\\", "/")).name
    plain = "".join(each for each in last if unicodedata.category(each)[0] != "C" and each not in '<>:"/|?*')
    stem, dot, extension = " ".join(plain.split()).strip(" .").rpartition(".")
    if not dot:
        return extension[:NAME_LONGEST] or "file"
    return f"{stem[: NAME_LONGEST - len(extension[:20]) - 1]}.{extension[:20]}"


def sniffed(head: bytes, name: str) -> str:
    """The type by content; a text is of the kind of text that its name says."""
    found = filetype.guess_mime(head)
    if found:
        return str(found)
    if not _is_text(head):
        return UNKNOWN
    if _PAGE.match(head):
        return HTML
    named = by_name(name)
    return named if named and named.startswith(_TEXTUAL) and named != HTML else PLAIN


def by_name(name: str) -> str | None:
    """The type that a name claims."""
    return _BY_EXTENSION.guess_type(f"file{PurePath(name.lower()).suffix}")[0]


def agree(found: str, claimed: str | None) -> bool:
    """Whether a claim is borne out by the content; who claims nothing in particular is not wrong."""
    if not claimed or claimed in (UNKNOWN, found):
        return True
    if found.startswith(_TEXTUAL) and claimed.startswith(_TEXTUAL):
        return found != HTML or claimed == HTML
    return any(found.startswith(family) and claimed.startswith(family) for family in _FAMILIES)


def runs(head: bytes, name: str) -> bool:
    """Whether it is a program or a script that a double click would start."""
    suffixes = {each.lower().lstrip(".") for each in PurePath(name).suffixes[-1:]}
    return (
        head.startswith(_PROGRAMS)
        or filetype.guess_mime(head) in _PROGRAM_TYPES
        or bool(suffixes & _PROGRAM_NAMES)
    )


def _is_text(head: bytes) -> bool:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decodes(head, "utf-16")
    if re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", head):
        return False
    return _decodes(head, "utf-8") or _decodes(head, "gb18030")


def _decodes(head: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(head)  # the head may end within a character
    except UnicodeDecodeError:
        return False
    return True
