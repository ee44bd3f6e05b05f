"""Hash with one build of the hash library: the inner process of ``bench.hash_builds``.

``python -m bench.hash_load PLACE THREADS MEMORY_KIB TIME_COST SECONDS``, where an empty PLACE means the
stock build. Prints hashes a second, hashes a second of processor time, page faults a hash, and the
peak of resident memory in MiB.
"""

import resource
import sys
import threading
import time


def main(place: str, threads: int, memory_kib: int, time_cost: int, seconds: float) -> list[float]:
    """Return the measured values, which begin after one hash of every thread."""
    if place:
        sys.path.insert(0, place)
    import argon2  # noqa: PLC0415  from the given directory

    hasher = argon2.PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
    hashed = [0] * threads
    warm, over = threading.Barrier(threads + 1), threading.Event()
    hasher.hash("password")  # as the service does at its start

    def hash_repeatedly(thread: int) -> None:
        hasher.hash("password")
        warm.wait()
        while not over.is_set():
            hasher.hash("password")
            hashed[thread] += 1

    running = [threading.Thread(target=hash_repeatedly, args=(thread,)) for thread in range(threads)]
    for thread in running:
        thread.start()
    warm.wait()
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    over.wait(seconds)
    over.set()
    for thread in running:
        thread.join()
    after, took = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter() - began
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    number = sum(hashed)
    faults = (after.ru_minflt - before.ru_minflt) / number
    return [number / took, number / processor, faults, after.ru_maxrss / 1024]


if __name__ == "__main__":
    place, threads, memory_kib, time_cost, seconds = sys.argv[1:]
    print(*main(place, int(threads), int(memory_kib), int(time_cost), float(seconds)))
