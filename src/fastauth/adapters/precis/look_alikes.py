"""Usernames of other scripts that look like Latin ones (UTS #39, whole-script confusables).

The tables have the letters that ``confusables.txt`` of UTS #39 maps to one ASCII letter and that a
username may contain. They were generated from the data of the package confusable-homoglyphs 3.3.1. The
first column is the Latin letter. The others are code points of lower-case letters, or of letters without
case, as they occur in a canonical username: in the first table those that look like the Latin letter
themselves, in the second those whose upper case does.

Two entries differ from the data. The small palochka (U+04CF) is mapped to l instead of i, as in browsers.
Capitals that are a vertical bar are mapped to I, where the data has l.
"""

import unicodedata

_SMALL = """
a 03b1 0430 15c5 a4ee 102a0 16f40
b 1472 15af 15f7 a4d0 10282 102a1 10301
c 0441 2ca5 a4da abaf 102a2 10302 1043d 1051c
d 0501 146f 15de 15ea a4d2 a4d3
e 0435 04bd 2d39 a4f0 10286
f 0584 15b4 a4dd 10287 102a5 10525 118c2
g 0581 a4d6
h 04bb 0570 157c a4e7 102cf
i 03b9 0456 a647 ab75 118c3
j 03f3 0458 148d a4d9
k 16d5 a4d7 10518
l 04cf 14aa 16c1 2d4f a4e1 a4f2 1028a 10309 10526 16f16 16f28
m 15f0 16d6 a4df 102b0 10311
n 0578 057c a4e0 10513
o 03bf 03c3 043e 0585 0b20 0d20 101d 10ff 12d0 2c9f 2d54 a4f3 10292 102ab 1042c 104ea 10516 118c8
  118d7
p 03c1 0440 146d 2ca3 a4d1 10295
q 051b 0563 0566 2d55
r 0433 1587 1d26 2c85 a4e3 ab81 16f35
s 0455 a4e2 abaa 10296 10448 118c1 16f3a
t a4d4 10297 102b1 10315 16f0a
u 03c5 057d 1200 144c a4f4 104f6 118d8 16f42
v 03bd 0475 142f 2d38 a4e6 a6df aba9 1051d 11706 118c0 16f08
w 0461 051d 0561 a4ea ab83 1170a 1170e 1170f
x 0445 1541 157d 16b7 2d5d a4eb 10290 102b4 10317 10527
y 03b3 0443 04af 10e7 a4ec 102b2 118dc 16f43
z a4dc ab93 118c4
"""

_CAPITAL = """
a 03b1 0430 15c5 a4ee ab7a 102a0 16f40
b 03b2 0432 13fc 15f7 1c80 a4d0 10282 102a1 10301
c 0441 1c83 2ca5 a4da abaf 102a2 10302 1043d 1051c
d 15de 15ea a4d3 ab70
e 03b5 0435 2d39 a4f0 ab7c 10286 118c6 118ce
f 03dd 15b4 a4dd 10287 102a5 10525 118c2
g 050d 13fb a4d6 ab90
h 03b7 043d 157c 2c8f a4e7 ab8b 102cf
i 03b9 0456 04cf 16c1 2c93 2d4f a4f2 1028a 10309
j 03f3 0458 148d a4d9 ab7b
k 03ba 043a 16d5 2c95 a4d7 abb6 10518
l 14aa 2cd1 a4e1 abae 10443 10526 118c3 118d2 16f16
m 03bc 03fb 043c 15f0 16d6 2c99 a4df ab87 102b0 10311
n 03bd 2c9b a4e0 10513
o 03bf 043e 0585 0b20 12d0 1c82 2c9f 2d54 a4f3 10292 102ab 1042c 104ea 10516 118d5
p 03c1 0440 146d 2ca3 a4d1 abb2 10295
q 2d55
r 1587 a4e3 ab71 aba2 104dc 16f35
s 0455 057f a4e2 aba5 abaa 10296 10448 16f3a
t 03c4 0442 1c84 1c85 2ca7 a4d4 ab72 10297 102b1 10315 118dc 16f0a
u 057d 1200 144c a4f4 104f6 118d8 16f42
v 0475 142f 2d38 a4e6 a6df aba9 1051d 118c0 16f08
w 051d a4ea ab83 aba4
x 03c7 0445 16b7 2cad 2d5d a4eb 10290 102b4 10317 10527
y 03c5 0443 04af 2ca9 a4ec ab79 ab8d 102b2 118c4 16f43
z 03b6 a4dc ab93 118c9
"""


def latin_look_alike(key: str) -> str:
    """Return the Latin text that `key` looks like in lower or upper case; `key` if there is none.

    All letters must look like Latin ones; a word with one other letter is not confusable. Digits, marks and
    punctuation stay.
    """
    text = unicodedata.normalize("NFD", key)
    letters = {character for character in text if unicodedata.category(character)[0] == "L"}
    for table in (_LOWER_CASE, _UPPER_CASE):
        if letters and letters <= table.keys():
            looks = "".join(table.get(character, character) for character in text)
            return unicodedata.normalize("NFC", looks)
    return key


def _parse(table: str) -> dict[str, str]:
    rows: dict[str, str] = {}
    for word in table.split():
        if len(word) == 1:
            latin = word
        else:
            rows[chr(int(word, 16))] = latin
    return rows


_LOWER_CASE, _UPPER_CASE = _parse(_SMALL), _parse(_CAPITAL)
