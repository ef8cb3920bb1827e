"""Make sure the machine has what Python and npm cannot bring: browsers, fonts, a compiler. Standard library only.

As root on Debian or Ubuntu the missing packages are installed with apt; otherwise the list of what is missing is
printed and the exit status is 1.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

MIN_PYTHON = (3, 11)
MIN_NODE = 20

# what we look for (a command, or a file) -> the Debian package that has it
NEEDED = {
    "chromium": "chromium",
    "firefox-esr": "firefox-esr",
    "g++": "g++",  # the test PDS compiles better-sqlite3
    "make": "make",
    "git": "git",
    "/usr/lib/postgresql": "postgresql",  # the registrar's other database; the real AppView of make soak
    "redis-server": "redis-server",  # limits that several processes of the registrar share
    "/usr/sbin/nginx": "nginx-light",  # deploy/nginx.conf is tried with it
    "ab": "apache2-utils",  # the load of `make bench` on nginx
    "systemd-analyze": "systemd",  # checks deploy/systemd
    "Xvfb": "xvfb",  # a screen for the test of `make run`
    "/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf": "fonts-noto-core",
    "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf": "fonts-noto-color-emoji",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf": "fonts-droid-fallback",  # Japanese names
    "/usr/share/fonts/truetype/nanum/NanumGothic.ttf": "fonts-nanum",  # Korean names
}
# Ubuntu ships these two only as snaps, which headless tests cannot start; its own names for a .deb differ.
ALTERNATIVES = {"chromium": ("google-chrome", "chromium-browser"), "firefox-esr": ("firefox",)}


def is_here(what: str) -> bool:
    """Tell whether a command or a file is on this machine."""
    if what.startswith("/"):
        return Path(what).exists()
    return any(shutil.which(name) for name in (what, *ALTERNATIVES.get(what, ())))


def versions_missing() -> list[str]:
    """Return the runtimes that are too old or missing; they are never installed from here."""
    missing = []
    if sys.version_info < MIN_PYTHON:
        missing.append(f"Python {MIN_PYTHON[0]}.{MIN_PYTHON[1]} or newer")
    node = shutil.which("node")
    major = (
        int(subprocess.run([node, "--version"], capture_output=True, text=True).stdout[1:].split(".")[0]) if node else 0
    )
    if major < MIN_NODE or not shutil.which("npm"):
        missing.append(f"Node.js {MIN_NODE} or newer, with npm")
    return missing


def install(packages: list[str]) -> int:
    """Install Debian packages; return apt's exit status."""
    apt = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*apt, "update"], check=True, env=environment)
    return subprocess.run([*apt, "install", "-y", "--no-install-recommends", *packages], env=environment).returncode


def main() -> int:
    """Check, install what may be installed, and print in one line what a person has to install."""
    if runtimes := versions_missing():
        print("Please install first: " + "; ".join(runtimes), file=sys.stderr)
        return 1
    packages = [package for what, package in NEEDED.items() if not is_here(what)]
    if not packages:
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Debian packages:", *packages)
        return install(packages)
    print(
        "Please install these packages, then try again:\n  sudo apt-get install " + " ".join(packages), file=sys.stderr
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
