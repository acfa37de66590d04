"""The helper process that holds torch: its answers, its errors, and that it never hangs around or takes others down."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from resviz.nn.client import COMMAND, Torch, TorchError
from resviz.nn.service import answer
from resviz.zoo.families import named, to_json

SMALL = {"layout": "cifar", "blocks": "1,1", "width": "4"}


@pytest.fixture(scope="module")
def helper() -> Iterator[Torch]:
    shared = Torch()
    yield shared
    shared.close()


def stand_in(code: str, patience: float = 10.0) -> Torch:
    """A client of a process of a few lines, to show how it behaves when the helper does not."""
    return Torch(patience, (sys.executable, "-c", code))


def pid(client: Torch) -> int:
    assert client._helper is not None
    return client._helper._process.pid


def test_verify(helper):
    found = helper.verify(named("resnet", SMALL))
    assert found["ok"] is True
    assert found["params"]["counted"] == found["params"]["built"] > 0


def test_printed(helper):
    text = helper.printed(named("resnet", SMALL))
    assert text.startswith("Network(")
    assert "(conv1): Conv2d(3, 4, kernel_size=(3, 3)" in text
    assert "(add): Add()" in text


def test_torchinfo(helper):
    text = helper.torchinfo(named("resnet", SMALL))
    assert "Conv2d (conv1)" in text
    assert "Total params:" in text


def test_torchinfo_of_a_deep_network_is_by_stage(helper):
    text = helper.torchinfo(
        named("resnet", {"layout": "cifar", "depth": "1001", "block": "bottleneck", "width": "4", "input": "3,8,8"})
    )
    assert "(layer1)" in text
    assert text.count("\n") < 30


def test_devices(helper):
    found = helper.devices()
    assert isinstance(found["cuda"], list)
    assert found["cpu_threads"] >= 1


def test_many_sessions_share_it(helper):
    answers: dict[int, int] = {}

    def ask(classes: int) -> None:
        answers[classes] = helper.verify(named("resnet", {**SMALL, "classes": str(classes)}))["params"]["counted"]

    first = helper.verify(named("resnet", {**SMALL, "classes": "1"}))["params"]["counted"]
    threads = [threading.Thread(target=ask, args=(n,)) for n in range(2, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # a class more is 8 weights and a bias more
    assert answers == {n: first + 9 * (n - 1) for n in range(2, 10)}


def test_a_helper_that_died_is_replaced(helper):
    helper.devices()
    before = pid(helper)
    os.kill(before, signal.SIGKILL)
    helper._helper._process.wait(5)
    assert helper.devices()["cpu_threads"] >= 1
    assert pid(helper) != before


def test_it_ends_with_the_process_that_started_it(tmp_path):
    """Killed without a chance to tidy up, the parent leaves no orphan: the helper's stdin closes."""
    code = (
        "import os, signal; from resviz.nn.client import Torch; t = Torch(); t.devices();"
        "print(t._helper._process.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert gone(int(ended.stdout), 10.0)


def gone(number: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        status = Path(f"/proc/{number}/status")
        if not status.exists() or "\nState:\tZ" in status.read_text():
            return True
        time.sleep(0.05)
    return False


def test_close_ends_it_and_it_can_start_again():
    client = Torch()
    client.start()
    process = client._helper._process
    client.close()
    assert process.returncode == 0
    client.close()


def test_a_request_that_takes_too_long_is_stopped():
    client = stand_in("import time; time.sleep(60)", patience=0.2)
    with pytest.raises(TorchError, match=r"torch needed more than 0\.2 s for this, so it was stopped"):
        client.devices()
    assert client._helper is None


def test_a_helper_that_ends_while_it_works_is_an_error_of_one_sentence():
    client = stand_in("input()")
    with pytest.raises(TorchError, match="torch's process ended before it answered"):
        client.devices()


def test_an_answer_to_another_question_is_not_taken():
    client = stand_in('input(); print(\'{"id": 99, "ok": true, "result": {}}\')')
    with pytest.raises(TorchError, match="answered another question"):
        client.devices()


def test_the_client_itself_never_imports_torch():
    code = "import sys; import resviz.nn.client; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_libraries_print_is_no_answer():
    code = (
        "import sys; from resviz.nn import service;"
        "service.OF_SPEC['printed'] = lambda spec: print('chatter') or sys.stdout.flush() or 'the result';"
        "service.main()"
    )
    client = Torch(60.0, (sys.executable, "-c", code))
    assert client.printed(named("resnet", SMALL)) == "the result"
    client.close()


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("{", "Expecting property name"),
        ("[]", "a request is a JSON object"),
        (
            '{"id": 1, "do": "train"}',
            "there is nothing to do called 'train': there are verify, printed, torchinfo, devices",
        ),
        ('{"id": 1, "do": "verify"}', "a spec is a JSON object"),
        ('{"id": 1, "do": "verify", "spec": {"family": "resnet", "depth": 51}}', "the nearest is 50"),
        ('{"id": 1, "do": "verify", "spec": {"family": "vgg99"}}', "there is no family 'vgg99'"),
    ],
)
def test_requests_that_are_wrong(line, error):
    found = answer(line, 1)
    assert found["ok"] is False
    assert error in str(found["error"])
    assert "\n" not in str(found["error"])
    json.dumps(found)


def test_the_protocol_over_pipes():
    """One line in, one line out, whatever the language of the other end."""
    request = {"id": "a", "do": "verify", "spec": to_json(named("resnet", SMALL))}
    lines = json.dumps(request) + "\n" + "nonsense\n"
    done = subprocess.run(COMMAND, input=lines, capture_output=True, text=True, check=True)
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["id"], first["ok"], first["result"]["ok"]) == ("a", True, True)
    assert (second["id"], second["ok"]) == (None, False)
