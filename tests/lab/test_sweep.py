"""The sweep: bit for bit the numbers of whole evaluations, whatever the batches; the work before a lesion is shared."""

from __future__ import annotations

import pytest
import torch
from small import batch, chain, placed

from resviz.lab.chain import Unit
from resviz.lab.lesion import removed
from resviz.lab.removal import drawn
from resviz.lab.reorder import in_order
from resviz.lab.sweep import first_change, intact, measure

NODE = placed(blocks=(3, 3))


def whole(links, variant, x):
    """The variant from the image on, link by link."""
    slot = 0
    for link in links.links:
        if isinstance(link.module, Unit):
            unit = links.unit(variant[slot].unit)
            x = unit(x) if variant[slot].kept else unit.removed(x)
            slot += 1
        else:
            x = link.module(x)
    return x


def variants(links):
    lesions = [removed(links, units) for units in drawn(list(range(6)), 3, 0)]
    return [intact(links), *lesions, in_order([0, 2, 1, 3, 4, 5]), in_order([1, 0, 2, 3, 5, 4])]


@torch.inference_mode()
def test_every_variant_is_its_whole_evaluation():
    links = chain(NODE)
    batches = [batch(NODE, 5, seed) for seed in range(3)]
    chosen = variants(links)
    ends = {number: tally for _, number, tally in measure(links, chosen, batches, lambda: None) if number is not None}
    assert len(ends) == len(chosen)
    for number, variant in enumerate(chosen):
        logits = [whole(links, variant, x) for x, _ in batches]
        wrong = sum(int((out.argmax(1) != labels).sum()) for out, (_, labels) in zip(logits, batches, strict=True))
        losses = [torch.nn.functional.cross_entropy(out, labels, reduction="sum").double().item()
                  for out, (_, labels) in zip(logits, batches, strict=True)]  # fmt: skip
        assert ends[number].images == 15
        assert ends[number].wrong == wrong
        assert ends[number].loss == sum(losses)


def test_progress_goes_from_nothing_to_one_in_equal_steps():
    links = chain(NODE)
    chosen = variants(links)[:4]
    shares = [share for share, _, _ in measure(links, chosen, [batch(NODE), batch(NODE)], lambda: None)]
    assert shares == [pytest.approx((i + 1) / 8) for i in range(8)]


def test_whoever_watches_can_end_it():
    links = chain(NODE)

    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        next(measure(links, [intact(links)], [batch(NODE)], stop))


def test_what_stands_before_the_first_change_is_not_run_again(monkeypatch):
    links = chain(NODE)
    ran: list[int] = []
    for number in range(len(links.places)):
        links.unit(number).register_forward_hook(lambda *_, number=number: ran.append(number))
    assert first_change(removed(links, [4])) == 4
    list(measure(links, [removed(links, [4])], [batch(NODE)], lambda: None))
    assert ran == [0, 1, 2, 3, 4, 5, 5]
