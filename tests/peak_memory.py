"""The most memory that a process has held, asked at its end by the process itself."""

# Source to put into a `python -c` program: sets `peak`, in bytes.
PEAK = """
import sys
from pathlib import Path

status_file = Path("/proc/self/status")  # on Linux ru_maxrss begins with the parent's memory
if status_file.exists():
    lines = status_file.read_text().splitlines()
    peak = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
elif sys.platform == "darwin":
    import resource
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
else:
    import psutil
    peak = psutil.Process().memory_info().peak_wset
"""
