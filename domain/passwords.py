"""
Which passwords an account may be given: long ones, and none that whoever guesses tries first.

By NIST SP 800-63B: length counts, kinds of signs do not; refused are the commonest passwords, the names of
the account and of this service, repetitions and sequences. A password is judged without its digits and signs
and in one case of letters, so that a year or an exclamation mark makes nothing of a common word.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from domain.errors import InvalidRequest

SHORTEST: Final = 12
LONGEST: Final = 1024
FEWEST_SIGNS: Final = 5
"""Different ones; with fewer it is a repetition."""
LEFT: Final = 8
"""Characters that have to be left of a password without the name of its account."""
SEQUENCES: Final = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
_WORDS: Final = """
admin administrator akukamu akun alhamdulillah anakku anjing asdfghjkl asdfghjklqwerty assalamualaikum
baseball batman bidadari bidadariku bismilah bismillah bojonegoro bolabasket cantik changeme cinta
cintakamu cintaku computer default dinassosial dinassosialkukar dinsos dinsoskukar doraemon dragon
facebook football freedom ganteng gantengbanget garuda google guest hello hellokitty iloveyou
iloveyouforever indonesia indonesiaku indonesiamerdeka indonesiaraya internet jakarta jesuschrist
juventus kalimantan kalimantantimur kaltim kamukamu katasandi katasandiku keluarga keluargaku kesayangan
kesayanganku komputer kucingku kukar kutai kutaikartanegara letmein liverpool login mahakam manchester
manchesterunited master merdeka minecraft monkey muhammad mypassword naruto newpassword odin pancasila
passw0rd password passwordku pegawai pelita pemerintah persija petugas pokemon princess qazwsx qazwsxedc
qwerty qwertyuiop qwertyuiopasdfghjkl rahasia rahasiabanget rahasiaku rahasianegara realmadrid root
samarinda sandi sandiku sayang sayangkamu sayangku sayangmama semangat sholawat sosial starwars sunshine
superadmin superman supervisi supervisor surabaya system tenggarong terserah test testing tidaktahu
trustno user username verilap verilapkukar welcome whatever zxcvbnm
"""
COMMON: Final = frozenset(_WORDS.split())
"""Words of lists of the commonest passwords, in English and Indonesian, and what this service is called."""


def check_password(name: str, password: str) -> None:
    """
    Raises `InvalidRequest` for a password that the account `name` may not get.

    Codes: password-length, password-common, password-name.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        message = f"a password has {SHORTEST} to {LONGEST} characters"
        raise InvalidRequest(message, code="password-length", least=SHORTEST, most=LONGEST)
    folded = password.casefold()
    if name.casefold() in folded and len(folded.replace(name.casefold(), "")) < LEFT:
        raise InvalidRequest("the password is hardly more than the account's name", code="password-name")
    if (
        len(set(folded)) < FEWEST_SIGNS
        or _is_sequence(folded)
        or any(one in COMMON for one in _words(folded))
    ):
        raise InvalidRequest("this is one of the passwords that are tried first", code="password-common")


def _words(folded: str) -> Iterator[str]:
    """What a password says without the digits and signs around and between its letters, and once only."""
    said = re.sub(r"[\W\d_]+", "", folded)
    yield said
    for length in range(3, len(said) // 2 + 1):
        if said == said[:length] * (len(said) // length):
            yield said[:length]


def _is_sequence(folded: str) -> bool:
    """Whether nearly each sign follows the one before it in the alphabet, in numbers or on a keyboard."""
    steps = {pair for row in SEQUENCES for pair in (*pairwise(row), *pairwise(reversed(row)))}
    steps |= {(one, one) for one in set(folded)}
    taken = sum(pair in steps for pair in pairwise(folded))
    return taken >= 0.8 * (len(folded) - 1)
