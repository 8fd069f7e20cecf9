"""A hall PC is enrolled once, keeps what it was told, and starts by itself ever after."""

from __future__ import annotations

import json

import httpx
import pytest

from chengxin.core.refusal import Trouble
from chengxin.devices import hall_pc
from chengxin.devices.hall_pc import HallPC
from chengxin.devices.signing import DeviceKey, fingerprint

SERVER = "https://chengxin.example"


def server(answer) -> httpx.Client:
    return httpx.Client(base_url=SERVER, transport=httpx.MockTransport(answer))


def accepts(heard: list[dict[str, str]]):
    def answer(request: httpx.Request) -> httpx.Response:
        heard.append(json.loads(request.content))
        return httpx.Response(200, json={"device_id": "kiosk-9"})

    return answer


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("https://chengxin.example#abc-DEF_1", ("https://chengxin.example", "abc-DEF_1")),
        ("abc-DEF_1", ("", "abc-DEF_1")),
        ("https://chengxin.example:8443#abc\r\n", ("https://chengxin.example:8443", "abc")),
    ],
)
def test_code_is_read_as_a_scanner_types_it(text, told):
    assert hall_pc.invitation(text) == told


@pytest.mark.parametrize("text", ["", "  ", "https://chengxin.example#", "#abc", "a b"])
def test_half_a_code_is_refused(text):
    with pytest.raises(Trouble, match="enrolment code"):
        hall_pc.invitation(text)


def test_enrolment_keeps_the_key_here_and_tells_only_its_public_half(tmp_path):
    heard: list[dict[str, str]] = []
    pc = hall_pc.enrol(HallPC(server=SERVER), "code", tmp_path, client=server(accepts(heard)))

    key = DeviceKey.load(hall_pc.key_file(tmp_path, "kiosk-9"))
    assert pc.device_id == "kiosk-9"
    assert heard == [{"code": "code", "public_key": key.public}]
    assert key.text not in json.dumps(heard)
    assert hall_pc.key_file(tmp_path, "kiosk-9").stat().st_mode & 0o077 == 0


def test_enrolled_pc_starts_by_itself_with_what_it_was_told(tmp_path):
    told = HallPC(server=SERVER, card_port="COM3", printer_port="tcp:10.0.0.5", paper=80)
    hall_pc.enrol(told, "code", tmp_path, client=server(accepts([])))

    found = HallPC.load(tmp_path)
    assert found == told.told({"device_id": "kiosk-9"})
    assert found.printer is not None
    assert found.printer.paper == 80


def test_lost_answer_is_asked_for_again_with_the_same_key(tmp_path):
    heard: list[dict[str, str]] = []

    def lost(request: httpx.Request) -> httpx.Response:
        heard.append(json.loads(request.content))
        raise httpx.ReadTimeout("lost")

    with pytest.raises(Trouble, match="same code"):
        hall_pc.enrol(HallPC(server=SERVER), "code", tmp_path, client=server(lost))
    hall_pc.enrol(HallPC(server=SERVER), "code", tmp_path, client=server(accepts(heard)))

    assert heard[0] == heard[1]


def test_refusal_is_said_in_the_servers_words(tmp_path):
    def refuses(request: httpx.Request) -> httpx.Response:
        return httpx.Response(409, json={"code": "code_used", "reason": "登记码已用过或已过期"})

    with pytest.raises(Trouble, match="登记码已用过"):
        hall_pc.enrol(HallPC(server=SERVER), "code", tmp_path, client=server(refuses))
    assert not (tmp_path / "device.json").exists()


def test_pc_that_is_not_enrolled_is_told_how(tmp_path):
    with pytest.raises(Trouble, match="--enrol"):
        hall_pc.run(HallPC(), tmp_path)


def test_pc_without_any_device_is_told_so(tmp_path):
    with pytest.raises(Trouble, match="--card-port"):
        hall_pc.run(HallPC(server=SERVER, device_id="kiosk-9"), tmp_path)


def test_paper_of_another_width_is_refused():
    with pytest.raises(Trouble, match="58 or 80"):
        _ = HallPC(printer_port="tcp:10.0.0.5", paper=60).printer


def test_settings_that_cannot_work_use_up_no_code(tmp_path):
    heard: list[dict[str, str]] = []
    with pytest.raises(Trouble, match="58 or 80"):
        hall_pc.enrol(
            HallPC(server=SERVER, printer_port="tcp:10.0.0.5", paper=60),
            "code",
            tmp_path,
            client=server(accepts(heard)),
        )

    assert heard == []


@pytest.mark.parametrize("text", ["", "[]", '{"speed": 1}', '{"paper": "58"}', '{"paper": true}'])
def test_settings_that_are_none_are_one_sentence(tmp_path, text):
    (tmp_path / "device.json").write_text(text)

    with pytest.raises(Trouble, match="enrol this PC again"):
        HallPC.load(tmp_path)


def test_what_is_said_on_the_command_line_goes_before_what_was_kept():
    kept = HallPC(server=SERVER, chinese_font=True, paper=80)

    assert kept.told({"chinese_font": False, "paper": None}) == HallPC(
        server=SERVER, chinese_font=False, paper=80
    )


def test_fingerprint_is_short_and_of_one_key():
    one, other = DeviceKey.generate(), DeviceKey.generate()

    assert one.fingerprint == fingerprint(one.public)
    assert len(one.fingerprint) == 14
    assert one.fingerprint != other.fingerprint
