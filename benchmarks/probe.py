"""
What something costs on a page of a slower machine: main thread throttled, time of workers counted as often.

Chromium throttles a page's main thread alone (`Emulation.setCPUThrottlingRate` of its DevTools). What workers
take is read from its trace, as processor time of their threads, and counted as if they were throttled too.
The page marks in the trace where something begins and where its result was painted.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

Event = dict[str, Any]
SLOWER: Final = 4
"""Times, as the aim says."""
WORKERS: Final = ("DedicatedWorker thread", "ServiceWorker thread")
PAGE: Final = "CrRendererMain"
POOL: Final = "ThreadPool"
CATEGORIES: Final = ("toplevel", "blink.user_timing")
LONGEST_S: Final = 60.0
"""For Chromium to give a trace."""
MARKS: Final = """
window.probe = {
  // The next event of a kind is where it begins; of a navigation the page's own beginning.
  begin: (kind) => {
    const mark = (event) => performance.mark("begun", { startTime: event.timeStamp });
    addEventListener(kind, mark, { capture: true, once: true });
  },
  // Where it ends: what is looked for stands there, and the frame with it is painted.
  shown: (wanted, isPainted) => new Promise((done) => {
    const end = () => done(performance.mark("shown").startTime);
    const painted = () => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = end;
      port2.postMessage(null);
    };
    const look = () => {
      if (!wanted()) return false;
      watching.disconnect();
      if (isPainted) requestAnimationFrame(painted);
      else end();
      return true;
    };
    const watching = new MutationObserver(look);
    const all = { subtree: true, childList: true, attributes: true, characterData: true };
    if (!look()) watching.observe(document, all);
  }),
};
"""


@dataclass(frozen=True)
class Cost:
    """
    Milliseconds from where something began until its result was painted.

    `clock` is what passed on the throttled page; `page`, `workers` and `pool` what its main thread, threads
    of workers and those of the browser's pool (cryptography, compiling, clearing up) took of a processor: the
    main thread throttled, the others as they are here. Where `clock` is much more than `page`, all waited, or
    somebody else had the processor.
    """

    clock: float
    page: float
    workers: float
    pool: float

    @property
    def counted(self) -> float:
        """As if workers had been throttled as well, and nothing had gone on beside each other."""
        return self.clock + (SLOWER - 1) * self.workers

    @property
    def counted_with_pool(self) -> float:
        """The same where a worker waited for the pool."""
        return self.counted + (SLOWER - 1) * self.pool


class Probe:
    """The costs of what is done on a page."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._events: list[Event] = []
        self._is_complete = False
        self._session.on("Tracing.dataCollected", lambda told: self._events.extend(told["value"]))
        self._session.on("Tracing.tracingComplete", lambda _: setattr(self, "_is_complete", True))
        page.add_init_script(MARKS)

    def throttle(self, times: float = SLOWER) -> None:
        """How much slower the page's main thread is from now on."""
        self._session.send("Emulation.setCPUThrottlingRate", {"rate": times})

    def navigation(self, address: str, wanted: str) -> Cost:
        """From going to an address until `wanted`, a function in JavaScript, is true and the page painted."""
        self.page.add_init_script(f"window.waiting = probe.shown({wanted}, true)")
        self._start()
        self.page.goto(address)
        shown = self.page.evaluate("waiting")
        return cost_between(self._stop(), 0.0, shown)

    def event(self, kind: str, act: Callable[[], object], wanted: str, *, is_painted: bool = True) -> Cost:
        """From the event of this kind that `act` brings about until `wanted` is true."""
        self._start()
        flag = "true" if is_painted else "false"
        self.page.evaluate(f"probe.begin({kind!r}); window.waiting = probe.shown({wanted}, {flag}); null")
        act()
        shown = self.page.evaluate("waiting")
        begun = self.page.evaluate("performance.getEntriesByName('begun').at(-1).startTime")
        return cost_between(self._stop(), begun, shown)

    def _start(self) -> None:
        self._events.clear()
        self._is_complete = False
        categories = {"includedCategories": list(CATEGORIES)}
        self._session.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": categories})

    def _stop(self) -> list[Event]:
        self._session.send("Tracing.end")
        until = time.monotonic() + LONGEST_S
        while not self._is_complete:
            if time.monotonic() > until:
                raise TimeoutError("Chromium gave no trace")
            self.page.wait_for_timeout(10)
        return self._events


def cost_between(events: list[Event], begun: float, shown: float) -> Cost:
    """The cost from a trace in which the page has marked `shown`; both in milliseconds of the page."""
    mark = next(one for one in reversed(events) if one["name"] == "shown")
    ended = mark["ts"] / 1000
    window = ended - (shown - begun), ended
    names = {one["tid"]: str(one["args"]["name"]) for one in events if _is_name(one, mark["pid"])}
    page = workers = pool = 0.0
    for one in outermost(events, mark["pid"]):
        name = names.get(one["tid"], "")
        if name in WORKERS:
            workers += busy(one, window)
        elif name.startswith(POOL):
            pool += busy(one, window)
        elif name == PAGE:
            page += busy(one, window)
    return Cost(shown - begun, page, workers, pool)


def outermost(events: list[Event], process: int) -> Iterator[Event]:
    """
    What a process did, without what lies within another thing that the same thread did.

    Microtasks stand beside the task that they belong to, or within it.
    """
    ends: dict[int, float] = {}
    done = [one for one in events if one["pid"] == process and one.get("ph") == "X"]
    for one in sorted(done, key=lambda one: (one["ts"], -one.get("dur", 0))):
        if one["ts"] >= ends.get(one["tid"], 0):
            ends[one["tid"]] = one["ts"] + one.get("dur", 0)
            yield one


def _is_name(event: Event, process: int) -> bool:
    return bool(event["name"] == "thread_name" and event["pid"] == process)


def busy(task: Event, window: tuple[float, float]) -> float:
    """Milliseconds of a processor that a task took within a window; its share where it reaches out of it."""
    begun, lasted, took = (float(task.get(one, 0)) / 1000 for one in ("ts", "dur", "tdur"))
    if not lasted:
        return 0.0
    inside = min(begun + lasted, window[1]) - max(begun, window[0])
    return max(0.0, inside) / lasted * took
