"""The scanner's checksums against python-stdnum, on a seeded set."""

import json
import random
import subprocess

import pytest
from stdnum import iban, luhn, verhoeff
from stdnum.in_ import aadhaar, epic, gstin, pan

from gleaner import BINARY

LETTERS, DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"


def text(chance, alphabet, count):
    return "".join(chance.choice(alphabet) for _ in range(count))


def altered(chance, number):
    """The number with one character changed for another of its kind."""
    place = chance.randrange(len(number))
    alphabet = DIGITS if number[place].isdigit() else LETTERS
    return number[:place] + chance.choice(alphabet) + number[place + 1:]


def some_aadhaar(chance):
    body = chance.choice("23456789") + text(chance, DIGITS, 10)
    return body + verhoeff.calc_check_digit(body)


def some_pan(chance):
    return text(chance, LETTERS, 3) + chance.choice("ABCFGHJKLPT" + LETTERS) + chance.choice(LETTERS) \
        + chance.choice(["0000", text(chance, DIGITS, 4)]) + chance.choice(LETTERS)


def some_gstin(chance):
    owner = text(chance, LETTERS, 3) + chance.choice("ABCFGHJLPT") + chance.choice(LETTERS) + "1234" \
        + chance.choice(LETTERS)
    body = f"{chance.randint(1, 37):02}{owner}{chance.choice('123456789ABC')}Z"
    return body + luhn.calc_check_digit(body, DIGITS + LETTERS)


def some_epic(chance):
    body = text(chance, DIGITS, 6)
    return text(chance, LETTERS, 3) + body + luhn.calc_check_digit(body)


def some_card(chance):
    body = "4" + text(chance, DIGITS, 14)
    return body + luhn.calc_check_digit(body)


def some_iban(chance):
    country, bban = chance.choice([
        ("DE", text(chance, DIGITS, 18)), ("GB", text(chance, LETTERS, 4) + text(chance, DIGITS, 14)),
        ("NL", text(chance, LETTERS, 4) + text(chance, DIGITS, 10)), ("AE", text(chance, DIGITS, 19)),
    ])
    return country + iban.calc_check_digits(country + "00" + bban) + bban


KINDS = {
    "aadhaar": (some_aadhaar, aadhaar.is_valid, "aadhaar {}"),
    "pan": (some_pan, pan.is_valid, "pan {}"),
    "gstin": (some_gstin, gstin.is_valid, "gstin {}"),
    "epic": (some_epic, epic.is_valid, "voter id {}"),
    "card": (some_card, luhn.is_valid, "card {}"),
    "iban": (some_iban, lambda number: iban.is_valid(number, check_country=False), "account {}"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_valid_is_found_and_nothing_else(kind):
    make, is_valid, sentence = KINDS[kind]
    chance = random.Random(f"2026-11-25 {kind}")
    numbers = []
    for _ in range(1500):
        number = make(chance)
        numbers += [number, altered(chance, number)]
    lines = "".join(sentence.format(number) + "\n" for number in numbers)
    done = subprocess.run(
        [str(BINARY), "moderation", "check", "--lines"], input=lines, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(numbers)
    valid = 0
    for number, answer in zip(numbers, answers):
        spans = [s for s in answer["results"]["rules"]["spans"] if s["kind"] == kind]
        assert bool(spans) == is_valid(number), (number, answer)
        if spans:
            start = len(sentence.split("{")[0])
            assert (spans[0]["start"], spans[0]["end"]) == (start, start + len(number))
        valid += bool(spans)
    assert 1000 < valid < 2500
