"""Two or three people send in the same moment: one form twice, two readings for one slot, a reading
and a signature, and a patient who leaves meanwhile.

RACES in all, half on each engine.
"""

from __future__ import annotations

import http.client
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from itertools import chain, count, islice
from threading import Barrier

from tests.campaign.machine import WEAKENED, Machine, Workshop, plain, tell
from tests.campaign.tablets import Browser, Sent, departure, reading, signature

RACES = int(os.environ.get("RACES", "20000")) // 2
PATIENTS = 24
ANSWERS = {HTTPStatus.FOUND, HTTPStatus.UNPROCESSABLE_ENTITY}
"""Saved, or refused at a field. Nothing else may come out of a race."""
Send = Callable[[], int]


class Lane:
    """Three people, who race about one patient after the other."""

    def __init__(self, machine: Machine, sent: Sent) -> None:
        self.machine, self.sent = machine, sent
        self.people = [machine.nurse(), machine.nurse(), machine.signer()]
        self.ran: Counter[str] = Counter()
        self.pool = ThreadPoolExecutor(len(self.people))
        # Each knows the token of the forms before it races.
        for person in self.people:
            person.ask_token(machine.made.sessions[0])

    def race(self, name: str, *sends: Send) -> list[int]:
        together = Barrier(len(sends))

        def begin(send: Send) -> int:
            together.wait()
            return send()

        found = list(self.pool.map(begin, sends))
        self.ran[name] += 1
        self.sent.answers.update(found)
        assert set(found) <= ANSWERS, (name, found)
        return found

    def read(self, where: str, form: dict[str, str], person: int = 0, query: str = "") -> Send:
        self.sent.begun[form["id"]] = form

        def send() -> int:
            status = self._send(self.people[person], where, form, f"reading/{query}")
            if status == HTTPStatus.FOUND:
                self.sent.saved[form["id"]] = time.monotonic()
            return status

        return send

    def sign(self, where: str) -> Send:
        form = signature(str(self._last(where)))
        return self._row(self.people[2], where, form, "clearance/", "monitoring_clearance")

    def leave(self, where: str) -> Send:
        page = "departure/?kind=discharged"
        return self._row(self.people[1], where, departure(), page, "monitoring_departure")

    def _row(
        self, person: Browser, where: str, form: dict[str, str], page: str, table: str
    ) -> Send:
        def send() -> int:
            status = self._send(person, where, form, page)
            if status == HTTPStatus.FOUND:
                self.sent.rows[form["id"]] = table
            return status

        return send

    def _send(self, person: Browser, where: str, form: dict[str, str], page: str) -> int:
        with suppress(OSError, http.client.HTTPException):
            return person.send(where, form, page)[0]
        return 0

    def _last(self, where: str) -> int:
        asked = f"SELECT last_seq FROM monitoring_session WHERE id = '{plain(where)}'"
        return int(self.machine.database.rows(asked)[0][0])

    # About one patient

    def run(self, patients: list[str], races: int) -> None:
        """The slots first: minutes later the second reading would be for the next one."""
        every = chain(map(self._slot, patients), chain.from_iterable(map(self._rest, patients)))
        for _ in islice(every, races):
            pass

    def _slot(self, where: str) -> None:
        sends = [self.read(where, reading(), person, "?slot=120") for person in range(2)]
        assert sorted(self.race("two for one slot", *sends)) == sorted(ANSWERS)

    def _rest(self, where: str) -> Iterator[None]:
        for _ in range(8):
            form = reading()
            found = self.race("one twice", self.read(where, form), self.read(where, form, 1))
            assert set(found) == {HTTPStatus.FOUND}
            yield
        for _ in range(6):
            found = self.race("read, sign", self.read(where, reading()), self.sign(where))
            assert found[0] == HTTPStatus.FOUND, "a reading is never refused"
            yield
        for number in count():
            sends = [self.read(where, reading()), self.leave(where)]
            if number % 2:
                self.sign(where)()
                found = self.race("read, leave", *sends)
            else:
                found = self.race("read, leave, sign", *sends, self.sign(where))
            yield
            if found[1] == HTTPStatus.FOUND:
                return


def test_whoever_sends_at_once_nothing_is_lost_and_no_one_leaves_unsigned(
    workshop: Workshop, engine: str
) -> None:
    ran: Counter[str] = Counter()
    answers: Counter[int] = Counter()
    acknowledged = 0
    while (left := RACES - ran.total()) > 0:
        with workshop.machine(engine, due=PATIENTS, wsgi=WEAKENED, stale=20) as machine:
            sent = Sent()
            lanes = [Lane(machine, sent) for _ in range(2)]
            patients = [machine.made.due[number :: len(lanes)] for number in range(len(lanes))]
            with ThreadPoolExecutor(len(lanes)) as pool:
                list(pool.map(Lane.run, lanes, patients, [-(-left // len(lanes))] * len(lanes)))
            assert not machine.reckoned(sent)
            machine.manage("manage.py", "verify_record")
            for lane in lanes:
                ran += lane.ran
            answers += sent.answers
            acknowledged += len(sent.saved) + len(sent.rows)
    tell(
        f"{engine}: {ran.total()} races, {acknowledged} acknowledged: none lost, twice or false, "
        f"no one left unsigned; {dict(ran)}; answers {dict(answers)}"
    )


def test_a_form_with_another_id_each_time_is_found_twice(workshop: Workshop, engine: str) -> None:
    """The control of the form that is sent twice."""
    with workshop.machine(engine, due=PATIENTS, wsgi=WEAKENED, WEAKENED="id") as machine:
        lane, form = Lane(machine, Sent()), reading()
        where = machine.made.sessions[0]
        lane.race("one twice", lane.read(where, form), lane.read(where, form, 1))
        assert machine.reckoned(lane.sent).twice == {form["id"]}


def test_a_discharge_that_the_signature_does_not_cover_is_found(
    workshop: Workshop, engine: str
) -> None:
    """The control of the signature: the same record, whose guards its owner took away."""
    with workshop.machine(engine, due=PATIENTS, wsgi=WEAKENED) as machine:
        lane, where = Lane(machine, Sent()), machine.made.due[0]
        lane.race("read", lane.read(where, reading(), 0, "?slot=120"))
        assert lane.race("sign", lane.sign(where)) == [HTTPStatus.FOUND]
        assert lane.race("leave", lane.leave(where)) == [HTTPStatus.FOUND]
        assert not machine.reckoned(lane.sent)
        machine.kill()
        machine.database.falsify("UPDATE monitoring_clearance SET through_seq = through_seq - 1")
        assert machine.reckoned(lane.sent).unknown


def test_another_value_than_was_sent_is_found(workshop: Workshop, engine: str) -> None:
    """The control of the values."""
    with workshop.machine(engine, due=PATIENTS, wsgi=WEAKENED) as machine:
        lane, form = Lane(machine, Sent()), reading()
        lane.race("read", lane.read(machine.made.sessions[0], form))
        assert not machine.reckoned(lane.sent)
        machine.kill()
        machine.database.falsify("UPDATE monitoring_reading SET systolic = systolic + 1")
        assert form["id"] in machine.reckoned(lane.sent).false
