"""gunicorn, started from inside Python with the settings of a directory."""

from __future__ import annotations

from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from passerelle_directory.config import Config
from passerelle_directory.web.app import create_app

WORKERS = 2
THREADS = 4  # answers are small files and two small queries; threads wait for slow readers
# gunicorn's worker tells the arbiter that it lives by touching a file; /dev/shm never blocks on a disk
# (https://docs.gunicorn.org/en/stable/faq.html#how-do-i-avoid-gunicorn-excessively-blocking-in-os-fchmod).
HEARTBEAT_FOLDER = "/dev/shm"  # noqa: S108


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """A gunicorn server of one directory."""

    def __init__(self, config: Config, host: str, port: int) -> None:
        self.config, self.bind = config, f"{host}:{port}"
        super().__init__()

    def load_config(self) -> None:
        """Tell gunicorn its settings; no file and no environment variable changes them."""
        for name, value in self.settings().items():
            self.cfg.set(name, value)

    def settings(self) -> dict[str, Any]:
        """Give gunicorn's settings: no access log, for it would keep addresses."""
        return {
            "bind": self.bind,
            "workers": WORKERS,
            "threads": THREADS,
            "worker_tmp_dir": HEARTBEAT_FOLDER,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "control_socket_disable": True,  # it would make a folder in the home of whoever starts us
        }

    def load(self) -> Flask:
        """Make the application, once in each worker."""
        return create_app(self.config)


def serve(config: Config, host: str, port: int) -> None:
    """Answer on `host` and `port` until the process is told to stop."""
    Server(config, host, port).run()
