from __future__ import annotations

import atexit
import email.utils
import http.client
import itertools
import json
import logging
import random
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from enum import Enum
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Deque,
    Dict,
    Generic,
    Iterable,
    List,
    Literal,
    Mapping,
    Optional,
    Sequence,
    TypedDict,
    TypeVar,
)
from uuid import UUID

if TYPE_CHECKING:
    from typing_extensions import NotRequired

Record = TypeVar("Record")
_Client = TypeVar("_Client", bound="Client")

_log = logging.getLogger("antler")


@dataclass(frozen=True)
class ClientOptions:
    """How a client behaves."""

    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers of every request: what a proxy in front of the server asks for."""
    max_records: int = 500
    """The most records in a request."""
    max_bytes: int = 1 << 20
    """How many bytes a request may have, unless it is one record."""
    linger: float = 0.005
    """How long a record waits for others to share a request with, in seconds."""
    max_pending: int = 10_000
    """How many records may wait for their answers before `send` blocks."""
    timeout: float = 30.0
    """How long the server may be silent during a request, in seconds."""
    retry_for: float = 120.0
    """How long a request is repeated before it is given up, in seconds."""
    on_error: Optional[Callable[[AntlerError], None]] = None
    """Is told of every record that failed. Without it, they are logged as warnings of `antler`."""


class AntlerError(Exception):
    """Why a record is not stored, or not known to be."""


class RecordRejected(AntlerError):
    """The record does not fit its data model."""

    def __init__(self, record: Any, faults: List[Dict[str, Any]], dead_letter: bool) -> None:
        in_words = "; ".join(_in_words(fault) for fault in faults)
        super().__init__(in_words or "the record does not fit its data model")
        self.record = record
        self.faults = faults
        """What is wrong with it: `kind`, and `pointer`, `expected` and `found` or `problem`."""
        self.dead_letter = dead_letter
        """Whether the server kept it as a dead letter."""


class RecordUnclear(AntlerError):
    """Some records of a request are dead letters, and the answer does not say whether this is one."""

    def __init__(self, record: Any, rejected: int, among: int) -> None:
        super().__init__(
            f"{rejected} of {among} records are dead letters; "
            "the answer does not say whether this is one of them"
        )
        self.record = record


class RequestRefused(AntlerError):
    """The server refused the request, and stored nothing of it."""

    def __init__(self, status: int, problem: Dict[str, Any]) -> None:
        detail = problem.get("detail")
        super().__init__(f"{problem['title']}: {detail}" if detail else problem["title"])
        self.status = status
        self.problem = problem
        """What the server says (RFC 9457): `type`, `title`, `detail`, `endpoints`."""


class VersionRetired(RequestRefused):
    """The version is retired; `problem["endpoints"]` names its successor."""


class Unanswered(AntlerError):
    """The server did not answer in time. Whether the records are stored is not known."""

    def __init__(self, attempts: int, last: BaseException) -> None:
        super().__init__(f"no answer after {attempts} attempts: {last}")
        self.last = last


class ClientClosed(AntlerError):
    """The client was closed before the record was sent."""

    def __init__(self) -> None:
        super().__init__("the client is closed")


@dataclass
class Receipt:
    """What became of several records."""

    accepted: int = 0
    """How many are stored."""
    failed: List[AntlerError] = field(default_factory=list)
    """An error for each of the others."""


class Sender(Generic[Record]):
    """Sends the records of one version of one data model, in the order in which they are given.

    Any thread may use it. Requests are made by a thread of its own.
    """

    def __init__(self, url: str, options: ClientOptions) -> None:
        self._url = url
        self._options = options
        self._changed = threading.Condition()
        self._waiting: Deque[_Waiting] = deque()
        self._sent = 0
        self._answered = 0
        self._flushing = 0
        self._closed = False
        self._thread: Optional[threading.Thread] = None

    def send(self, record: Record) -> Future[None]:
        """Sends a record, together with others that are sent at about the same time.

        The future is done once the record is durable, or has an `AntlerError`. Blocks while very many
        records wait. Raises `TypeError` or `ValueError` where the record is no JSON, and `ClientClosed`.
        """
        line = _encoded(record)
        sent: Future[None] = Future()
        sent.set_running_or_notify_cancel()
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._sent - self._answered < self._options.max_pending)
            if self._closed:
                raise ClientClosed()
            self._sent += 1
            self._waiting.append(_Waiting(record, line, sent))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="antler", daemon=True)
                self._thread.start()
            if len(self._waiting) in (1, self._options.max_records):
                self._changed.notify_all()
        return sent

    def send_all(self, records: Iterable[Record]) -> Receipt:
        """Sends all of them, however many, waits, and tells what became of them."""
        receipt, lock = Receipt(), threading.Lock()

        def count(sent: Future[None]) -> None:
            error = sent.exception()
            with lock:
                if error is None:
                    receipt.accepted += 1
                elif isinstance(error, AntlerError):
                    receipt.failed.append(error)

        for record in records:
            self.send(record).add_done_callback(count)
        self.flush()
        return receipt

    def send_batch(self, records: Sequence[Record], idempotency_key: str) -> Receipt:
        """Sends exactly these records as one request, past those that wait, under a key of yours.

        Whoever sends the same records under the same key again within a day, also another process, stores
        nothing twice.
        """
        batch = [_Waiting(record, _encoded(record), Future()) for record in records]
        if batch:
            self._deliver(batch, idempotency_key)
        receipt = Receipt()
        for of in batch:
            error = of.sent.exception()
            if isinstance(error, AntlerError):
                receipt.failed.append(error)
            else:
                receipt.accepted += 1
        return receipt

    def flush(self, timeout: Optional[float] = None) -> bool:
        """Waits until everything that was sent before has its answer, whatever that is.

        Tells whether it has, within `timeout` seconds.
        """
        with self._changed:
            sent = self._sent
            self._flushing += 1
            self._changed.notify_all()
            try:
                return self._changed.wait_for(lambda: self._answered >= sent, timeout)
            finally:
                self._flushing -= 1

    def close(self, timeout: Optional[float] = None) -> bool:
        """Takes no more records, and waits for the answers to those there are, as `flush` does."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        return self.flush(timeout)

    def _run(self) -> None:
        """Sends what waits, one request after the other: so they stay in order, and grow meanwhile."""
        options = self._options
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                self._changed.wait_for(
                    lambda: len(self._waiting) >= options.max_records or self._flushing or self._closed,
                    options.linger,
                )
                batch: List[_Waiting] = []
                size = 0
                while self._waiting and len(batch) < options.max_records:
                    size += len(self._waiting[0].line)
                    if batch and size > options.max_bytes:
                        break
                    batch.append(self._waiting.popleft())
            self._deliver(batch, uuid.uuid4().hex)
            for of in batch:
                error = of.sent.exception()
                if isinstance(error, AntlerError):
                    self._tell(error)
            with self._changed:
                self._answered += len(batch)
                self._changed.notify_all()

    def _tell(self, error: AntlerError) -> None:
        if self._options.on_error is None:
            _log.warning("a record is not stored: %s", error)
            return
        try:
            self._options.on_error(error)
        except Exception:
            _log.exception("on_error failed")

    def _deliver(self, batch: List[_Waiting], key: str) -> None:
        """Sends records until each has its answer. Pieces have a key each, always the same."""
        parts: Deque[List[_Waiting]] = deque([batch])
        for step in itertools.count():
            if not parts:
                return
            part = parts.popleft()
            body = b"".join(of.line for of in part)
            try:
                _settle(part, _post(self._url, body, key if step == 0 else f"{key}/{step}", self._options))
            except RequestRefused as refused:
                listed = refused.problem.get("errors", []) if refused.status == 400 else []
                bad = {i: faults for i, faults in _by_record(listed).items() if i < len(part)}
                if bad:
                    # Those that are listed are bad. Nothing was stored, so the others are sent without them.
                    for i, faults in bad.items():
                        part[i].sent.set_exception(RecordRejected(part[i].record, faults, False))
                    others = [of for i, of in enumerate(part) if i not in bad]
                    if others:
                        parts.appendleft(others)
                elif refused.status == 413 and len(part) > 1:
                    middle = len(part) // 2
                    parts.extendleft([part[middle:], part[:middle]])
                else:
                    _fail(part, refused)
            except AntlerError as error:
                _fail(part, error)
            except Exception as error:
                # A URL that is none, for example: the thread goes on, and whoever sent the records hears of it.
                _fail(part, Unanswered(1, error))


