"""Brokers of our own on free ports: to be silenced, killed and started again empty, without disturbing anybody's."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Protocol

from marketplace_kit.testing.ports import free_port

PATHS = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/lib/rabbitmq/bin"))


class Broker(Protocol):
    """What a test may do to a broker."""

    url: str

    def start(self) -> None: ...

    def kill(self) -> None:
        """End it without notice; what it held in memory is gone."""
        ...

    def silence(self) -> None:
        """It keeps its connections and answers nothing."""
        ...

    def resume(self) -> None: ...


def answers(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


class Started:
    """A program in a process group of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def _start(self, words: list[str], seconds: float, env: dict[str, str] | None = None) -> None:
        log = (self.folder / "output").open("ab")
        self._process = subprocess.Popen(
            words, stdout=log, stderr=log, env=os.environ | (env or {}), start_new_session=True, cwd=self.folder
        )
        deadline = time.monotonic() + seconds
        while not answers(self.port):
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise AssertionError(f"{words[0]} did not start:\n{(self.folder / 'output').read_text()[-2000:]}")
            time.sleep(0.05)

    def _signal(self, what: int) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, what)

    def silence(self) -> None:
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        if self._process is not None:
            self._signal(signal.SIGKILL)
            self._process.wait()
            self._process = None


class Redis(Started):
    """Keeps nothing on disk: killed is empty."""

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        words = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._start(words, 10)


class RabbitMq(Started):
    """A node of its own: name, ports and folders, none of the machine's. Starting it again finds empty folders."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._names: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def start(self) -> None:
        data = self.folder / f"data-{secrets.token_hex(4)}"
        data.mkdir()
        (data / "enabled_plugins").write_text("[].")
        (data / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{self.port}\n")
        epmd = free_port()
        # Started by us and in the foreground: the node would leave one behind as a daemon.
        self._names = subprocess.Popen(["epmd", "-port", str(epmd), "-address", "127.0.0.1"])
        env = {
            "PATH": PATHS,
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(epmd),
            "RABBITMQ_NODENAME": f"mk{secrets.token_hex(4)}@localhost",
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_CONFIG_FILE": str(data / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(data / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(data),
            "RABBITMQ_LOG_BASE": str(data),
            "RABBITMQ_PID_FILE": str(data / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",
        }
        program = shutil.which("rabbitmq-server", path="/usr/lib/rabbitmq/bin" + os.pathsep + PATHS)
        self._start([str(program)], 60, env)

    def kill(self) -> None:
        super().kill()
        if self._names is not None:
            self._names.kill()
            self._names.wait()
            self._names = None
