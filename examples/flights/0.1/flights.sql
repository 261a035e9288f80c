-- Every flight as a line that is the same for every version: see canonical() in flights.py.
WITH value -> ifNull(toString(value), 'NA') AS text
SELECT concatWithSeparator('|',
    toUnixTimestamp64Milli(scheduled_at), carrier, flight, text(tailnum),
    origin, dest, distance,
    text(toUnixTimestamp64Milli(departed_at)),
    multiIf(isNull(dep_delay), 'cancelled', dep_delay < 0, 'early', dep_delay <= 15, 'on_time', dep_delay <= 60, 'late', 'very_late'),
    text(dep_delay), text(arr_delay), text(air_time),
    sched_dep_minutes, text(dep_minutes),
    sched_arr_minutes, text(arr_minutes)
  ) AS line
FROM Flight_0_1
