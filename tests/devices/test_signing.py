"""A device proves itself by its key; nobody else can speak for it."""

import base64

import pytest

from chengxin.core.refusal import Refusal, Trouble
from chengxin.devices import signing
from chengxin.devices.signing import DeviceKey, authenticate, authorization, canonical

NOW = 1_503_014_400  # 2017-08-18 00:00 UTC
PATH = "/api/devices/kiosk-1/messages"


@pytest.fixture
def key():
    return DeviceKey.generate()


def asks(key, header, *, method="POST", path=PATH, body=b"{}", now=NOW):
    keys = {"kiosk-1": key.public}
    return authenticate(header, method, path, body, now=now, public_key_of=keys.get)


def test_a_signed_request_names_its_device(key):
    header = authorization(key, "kiosk-1", "POST", PATH, b"{}", at=NOW)

    assert asks(key, header) == "kiosk-1"


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "GET"},
        {"path": PATH + "?x"},
        {"path": PATH.replace("-1", "-2")},
        {"body": b"{ }"},
    ],
)
def test_a_signature_holds_for_one_request_only(key, changed):
    header = authorization(key, "kiosk-1", "POST", PATH, b"{}", at=NOW)

    with pytest.raises(Refusal) as refusal:
        asks(key, header, **changed)

    assert refusal.value.code == "device_signature"


def test_another_key_cannot_sign_for_the_device(key):
    header = authorization(DeviceKey.generate(), "kiosk-1", "POST", PATH, b"{}", at=NOW)

    with pytest.raises(Refusal) as refusal:
        asks(key, header)

    assert refusal.value.code == "device_signature"


def test_a_time_cannot_be_moved_into_a_signed_header(key):
    header = authorization(key, "kiosk-1", "POST", PATH, b"{}", at=NOW)

    with pytest.raises(Refusal) as refusal:
        asks(key, header.replace(str(NOW), str(NOW + 600)), now=NOW + 600)

    assert refusal.value.code == "device_signature"


@pytest.mark.parametrize("later", [-121, 121, 86_400])
def test_an_old_or_future_request_is_refused(key, later):
    header = authorization(key, "kiosk-1", "POST", PATH, b"{}", at=NOW)

    with pytest.raises(Refusal) as refusal:
        asks(key, header, now=NOW + later)

    assert refusal.value.code == "device_clock"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer x",
        "Device kiosk-1",
        "Device kiosk-1.1503014400.short",
        "Device KIOSK.1." + "A" * 86,
    ],
)
def test_a_header_of_another_shape_is_an_unknown_device(key, header):
    with pytest.raises(Refusal) as refusal:
        asks(key, header)

    assert refusal.value.code == "device_unknown"


def test_an_unregistered_device_is_unknown(key):
    header = authorization(key, "kiosk-9", "POST", PATH, b"{}", at=NOW)

    with pytest.raises(Refusal) as refusal:
        asks(key, header)

    assert refusal.value.code == "device_unknown"


def test_canonical_json_does_not_depend_on_order_or_spaces():
    assert canonical({"b": [1, None], "a": "王"}) == '{"a":"王","b":[1,null]}'.encode()


@pytest.mark.parametrize("value", [1.5, {"a": [float("nan")]}, {1: "a"}])
def test_what_has_no_one_way_to_be_written_is_not_signed(value):
    with pytest.raises(ValueError, match="signed JSON"):
        canonical(value)


def test_a_changed_value_does_not_verify(key):
    signature = signing.sign(key, {"number": "1"})

    assert signing.verify(key.public, {"number": "1"}, signature)
    assert not signing.verify(key.public, {"number": "2"}, signature)
    assert not signing.verify("no key", {"number": "1"}, signature)


@pytest.mark.parametrize("byte", range(64))
def test_a_signature_with_one_bit_changed_does_not_verify(key, byte):
    signature = bytearray(base64.urlsafe_b64decode(signing.sign(key, {"number": "1"}) + "=="))
    signature[byte] ^= 1
    changed = base64.urlsafe_b64encode(bytes(signature)).rstrip(b"=").decode()

    assert not signing.verify(key.public, {"number": "1"}, changed)


def test_a_new_agent_makes_its_key_and_finds_it_again(tmp_path):
    path = tmp_path / "agent" / "key"

    first = DeviceKey.load(path)

    assert DeviceKey.load(path).public == first.public
    assert path.stat().st_mode & 0o077 == 0


def test_a_broken_key_file_is_told_in_one_sentence(tmp_path):
    (tmp_path / "key").write_text("not a key")

    with pytest.raises(Trouble, match="device key"):
        DeviceKey.load(tmp_path / "key")
