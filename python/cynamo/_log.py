"""Loggers that load the logging module only when there is somebody to read them.

A program that has not imported logging has no handler that would show what stands below a warning.
"""
import sys


class LateLogger:
    """logging's logger of this name, from the moment that somebody has imported logging."""

    def __init__(self, name):
        self.name = name

    def _logger(self):
        from logging import NullHandler, getLogger
        logger = getLogger(self.name)
        if not logger.handlers:
            logger.addHandler(NullHandler())
        # From now on the methods below are skipped.
        self.debug, self.info, self.exception = logger.debug, logger.info, logger.exception
        return logger

    def __getattr__(self, name):
        return getattr(self._logger(), name)

    def debug(self, *args):
        if 'logging' in sys.modules:
            self._logger().debug(*args)

    def info(self, *args):
        if 'logging' in sys.modules:
            self._logger().info(*args)

    def exception(self, *args):
        self._logger().exception(*args)
