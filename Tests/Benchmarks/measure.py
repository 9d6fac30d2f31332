"""What the benchmarks share: running a command and taking its time and memory, running several in turn, and telling
what came out."""
import concurrent.futures
import multiprocessing
import os
import statistics
import subprocess
import sys
import time
import zlib
from collections import namedtuple

# Seconds, seconds, and MiB of the largest process, None where it is not known.
Figures = namedtuple("Figures", "wall cpu memory")
PROCESSORS = len(os.sched_getaffinity(0))


# A command's peak memory starts at that of the process that starts it, so a small one does.
LAUNCHER = """
import posix, sys, time
quiet = [(posix.POSIX_SPAWN_OPEN, 1, "/dev/null", posix.O_WRONLY, 0)]
start = time.monotonic()
process = posix.posix_spawnp(sys.argv[1], sys.argv[1:], posix.environ, file_actions=quiet)
_, status, usage = posix.wait4(process, 0)
wall = time.monotonic() - start
print(posix.waitstatus_to_exitcode(status), wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
"""


def run(command):
    """The figures of `command`; one that needs less memory than the launcher is given the launcher's."""
    launch = [sys.executable, "-I", "-S", "-c", LAUNCHER, *command]
    done = subprocess.run(launch, stdout=subprocess.PIPE, text=True, check=True)
    status, *figures = done.stdout.split()
    if status != "0":
        sys.exit(f"{' '.join(command)}: exit code {status}")
    return Figures(*map(float, figures))


def shell(command):
    """`command` for `run`, as a line of shell in which every failure counts."""
    return ["bash", "-c", f"set -eo pipefail; {command}"]


def settle(*folders):
    """Waits for the disk to have all that was written, and has what is in `folders` in memory: some systems give back
    the memory of files that nobody read for a minute, and the next command would pay for it."""
    os.sync()
    buffer = bytearray(1 << 20)
    for folder in folders:
        for path, _, names in os.walk(folder):
            for name in names:
                with open(os.path.join(path, name), "rb", buffering=0) as file:
                    while file.readinto(buffer):
                        pass


def in_turn(runs, rounds, warm_up=True):
    """The figures of `rounds` rounds by name; `runs` has a function for each that returns those of one run."""
    figures = {name: [] for name in runs}
    for number in range(rounds + warm_up):
        for name, one in runs.items():
            row = one()
            if number >= warm_up:  # the first round warms the page cache
                figures[name].append(row)
    return figures


def medians(rows):
    """The medians of time, the most of memory."""
    memory = None if rows[0].memory is None else max(row.memory for row in rows)
    return Figures(*(statistics.median(row[index] for row in rows) for index in (0, 1)), memory)


def report(title, figures, sizes=None):
    """Prints a table of `figures`, and of `sizes` in bytes; ratios are those of the first row to the others."""
    first = next(iter(figures))
    rounds = len(figures[first])
    print(f"\n{title}, {PROCESSORS} processors, {rounds} round{'s'[:rounds > 1]} in turn, medians; RSS of the largest "
          f"process, {run(['true']).memory:.0f} MiB where it is less")
    print(f"{'command':<22}{'wall s':>9}{'min':>9}{'max':>9}{'CPU s':>9}{'RSS MiB':>9}{'kpack/it':>10}{'CPU':>7}"
          + (f"{'bytes':>13}{'size':>9}" if sizes else ""))
    for name, rows in figures.items():
        middle, walls = medians(rows), [row.wall for row in rows]
        ratios = [statistics.median(ours[index] / theirs[index] for ours, theirs in zip(figures[first], rows))
                  for index in (0, 1)]
        memory = "-" if middle.memory is None else f"{middle.memory:.0f}"
        size = f"{sizes[name]:>13}{(sizes[first] / sizes[name] - 1) * 100:>+8.2f}%" if sizes and sizes[name] else ""
        print(f"{name:<22}{middle.wall:>9.3f}{min(walls):>9.3f}{max(walls):>9.3f}{middle.cpu:>9.2f}{memory:>9}"
              f"{ratios[0]:>10.3f}{ratios[1]:>7.3f}{size}", flush=True)


def zlib_seconds(paths):
    """Seconds that one thread takes to deflate these files at level 6; the time to read them is not counted."""
    seconds = 0.0
    for path in paths:
        deflater = zlib.compressobj(6, zlib.DEFLATED, -15)
        with open(path, "rb", buffering=0) as file:
            while piece := file.read(256 << 10):
                start = time.monotonic()
                deflater.compress(piece)
                seconds += time.monotonic() - start
    return seconds


def rate(work, pieces):
    """Bytes a second that `work` takes of `pieces`; the time to make these is not counted."""
    count, seconds = 0, 0.0
    for piece in pieces():
        start = time.monotonic()
        work(piece)
        seconds += time.monotonic() - start
        count += len(piece)
    return count / seconds


def together(work, arguments):
    """What `work` returns for each of as many arguments as there are processors, all at work at once."""
    with concurrent.futures.ProcessPoolExecutor(PROCESSORS, multiprocessing.get_context("fork")) as pool:
        return list(pool.map(work, arguments))
