"""
Attributes of points in time.

The datetime module is loaded when the first value comes: models that have no times never pay for it.
"""
from cynamo._attributes.base import Attribute
from cynamo._numbers import number_text, number_value
from cynamo.constants import DATETIME_FORMAT, NUMBER, STRING

_LENGTH = 31  # of 2023-01-02T03:04:05.678901+0000


class UTCDateTimeAttribute(Attribute):
    """A datetime, kept and read in UTC; one without a zone is taken as UTC."""

    attr_type = STRING

    def serialize(self, value):
        import datetime
        if value.tzinfo is None:
            utc = value
        else:
            utc = value.astimezone(datetime.timezone.utc)
        # Not strftime: whether it pads years below 1000 depends on the system.
        return (f'{utc.year:04}-{utc.month:02}-{utc.day:02}T{utc.hour:02}:{utc.minute:02}:{utc.second:02}'
                f'.{utc.microsecond:06}+0000')

    def deserialize(self, value):
        return self._fast_parse_utc_date_string(value)

    @staticmethod
    def _fast_parse_utc_date_string(date_string):
        # By position, which is many times faster than strptime.
        import datetime
        try:
            date_string = text = date_string.zfill(_LENGTH)  # years below 1000 were once written without zeros
            if len(text) != _LENGTH or text[4:20:3] != '--T::.' or text[26:] != '+0000':
                raise ValueError(text)
            return datetime.datetime(int(text[:4]), int(text[5:7]), int(text[8:10]), int(text[11:13]), int(text[14:16]),
                                     int(text[17:19]), int(text[20:26]), datetime.timezone.utc)
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
        import datetime
        if value is None:
            return None
        if isinstance(value, datetime.timedelta):
            import time
            seconds = int(time.time() + value.total_seconds())
        elif isinstance(value, datetime.datetime):
            if value.tzinfo is None:
                raise ValueError('datetime must be timezone-aware')
            seconds = _seconds_since_1970(value)
        else:
            raise ValueError('TTLAttribute value must be a timedelta or datetime')
        return datetime.datetime.fromtimestamp(seconds, tz=datetime.timezone.utc)

    def __set__(self, instance, value):
        super().__set__(instance, self._normalize(value))

    def serialize(self, value):
        if value is None:
            return None
        return number_text(_seconds_since_1970(self._normalize(value)))

    def deserialize(self, value):
        import datetime
        return datetime.datetime.fromtimestamp(number_value(value), tz=datetime.timezone.utc)


def _seconds_since_1970(moment):
    import datetime
    # Whole seconds, exactly: timestamp() would go through a float.
    return (moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(seconds=1)
