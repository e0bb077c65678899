"""
Attributes of points in time.

The datetime module is loaded when the first value comes: models that have no times never pay for it.
"""
from cynamo._attributes.base import Attribute
from cynamo._numbers import number_text, number_value
from cynamo.constants import DATETIME_FORMAT, NUMBER, STRING

_LENGTH = 31  # of 2023-01-02T03:04:05.678901+0000
_SEPARATORS = ((4, '-'), (7, '-'), (10, 'T'), (13, ':'), (16, ':'), (19, '.'))


class UTCDateTimeAttribute(Attribute):
    """A datetime, kept and read in UTC; one without a zone is taken as UTC."""

    attr_type = STRING

    def serialize(self, value):
        from datetime import timezone
        utc = value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)
        # Not strftime: whether it pads years below 1000 depends on the system.
        return (f'{utc.year:04}-{utc.month:02}-{utc.day:02}T{utc.hour:02}:{utc.minute:02}:{utc.second:02}'
                f'.{utc.microsecond:06}+0000')

    def deserialize(self, value):
        return self._fast_parse_utc_date_string(value)

    @staticmethod
    def _fast_parse_utc_date_string(date_string):
        # By position, which is many times faster than strptime.
        from datetime import datetime, timezone
        try:
            date_string = text = date_string.zfill(_LENGTH)  # years below 1000 were once written without zeros
            if len(text) != _LENGTH or text[26:] != '+0000' or any(text[at] != sign for at, sign in _SEPARATORS):
                raise ValueError(text)
            return datetime(int(text[:4]), int(text[5:7]), int(text[8:10]), int(text[11:13]), int(text[14:16]),
                            int(text[17:19]), int(text[20:26]), timezone.utc)
        except (AttributeError, TypeError, ValueError):
            raise ValueError(f"Datetime string '{date_string}' does not match format '{DATETIME_FORMAT}'") from None


class TTLAttribute(Attribute):
    """
    The time after which DynamoDB may delete the item.

    Set it to a datetime with a zone, or to a timedelta from now; it reads as a datetime in UTC, in whole seconds.
    """

    attr_type = NUMBER

    def _normalize(self, value):
        """The value as a datetime in UTC."""
        from datetime import datetime, timedelta, timezone
        if value is None:
            return None
        if isinstance(value, timedelta):
            import time
            seconds = int(time.time() + value.total_seconds())
        elif isinstance(value, datetime):
            if value.tzinfo is None:
                raise ValueError('datetime must be timezone-aware')
            seconds = _seconds_since_1970(value)
        else:
            raise ValueError('TTLAttribute value must be a timedelta or datetime')
        return datetime.fromtimestamp(seconds, tz=timezone.utc)

    def __set__(self, instance, value):
        super().__set__(instance, self._normalize(value))

    def serialize(self, value):
        if value is None:
            return None
        return number_text(_seconds_since_1970(self._normalize(value)))

    def deserialize(self, value):
        from datetime import datetime, timezone
        return datetime.fromtimestamp(number_value(value), tz=timezone.utc)


def _seconds_since_1970(moment):
    from datetime import datetime, timedelta, timezone
    # Whole seconds, exactly: timestamp() would go through a float.
    return (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(seconds=1)
