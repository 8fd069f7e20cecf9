"""A real Spark standalone cluster on this machine's loopback: a master and its workers.

    with cluster() as master: Spark(master, settings=SMALL)        python -m tools.spark_cluster

Every process is a child of the caller, listens on 127.0.0.1 only, on ports that are free, and is
ended with it, also when the caller is killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

LOOPBACK = "127.0.0.1"
PATIENCE = 90  # seconds until master and workers must stand

QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # for processes that end in minutes

# For few rows on a small machine: a stage is a task or two, nothing is compiled for ten rows.
SMALL = {
    "spark.driver.extraJavaOptions": QUICK,
    "spark.executor.extraJavaOptions": QUICK,
    "spark.executor.memory": "768m",
    "spark.executor.cores": "1",
    "spark.scheduler.minRegisteredResourcesRatio": "1.0",
    "spark.scheduler.maxRegisteredResourcesWaitingTime": "60s",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


@contextlib.contextmanager
def cluster(workers: int = 2, *, cores: int = 1, memory: str = "1g") -> Iterator[str]:
    """The master's address, once all workers have reported to it."""
    folder = Path(tempfile.mkdtemp(prefix="chengxin-spark-"))
    started: list[subprocess.Popen[bytes]] = []
    try:
        log = folder / "master.log"
        started.append(_start("master.Master", log, "--host", LOOPBACK, "--port", "0"))
        [master] = _told(log, r"Starting Spark master at (spark://\S+)", 1, started)
        for number in range(workers):
            home = folder / f"worker-{number}"
            words = ["--cores", str(cores), "--memory", memory, "--work-dir", str(home)]
            log_of_it = home.with_suffix(".log")
            started.append(_start("worker.Worker", log_of_it, "--host", LOOPBACK, *words, master))
        _told(log, r"Registering worker (\S+)", workers, started)
        yield master
    finally:
        for process in reversed(started):
            _end(process)
        shutil.rmtree(folder, ignore_errors=True)


def _start(what: str, log: Path, *words: str) -> subprocess.Popen[bytes]:
    import pyspark

    home = Path(pyspark.__file__).parent
    told = {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": LOOPBACK, "SPARK_DAEMON_MEMORY": "256m"}
    told["SPARK_DAEMON_JAVA_OPTS"] = f"{QUICK} -Dspark.master.rest.enabled=false"
    command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{what}"]
    with log.open("wb") as out:
        return subprocess.Popen(  # noqa: S603 (our own words)
            [*command, "--webui-port", "0", *words],
            stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True,
            env=os.environ | told, preexec_fn=_end_with_parent,
        )  # fmt: skip


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _told(log: Path, pattern: str, times: int, started: list[subprocess.Popen[bytes]]) -> list[str]:
    """What the log has said, so many times; RuntimeError when it does not come to that."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and all(process.poll() is None for process in started):
        found = re.findall(pattern, log.read_text("utf-8", errors="replace"))
        if len(found) >= times:
            return found
        time.sleep(0.1)
    raise RuntimeError(f"Spark did not start:\n{log.read_text('utf-8', errors='replace')[-4000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End one process and those it started: an executor is its worker's child."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def main() -> None:
    with cluster() as master, contextlib.suppress(KeyboardInterrupt):
        print(master, flush=True)  # noqa: T201
        signal.pause()


if __name__ == "__main__":
    main()