class Client:
    """What every client has."""

    def __init__(self, url: str, options: Optional[ClientOptions] = None) -> None:
        self._url = url.rstrip("/")
        self._options = options or ClientOptions()
        self._senders: List[Sender[Any]] = []
        # What still waits when the program ends is sent.
        atexit.register(self.close)

    def _sender(self, path: str) -> Sender[Any]:
        sender: Sender[Any] = Sender(self._url + path, self._options)
        self._senders.append(sender)
        return sender

    def flush(self, timeout: Optional[float] = None) -> bool:
        """Waits until everything that was sent before has its answer, whatever that is.

        Tells whether it has, within `timeout` seconds for each version of a model.
        """
        return all([sender.flush(timeout) for sender in self._senders])

    def close(self, timeout: Optional[float] = None) -> bool:
        """Takes no more records, and waits for the answers to those there are, as `flush` does."""
        atexit.unregister(self.close)
        return all([sender.close(timeout) for sender in self._senders])

    def __enter__(self: _Client) -> _Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True)
class _Waiting:
    record: Any
    line: bytes
    sent: Future[None]


_AGAIN = frozenset([408, 425, 429, 500, 502, 503, 504])
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 10.0


def _post(url: str, body: bytes, key: str, options: ClientOptions) -> Dict[str, Any]:
    """Posts a body until there is an answer. It has the same key each time, so it is stored once."""
    own = {"Content-Type": "application/x-ndjson", "Idempotency-Key": key}
    request = urllib.request.Request(url, body, {**options.headers, **own}, method="POST")
    give_up = time.monotonic() + options.retry_for
    for attempt in itertools.count(1):
        failure: Exception
        asked = 0.0
        try:
            with urllib.request.urlopen(request, timeout=options.timeout) as answer:
                accepted: Dict[str, Any] = json.loads(answer.read())
                return accepted
        except urllib.error.HTTPError as refused:
            failure = _refusal(refused)
            if refused.code not in _AGAIN:
                raise failure from None
            asked = _retry_after(refused.headers.get("Retry-After"))
        except (OSError, http.client.HTTPException, json.JSONDecodeError) as error:
            failure = error
        longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** (attempt - 1))
        pause = asked + random.uniform(0, longest)
        if time.monotonic() + pause > give_up:
            raise Unanswered(attempt, failure) from failure
        time.sleep(pause)
    raise AssertionError("counting does not end")


