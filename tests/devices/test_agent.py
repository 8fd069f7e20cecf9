"""The agent dials out, does what it is asked once, and proves every answer.

The server here is a small one on the loopback; the real one stands in the hall.
"""

import base64
import json
import queue
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from chengxin.core.refusal import Refusal, Trouble
from chengxin.devices import messages
from chengxin.devices.agent import Agent, events
from chengxin.devices.messages import Answer, Code, Command, Event, Hello, Status, Verb
from chengxin.devices.signing import DeviceKey, authenticate
from chengxin.devices.simulator import write_card
from chengxin.devices.simulator.station import simulated_station
from chengxin.devices.station import Station
from tests.devices.conftest import OLD_LI, SLIP, WANG

NONCE = "nonce-of-sixteen-characters"


class Server(ThreadingHTTPServer):
    """Holds the open streams, and takes what the agent posts."""

    daemon_threads = True

    def __init__(self, key):
        super().__init__(("127.0.0.1", 0), _Requests)
        self.key = key
        self.to_agent = queue.Queue()
        self.received = queue.Queue()
        self.waiting = []  # what came before somebody asked for it
        self.refused = 0
        self.lose = 0  # how many answers get lost on the way
        self.behind = 0  # how far the agent's clock is behind
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def ask(self, verb, args=None, *, id="c1", seconds=30):
        deadline = int(time.time()) + self.behind + seconds
        self.to_agent.put(Command(id, verb, args or {}, deadline, NONCE))

    def hang_up(self):
        self.to_agent.put(None)

    def next(self, kind, within=10):
        """The next message of a kind; others wait, as two may come in either order."""
        until = time.monotonic() + within
        seen = 0
        while True:
            for place, message in enumerate(self.waiting[seen:], seen):
                if isinstance(message, kind):
                    return self.waiting.pop(place)
            seen = len(self.waiting)
            left = max(0.01, until - time.monotonic())
            self.waiting.append(self.received.get(timeout=left))

    def answer(self, id="c1"):
        answer = self.next(Answer)
        assert answer.command_id == id
        assert answer.is_from(self.key.public, "kiosk-1", NONCE)
        return answer


