-- Every flight as a line that is the same for every version: see canonical() in flights.py.
-- Written by hand from the meaning of the CSV, so that it shares nothing with the migrations.
WITH
  toUnixTimestamp64Milli(parseDateTime64BestEffort(time_hour, 3, 'UTC')) + toInt64(minute) * 60000 AS scheduled,
  toInt64OrNull(dep_delay) AS delay,
  hhmm -> ifNull(toString(intDiv(toInt64OrNull(hhmm), 100) % 24 * 60 + toInt64OrNull(hhmm) % 100), 'NA') AS clock
SELECT concatWithSeparator('|',
    scheduled, carrier, flight, tailnum,
    origin, dest, distance,
    ifNull(toString(scheduled + delay * 60000), 'NA'),
    multiIf(dep_delay = 'NA', 'cancelled', delay < 0, 'early', delay <= 15, 'on_time', delay <= 60, 'late', 'very_late'),
    dep_delay, arr_delay, air_time,
    clock(toString(sched_dep_time)), clock(dep_time),
    clock(toString(sched_arr_time)), clock(arr_time)
  ) AS line
FROM Flight_0_0