def _retry_after(header: Optional[str]) -> float:
    """How long a server asks to be left alone, in seconds."""
    try:
        return max(0.0, float(header or 0))
    except ValueError:
        pass
    try:
        at = email.utils.parsedate_to_datetime(header or "")
        return max(0.0, at.timestamp() - time.time())
    except (TypeError, ValueError):
        return 0.0


def _refusal(refused: urllib.error.HTTPError) -> RequestRefused:
    problem: Dict[str, Any] = {"type": "about:blank", "title": f"{refused.code} {refused.reason}"}
    try:
        problem.update(json.loads(refused.read()))
    except (OSError, ValueError, TypeError, http.client.HTTPException):
        # Not the server's own answer, but that of something in front of it.
        pass
    return (VersionRetired if refused.code == 410 else RequestRefused)(refused.code, problem)


def _settle(part: List[_Waiting], answer: Dict[str, Any]) -> None:
    """Tells each record of an accepted request what became of it."""
    rejected, bad = answer.get("rejected", 0), _by_record(answer.get("errors", []))
    # The first faults are listed, in the order of the records. After the last that is listed there may be more.
    clear = len(part) if len(bad) == rejected else max(bad, default=-1) + 1
    unlisted = rejected - len(bad)
    for i, of in enumerate(part):
        if i in bad:
            of.sent.set_exception(RecordRejected(of.record, bad[i], True))
        elif i < clear:
            of.sent.set_result(None)
        elif unlisted == len(part) - clear:
            of.sent.set_exception(RecordRejected(of.record, [], True))
        else:
            of.sent.set_exception(RecordUnclear(of.record, unlisted, len(part) - clear))


def _fail(part: List[_Waiting], error: AntlerError) -> None:
    for of in part:
        of.sent.set_exception(error)


def _by_record(errors: List[Dict[str, Any]]) -> Dict[int, List[Dict[str, Any]]]:
    found: Dict[int, List[Dict[str, Any]]] = {}
    for fault in errors:
        found.setdefault(fault["record"], []).append({k: v for k, v in fault.items() if k != "record"})
    return found


def _in_words(fault: Dict[str, Any]) -> str:
    if "problem" in fault:
        return str(fault["problem"])
    if "expected" not in fault:
        return str(fault.get("kind"))
    return f"{fault.get('pointer')}: expected {fault['expected']}; found {fault.get('found')}"


def _encoded(record: object) -> bytes:
    """A record as a line of JSON. What JSON has no word for is an error."""
    text = json.dumps(record, allow_nan=False, ensure_ascii=False, separators=(",", ":"), default=_as_json)
    return text.encode() + b"\n"


def _as_json(value: object) -> object:
    if isinstance(value, datetime):
        # Without a time zone it is UTC, as for the server.
        return (value if value.tzinfo is None else value.astimezone(timezone.utc)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (UUID, Decimal)):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {of.name: getattr(value, of.name) for of in fields(value)}
    raise TypeError(f"{type(value).__name__} is not JSON")
