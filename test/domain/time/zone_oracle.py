"""What zones do, told by Python's zoneinfo: for each zone its changes of offset in 2024-2035, and for each
change when daily windows open around it. One JSON object per zone on a line of standard output.

The data are those of the package tzdata alone, in the folder named by the first argument: the machine's own
are not read. Nothing here knows how meshlift computes.
"""

import json
import sys
from datetime import date, datetime, timedelta, timezone

sys.path.insert(0, sys.argv[1])
import zoneinfo

zoneinfo.reset_tzpath(to=())
import tzdata

UTC = timezone.utc
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
LAST = datetime(2036, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def ms(moment):
    return int(moment.timestamp()) * 1000


def offset(zone, moment):
    return moment.astimezone(zone).utcoffset()


def change_between(zone, before, after):
    """The first moment, to the second, at which the offset is another than before; there is one."""
    old = offset(zone, before)
    while after - before > SECOND:
        middle = before + timedelta(seconds=(after - before).total_seconds() // 2)
        if offset(zone, middle) == old:
            before = middle
        else:
            after = middle
    return after


def changes(zone):
    """In steps of six hours: Ramadan in Morocco lasts a month, and nothing changes twice a day."""
    found = []
    step = 6 * HOUR
    moment = FIRST
    while moment < LAST:
        if offset(zone, moment) != offset(zone, moment + step):
            found.append(change_between(zone, moment, moment + step))
        moment += step
    return found


def first_moment(zone, day, minutes):
    """By PEP 495: fold 0 is the first occurrence, and in a gap has the offset from before it."""
    wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    return change_between(zone, moment - DAY, moment)


def cases(zone, change):
    """Times of day at and around the change as the clock shows it before and after, on four dates."""
    before = (change - SECOND).astimezone(zone).replace(tzinfo=None) + SECOND
    after = change.astimezone(zone).replace(tzinfo=None)
    low, high = sorted([before, after])
    middle = low + (high - low) / 2
    walls = [low - HOUR / 2, low, middle, high, high + HOUR / 2]
    times = sorted({wall.hour * 60 + wall.minute for wall in walls} | {0})
    days = [after.date() + timedelta(days=each) for each in (-2, -1, 0, 1)]
    return [
        [minutes, [[day.isoformat(), ms(first_moment(zone, day, minutes))] for day in days]]
        for minutes in times
    ]


for name in sorted(zoneinfo.available_timezones()):
    zone = zoneinfo.ZoneInfo(name)
    found = changes(zone)
    told = {
        "zone": name,
        "version": tzdata.IANA_VERSION,
        "start": int(offset(zone, FIRST).total_seconds()),
        "changes": [
            {"at": ms(each), "offset": int(offset(zone, each).total_seconds()), "cases": cases(zone, each)}
            for each in found
        ],
    }
    print(json.dumps(told, separators=(",", ":")))
