"""BLEU, chrF and ROUGE against the packages that define them, on random pairs."""

import json
import random
import subprocess

import pytest

from gleaner import BINARY
from rouge_score import rouge_scorer
from sacrebleu.metrics import BLEU, CHRF

PAIRS = 2000
WORDS = """nahi nhi hai hain main mein kya kiya accha acha phone doctor the a is of running quickly flies cats were
 नमस्ते दुनिया मुझे café naïve don't e-mail 3.14 1,000 Rs.500 C++ x_y state-of-the-art kal&aaj <b> "quote" (approx) 😂
 haan! theek. ठीक। — … half-life 50% @user #tag""".split()


def text(draw):
    words = [draw.choice(WORDS) for _ in range(draw.choice([0, 1, 2, 3, 5, 8, 13, 21]))]
    return "".join(word + draw.choice([" ", " ", " ", "  ", "\n", ", "]) for word in words).strip()


def pair(draw):
    reference = text(draw)
    kind = draw.randrange(4)
    if kind == 0:
        return text(draw), reference
    if kind == 1:
        return reference, reference
    words = reference.split(" ")
    for _ in range(draw.randrange(1, 4)):
        if words:
            words[draw.randrange(len(words))] = draw.choice(WORDS)
    return " ".join(words), reference


@pytest.fixture(scope="module")
def compared():
    draw = random.Random(20240611)
    pairs = [pair(draw) for _ in range(PAIRS)]
    lines = "".join(json.dumps({"answer": a, "references": [r]}) + "\n" for a, r in pairs)
    result = subprocess.run(
        [str(BINARY), "evaluators", "measure"], input=lines, capture_output=True, text=True, check=True, timeout=300
    )
    measured = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(measured) == PAIRS
    return list(zip(pairs, measured))


def near(a, b):
    return abs(a - b) < 1e-9


def test_bleu(compared):
    effective, strict = BLEU(effective_order=True), BLEU()
    for (answer, reference), ours in compared:
        for metric, name in [(effective, "bleu"), (strict, "bleu_strict")]:
            theirs = metric.sentence_score(answer, [reference]).score
            assert near(theirs, ours[name]), (name, answer, reference, theirs, ours[name])


def test_chrf(compared):
    for metric, name in [(CHRF(), "chrf"), (CHRF(word_order=2), "chrf_plus_plus")]:
        for (answer, reference), ours in compared:
            theirs = metric.sentence_score(answer, [reference]).score
            assert near(theirs, ours[name]), (name, answer, reference, theirs, ours[name])


@pytest.mark.parametrize("stems", [False, True])
def test_rouge(compared, stems):
    names = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
    scorer = rouge_scorer.RougeScorer(names, use_stemmer=stems)
    for (answer, reference), ours in compared:
        theirs = scorer.score(reference, answer)
        for name in names:
            mine = ours["rouge"][name + ("_stemmed" if stems else "")]
            wanted = [theirs[name].precision, theirs[name].recall, theirs[name].fmeasure]
            assert all(near(a, b) for a, b in zip(mine, wanted)), (name, answer, reference, wanted, mine)