class _Requests(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def date_time_string(self, timestamp=None):
        return super().date_time_string(time.time() + self.server.behind)

    def device(self, body):
        try:
            return authenticate(
                self.headers["Authorization"] or "",
                self.command,
                self.path,
                body,
                now=int(time.time()) + self.server.behind,
                public_key_of={"kiosk-1": self.server.key.public}.get,
            )
        except Refusal:
            self.server.refused += 1
            self.reply(401)
            return None

    def reply(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        if not self.device(b""):
            return
        assert self.path == "/api/devices/kiosk-1/commands"
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b": welcome\n\n")
        while (command := self.server.to_agent.get()) is not None:
            self.wfile.write(f"id: 1\nevent: command\ndata: {command.to_json()}\n\n".encode())
        self.close_connection = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.device(body):
            return
        assert self.path == "/api/devices/kiosk-1/messages"
        message = messages.from_json(body)
        if isinstance(message, Answer) and self.server.lose:
            self.server.lose -= 1
            self.reply(503)
            return
        self.server.received.put(message)
        self.reply(204)

    def log_message(self, format, *args):
        pass


@pytest.fixture
def key():
    return DeviceKey.generate()


@pytest.fixture
def server(key):
    server = Server(key)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def cards(tmp_path):
    write_card(tmp_path / "cards", "wang", WANG)
    write_card(tmp_path / "cards", "li", OLD_LI)
    return tmp_path / "cards"


@pytest.fixture
def start(server, key, cards):
    """Start the agent of kiosk-1 with simulated devices."""
    running = []

    def start(station=None):
        agent = Agent(server.url, "kiosk-1", key, station or simulated_station(cards), pause=0.02)
        thread = threading.Thread(target=agent.run, daemon=True)
        thread.start()
        running.append((agent, thread))
        return agent

    yield start
    for agent, _ in running:
        agent.stop()
    for _ in range(5):
        server.hang_up()
    for _, thread in running:
        thread.join(10)
        assert not thread.is_alive()


def test_the_agent_says_hello_and_how_its_devices_stand(server, start):
    start()

    hello = server.next(Hello)
    standing = {status.device: status.code for status in (server.next(Status) for _ in range(5))}

    assert (hello.device_id, hello.simulated) == ("kiosk-1", True)
    assert hello.devices == [
        "card_reader", "camera", "printer", "document_camera", "finger_reader",
    ]  # fmt: skip
    assert standing.keys() == set(hello.devices)


def test_a_station_without_printer_says_nothing_of_one(server, start, tmp_path):
    start(Station(str(tmp_path / "ttyUSB0")))

    assert server.next(Hello).devices == ["card_reader"]
    assert {server.next(Status).device for _ in range(2)} == {"card_reader", "camera"}


def test_a_ticket_is_printed_and_shown(server, start):
    start()
    server.ask(Verb.PRINT, {"job": "j1", "slip": vars(SLIP)})

    answer = server.answer()

    assert (answer.kind, answer.payload["tickets"]) == ("done", 1)
    assert base64.b64decode(answer.payload["picture"]).startswith(b"\x89PNG")


def test_another_command_for_the_same_ticket_prints_no_second(server, start):
    start()
    server.ask(Verb.PRINT, {"job": "j1", "slip": vars(SLIP)})
    server.answer()
    server.ask(Verb.PRINT, {"job": "j1", "slip": vars(SLIP)}, id="c2")

    assert server.answer("c2").payload["tickets"] == 1


def test_a_ticket_does_not_wait_for_a_card(server, start):
    start()
    server.ask(Verb.READ_ID, id="r1")
    server.next(Event)
    server.ask(Verb.PRINT, {"job": "j1", "slip": vars(SLIP)})

    assert server.answer().kind == "done"


def test_paper_taken_out_is_a_fault_in_words_at_once(server, start):
    start()
    server.next(Hello)
    server.ask(Verb.SIMULATE, {"act": "trouble_printer", "trouble": "paper_out"}, id="s1")
    server.answer("s1")

    while (status := server.next(Status, within=5)).code != Code.FAULT:
        pass
    assert status.device == "printer"
    assert "缺纸" in status.words.zh


def test_a_ticket_without_paper_is_told_in_words(server, start):
    start()
    server.ask(Verb.SIMULATE, {"act": "trouble_printer", "trouble": "paper_out"}, id="s1")
    server.answer("s1")
    server.ask(Verb.PRINT, {"job": "j1", "slip": vars(SLIP)})

    answer = server.answer()

    assert (answer.code, answer.payload["reason"]) == (Code.NO_PAPER, "no_paper")


def test_what_is_no_slip_is_not_printed(server, start):
    start()
    server.ask(Verb.PRINT, {"job": "j1", "slip": {"number": "A001"}})

    assert server.answer().code == Code.BAD_COMMAND


def test_a_card_is_read_and_told_whole(server, start):
    start()
    server.ask(Verb.READ_ID)

    assert server.next(Event).kind == "waiting_for_card"
    server.ask(Verb.SIMULATE, {"act": "put_card", "card": "wang"}, id="s1")
    assert server.answer("s1").kind == "done"
    assert server.next(Event).kind == "card_found"
    answer = server.answer()

    assert (answer.kind, answer.code) == ("done", Code.OK)
    photo = base64.b64decode(answer.payload.pop("photo"))
    assert photo.startswith(b"\xff\xd8\xff")
    assert answer.payload == {
        "document_kind": "resident",
        "name": "王守信",
        "name_latin": "",
        "sex": 1,
        "ethnicity": "01",
        "nationality": "",
        "birth": "1985-03-15",
        "address": "山东省阳信县信城街道办事处阳城三路100号",
        "number": "372323198503151138",
        "issuer": "阳信县公安局",
        "valid_from": "2012-05-20",
        "valid_to": "2032-05-20",
        "reader_serial": "05030000201708180000000100000001",
        "chip_serial": "0102030405060708",
    }


def test_a_card_without_expiry_and_picture_tells_null(server, start):
    start()
    server.ask(Verb.SIMULATE, {"act": "put_card", "card": "li"}, id="s1")
    server.ask(Verb.READ_ID)

    server.answer("s1")
    payload = server.answer().payload

    assert (payload["valid_to"], payload["photo"]) == (None, None)


def test_waiting_for_a_card_can_be_cancelled(server, start):
    start()
    server.ask(Verb.READ_ID)
    server.next(Event)
    server.ask(Verb.CANCEL, {"command_id": "c1"}, id="c2")

    answers = {answer.command_id: answer for answer in (server.next(Answer), server.next(Answer))}

    assert answers["c2"].kind == "done"
    assert (answers["c1"].kind, answers["c1"].code) == ("error", Code.CANCELLED)


def test_no_card_in_time_is_told_in_words(server, start):
    start()
    server.ask(Verb.READ_ID, seconds=3)  # of whole seconds: two are left at least

    answer = server.answer()

    assert (answer.code, answer.payload["reason"]) == (Code.NO_CARD, "no_card")
    assert answer.payload["words"].keys() == {"zh", "en"}


def test_a_command_after_its_deadline_is_a_time_out(server, start):
    start()
    server.ask(Verb.READ_ID, seconds=-5)

    assert server.answer().code == Code.TIMEOUT


def test_a_command_sent_twice_is_done_once(server, start):
    start()
    server.ask(Verb.SIMULATE, {"act": "put_card", "card": "wang"}, id="s1")
    server.ask(Verb.READ_ID)
    server.answer("s1")
    first = server.answer()

    server.ask(Verb.READ_ID)

    assert server.answer() == first


def test_an_answer_lost_on_the_way_is_sent_again(server, start):
    server.lose = 3
    start()
    server.ask(Verb.DISCOVER)

    answer = server.answer()

    assert answer.payload["cards"] == ["li", "wang"]
    assert "honest" in answer.payload["faces"]


def test_a_lost_line_is_dialled_again(server, start):
    start()
    server.next(Hello)

    server.hang_up()

    server.next(Hello)
    server.ask(Verb.INFO)
    assert server.answer().kind == "done"


def test_the_agent_goes_by_the_servers_clock(server, start):
    server.behind = 3600
    start()

    server.next(Hello)
    server.ask(Verb.READ_ID, seconds=1)

    assert server.answer().code == Code.NO_CARD
    assert server.refused == 1  # only the first call, with the wrong clock


def test_an_unplugged_reader_is_a_fault_and_comes_back(server, start, tmp_path):
    start(Station(str(tmp_path / "ttyUSB0")))
    server.ask(Verb.READ_ID)

    answer = server.answer()

    assert (answer.kind, answer.code) == ("error", Code.DEVICE)
    while server.next(Status).code != Code.FAULT:
        pass


def test_real_devices_refuse_to_be_simulated(server, start, tmp_path):
    start(Station(str(tmp_path / "ttyUSB0")))
    server.ask(Verb.SIMULATE, {"act": "lift_card"})

    assert server.answer().code == Code.NOT_SIMULATED


@pytest.mark.parametrize(
    "args",
    [
        {"act": "put_card", "card": "nobody's"},
        {"act": "choose_face", "face": "nobody's"},
        {"act": "dance"},
    ],
)
def test_a_simulation_that_makes_no_sense_is_refused(server, start, args):
    start()
    server.ask(Verb.SIMULATE, args)

    assert server.answer().code == Code.BAD_COMMAND


def test_the_camera_sees_the_chosen_face(server, start):
    start()
    server.ask(Verb.SIMULATE, {"act": "choose_face", "face": "stranger"}, id="s1")
    server.answer("s1")
    server.ask(Verb.CAPTURE, {"what": "face"})

    photo = base64.b64decode(server.answer().payload["photo"])

    assert photo.startswith(b"\xff\xd8\xff")


def test_what_is_no_command_is_passed_over(server, start):
    class Nonsense:
        def to_json(self):
            return json.dumps({"verb": "explode"})

    start()
    server.to_agent.put(Nonsense())
    server.ask(Verb.INFO)

    assert server.answer().kind == "done"


def test_events_are_read_by_their_names():
    lines = [": hello", "", "event: command", "data: {", "data: }", "id: 7", "", "data: x", ""]

    assert list(events(lines)) == [("command", "{\n}"), ("message", "x")]


@pytest.mark.parametrize("server_address", ["ftp://x", "chengxin", "http://"])
def test_a_wrong_server_address_is_one_sentence(server_address, key):
    with pytest.raises(Trouble) as told:
        Agent(server_address, "kiosk-1", key, Station(None))

    assert len(str(told.value).splitlines()) == 1


def test_a_wrong_device_id_is_one_sentence(key, cards):
    with pytest.raises(Trouble, match="no device id"):
        Agent("http://x", "Kiosk 1", key, Station(None), client=httpx.Client())
