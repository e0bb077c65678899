#!/usr/bin/env python3
"""Makes rate.tsv: botocore's adaptive rate limiter over random answers, for tests/unit/client/rate_test.c.
One line an event: the time in ns, throttled (0 or 1), the bucket's fill rate after it. Times start at a whole second, as
the first bucket of botocore's clocker does."""
import pathlib
import random

from botocore.retries import adaptive, bucket, throttling


class Clock:
    now = 1000.0

    def current_time(self):
        return self.now


class Detector:
    throttled = False

    def is_throttling_error(self, **kwargs):
        return self.throttled


rng, clock, detector = random.Random(7), Clock(), Detector()
limiter = adaptive.ClientRateLimiter(
    rate_adjustor=throttling.CubicCalculator(starting_max_rate=0, start_time=clock.now),
    rate_clocker=adaptive.RateClocker(clock), token_bucket=bucket.TokenBucket(max_rate=1, clock=clock),
    throttling_detector=detector, clock=clock)
nanoseconds = 1000 * 10**9
with open(pathlib.Path(__file__).parent / "rate.tsv", "w") as out:
    for step in range(400):
        nanoseconds += rng.randrange(1, 400) * 10**6
        clock.now = nanoseconds / 1e9
        detector.throttled = rng.random() < (0.3 if step % 100 < 30 else 0.02)
        limiter.on_receiving_response()
        rate = limiter._token_bucket.max_rate if limiter._enabled else 0
        out.write(f"{nanoseconds}\t{int(detector.throttled)}\t{rate:.9f}\n")
